#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""test_screen.py: the live screens on a terminal: redrawn in place, with keys, at every size, and the terminal restored
after every kind of end."""

import contextlib
import re
import signal
import subprocess
import termios

import lab
from sockets import connection, port_of, receive
from terminal import Terminal

KIB = 1024
# As --by names them, and the tool's own.
GROUPS = "process", "container", "unit", "host", "subnet", "port", "peer-port", "connection"
ID = "4c3b2a19" * 8
HEADING = "PID     COMM         LADDR                 RADDR                  RX_KB  TX_KB"


def rows(terminal):
    """The connections on the screen: {(local end, remote end): (received, sent)}."""
    found = (re.fullmatch(r"\d+ +\S+ +(\S+) +(\S+) +(\d+) +(\d+)(?: +\S+)?", line) for line in terminal.lines)
    return {row.group(1, 2): (int(row[3]), int(row[4])) for row in found if row}


def ended(process):
    return lambda _: process.poll() is not None


class Screen(lab.LiveTest):
    limit = 120

    def setUp(self):
        super().setUp()
        self.terminal = self.enterContext(Terminal())

    def tcptop(self, *options, **more):
        """tcptop on the terminal, with connections of this namespace."""
        return self.tool("tcptop", "-S", "--netns", self.space.inode, *options, **more)

    @contextlib.contextmanager
    def tool(self, *command, **more):
        process = self.terminal.run(lab.NETTRACE, *command, **more)
        try:
            yield process
        finally:
            if process.poll() is None:
                process.kill()
            process.wait()

    def move(self, client, server, kilobytes):
        client.sendall(b"x" * kilobytes * KIB)
        receive(server, kilobytes * KIB)

    def wait_to_begin(self):
        self.terminal.wait(lambda it: it.other and "tracing" in it.text and it.status, "the screen")

    def wait_for_rows(self, count):
        return self.terminal.wait(lambda it: len(rows(it)) == count, f"{count} rows")

    def assert_given_back(self):
        self.terminal.look(0.1)
        self.assertEqual((self.terminal.other, self.terminal.cursor, self.terminal.wraps), (False, True, True))
        self.assertEqual(termios.tcgetattr(self.terminal.inside), self.terminal.modes)

    # ---- the screen ----

    def test_in_place(self):
        """Each interval is drawn over the one before, not below it, without clearing."""
        with connection(self.space) as (client, server), self.tcptop("0.5") as process:
            self.wait_to_begin()
            ends = [f"127.0.0.1:{port_of(end)}" for end in (client, server)]
            for kilobytes in (1021, 13, 397):
                self.move(client, server, kilobytes)
                self.terminal.wait(
                    lambda it, kilobytes=kilobytes: rows(it) == {
                        (ends[0], ends[1]): (0, kilobytes), (ends[1], ends[0]): (kilobytes, 0)
                    },
                    f"{kilobytes} KiB",
                )
                self.assertEqual(self.terminal.lines[0], HEADING)
                self.assertFalse(any(self.terminal.lines[3:-1]))
                # An interval without a byte replaces it.
                self.terminal.wait(lambda it: not rows(it), "an empty interval")
            self.assertEqual(self.terminal.cleared, 1)
            self.assertRegex(self.terminal.status, r"^sort: all  group: connection  \?:help  q:quit  /:filter")
            self.terminal.type("q")
            self.terminal.wait(ended(process), "the end")
        self.assert_given_back()

    def test_keys_and_size(self):
        """Each key sorts or groups as the status line shows; a new size applies at once. For the drawn rows and
        freezing see unit/test_live.c."""
        terminal = self.terminal
        with connection(self.space) as (client, server), self.tcptop("2") as process:
            self.wait_to_begin()
            self.move(client, server, 31)
            self.wait_for_rows(2)
            for keys, status in (("srxta", ("sort: sent ", "sort: received ", "sort: retransmits ", "sort: srtt ",
                                            "sort: all ")),
                                 ("pnuhboec", [f"group: {name} " for name in GROUPS])):
                for key, shown in zip(keys, status):
                    terminal.type(key)
                    terminal.wait(lambda it, shown=shown: shown in it.status, f"the key {key}")
            for key, shown in (("l", True), ("l", False), ("n", False), ("l", True)):  # by container it is not shown
                terminal.type(key)
                terminal.wait(lambda it, shown=shown: all((word in it.text) == shown for word in ("NET%", "LIMIT")),
                              f"limits: {shown}")
            for size in ((9, 30), (1, 1), (0, 0), (24, 100)):
                terminal.resize(*size)
                terminal.look(0.2)
                self.assertIsNone(process.poll())
            terminal.wait(lambda it: "sort:" in it.status, "the usual size")
            terminal.type("q")
            terminal.wait(ended(process), "the end")
        self.assert_given_back()

    def test_sizes(self):
        """Numbers are whole at each size, also after the size changes, and the help fits."""
        terminal = self.terminal
        terminal.resize(15, 60)
        with contextlib.ExitStack() as stack:
            ends = [stack.enter_context(connection(self.space, family)) for family in (4, 6)]
            stack.enter_context(self.tcptop("1", "-w"))
            self.wait_to_begin()
            for rows_, columns in ((15, 60), (24, 80), (50, 200), (15, 60)):
                with self.subTest(f"{columns}x{rows_}"):
                    terminal.resize(rows_, columns)
                    for client, server in ends:
                        self.move(client, server, 1234)
                    terminal.wait(lambda it: len(re.findall(r"\b1234\b", it.text)) == 4 and "sort:" in it.status,
                                  "both families in one table")
                    self.assertEqual(sum("RADDR" in line for line in terminal.lines), 1)
                    self.assertEqual("CWND" in terminal.text, columns > 60)
                    self.assertLessEqual(max(map(len, terminal.lines)), columns)
                    terminal.type("?")
                    terminal.wait(lambda it: "Any key returns." in it.text and "tcptop:" in it.text, "the help")
                    terminal.type(".")
                    terminal.wait(lambda it: "Any key returns." not in it.text, "the table")
            terminal.type("q")
            terminal.look(0.5)
        self.assert_given_back()

    def test_scroll_and_filter(self):
        terminal = self.terminal
        terminal.resize(6, 60)
        with contextlib.ExitStack() as stack:
            ends = [stack.enter_context(connection(self.space)) for _ in range(4)]
            stack.enter_context(self.tcptop("3"))
            self.wait_to_begin()
            for i, (client, server) in enumerate(ends):
                self.move(client, server, 100 * (i + 1))
            terminal.wait(lambda it: "rows 1-3 of 8" in it.text, "the first rows")
            terminal.type(" ")  # freezes
            terminal.type("\033[F")
            terminal.wait(lambda it: "rows 6-8 of 8" in it.text, "the last rows")
            terminal.type("\033[H")
            terminal.wait(lambda it: "rows 1-3 of 8" in it.text, "the first rows")
            terminal.type(f"/:{port_of(ends[0][0])}\n")
            terminal.wait(lambda it: "rows 1-2 of 2 with" in it.text, "the rows of one connection")
            self.assertEqual(len(re.findall(r"\b100\b", terminal.text)), 2)
            terminal.type("\033")
            terminal.wait(lambda it: "rows 1-3 of 8" in it.text, "all rows")
            terminal.type("q")
            terminal.look(0.5)
        self.assert_given_back()

    def test_containers(self):
        """A container's traffic has a row of its own, without --containers."""
        with self.tcptop("1"):
            self.wait_to_begin()
            self.terminal.type("n")
            with lab.cgroup(f"docker-{ID}.scope") as (_, inner):
                self.space.traffic("--connect=3", "--bytes=30011", through=lab.in_cgroup(inner))
                self.terminal.wait(lambda it: re.search(rf"^{ID[:12]} +[1-9]\d* +[1-9]\d* +\d+$", it.text, re.MULTILINE),
                                   "the container")
            self.assertIn("group: container ", self.terminal.status)
            self.terminal.type("q")
            self.terminal.look(0.5)
        self.assert_given_back()

    def test_every_tool(self):
        """Each tool of totals has a screen that fits, with an interval and without."""
        for command in (("tcpsubnet", "--rx"), ("netqtop", "lo", "-t"), ("softirqs",), ("softirqs", "-d", "1"),
                        ("tcpretrans", "-c"), ("tcpconnect", "-c"), ("tcpdrop", "-c"), ("tcprst", "-c", "--interval", "1"),
                        ("tcpconnlat", "--dist"), ("tcplife", "--by", "process", "--interval", "1")):
            with self.subTest(command), Terminal(15, 60) as self.terminal, self.tool(*command) as process:
                self.terminal.wait(lambda it: it.other and it.status.startswith("sort: ") and "tracing" not in it.text,
                                   "the first totals")
                for size in ((24, 80), (50, 200), (15, 60)):
                    self.terminal.resize(*size)
                    self.terminal.type("?")
                    self.terminal.wait(lambda it: "Any key returns." in it.text, "the help")
                    self.terminal.type(".")
                    self.terminal.wait(lambda it: it.status and "Any key returns." not in it.text, "the table")
                self.terminal.type("q")
                self.terminal.wait(ended(process), "the end")
                self.assertEqual(process.returncode, 0)
                self.assert_given_back()

    # ---- the end ----

    def check_end(self, how, *options, code=0):
        """After every kind of end, the terminal has its old modes and shows the last picture."""
        with Terminal() as self.terminal, connection(self.space) as (client, server):
            with self.tcptop("1", *options) as process:
                self.wait_to_begin()
                self.move(client, server, 1009)
                self.wait_for_rows(2)
                how(process)
                self.terminal.wait(ended(process), "the end")
                self.assertEqual(process.returncode, code)
            self.assert_given_back()
            self.assertEqual("\n".join(self.terminal.lines), self.terminal.last_picture)

    def test_ends(self):
        for name, how, options in (
            ("q", lambda _: self.terminal.type("q"), ()),
            ("Ctrl-C", lambda _: self.terminal.type("\x03"), ()),
            ("Ctrl-backslash", lambda _: self.terminal.type("\x1c"), ()),
            ("frozen, then q", lambda _: self.terminal.type(" q"), ()),
            ("SIGTERM", lambda process: process.send_signal(signal.SIGTERM), ()),
            ("SIGHUP", lambda process: process.send_signal(signal.SIGHUP), ()),
            ("SIGINT", lambda process: process.send_signal(signal.SIGINT), ()),
        ):
            with self.subTest(name):
                self.check_end(how, *options)

    def test_count_and_duration(self):
        for options in (("1", "2"), ("0.7", "--duration", "1.5"), ("1", "--count", "1")):
            with self.subTest(options), Terminal() as self.terminal, self.tcptop(*options) as process:
                self.terminal.wait(ended(process), "the end")
                self.assertEqual(process.returncode, 0)
                self.assert_given_back()
                self.assertIn(b"\033[?1049h", self.terminal.seen)

    def test_hang_up(self):
        with self.tcptop("0.3") as process:
            self.wait_to_begin()
            self.terminal.hang_up()
            process.wait(10)

    # ---- job control ----

    def test_stop_and_go_on(self):
        """Ctrl-Z restores the terminal; in the background nothing is drawn and nothing hangs."""
        terminal = self.terminal
        shell = terminal.run("bash", "--norc", "--noprofile", "-i", env={"PS1": "ready> "})
        try:
            terminal.wait(lambda it: "ready>" in it.text, "the shell")
            trace = f"{lab.NETTRACE} tcptop -S --netns {self.space.inode} 0.3\n"
            modes = "stty -a | cksum; echo so it is\n"
            terminal.type(modes)
            terminal.wait(lambda it: it.text.count("so it is") == 2, "the modes")
            terminal.type(trace)
            self.wait_to_begin()
            terminal.wait(lambda it: it.status and "tracing" not in it.text, "an interval")
            terminal.type("\x1a")
            terminal.wait(lambda it: not it.other and it.cursor and "Stopped" in it.text, "stopping")
            terminal.type(modes)
            terminal.wait(lambda it: it.text.count("so it is") == 4, "the modes")
            sums = re.findall(r"^\d+ \d+$", terminal.text, re.MULTILINE)
            self.assertEqual((len(sums), len(set(sums))), (2, 1), terminal.text)
            terminal.type("fg\n")
            terminal.wait(lambda it: it.other and "sort:" in it.status, "going on")
            terminal.type("\x1a")
            terminal.wait(lambda it: not it.other and it.cursor, "stopping")
            terminal.type("bg\n")
            terminal.look(1)
            terminal.type("jobs\n")
            terminal.wait(lambda it: "Running" in it.text, "the background")
            self.assertFalse(terminal.other)
            terminal.type("fg\n")
            terminal.wait(lambda it: it.other and "sort:" in it.status, "the foreground")
            terminal.type("q")
            terminal.wait(lambda it: not it.other, "the end")
            # Started in the background, it waits for the foreground.
            terminal.type(trace[:-1] + " &\n")
            terminal.look(2)
            self.assertFalse(terminal.other)
            terminal.type("jobs -r; echo of these\n")
            terminal.wait(lambda it: re.search(r"\[1\]\+? +Running.*\n(.*\n)*of these", it.text), "the background")
            terminal.type("fg\n")
            terminal.wait(lambda it: it.other and "sort:" in it.status, "the foreground")
            terminal.type("\x03")
            terminal.wait(lambda it: not it.other and it.cursor, "the end")
        finally:
            shell.kill()
            shell.wait()
            lab.run("pkill", "-KILL", "-s", shell.pid)

    # ---- without a screen ----

    def check_plain(self, *options, **more):
        """Two blocks below each other, without control sequences. Returns the output."""
        with Terminal() as self.terminal, connection(self.space) as (client, server):
            with self.tcptop("0.5", "2", *options, **more) as process:
                self.move(client, server, 11)
                self.terminal.wait(ended(process), "the end")
                output = process.stdout.read() if process.stdout else b""
                self.terminal.look(0.1)
            self.assertEqual(process.returncode, 0)
            self.assertNotIn(b"\033", self.terminal.seen + output)
            self.assert_given_back()
            return (output or self.terminal.seen).decode().replace("\r", "")

    def test_plain_blocks(self):
        self.assertEqual(self.check_plain("-C").count("printing every"), 1)
        self.check_plain(env={"TERM": "dumb"})
        self.check_plain(env={"TERM": ""})
        self.check_plain("--csv")
        self.check_plain("--json")
        self.check_plain(stdout=subprocess.PIPE)
        self.check_plain("--", "sleep", "1")  # the command uses the terminal

    # ---- messages ----


if __name__ == "__main__":
    lab.main()
