#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""tcplife: every session of known traffic, with its bytes, its role and what ended it."""

import collections
import re

import lab

BYTES, ANSWER = 1000, 500
MESSAGE = {"client": (BYTES, ANSWER), "server": (ANSWER, BYTES)}
UNANSWERED = {"client": (BYTES, 0), "server": (0, BYTES)}


def held_by_ss(space):
    """What ss knows of the open connections: {(local port, remote port): (bytes sent, bytes received)}."""
    text = lab.must(*space.enter, lab.need("ss"), "-tniHO", "state", "established")
    found = re.findall(r"127\.0\.0\.1:(\d+) +127\.0\.0\.1:(\d+) .*?bytes_sent:(\d+).*?bytes_received:(\d+)", text)
    return {(int(lport), int(rport)): (int(sent), int(received)) for lport, rport, sent, received in found}


class Tcplife(lab.LiveTest):
    def check_rows(self, traced, report):
        for row in traced.rows:
            # The reset may come before the server has accepted: then its socket is still the listener's.
            early = row["error"] == "ECONNRESET"
            self.assert_common(row, "tcplife", report, ("exact", "inherited") if early else ("exact",))
            self.assertEqual(row["raddr"], lab.LOOPBACK[row["family"]])
            self.assertGreater(row["lport"], 0)
            self.assertGreater(row["rport"], 0)
            self.assertTrue(0 < row["duration_ns"] < lab.PATIENCE * 10**9, row)
            self.assertEqual(row["state"], "CLOSE")
            if row["error"] != "ECONNREFUSED":
                self.assertTrue(0 < row["srtt_us"] < 10**6, row)

    def test_sessions(self):
        with self.space.counting() as counters, self.space.trace("tcplife") as traced:
            report = self.space.traffic(
                "--connect=11", "--server-first=7", "--refuse=5", "--reset=3", "--fork=2", *lab.BOTH
            )
        expected = collections.Counter()
        for role in MESSAGE:
            error = {"client": None, "server": "ECONNRESET"}[role]
            for family in (4, 6):
                expected[role, family, *MESSAGE[role], None] = 11 + 7 + 2
                expected[role, family, *UNANSWERED[role], error] = 3
                if role == "client":
                    expected[role, family, 0, 0, "ECONNREFUSED"] = 5
        self.assertEqual(lab.count_by(traced.rows, "role", "family", "tx_bytes", "rx_bytes", "error"), expected)
        self.assert_account(traced, expected.total())
        self.check_rows(traced, report)
        # What others count: the kernel its opened connections, the traffic maker its bytes.
        roles = lab.count_by(traced.rows, "role")
        self.assertEqual(roles["client",], counters["ActiveOpens"])
        self.assertEqual(roles["server",], counters["PassiveOpens"])
        self.assertEqual(sum(row["retrans"] for row in traced.rows), counters["RetransSegs"])
        for role in MESSAGE:
            sent = sum(row["tx_bytes"] for row in traced.rows if row["role"] == role)
            self.assertEqual(sent, report["bytes_" + role])

    def test_ports_and_pairs(self):
        with self.space.trace("tcplife") as traced:
            report = self.space.traffic("--connect=5", "--refuse=2", "--client-port=40001", "--port=50001")
        pairs = collections.Counter((row["lport"], row["rport"]) for row in traced.rows)
        expected = collections.Counter()
        for port in range(40001, 40006):
            expected[port, 50001] = expected[50001, port] = 1
        expected.update([(40006, 50002), (40007, 50002)])
        self.assertEqual(pairs, expected)
        self.check_rows(traced, report)

    def test_retransmitted_bytes_are_not_payload(self):
        with self.space.counting() as counters, self.space.trace("tcplife") as traced:
            report = self.space.traffic("--retransmit=3", "--syn=2", "--synack=2", "--drop=5")
        self.assert_account(traced, 2 * (3 + 2 + 2 + 5))
        for row in traced.rows:
            self.assertEqual((row["tx_bytes"], row["rx_bytes"]), MESSAGE[row["role"]], row)
        self.assertEqual(
            lab.count_by(traced.rows, "role", "retrans"),
            {("client", 3): 3, ("client", 1): 2 + 5, ("client", 0): 2, ("server", 1): 2, ("server", 0): 3 + 2 + 5},
        )
        sent_again = sum(row["retrans"] for row in traced.rows)
        self.assertEqual(sent_again, counters["RetransSegs"])
        self.assertEqual(sent_again, report["retransmits_client"] + report["retransmits_server"])

    def test_duration_begins_when_established(self):
        with self.space.trace("tcplife") as traced:
            self.space.traffic("--syn=2")
        self.assertEqual(len(traced.rows), 4)
        for row in traced.rows:  # the SYN was sent again after a second
            self.assertLess(row["duration_ns"], 9 * 10**8, row)

    def test_sessions_that_are_older_and_newer(self):
        """--open lists sessions from before tracing, and at the end those still open; without it there are none."""
        with self.space.hold("--hold=5", "--connect=3") as traffic:
            with self.space.trace("tcplife", "--open") as still_open, self.space.trace("tcplife") as without:
                known = held_by_ss(self.space)
                self.assertEqual(len(known), 2 * 5)
                still_open.end()
                with self.space.trace("tcplife", "--open") as closed:
                    report = traffic.release()
        self.assert_account(still_open, 2 * 5)
        for row in still_open.rows:
            self.assert_common(row, "tcplife", report, ("exact",))
            self.assertEqual((row["tx_bytes"], row["rx_bytes"]), known[row["lport"], row["rport"]], row)
            self.assertEqual((row["state"], row["duration_ns"]), ("ESTABLISHED", None), row)
        self.assert_account(without, 2 * 3)
        self.assert_account(closed, 2 * (5 + 3))
        old = [row for row in closed.rows if row["duration_ns"] is None]
        self.assertEqual(lab.count_by(old, "tx_bytes", "rx_bytes"), {(1000, 2000): 5, (2000, 1000): 5})
        for row in old:
            self.assert_common(row, "tcplife", report, ("exact",))


if __name__ == "__main__":
    lab.main()
