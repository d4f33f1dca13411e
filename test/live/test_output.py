#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""test_output.py: output of untrusted names, in each format, and rows that stay whole when many arrive at once."""

import csv
import io
import json
import re
import sys
import tempfile

import lab

NAMES = {  # name of a process: its form in JSON
    b"two words": "two words",
    b'q"uo\'te': "q\"uo'te",
    b"com,ma,": "com,ma,",
    b'all,"of,"it': 'all,"of,"it',
    b"new\nline\r\n": "new\nline\r\n",
    b"\x1b[31mred\x07\x7f": "\x1b[31mred\x07\x7f",
    b"back\\slash\\n": "back\\slash\\n",
    b"\xff\xfe\xc3(": "\ufffd\ufffd\ufffd(",
    "ünïcödé→".encode()[:15]: "ünïcödé→",
    b"c1\xc2\x9b31m": "c1\x9b31m",
    b"cut\xe2\x86": "cut\ufffd\ufffd",
    b"=1+1": "=1+1",
    b"{}%s%n$(x)`y`": "{}%s%n$(x)`y`",
    b" lead, tail ": " lead, tail ",
}

# Connects to the port in its argument, once under each of the names.
MASQUERADE = r"""
import socket, sys
with socket.create_server(("127.0.0.1", 0)) as listener:
    for name in sys.argv[1:]:
        with open("/proc/self/comm", "wb") as comm:
            comm.write(bytes.fromhex(name))
        with socket.create_connection(listener.getsockname()):
            pass
"""


class Names(lab.LiveTest):
    def setUp(self):
        super().setUp()
        self.names = [name for name in NAMES]

    def trace_names(self, *options):
        """The rows of tcpstates for the first changes of sockets that processes of these names create."""
        with self.space.tool("tcpstates", "--netns", self.space.inode, "--raddr=127.0.0.1", *options) as traced:
            lab.must(*self.space.enter, sys.executable, "-c", MASQUERADE, *(name.hex() for name in self.names))
        return traced.output

    def test_json(self):
        rows = [json.loads(line) for line in self.trace_names("--json").splitlines()]
        opened = [row["comm"] for row in rows if row["newstate"] == "SYN_SENT"]
        self.assertEqual(opened, list(NAMES.values()))

    def test_csv(self):
        """One line each, with control characters escaped; a CSV reader gets the name of the process."""
        output = self.trace_names("--csv")
        rows = list(csv.reader(io.StringIO(output.decode(), newline=""), strict=True))
        self.assertEqual(len(rows), output.count(b"\n"))
        self.assertEqual({len(row) for row in rows}, {11})
        opened = [row[2] for row in rows if row[9] == "SYN_SENT"]
        self.assertEqual(len(opened), len(NAMES))
        for (raw, name), printed in zip(NAMES.items(), opened):
            if name.isprintable() and "\ufffd" not in name:
                self.assertEqual(printed, name)
            else:
                self.assertRegex(printed, r"\\x[0-9a-f]{2}")
        self.check_harmless(output)

    def test_table(self):
        for options in ((), ("-w",), ("-wTt",)):
            output = self.trace_names(*options)
            self.check_harmless(output)
            head, *lines = output.decode().splitlines()
            self.assertEqual(sum("SYN_SENT    " in line for line in lines), 2 * len(NAMES))
            at = head.index("LADDR")
            for line in lines:  # for every name, the later columns are aligned
                self.assertEqual((line[at : at + 9], line[at - 1]), ("127.0.0.1", " "), line)

    def check_harmless(self, output):
        self.assertIsNone(re.search(rb"[\x00-\x09\x0b-\x1f\x7f]|\xc2[\x80-\x9f]", output))
        output.decode()  # is UTF-8 throughout


class WholeRows(lab.LiveTest):
    traffic = ("--connect=1009", "--server-first=503", *lab.BOTH)
    changes = 2 * (10 * (1009 + 503) + 2)

    def make_traffic(self):
        """Two connections at a time, on all CPUs."""
        command = [*self.space.enter, lab.NETTRACE, "traffic", *self.traffic]
        with lab.Running(*command) as one, lab.Running(*command) as other:
            self.assertEqual((one.wait().code, other.wait().code), (0, 0))

    def test_many_at_once(self):
        """In each format, with and without the terminal's width."""
        formats = {"--json": json.loads, "--csv": self.check_csv, "--no-header": self.check_line}
        tools = {name: self.space.tool("tcpstates", "-v", "--netns", self.space.inode, name) for name in formats}
        with lab.side_by_side(tools.values()):
            self.make_traffic()
        for name, check in formats.items():
            lines = tools[name].lines[1 if name == "--csv" else 0 :]
            for line in lines:
                check(line)
            ledger = tools[name].ledger
            self.assertEqual((len(lines), ledger["lost"]), (2 * self.changes, 0))

    def check_csv(self, line):
        self.assertEqual(line.count(","), 10, line)

    def check_line(self, line):
        self.assertRegex(line, r"^[0-9a-f]{16} \d+ +nt-\w+ +[\d.:]+ +\d+ +[\d.:]+ +\d+ +\w+ +-> \w+ +(\d+\.\d{3}|-)$")

    def test_two_tools_into_one_file(self):
        with tempfile.NamedTemporaryFile() as file, open(file.name, "ab") as append:
            options = ("--json", "--netns", self.space.inode)
            tools = [self.space.tool(name, *options, stdout=append) for name in ("tcpstates", "tcplife")]
            with lab.side_by_side(tools):
                self.make_traffic()
            rows = [json.loads(line) for line in file]
        self.assertEqual(
            lab.count_by(rows, "tool"), {("tcpstates",): 2 * self.changes, ("tcplife",): 2 * 2 * 2 * (1009 + 503)}
        )


if __name__ == "__main__":
    lab.main()
