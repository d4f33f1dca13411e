#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""test_journal.py: the entries of tcpstates -Y for the systemd journal, received by a socket in journald's place."""

import pathlib
import re
import socket
import tempfile
import threading
import time

import lab


def parse_entry(entry):
    """Parses the native protocol: NAME=value lines; or NAME, newline, length (64 bits), value. Fields in order."""
    fields = []
    while entry:
        line, _, rest = entry.partition(b"\n")
        name, equals, value = line.partition(b"=")
        if not equals:
            length = int.from_bytes(rest[:8], "little")
            value, rest = rest[8 : 8 + length], rest[8 + length + 1 :]
        fields.append((name.decode(), value.decode()))
        entry = rest
    return fields


class Journald:
    """Receives entries at `directory`/systemd/journal/socket."""

    def __init__(self, directory):
        path = pathlib.Path(directory, "systemd/journal/socket")
        path.parent.mkdir(parents=True)
        self.entries = []
        self.socket = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
        self.socket.bind(str(path))
        self.thread = threading.Thread(target=self.receive, daemon=True)

    def receive(self):
        while entry := self.socket.recv(65536):
            self.entries.append(parse_entry(entry))

    def __enter__(self):
        self.thread.start()
        return self

    def __exit__(self, *exception):
        with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as end:
            end.sendto(b"", self.socket.getsockname())
        self.thread.join(lab.PATIENCE)
        self.socket.close()


class Journal(lab.LiveTest):
    def setUp(self):
        super().setUp()
        lab.need("unshare")
        self.run_directory = self.enterContext(tempfile.TemporaryDirectory())
        # In a mount namespace, where /run is that directory.
        bind = 'mount --bind "$0" /run && exec "$@"'
        self.inside = [*self.space.enter, "unshare", "--mount", "sh", "-c", bind, self.run_directory]

    def trace(self, *options):
        return lab.Tool("tcpstates", "--json", "-v", "-Y", "--netns", self.space.inode, *options, enter=self.inside)

    def expected(self, row):
        """The fields of bcc's tcpstates, for the corresponding row."""
        version = f"OBJECT_IPV{row['family']}"
        lport, rport = row["lport"] or 0, row["rport"] or 0
        return {
            "SYSLOG_IDENTIFIER": "tcpstates",
            "PRIORITY": "5",
            "OBJECT_PID": str(row["pid"]),
            f"{version}_SOURCE_ADDRESS": row["laddr"],
            "OBJECT_TCP_SOURCE_PORT": str(lport),
            f"{version}_DESTINATION_ADDRESS": row["raddr"],
            "OBJECT_TCP_DESTINATION_PORT": str(rport),
            "OBJECT_TCP_OLD_STATE": row["oldstate"],
            "OBJECT_TCP_NEW_STATE": row["newstate"],
            "OBJECT_TCP_SPAN_TIME": str(row["duration_ns"] // 1000),
            "MESSAGE": f"{row['comm']} {row['laddr']} {lport} → {row['raddr']} {rport} "
            f"{row['oldstate']} → {row['newstate']}",
        }

    def test_entries(self):
        with Journald(self.run_directory) as journald:
            with self.trace() as traced:
                self.space.traffic("--connect=7", "--refuse=3", *lab.BOTH)
        self.assert_account(traced, 2 * (7 * 10 + 3 * 2 + 2))
        self.assertEqual(len(journald.entries), len(traced.rows))
        for row, entry in zip(traced.rows, journald.entries):
            fields = dict(entry)
            self.assertEqual(len(fields), len(entry), entry)
            when = fields.pop("_SOURCE_REALTIME_TIMESTAMP")
            self.assertAlmostEqual(int(when), lab.nanoseconds(row["ts"]) // 1000, delta=1000)
            self.assertLess(abs(int(when) / 10**6 - time.time()), lab.PATIENCE)
            self.assertEqual(fields, self.expected(row))

    def test_filters_hold_for_the_journal(self):
        with Journald(self.run_directory) as journald:
            with self.trace("--comm=nt-server", "--count=5") as traced:
                self.space.traffic("--connect=7")
                traced.wait()
        self.assertEqual(len(traced.rows), 5)
        self.assertEqual([dict(entry)["MESSAGE"].split()[0] for entry in journald.entries], ["nt-server"] * 5)

    def test_an_unknown_span_is_not_told(self):
        """The time in a state that began before tracing."""
        with Journald(self.run_directory) as journald:
            with self.space.hold("--hold=1") as traffic, self.trace("--comm=nt-client") as traced:
                traffic.release()
        self.assertEqual(len(journald.entries), 3)
        spans = [dict(entry).get("OBJECT_TCP_SPAN_TIME") for entry in journald.entries]
        self.assertIsNone(spans[0])
        self.assertEqual(spans[1:], [str(row["duration_ns"] // 1000) for row in traced.rows[1:]])

    def test_a_name_with_a_newline(self):
        """The binary form of a field: no name can forge another field."""
        script = (
            "import socket; open('/proc/self/comm', 'w').write('a\\nPRIORITY=0'); "
            "server = socket.create_server(('127.0.0.1', 0)); socket.create_connection(server.getsockname())"
        )
        with Journald(self.run_directory) as journald, self.trace() as traced:
            lab.must(*self.space.enter, "python3", "-c", script)
        self.assertGreater(len(traced.rows), 5)
        self.assertEqual(len(journald.entries), len(traced.rows))
        for entry in journald.entries:
            self.assertEqual([value for name, value in entry if name == "PRIORITY"], ["5"])
            message = dict(entry)["MESSAGE"]
            self.assertTrue(re.match(r"a(\n|\\x0a|\\n)PRIORITY=0 ", message), message)

    def test_no_journal(self):
        """Without journald: one line of message, and nothing is traced."""
        done = lab.run(*self.inside, lab.NETTRACE, "tcpstates", "-Y", "--duration=1")
        self.assertEqual((done.code, done.output), (1, b""), done.errors)
        self.assertRegex(done.errors, r"\Atcpstates: error: [^\n]*/run/systemd/journal/socket[^\n]*\n\Z")


if __name__ == "__main__":
    lab.main()
