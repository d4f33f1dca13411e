#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""test_tcpdrop.py: tcpdrop: ends, process and stack of each packet that the kernel drops; no row for clean traffic."""

import lab

TRAFFIC = ("--refuse=5", "--drop=7", "--retransmit=2", "--syn=3", "--overflow=11", "--connect=13", "--server-first=3")
PORTS = {"NO_SOCKET": "refused_port", "SOCKET_FILTER": "server_port", "LISTEN_OVERFLOW": "overflow_port"}


class Tcpdrop(lab.LiveTest):
    maxDiff = None

    def check_row(self, row, report):
        if row["reason"] == "NO_SOCKET":
            self.assertEqual((row["owner"], row["pid"], row["comm"], row["uid"]), ("unknown", None, None, None), row)
            self.assertEqual(row["netns"], self.space.inode)
        else:
            self.assert_common(row, "tcpdrop", report)
            self.assertEqual(row["comm"], "nt-server", row)
        self.assertEqual((row["saddr"], row["daddr"]), (lab.LOOPBACK[row["family"]],) * 2)
        self.assertEqual(row["dport"], report[PORTS[row["reason"]]], row)
        self.assertGreater(row["sport"], 0)
        for local, packet in (("laddr", "daddr"), ("lport", "dport"), ("raddr", "saddr"), ("rport", "sport")):
            self.assertEqual(row[local], row[packet], row)
        self.assertEqual(row["reason_code"] is None, row["reason"] == "LISTEN_OVERFLOW", row)

    def check_stack(self, row):
        """Symbols with offsets, from the place of the drop outwards, without the tracing's own frames."""
        for frame in (row["location"], *row["stack"]):
            self.assertRegex(frame, r"^[a-zA-Z_][\w.]*\+0x[0-9a-f]+$")
        frames = [frame.split("+")[0] for frame in row["stack"]]
        self.assertIn({4: "tcp_v4_rcv", 6: "tcp_v6_rcv"}[row["family"]], frames)
        self.assertIn(row["location"].split("+")[0], frames)
        # An outer frame may be a bpf() call: a softirq interrupts any code.
        self.assertNotRegex(frames[0], "bpf|trace", frames)

    def test_every_drop(self):
        """Rows, rows of one reason, and counts, of the same traffic."""
        with self.space.trace("tcpdrop") as traced, self.space.trace("tcpdrop", "-c") as summary, self.space.trace(
            "tcpdrop", "--reason=SOCKET_FILTER,LISTEN_OVERFLOW", "--no-stack"
        ) as chosen:
            report = self.space.traffic(*TRAFFIC, *lab.BOTH)
        total = 2 * 5 + report["filter_drops"] + report["listen_drops"]
        self.assert_account(traced, total)
        for row in traced.rows:
            self.check_row(row, report)
            self.check_stack(row)
        self.assert_account(chosen, total - 2 * 5)
        self.assertEqual({row["reason"] for row in chosen.rows}, {"SOCKET_FILTER", "LISTEN_OVERFLOW"})
        self.assertEqual({row["stack"] for row in chosen.rows}, {None})
        expected = lab.count_by(traced.rows, "reason", "location")
        counted = {(row["reason"], row["location"]): row["count"] for row in summary.rows}
        self.assertEqual(counted, dict(expected))

    def test_clean_traffic_drops_nothing(self):
        with self.space.trace("tcpdrop") as traced, self.space.trace("tcpdrop", "--all") as everything:
            self.space.traffic("--connect=17", "--server-first=19", "--hold=3", "--fork=2", *lab.BOTH)
        self.assert_account(traced, 0)
        self.assertGreater(len(everything.rows), 0)  # --all exists for this: the kernel's harmless packets
        for row in everything.rows:
            self.assertEqual(row["netns"], self.space.inode)

    def test_reasons_by_number(self):
        with self.space.trace("tcpdrop") as names:
            self.space.traffic("--refuse=3")
        number = names.rows[0]["reason_code"]
        with self.space.trace("tcpdrop", "--reason", number) as traced:
            self.space.traffic("--refuse=3", "--drop=2")
        self.assert_account(traced, 3)
        self.assertGreaterEqual(traced.ledger["filtered"], 2)

    def test_namespace_of_a_process(self):
        with self.space.hold("--hold=1", "--refuse=3") as traffic:
            with self.space.tool("tcpdrop", "--json", "-v", "--pid-netns", traffic.pid) as traced:
                traffic.release()
        self.assert_account(traced, 3)


if __name__ == "__main__":
    lab.main()
