#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""test_instances.py: instances of a tool in one process, each with filters and options of its own, get their own rows
only."""

import collections
import pathlib
import subprocess

import lab

INSTANCES = pathlib.Path(lab.NETTRACE).parent / "test/instances"
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

    def test_forty(self):
        every = self.rows_of("tcpstates", 40 * (f"--rport {PORT + 1}",), ("--refuse=5",))
        self.assertEqual([len(rows) for rows in every], 40 * [2 * 5])


if __name__ == "__main__":
    lab.main()
