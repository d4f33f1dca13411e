#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""test_instances.py: instances of a tool in one process, each with filters and options of its own, get their own rows
only; and so do whole runs in the threads of one process."""

import collections
import contextlib
import json
import os
import pathlib
import re
import subprocess

import lab

INSTANCES = pathlib.Path(lab.NETTRACE).parent / "test/instances"
RUNS = INSTANCES.parent / "runs"
PORT = 21000  # of a separate namespace; the refusing port is the next one


class Instances(lab.LiveTest):
    def rows_of(self, tool, options, traffic):
        """The rows of each instance: lists of (local, remote port)."""
        here = f" --netns {self.space.inode}"
        command = [*self.space.enter, INSTANCES, tool, *(each + here for each in options)]
        with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as run:
            self.assertEqual(run.stdout.readline(), "ready\n")
            self.space.traffic(f"--port={PORT}", *traffic)
            told, _ = run.communicate(timeout=lab.PATIENCE)
        self.assertEqual(run.returncode, 0)
        rows = collections.defaultdict(list)
        for line in told.splitlines():
            instance, *ports = map(int, line.split())
            rows[instance].append(tuple(ports))
        return [rows[i] for i in range(len(options))]

    def test_filters(self):
        ours, refused = self.rows_of("tcpstates", (f"--lport {PORT}", f"--rport {PORT + 1}"), ("--connect=3", "--refuse=5"))
        self.assertEqual({local for local, _ in ours}, {PORT})
        self.assertEqual(len(ours), 2 + 5 * 3)  # begin and end of listening; the server's side of each connection
        self.assertEqual({remote for _, remote in refused}, {PORT + 1})
        self.assertEqual(len(refused), 2 * 5)

    def test_options_of_its_own(self):
        """The programs of each instance apply its own minimum: a retransmitted SYN takes a second."""
        every, slow = self.rows_of("tcpconnlat", ("--min-ms 0", "--min-ms 500"), ("--connect=7", "--syn=1"))
        self.assertEqual((len(every), len(slow)), (8, 1))

    def test_rows_that_are_sent_once(self):
        """Instances share the tags of sockets, where each notes which rows it has sent."""
        for tool, rows in ("tcpconnect", 5), ("tcptracer", 2 * 5):  # a connect and a close
            with self.subTest(tool):
                every = self.rows_of(tool, 3 * (f"--rport {PORT}",), ("--connect=5",))
                self.assertEqual([len(each) for each in every], 3 * [rows])

    def test_forty(self):
        every = self.rows_of("tcpstates", 40 * (f"--rport {PORT + 1}",), ("--refuse=5",))
        self.assertEqual([len(rows) for rows in every], 40 * [2 * 5])


class Runs(lab.LiveTest):
    def test_two_tools(self):
        """Each run has its own filters, format, messages and end: the second one continues after the first has ended."""
        ends, reports = zip(*(os.pipe() for _ in range(2)))
        options = f"--verbose --keep-caps --netns {self.space.inode} --ready-fd"
        states = f"tcpstates --json --lport {PORT} --duration 4 {options} {reports[0]}"
        lives = f"tcplife --csv --count 14 {options} {reports[1]}"
        with lab.Running(*self.space.enter, RUNS, 1, states, lives, pass_fds=reports) as runs, contextlib.ExitStack() as files:
            for report in reports:
                os.close(report)
            ready = [files.enter_context(open(end, "rb")) for end in ends]
            self.assertEqual([len(each.read(1)) for each in ready], [1, 1])
            self.space.traffic(f"--port={PORT}", "--connect=7")
            lab.wait_for(lambda: b"tcplife: note: seen" in runs.errors_so_far(), "the end of tcplife")
            self.space.traffic(f"--port={PORT}", "--connect=3")
            done = runs.wait()
        self.assertEqual(done.code, 0, done.errors)
        rows = [json.loads(line) for line in done.lines if line.startswith("{")]
        others = [line for line in done.lines if not line.startswith("{")]
        self.assertEqual({row["lport"] for row in rows}, {PORT})
        self.assertEqual(len(rows), 2 * 2 + 5 * (7 + 3))  # two listeners; the server's side of each connection
        self.assertEqual(len(others), 1 + 2 * 7)  # the heading; both ends
        printed = re.findall(r"^(\w+): note: seen .* printed (\d+)$", done.errors, re.MULTILINE)
        self.assertEqual(sorted(printed), [("tcplife", "14"), ("tcpstates", "54")])

    def test_start_and_stop(self):
        """Tools start and stop in four threads, independently."""
        lines = ("tcpdrop --duration 0.001", "tcptop --duration 0.01", "tcpconnect --containers --duration 0.02",
                 "tcpstates --json --ring-size 2 --duration 0.001")
        done = lab.run(RUNS, 10, *(line + " --keep-caps" for line in lines))
        self.assertEqual(done.code, 0, done.errors)
        self.assertNotIn("error:", done.errors)


if __name__ == "__main__":
    lab.main()
