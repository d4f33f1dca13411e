#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""test_options.py: behaviour common to all tools besides filters: the start and the end of a run, bad input, and links.
"""

import os
import pathlib
import signal
import tempfile
import time

import lab

# Wrong arguments of options that every tool has.
BAD = {
    "--pid": ("", "0", "x", "1,", "5-3", "4194305", "-1", "1 2", "0x10", "99999999999999999999999"),
    "--uid": ("", "no-such-user", "4294967295", "3-1", "1,,2"),
    "--comm": ("", "a,,b", "0123456789abcdef", ",".join("abcdefghi")),
    "--lport": ("", "65536", "80-", "-80", "8080-80", "no-such-service", ",80", "80;443", ",".join(map(str, range(1, 66)))),
    "--rport": ("", "65536", "1-65536", "+80", " 80"),
    "--laddr": ("", "no-such-host.invalid", "10.0.0.0/33", "::1/129", "10.0", "10.0.0.1/", "/8", "::1%lo", "1.1.1.1,", "a" * 999),
    "--raddr": ("", "10.0.0.0/x", "fe80::/-1"),
    "--netns": ("", "0", "no-such-namespace", "/etc/passwd", "/proc/self/ns/mnt", "4294967296"),
    "--cgroup": ("", "0", "no/such/cgroup", "/etc", "/proc/self/ns/net"),
    "--count": ("", "0", "-1", "many", "1.5", "99999999999999999999"),
    "--duration": ("", "0", "-1", "soon", "1x", "0.0000000001", "."),
    "--ready-fd": ("", "x", "-1", "999"),
    "--ring-size": ("", "0", "3", "2048", "1M"),
}
BAD_WORDS = (
    ("--no-such-option",),
    ("--lport",),
    ("-4", "-6"),
    ("--json", "--csv"),
    ("word",),
    ("--",),
    ("-Z",),
    ("--json=yes",),
)
BAD_OF_TOTALS = (
    *(("--interval", value) for value in ("", "0", "-1", "often", "0.0009", "1,5")),
    ("--rows=0",),
    ("--summary",),
    ("--timestamp=1",),
)
BAD_OF_ONE = (
    ("netqtop",),
    ("netqtop", "-n", "no-such-name"),
    ("netqtop", "-n", "lo,"),
    ("netqtop", "-n", "lo", "--pid=1"),
    ("softirqs", "--netns=1"),
    ("softirqs", "-4"),
    ("softirqs", "-C", "-d"),
    ("softirqs", "-c", "0-"),
    ("tcpdrop", "--reason=NO_SUCH_REASON"),
    ("tcpdrop", "--reason="),
    ("tcpdrop", "--pid-netns=0"),
    ("tcpdrop", "--pid-netns=4194304"),
    ("tcpdrop", "--interval=1"),
    ("tcpconnect", "-c", "-d"),
    ("tcpconnect", "--interval=1"),
    ("tcpconnlat", "10ms"),
    ("tcpconnlat", "--lport", "80"),
    ("tcpconnlat", "10", "20"),
    ("tcpconnlat", "--min-ms=-1"),
    ("tcpretrans", "--interval=1"),
    ("tcpretrans", "-c", "--interval=0"),
    ("tcpretrans", "--count=0"),
    ("tcplife", "-Y"),
    ("tcpstates", "--open"),
)
# Common options that are flags in these tools, unless an argument follows.
FLAGS = {"tcpretrans": ("--count",), "tcpconnect": ("--count", "--lport"), "tcpconnlat": ("--lport",)}


class BadInput(lab.LiveTest):
    def check_refused(self, done):
        """One line on stderr, nothing on stdout: not even the heading, which shows that probes are attached."""
        self.assertEqual(done.code, 2, done.errors)
        self.assertEqual(done.output, b"")
        self.assertRegex(done.errors, r"\A[^\n]+\n\Z")

    def test_every_tool(self):
        cases = [(option, value) for option, values in BAD.items() for value in values]
        cases = [*cases, *((f"{option}={value}",) for option, value in cases), *BAD_WORDS]
        for tool, command in lab.COMMANDS.items():
            more = BAD_OF_TOTALS if tool in lab.TOTALS else ()
            for words in [*cases, *more]:
                with self.subTest(tool=tool, words=words):
                    if words[0] in FLAGS.get(tool, ()):
                        continue  # see BAD_OF_ONE
                    done = lab.run(lab.NETTRACE, *command, *words, limit=5)
                    self.check_refused(done)
                    self.assertTrue(done.errors.startswith(f"{tool}: error: "), done.errors)

    def test_of_one_tool(self):
        for words in BAD_OF_ONE:
            with self.subTest(words=words):
                self.check_refused(lab.run(lab.NETTRACE, *words, limit=5))

    def test_control_characters_are_not_repeated(self):
        done = lab.run(lab.NETTRACE, "tcpstates", "--netns", "a\x1b[31m\nb\x9b", limit=5)
        self.check_refused(done)
        self.assertNotIn("\x1b", done.errors)
        self.check_refused(lab.run(lab.NETTRACE, "tcp\nstates", limit=5))

    def test_unknown_tool(self):
        nearest_of = {"tcpstate": "tcpstates", "tcplive": "tcplife", "tcpretran": "tcpretrans", "trafic": "traffic"}
        for name, nearest in nearest_of.items():
            done = lab.run(lab.NETTRACE, name)
            self.check_refused(done)
            self.assertRegex(done.errors, rf"\b{nearest}\?")
        done = lab.run(lab.NETTRACE, "quite-another-word")
        self.check_refused(done)
        self.assertNotIn("mean", done.errors)

    def test_not_root(self):
        with tempfile.TemporaryDirectory() as directory:
            os.chmod(directory, 0o755)
            copy = pathlib.Path(directory, "nettrace")
            copy.write_bytes(pathlib.Path(lab.NETTRACE).read_bytes())
            copy.chmod(0o755)
            for tool, command in lab.COMMANDS.items():
                done = lab.run(*lab.as_nobody(copy, *command))
                self.assertEqual((done.code, done.output), (3, b""), done.errors)
                self.assertRegex(done.errors, rf"\A{tool}: error: [^\n]+\n\Z")
                self.assertRegex(done.errors, "root|CAP_BPF")
            # Operations without privileges work.
            self.assertEqual(lab.run(*lab.as_nobody(copy, "tcpstates", "--help")).code, 0)
            self.assertEqual(lab.run(*lab.as_nobody(copy, "--list")).code, 0)


class Beginning(lab.LiveTest):
    def test_head(self):
        """A tool prints it when it has attached, before the first event."""
        for options, head in (((), "PID +COMM +LADDR "), (("-s",), "PID,COMM,IP,LADDR,")):
            with self.space.tool("tcplife", "--netns", self.space.inode, *options) as traced:
                self.assertRegex(traced.so_far().decode(), f"^{head}")

    def test_no_head(self):
        for options in (("--no-header",), ("--csv", "--no-header"), ("--json",), ("--json", "--no-header")):
            with self.space.tool("tcplife", "--netns", self.space.inode, *options) as traced:
                pass
            self.assertEqual((traced.output, traced.errors, traced.code), (b"", "", 0))

    def test_one_byte_when_ready(self):
        for command in lab.COMMANDS.values():
            traced = self.space.tool(*command, "--json")
            self.assertEqual(traced.report(), b"\n")
            self.assertEqual(traced.end().code, 0)

    def test_command_does_not_keep_the_ready_fd(self):
        """A process that reads to the end would wait for the command."""
        traced = self.space.tool("tcpstates", "--json", "--netns", self.space.inode, "--", "sleep", "3")
        try:
            self.assertEqual(traced.report(limit=2), b"\n")
        finally:
            self.assertEqual(traced.wait().code, 0)

    def test_no_byte_when_not_ready(self):
        traced = self.space.tool("tcpstates", "--lport=none")
        self.assertEqual(traced.report(), b"")
        self.assertEqual(traced.wait().code, 2)

    def test_help_and_version(self):
        for tool in lab.COMMANDS:
            for option in ("--help", "-h", "-?", "--usage", "--version", "-V"):
                done = lab.run(lab.NETTRACE, tool, option)
                self.assertEqual((done.code, done.errors), (0, ""))
                self.assertIn(tool, done.output.decode())
        self.assertIn("nettrace", lab.must(lab.NETTRACE, "--version"))
        self.assertLessEqual(set(lab.COMMANDS), set(lab.must(lab.NETTRACE, "--list").split()))


class Ending(lab.LiveTest):
    def test_count_is_exact(self):
        counts = (
            ("tcpstates", "--count=13"),
            ("tcpstates", "--count=1"),
            ("tcplife", "--count=7"),
            ("tcpdrop", "--count=5"),
            ("tcpretrans", "--count=3"),
            ("tcpretrans", "--outputs=2"),
        )
        tools = {options: self.space.trace(*options) for options in counts}
        with lab.side_by_side(tools.values()):
            self.space.traffic("--connect=11", "--refuse=7", "--drop=5")
            for traced in tools.values():
                traced.wait(5)  # ends without a signal
        for options, traced in tools.items():
            self.assertEqual((len(traced.rows), traced.code), (int(options[1].split("=")[1]), 0), options)

    def test_duration(self):
        for command in lab.COMMANDS.values():
            with self.space.tool(*command, "--duration=0.5") as traced:
                start = time.monotonic()
                self.assertEqual(traced.wait(5).code, 0)
                self.assertTrue(0.3 < time.monotonic() - start < 1.5)

    def test_signals(self):
        for tool in lab.TOOLS:
            for how in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
                with self.subTest(tool=tool, how=how.name):
                    with self.space.trace(tool) as traced:
                        traced.end(how)
                    self.assertEqual((traced.code, traced.ledger["printed"]), (0, 0))

    def test_signals_to_tools_of_totals(self):
        """With an interval or without: counts so far are printed."""
        for tool in lab.TOTALS:
            for how in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
                for options in ((), ("--interval=5",)):
                    with self.subTest(tool=tool, how=how.name, options=options):
                        with self.space.tool(*lab.COMMANDS[tool], "--json", "--debug", *options) as traced:
                            self.space.traffic("--connect=5", "--dns=5")
                            traced.end(how)
                        self.assertEqual((traced.code, traced.ledger["printed"]), (0, len(traced.rows)))
                        self.assertGreater(len(traced.rows), 0)
                        partial = bool(options) or tool != "softirqs"  # softirqs has no interval by default
                        self.assertEqual({row["partial"] for row in traced.rows}, {partial})

    def test_signal_prints_what_was_seen(self):
        """Prints rows that are still in the ring, and counts."""
        for how in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            with self.space.trace("tcplife") as rows, self.space.trace("tcpdrop", "-c") as counts:
                self.space.traffic("--connect=11", "--refuse=7")
                rows.end(how)
                counts.end(how)
            self.assertEqual((len(rows.rows), rows.code), (2 * 11 + 7, 0))
            self.assertEqual(([row["count"] for row in counts.rows], counts.code), ([7], 0))

    def run_command(self, tool, *command, verbose=False):
        options = ["--json", "--netns", self.space.inode] + ["-v"] * verbose
        return self.space.run(lab.NETTRACE, tool, *options, "--", *command)

    def test_exit_status_of_a_command(self):
        script = {"exit 0": 0, "exit 7": 7, "kill -9 $$": 137, "kill -TERM $$": 143, "exec /no/such/program": 127}
        for text, code in script.items():
            with self.subTest(text):
                done = self.run_command("tcpstates", "sh", "-c", text)
                self.assertEqual((done.code, done.output), (code, b""))
        for command, code in ((["/no/such/program"], 127), (["/etc/passwd"], 126)):
            done = self.run_command("tcpstates", *command)
            self.assertEqual(done.code, code)
            self.assertRegex(done.errors, rf"\A[^\n]*{command[0]}[^\n]*\n\Z")

    def test_own_errors_are_none_of_the_command(self):
        for words in (("tcpstates", "--nonsense"), ("trace", "--tools=nonsense"), ("tcplife", "--output=/no/such/file")):
            done = self.space.run(lab.NETTRACE, *words, "--", "true")
            self.assertEqual((done.code, done.output, len(done.errors.splitlines())), (125, b"", 1), done.errors)
        self.assertEqual(self.space.run(lab.NETTRACE, "tcpstates", "--nonsense").code, 2)

    def test_rows_apart_from_the_output_of_the_command(self):
        with tempfile.TemporaryDirectory() as directory:
            file = pathlib.Path(directory, "rows")
            done = self.space.run(
                lab.NETTRACE, "tcplife", "--json", "--netns", self.space.inode, "--output", file, "--",
                "sh", "-c", f"echo mine; {lab.NETTRACE} traffic --connect=7 >/dev/null",
            )
            self.assertEqual((done.code, done.output), (0, b"mine\n"), done.errors)
            self.assertEqual(len(file.read_text().splitlines()), 14)

    def test_command_is_seen_from_its_first_call_to_its_last(self):
        for tool, traffic, count in (
            ("tcpstates", "--connect=17", 17 * 10 + 2),
            ("tcplife", "--server-first=17", 17 * 2),
            ("tcpdrop", "--refuse=17", 17),
        ):
            done = self.run_command(tool, lab.NETTRACE, "traffic", traffic, verbose=True)
            self.assertEqual(done.code, 0, done.errors)
            self.assert_account(done, count)

    def test_command_gets_the_signal(self):
        """SIGTERM is forwarded to the command, whose status is returned."""
        command = 'trap "exit 5" TERM; echo on; sleep 20 & wait'
        with self.space.trace("tcpstates", "--", "sh", "-c", command) as traced:
            lab.wait_for(lambda: b"on\n" in traced.so_far(), "the command")
            traced.end(signal.SIGTERM)
        self.assertEqual(traced.code, 5)

    def test_full_disk(self):
        """One message, then the end."""
        for tool, command in lab.COMMANDS.items():
            command += ("--interval=0.1",) if tool in lab.TOTALS else ()
            for options in ((), ("--csv",)):
                with self.subTest(tool=tool, options=options), open("/dev/full", "wb") as full:
                    done = self.space.run(lab.NETTRACE, *command, *options, stdout=full, limit=10)
                    self.assertEqual(done.code, 1)
                    self.assertRegex(done.errors, r"\A[^\n]*No space left[^\n]*\n\Z")
        with open("/dev/full", "wb") as full:
            with self.space.tool("tcpstates", "--json", "--netns", self.space.inode, stdout=full) as traced:
                self.space.traffic("--connect=11")
                traced.wait(5)
        self.assertEqual(traced.code, 1)
        self.assertRegex(traced.errors, r"\A[^\n]*No space left[^\n]*\n\Z")

    def test_closed_pipe(self):
        """A reader that exits ends the tool silently, even without further events."""
        for tool in lab.TOOLS:
            with self.subTest(tool=tool):
                reader, writer = os.pipe()
                with self.space.tool(tool, "--netns", self.space.inode, stdout=writer) as traced:
                    os.close(writer)
                    self.assertIn(b"PID", os.read(reader, 10000))
                    os.close(reader)
                    traced.wait(2)
                self.assertEqual((traced.code, traced.errors), (0, ""))

    def test_closed_pipe_of_totals(self):
        for tool in lab.TOTALS:
            with self.subTest(tool=tool):
                reader, writer = os.pipe()
                with self.space.tool(*lab.COMMANDS[tool], "--interval=0.1", stdout=writer) as traced:
                    os.close(writer)
                    self.assertTrue(os.read(reader, 10000))
                    os.close(reader)
                    traced.wait(2)
                self.assertEqual((traced.code, traced.errors), (0, ""))

    def test_closed_pipe_in_the_middle_of_rows(self):
        command = 'exec 3>&1; "$0" tcpstates --json --netns "$1" -- "$0" traffic --connect 997 2>&3 | head -3'
        with lab.Running(*self.space.enter, "sh", "-c", command, lab.NETTRACE, self.space.inode) as both:
            done = both.wait()
        self.assertEqual((len(done.rows), done.errors), (3, ""))


class Links(lab.LiveTest):
    def test_links(self):
        with tempfile.TemporaryDirectory() as directory:
            for _ in range(2):  # the second time all links exist
                self.assertEqual(lab.must(lab.NETTRACE, "--install", directory, "--prefix", "nt-"), "")
            self.assertEqual(sorted(os.listdir(directory)), sorted(f"nt-{name}" for name in lab.LINKS))
            self.assertIn("(dns)", lab.must(pathlib.Path(directory, "nt-gethostlatency"), "--version"))
            for tool in lab.COMMANDS:
                self.assertIn(tool, lab.must(pathlib.Path(directory, f"nt-{tool}"), "--version"))
            link = pathlib.Path(directory, "nt-tcplife")
            options = ("--json", "-v", "--netns", self.space.inode)
            done = self.space.run(link, *options, "--", lab.NETTRACE, "traffic", "--connect=3")
            self.assert_account(done, 2 * 3)
            self.assertTrue(done.errors.startswith("tcplife: note: "), done.errors)

    def test_links_without_prefix(self):
        with tempfile.TemporaryDirectory() as directory:
            lab.must(lab.NETTRACE, "--install", directory)
            self.assertEqual(sorted(os.listdir(directory)), sorted(lab.LINKS))

    def test_nothing_of_others_is_replaced(self):
        with tempfile.TemporaryDirectory() as directory:
            others = pathlib.Path(directory, "tcplife")
            others.write_text("theirs")
            done = lab.run(lab.NETTRACE, "--install", directory)
            self.assertEqual((done.code, others.read_text()), (1, "theirs"))
            self.assertRegex(done.errors, r"\A[^\n]*tcplife[^\n]*\n\Z")

    def test_bad_places(self):
        places = {("/no/such/directory",): 1, (): 2, ("/tmp", "--prefix"): 2, ("/tmp", "--prefix", "a/b"): 2}
        for words, code in places.items():
            done = lab.run(lab.NETTRACE, "--install", *words)
            self.assertEqual((done.code, done.output), (code, b""), done.errors)


if __name__ == "__main__":
    lab.main()
