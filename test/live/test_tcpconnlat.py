#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""test_tcpconnlat.py: tcpconnlat: the latency, result and number of SYNs of each attempt to connect."""

import collections
import contextlib
import socket
import statistics
import time

import lab
import silence
from sockets import FAMILY, attempt, closed_port, drop, family_of, listen, port_of, settled, work_inside

FAMILIES = (4, 6)
TCP_FASTOPEN_CONNECT = 30
SLACK = 5 * 10**7  # ns that a process may be off its CPU, with rare exceptions
SOON = 4 * 10**8  # ns: limit for an attempt on loopback


class Tcpconnlat(lab.LiveTest):
    def check_latency(self, rows, measured):
        """The kernel's time is less than the caller's, but not much less."""
        self.assertEqual(len(rows), len(measured))
        for row, took in zip(rows, measured):
            self.assertLessEqual(row["latency_ns"], took, row)
        more = [took - row["latency_ns"] for row, took in zip(rows, measured)]
        self.assertLess(statistics.median(more), SLACK, more)

    def test_histogram(self):
        """Every attempt once, in the slot of its row, and in each interval."""
        plain, whole = self.space.trace("tcpconnlat"), self.space.trace("tcpconnlat", "--dist")
        parts = self.space.trace("tcpconnlat", "--dist", "--interval=0.2")
        table = self.space.tool("tcpconnlat", "--dist", "--netns", self.space.inode)
        with lab.side_by_side((plain, whole, parts, table)):
            self.space.traffic("--connect=101", "--refuse=7", "--syn=2")
        (row,) = whole.rows
        self.assertEqual(row["count"], 101 + 7 + 2)
        slots = row["histogram_us"]
        self.assertEqual(sum(slot["count"] for slot in slots), 101 + 7 + 2)
        for slot in slots:
            self.assertEqual(slot["to"], max(2 * slot["from"], 2) - 1)
        # Each tool reads the clock itself; but attempts with a second SYN took a second.
        slow = [row for row in plain.rows if row["latency_ns"] > 5 * 10**8]
        self.assertEqual(len(slow), 2)
        self.assertEqual(sum(slot["count"] for slot in slots if slot["from"] >= 1 << 18), len(slow))
        self.assertGreater(len(parts.rows), 1)  # intervals without attempts have no block
        self.assertEqual(sum(row["count"] for row in parts.rows), 101 + 7 + 2)
        head, *lines = table.lines
        self.assertRegex(head, r"^ {5}usecs {15}: count     distribution$")
        self.assertEqual(sum(int(line.split(":")[1].split()[0]) for line in lines), 101 + 7 + 2)

    def test_latency_is_what_the_client_sees(self):
        def connect():
            took, kept = [], []
            for family in FAMILIES:
                listener, full = listen(self.space, family), listen(self.space, family, backlog=0)
                port, full_port, closed = port_of(listener), port_of(full), closed_port(lab.LOOPBACK[family])
                kept.append(attempt(lab.LOOPBACK[family], full_port))
                for to in (port, closed) * 7:
                    began = time.monotonic_ns()
                    kept.append(attempt(lab.LOOPBACK[family], to))
                    took.append(time.monotonic_ns() - began)
                # The queue is full: the kernel drops the first SYN, and has room for the second.
                made, how = attempt(lab.LOOPBACK[family], full_port, blocking=False)
                began = time.monotonic_ns()
                assert how == "EINPROGRESS", how
                full.accept()
                made.setblocking(True)
                settled(made, lab.LOOPBACK[family], full_port)
                took.append(time.monotonic_ns() - began + SLACK // 2)
            return took

        with self.space.trace("tcpconnlat") as traced:
            took = work_inside(self.space, connect)[1]
        slow = [row for row in traced.rows if row["latency_ns"] > 9 * 10**8]
        self.assertEqual(lab.count_by(slow, "family", "result", "syns"), {(4, "ok", 2): 1, (6, "ok", 2): 1})
        rows = list(traced.rows)
        self.assertEqual(len(rows), 2 * 16)
        self.check_latency(rows[1:16] + rows[17:], took)

    def test_silence(self):
        """Failed attempts end too, with their time and their SYNs."""
        silence.add(self.space)

        def connect():
            waiting = []
            for family in FAMILIES:
                for address, count in ((silence.NOBODY[family], 3), (silence.NOWHERE[family], 2)):
                    waiting += [(attempt(address, 443, False)[0], address) for _ in range(count)]
                for _ in range(7):
                    attempt(silence.NOWHERE[family], 443, False)[0].close()
            return [settled(made, address, 443) for made, address in waiting]

        with self.space.trace("tcpconnlat") as traced:
            pid, told = work_inside(self.space, connect)
        self.assertEqual(told, (["EHOSTUNREACH"] * 3 + ["ETIMEDOUT"] * 2) * 2)
        expected = {}
        for family in FAMILIES:
            expected[family, "unreachable", "EHOSTUNREACH", 1] = 3
            expected[family, "timed out", "ETIMEDOUT", 2] = 2
            expected[family, "abandoned", None, 1] = 7
        self.assertEqual(lab.count_by(traced.rows, "family", "result", "error", "syns"), expected)
        self.assert_account(traced, 24)
        at_least = {"unreachable": 2.5e8, "timed out": 2.9e9, "abandoned": 0}
        for row in traced.rows:
            self.assertEqual((row["pid"], row["owner"]), (pid, "exact"), row)
            self.assertTrue(at_least[row["result"]] < row["latency_ns"] < 10**10, row)

    def test_nothing_is_left_of_an_attempt(self):
        """A socket that connects again is measured anew: the first attempt fails, was too short, or never ends."""

        def connect():
            kept = []
            listener = listen(self.space)
            port, closed = port_of(listener), closed_port("127.0.0.1")
            for _ in range(3):
                made = attempt("127.0.0.1", closed)[0]
                time.sleep(SOON / 10**9)
                kept.append(attempt("127.0.0.1", port, made=made))
            return [how for _, how in kept]

        with self.space.trace("tcpconnlat") as traced:
            self.assertEqual(work_inside(self.space, connect)[1], ["ok"] * 3)
        self.assertEqual(lab.count_by(traced.rows, "result"), {("ok",): 3, ("refused",): 3})
        self.assertTrue(all(row["latency_ns"] < SOON for row in traced.rows), traced.rows)

    def test_fast_open_that_waits_for_data(self):
        """connect() returns at once, and the SYN leaves with the first data: the time begins there, also if it is lost."""
        lab.must(*self.space.enter, "sysctl", "-qw", "net.ipv4.tcp_fastopen=1543")  # without cookies
        waits, kept = 0.7, []

        def connect(address, port):
            made = socket.socket(family_of(address))
            made.setsockopt(socket.IPPROTO_TCP, TCP_FASTOPEN_CONNECT, 1)
            made.connect((address, port))
            kept.append(made)
            return made

        def work():
            lossy = []
            for family in FAMILIES:
                address, listener = lab.LOOPBACK[family], listen(self.space, family)
                ends = [connect(address, port) for port in (port_of(listener), closed_port(address))]
                lossy.append((listen(self.space, family), address))
                ends.append(connect(address, port_of(lossy[-1][0])))
                drop(lossy[-1][0], True)
                kept.append((listener, ends))
            time.sleep(waits)
            for _, ends in [each for each in kept if isinstance(each, tuple)]:
                for made in ends:
                    made.setblocking(False)
                    with contextlib.suppress(BlockingIOError):
                        made.send(b"x")
            time.sleep(0.2)
            for listener, _ in lossy:
                drop(listener, False)
            time.sleep(1.3)
            return None

        with self.space.trace("tcpconnlat") as traced:
            work_inside(self.space, work)
        rows = lab.count_by(traced.rows, "family", "result", "syns")
        each = {(family, *how): 1 for family in FAMILIES for how in (("ok", 1), ("refused", 1), ("ok", 2))}
        self.assertEqual(rows, each)
        for row in traced.rows:
            least = 9 * 10**8 if row["syns"] == 2 else 0
            self.assertTrue(least < row["latency_ns"] < least + waits * 10**9, row)

    def test_both_ends_connect(self):
        """A socket that connects to itself: the received SYN is no answer, but the SYN-ACK is."""

        def connect():
            for family in FAMILIES:
                with socket.socket(FAMILY[family]) as made:
                    made.bind((lab.LOOPBACK[family], 0))
                    made.connect(made.getsockname())
                    made.send(b"x")
                    made.recv(1)

        tools = ("tcpconnlat", "tcpconnect", "tcpstates")
        with self.space.trace("trace", ",".join(tools)) as traced:  # in one process: one clock
            work_inside(self.space, connect)
        latencies, attempts, states = ([row for row in traced.rows if row["tool"] == tool] for tool in tools)
        spent = collections.Counter()
        for row in states:
            if row["oldstate"] in ("SYN_SENT", "SYN_RECV"):
                spent[row["family"]] += row["duration_ns"]
        self.assertEqual(lab.count_by(latencies, "family", "result", "syns"), {(4, "ok", 1): 1, (6, "ok", 1): 1})
        self.assertEqual(lab.count_by(attempts, "family", "result"), {(4, "ok"): 1, (6, "ok"): 1})
        for row in latencies:
            self.assertEqual(row["latency_ns"], spent[row["family"]], row)

    def test_older_attempts(self):
        """An attempt with unknown begin has an unknown latency."""
        silence.add(self.space)
        script = f"import socket; socket.socket().connect(('{silence.NOWHERE[4]}', 443))"
        with lab.Running(*self.space.enter, "python3", "-c", script) as client:
            attempts = (*self.space.enter, lab.need("ss"), "-tnH", "state", "syn-sent")
            lab.wait_for(lambda: lab.must(*attempts), "the attempt")
            with self.space.trace("tcpconnlat") as traced:
                client.wait()
        self.assertEqual(
            lab.count_by(traced.rows, "pid", "result", "syns", "latency_ns"), {(client.pid, "timed out", 2, None): 1}
        )

    def test_minimum(self):
        """Attempts below the minimum are counted as filtered, exactly."""
        for _ in range(5):
            tools = [self.space.trace("tcpconnlat", *how) for how in ([], ["500"], ["500.5", "-6"], ["--min-ms=500"])]
            with lab.side_by_side(tools):
                self.space.traffic("--connect=17", "--refuse=5", "--syn=3", *lab.BOTH)
            everything, minimum, only_v6, named = tools
            if everything.ledger["seen"] == minimum.ledger["seen"]:
                break  # no other process connected while one of the tools was not attached
        self.assertEqual(everything.ledger["seen"], minimum.ledger["seen"])
        self.assertEqual(minimum.ledger["filtered"] - everything.ledger["filtered"], 2 * (17 + 5))
        self.assert_account(everything, 2 * 25)
        for traced, families in ((minimum, FAMILIES), (named, FAMILIES), (only_v6, (6,))):
            self.assert_account(traced, 3 * len(families))
            self.assertEqual(
                lab.count_by(traced.rows, "family", "result", "syns"), {(family, "ok", 2): 3 for family in families}
            )
            self.assertTrue(all(row["latency_ns"] >= 5 * 10**8 for row in traced.rows))

    def test_bad_input(self):
        for how in (("fast",), ("-1",), ("1e3",), ("10", "20"), ("--min-ms",), ("",), ("-L80",)):
            done = lab.run(lab.NETTRACE, "tcpconnlat", *how)
            self.assertEqual((done.code, done.output, done.errors.count("\n")), (2, b"", 1), (how, done.errors))


if __name__ == "__main__":
    lab.main()
