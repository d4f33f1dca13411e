#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""test_tcplife.py: tcplife: every session of known traffic, with its bytes, role and end."""

import re

import lab

BYTES, ANSWER = 1000, 500
MESSAGE = {"client": (BYTES, ANSWER), "server": (ANSWER, BYTES)}


def held_by_ss(space):
    """The open connections that ss shows: {(local port, remote port): (bytes sent, bytes received)}."""
    text = lab.must(*space.enter, lab.need("ss"), "-tniHO", "state", "established")
    found = re.findall(r"127\.0\.0\.1:(\d+) +127\.0\.0\.1:(\d+) .*?bytes_sent:(\d+).*?bytes_received:(\d+)", text)
    return {(int(lport), int(rport)): (int(sent), int(received)) for lport, rport, sent, received in found}


class Tcplife(lab.LiveTest):
    def test_retransmitted_bytes_are_not_payload(self):
        with self.space.counting() as counters, self.space.trace("tcplife") as traced:
            report = self.space.traffic("--retransmit=3", "--syn=2", "--synack=2", "--drop=5")
        self.assert_account(traced, 2 * (3 + 2 + 2 + 5))
        for row in traced.rows:
            self.assertEqual((row["tx_bytes"], row["rx_bytes"]), MESSAGE[row["role"]], row)
            self.assertTrue(0 < row["srtt_us"] < 10**6, row)
        sent_again = sum(row["retrans"] for row in traced.rows)
        self.assertEqual(sent_again, counters["RetransSegs"])
        again = lab.count_by([row for row in traced.rows if row["retrans"]], "role")
        self.assertGreaterEqual(again["client",], 3 + 2 + 5)
        self.assertGreaterEqual(again["server",], 2)
        self.assertEqual(sent_again, report["retransmits_client"] + report["retransmits_server"])

    def test_duration_begins_when_established(self):
        with self.space.trace("tcplife") as traced:
            self.space.traffic("--syn=2")
        self.assertEqual(len(traced.rows), 4)
        for row in traced.rows:  # the SYN was retransmitted after a second
            self.assertLess(row["duration_ns"], 9 * 10**8, row)

    def test_sessions_that_are_older_and_newer(self):
        """--open lists sessions older than the trace, and at the end those still open; without it they are omitted."""
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
