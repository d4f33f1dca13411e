#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""test_traffic.py: the io_uring actions of nettrace traffic, against the kernel's counters and the tools."""

import collections
import ctypes
import errno
import struct

import lab

ACCEPT, MULTISHOT, CONNECT, LISTEN = 7, 11, 5, 3
ACTIONS = {
    "--uring-accept": ACCEPT,
    "--uring-multishot": MULTISHOT,
    "--uring-connect": CONNECT,
    "--uring-listen": LISTEN,
}
EVERY = [f"{name}={count}" for name, count in ACTIONS.items()]
IO_URING_SETUP = 425  # on every architecture


def without_io_uring():
    """Lets io_uring_setup() fail in this process and in programs that it executes, as a container runtime does."""
    # A BPF filter: loads the number of the system call; that one: SECCOMP_RET_ERRNO | EPERM, others: SECCOMP_RET_ALLOW.
    code = ((0x20, 0, 0, 0), (0x15, 0, 1, IO_URING_SETUP), (0x06, 0, 0, 0x50000 | errno.EPERM), (0x06, 0, 0, 0x7FFF0000))
    filters = ctypes.create_string_buffer(b"".join(struct.pack("HBBI", *line) for line in code))
    program = struct.pack("HxxxxxxP", len(code), ctypes.addressof(filters))
    libc = ctypes.CDLL(None, use_errno=True)
    if libc.prctl(38, 1, 0, 0, 0) or libc.prctl(22, 2, program):  # PR_SET_NO_NEW_PRIVS, PR_SET_SECCOMP
        raise OSError(ctypes.get_errno(), "prctl")


class Traffic(lab.LiveTest):
    def test_io_uring_counts(self):
        """Each action alone, in each family: the kernel's counts equal the report."""
        for family in lab.BOTH:
            for name, count in ACTIONS.items():
                with self.subTest(f"{name} {family}"):
                    with self.space.counting() as counters:
                        report = self.space.traffic(f"{name}={count}", family)
                    opened = 0 if name == "--uring-listen" else count
                    self.assertEqual(report[name.strip("-").replace("-", "_")], count)
                    self.assertEqual(report["listeners"], count if name == "--uring-listen" else 1)
                    for number in ("connects", "established", "accepted"):
                        self.assertEqual(report[number], opened, number)
                    self.assertEqual((counters["ActiveOpens"], counters["PassiveOpens"]), (opened, opened))
                    self.assertEqual((counters["AttemptFails"], counters["EstabResets"]), (0, 0))
                    self.assertEqual(counters["RetransSegs"], 0)

    def test_unreachable(self):
        """Nothing is sent, and TCP counts no attempt."""
        for name in ("--unreachable", "--uring-unreachable"):
            for family in lab.BOTH:
                with self.subTest(f"{name} {family}"):
                    with self.space.counting() as counters:
                        report = self.space.traffic(f"{name}=7", family)
                    self.assertEqual(report[name.strip("-").replace("-", "_")], 7)
                    self.assertEqual((report["connects"], report["established"]), (0, 0))
                    self.assertEqual((counters["ActiveOpens"], counters["OutSegs"]), (0, 0))

    def test_many(self):
        """One request accepts more connections than the accept queue has room for."""
        with self.space.counting() as counters:
            report = self.space.traffic("--uring-multishot=5003")
        self.assertEqual((report["accepted"], counters["PassiveOpens"]), (5003, 5003))

    def test_tools_see_io_uring(self):
        """Sessions and their owners, and the state changes of listeners."""
        life, states = self.space.trace("tcplife"), self.space.trace("tcpstates")
        with lab.side_by_side((life, states)):
            report = self.space.traffic(*EVERY, *lab.BOTH)
        sessions = ACCEPT + MULTISHOT + CONNECT
        expected = {(role, family): sessions for role in ("client", "server") for family in (4, 6)}
        self.assertEqual(lab.count_by(life.rows, "role", "family"), collections.Counter(expected))
        self.assert_account(life, 4 * sessions)
        for row in life.rows:
            self.assert_common(row, "tcplife", report)
            self.assertEqual((row["tx_bytes"], row["rx_bytes"]), (0, 0))
            self.assertEqual(row["comm"], {"client": "nt-client", "server": "nt-server"}[row["role"]])
        listeners = [row for row in states.rows if row["newstate"] == "LISTEN"]
        self.assertEqual(len(listeners), report["listeners"])
        self.assertEqual(report["listeners"], 2 * LISTEN + 2)
        self.assertEqual({row["pid"] for row in listeners}, {report["server_pid"]})

    def test_listen_in_vain(self):
        """Whole connections with a clean end, on which the server has tried to listen."""
        solisten, life = self.space.trace("solisten"), self.space.trace("tcplife")
        with self.space.counting() as counters, lab.side_by_side((solisten, life)):
            report = self.space.traffic("--bad-listen=3", *lab.BOTH)
        self.assertEqual((report["bad_listen"], report["accepted"], counters["PassiveOpens"]), (6, 6, 6))
        self.assertEqual(lab.count_by(solisten.rows, "family", "error"), {
            (family, error): count for family in (4, 6) for error, count in ((None, 1), ("EINVAL", 3))
        })
        self.assertEqual({row["lport"] for row in solisten.rows}, {report["server_port"]})
        self.assertEqual(lab.count_by(life.rows, "tx_bytes", "rx_bytes", "error"), {(1000, 500, None): 6, (500, 1000, None): 6})

    def test_without_io_uring(self):
        """One line of message; exit status 1."""
        for name in ACTIONS:
            with self.subTest(name):
                command = (*self.space.enter, lab.NETTRACE, "traffic", f"{name}=3", "--json")
                done = lab.run(*command, preexec_fn=without_io_uring)
                self.assertEqual((done.code, done.output, done.errors.count("\n")), (1, b"", 1), done.errors)
                self.assertIn("io_uring: this kernel has none, or does not allow it", done.errors)


if __name__ == "__main__":
    lab.main()
