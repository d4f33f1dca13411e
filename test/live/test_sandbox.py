#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""test_sandbox.py: the sandbox (core/run/sandbox.c) from outside: every tool is in it once it is attached, a replay
before it reads; and it allows enough."""

import pathlib
import re
import subprocess
import tempfile

import lab

LIMITS = {"NoNewPrivs": "1", "Seccomp": "2"}
FREE = {"NoNewPrivs": "0", "Seccomp": "0"}


def limits_of(pid):
    status = pathlib.Path(f"/proc/{pid}/status").read_text()
    return {name: re.search(rf"^{name}:\s+(\w+)$", status, re.M)[1] for name in LIMITS}


class Sandbox(lab.LiveTest):
    limit = 120

    def test_every_tool(self):
        """The tool ends normally, with its rows."""
        for tool, command in lab.COMMANDS.items():
            with self.subTest(tool), self.space.tool(*command, "--json", "--debug") as traced:
                self.assertEqual(limits_of(traced.pid), LIMITS)
                self.space.traffic("--connect=3")
                traced.end()
                self.assertEqual(traced.code, 0, traced.errors)
                self.assertNotIn("not permitted", traced.errors)

    def test_several_tools_and_a_recording(self):
        with tempfile.TemporaryDirectory() as folder:
            file = pathlib.Path(folder, "rec")
            command = ("record", "-o", file, "--max-size=4M", ",".join(lab.TOOLS))
            with self.space.tool(*command) as traced:
                self.assertEqual(limits_of(traced.pid), LIMITS)
                self.space.traffic("--connect=3", "--refuse=2")
            self.assertEqual(traced.code, 0, traced.errors)
            self.assertEqual(lab.run(lab.NETTRACE, "replay", file, "trace").code, 0)

    def test_off(self):
        for option in ("--no-sandbox", "--keep-caps"):
            with self.subTest(option), self.space.tool("tcpstates", option) as traced:
                self.assertEqual(limits_of(traced.pid)["Seccomp"], "0")

    def test_a_command_is_free(self):
        done = self.space.run(lab.NETTRACE, "tcpstates", "--", "cat", "/proc/self/status")
        self.assertEqual(done.code, 0, done.errors)
        for name, value in FREE.items():
            self.assertRegex(done.output.decode(), rf"(?m)^{name}:\s+{value}$")

    def test_replay(self):
        """Before a byte is read: it waits for the first one."""
        for options, limits in (((), LIMITS), (("--no-sandbox",), FREE)):
            replay = subprocess.Popen([lab.NETTRACE, "replay", "-", *options], stdin=subprocess.PIPE, stderr=subprocess.DEVNULL)
            with self.subTest(options), replay:
                lab.wait_for(lambda: self.is_reading(replay.pid), "the replay to read")
                self.assertEqual(limits_of(replay.pid), limits)

    @staticmethod
    def is_reading(pid):
        """read() of descriptors opened after the start: system call 0 on x86, 63 elsewhere."""
        return "pipe" in pathlib.Path(f"/proc/{pid}/wchan").read_text()

    def test_names_of_users_and_ports(self):
        """The only other files that a replay reads."""
        file = lab.ROOT / "test/golden/recordings/rows.rec"
        for name, rows in (("--uid=root", True), ("--rport=https", False)):
            done = lab.run(lab.NETTRACE, "replay", file, "tcpstates", name, "--debug")
            self.assertEqual(done.code, 0, done.errors)
            self.assertEqual(len(done.lines) > 1, rows, name)

    def test_names_of_hosts(self):
        """A replay looks up none, and its error names what it takes."""
        file = lab.ROOT / "test/golden/recordings/rows.rec"
        done = lab.run(lab.NETTRACE, "replay", file, "tcpstates", "--raddr=localhost")
        self.assertEqual(done.code, 2)
        self.assertIn("--raddr localhost: not an address or a network", done.errors)
