#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""test_edges.py: extreme conditions: unread output, constant memory while events arrive, more sockets than the ring has
room for. The sections edges and endurance of test/bench/run measure the same for longer."""

import os
import pathlib
import re
import threading
import time

import lab

CHANGES, OF_LISTENER = 10, 2  # rows of tcpstates: of a connection of --churn, and of a socket that listens


class Edges(lab.LiveTest):
    limit = 120

    def happened(self, report):
        return CHANGES * report["established"] + OF_LISTENER * report["listeners"]

    def test_output_that_nobody_reads(self):
        """The pipe is full, then the ring; traffic continues; once the output is read, every loss is reported."""
        ours, theirs = os.pipe()
        content = []

        def read():
            with open(ours, "rb") as pipe:
                content.append(pipe.read())

        with self.space.trace("tcpstates", "--ring-size=1", stdout=theirs) as traced:
            os.close(theirs)
            report = self.space.traffic("--churn=20011")
            reader = threading.Thread(target=read)
            reader.start()
        reader.join()
        rows = [line for line in content[0].splitlines() if b'"lost":' not in line]
        ledger = traced.ledger
        self.assertGreater(ledger["lost"], 0)
        self.assertEqual(len(rows), ledger["printed"])
        self.assertEqual(len(rows) + ledger["lost"], ledger["seen"] - ledger["filtered"])
        missing = self.happened(report) - len(rows) - ledger["lost"]
        self.assertTrue(0 <= missing <= self.unseen.count()["inet_sock_set_state"], missing)
        told = [int(number) for number in re.findall(r": lost (\d+) events", traced.errors)]
        self.assertEqual(sum(told), ledger["lost"], traced.errors)

    def test_memory_does_not_grow(self):
        """Some thousand events, then the same again: memory does not grow by a page."""

        def resident(tool):
            status = pathlib.Path(f"/proc/{tool.pid}/status").read_text()
            return int(re.search(r"VmRSS:\s*(\d+)", status)[1])

        for tool in ("tcpstates", "tcptop"):
            with self.subTest(tool=tool), self.space.trace(tool) as traced:
                sizes = []
                for _ in range(4):
                    self.space.traffic("--churn=2003")
                    time.sleep(1.2)  # and an interval, for tools with intervals
                    sizes.append(resident(traced))
            self.assertEqual(sizes[1:], sizes[1:2] * 3, f"{tool}: KiB after each part: {sizes}")

    def test_more_open_sockets_than_room_in_the_ring(self):
        """A ring of 1 MiB has room for 7,000 sessions."""
        count = 6007
        with self.space.hold(f"--hold={count}", "--bytes=100") as held:
            with self.space.trace("tcplife", "--open", "--ring-size=1") as traced:
                pass
            report = held.release()
        open_ones = [row for row in traced.rows if row["state"] == "ESTABLISHED"]
        self.assertEqual(len(open_ones), 2 * count)
        pids = {report["client_pid"], report["server_pid"]}
        self.assertEqual({row["pid"] for row in open_ones}, pids)
        self.assertEqual((traced.ledger["lost"], traced.losses), (0, []))


if __name__ == "__main__":
    lab.main()
