#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""tcpretrans: every segment that known traffic makes the kernel send again, and why."""

import collections
import json
import re

import lab

TRAFFIC = ("--retransmit=3", "--syn=5", "--synack=2", "--fast=7", "--drop=11", "--connect=13")
# state, cause: how many of each of TRAFFIC, over one family
EXPECTED = {
    ("ESTABLISHED", "TLP"): 3 + 11,
    ("ESTABLISHED", "RTO"): 2 * 3,
    ("SYN_SENT", "SYN"): 5,
    ("NEW_SYN_RECV", "SYN-ACK"): 2,
    ("ESTABLISHED", "FAST"): 7,
}
TOTAL = sum(EXPECTED.values())


class Tcpretrans(lab.LiveTest):
    def check_ends(self, row, report):
        port, client = ("lport", "rport") if row["kind"] == "S" else ("rport", "lport")
        self.assertEqual(row[port], report["server_port"], row)
        self.assertGreater(row[client], 0, row)
        self.assertEqual(row["raddr"], lab.LOOPBACK[row["family"]])
        self.assertEqual(row["comm"], "nt-server" if row["kind"] == "S" else "nt-client")

    def check_sequences(self, rows):
        """A SYN-ACK has none; what is sent again on one connection is always the same segment."""
        numbers = collections.defaultdict(set)
        for row in rows:
            self.assertEqual(row["seq"] is None, row["kind"] == "S", row)
            numbers[row["family"], row["lport"]].add(row["seq"])
        self.assertTrue(all(len(of_one) == 1 for of_one in numbers.values()), numbers)

    def check_counters(self, rows, counters, report):
        causes = lab.count_by(rows, "cause")
        self.assertEqual(len(rows), counters["RetransSegs"])
        self.assertEqual(len(rows), report["retransmits_client"] + report["retransmits_server"])
        self.assertEqual(causes["TLP",], counters["TCPLossProbes"])
        self.assertEqual(causes["FAST",], counters["TCPFastRetrans"])
        self.assertEqual(causes["SYN",] + causes["SYN-ACK",], counters["TCPSynRetrans"])

    def test_every_retransmission(self):
        """Rows, rows with -l, and counts, of the same traffic."""
        with self.space.counting() as counters, self.space.trace("tcpretrans") as traced:
            with self.space.trace("tcpretrans", "-l") as probes, self.space.trace("tcpretrans", "-c") as summary:
                report = self.space.traffic(*TRAFFIC, *lab.BOTH)
        self.check_counters(traced.rows, counters, report)
        self.assert_account(traced, counters["RetransSegs"])
        as_planned = counters["RetransSegs"] == 2 * TOTAL
        for family in (4, 6):
            causes = lab.count_by([row for row in traced.rows if row["family"] == family], "state", "cause")
            if as_planned:  # timers are late on a busy machine: then only the kernel's own counts tell
                self.assertEqual(dict(causes), EXPECTED)
            self.assertEqual(set(causes), set(EXPECTED))
        for row in traced.rows:
            self.assert_common(row, "tcpretrans", report, ("exact",))
            self.assertIsNone(row["err"])
            self.check_ends(row, report)
        self.check_sequences(traced.rows)
        synacks = lab.count_by(traced.rows, "cause")["SYN-ACK",]
        self.assertEqual(lab.count_by(traced.rows, "kind"), {("R",): len(traced.rows) - synacks, ("S",): synacks})
        for row in probes.rows:
            self.assertEqual(row["kind"], {"TLP": "L", "SYN-ACK": "S"}.get(row["cause"], "R"), row)
        self.assert_account(probes, len(traced.rows))
        self.check_summary(summary, traced.rows)

    def check_summary(self, summary, rows):
        expected = lab.count_by(rows, "laddr", "lport", "raddr", "rport")
        counted = {(row["laddr"], row["lport"], row["raddr"], row["rport"]): row["count"] for row in summary.rows}
        self.assertEqual(counted, expected)
        counts = [row["count"] for row in summary.rows]
        self.assertEqual(counts, sorted(counts, reverse=True))

    def test_tables(self):
        """The columns of bcc, in its order."""
        options = ("--netns", self.space.inode)
        tools = [self.space.tool("tcpretrans", how, *options) for how in ("-lsx", "-c")]
        rows, counts = tools
        with lab.side_by_side(tools):
            report = self.space.traffic("--drop=3", "--ipv6")
        head, *lines = rows.lines
        self.assertRegex(head, r"^TIME +PID +IP LADDR:LPORT +T> RADDR:RPORT +STATE +CAUSE +SEQ *$")
        who = rf"^\d\d:\d\d:\d\d {report['client_pid']} +6  ::1:\d+ +L> "
        pattern = who + rf"::1:{report['server_port']} +ESTABLISHED +TLP +\d+$"
        self.assertEqual([line for line in lines if re.match(pattern, line)], lines)
        self.assertEqual(len(lines), 3)
        head, *lines = counts.lines
        self.assertRegex(head, r"^LADDR:LPORT +<-> RADDR:RPORT +RETRANSMITS$")
        self.assertEqual(len(lines), 3)
        for line in lines:
            self.assertRegex(line, rf"^\[::1\]#\d+ +<-> \[::1\]#{report['server_port']} +1$")

    def test_counts_at_intervals(self):
        """A summary each interval and one at the end add up."""
        with self.space.trace("tcpretrans", "-c", "--interval=0.2") as summary:
            report = self.space.traffic("--retransmit=5")
        self.assertEqual(sum(row["count"] for row in summary.rows), report["retransmits_client"])
        self.assertGreater(len(summary.rows), 5)
        for line in summary.lines:
            self.assertIn("ts", json.loads(line))


if __name__ == "__main__":
    lab.main()
