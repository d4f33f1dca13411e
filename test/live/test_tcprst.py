#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""test_tcprst.py: tcprst: every reset of known traffic, sent and received, with originator and cause."""

import os
import socket
import struct

import lab
import sockets

TRAFFIC = ("--connect=13", "--reset=2", "--refuse=3", "--overflow=5", "--unread=7", "--killed=4", "--late=6", "--disconnect=11")
# by, cause, state: the number sent in one family; overflow's two fillers are never accepted
SENT = {
    ("us", "linger", "ESTABLISHED"): 2,
    ("us", "nobody_listens", None): 3,
    ("us", "never_accepted", "ESTABLISHED"): 2,
    ("us", "unread", "ESTABLISHED"): 7,
    ("us", "killed", "ESTABLISHED"): 4,
    ("us", "disconnected", "ESTABLISHED"): 11,
}
GOT = {
    ("peer", None, "ESTABLISHED"): 2 + 2 + 7 + 4 + 11,
    ("peer", "nobody_listens", "SYN_SENT"): 3,
    ("peer", None, "CLOSE_WAIT"): 6,
}
REASONS = {
    "linger": "TCP_STATE",
    "nobody_listens": "NO_SOCKET",
    "never_accepted": "TCP_STATE",
    "unread": "TCP_ABORT_ON_CLOSE",
    "data_after_close": "TCP_ABORT_ON_DATA",
    "killed": "TCP_ABORT_ON_CLOSE",
    "disconnected": "TCP_STATE",
}


def whole(counts, families=2):
    return {key: families * count for key, count in counts.items()}


def of(rows, direction):
    return [row for row in rows if row["direction"] == direction]


class Tcprst(lab.LiveTest):
    def check_owner(self, row, report):
        if row["direction"] == "sent" and row["state"] in (None, "TIME_WAIT"):
            self.assertIsNone(row["pid"], row)
            return
        if row["cause"] == "never_accepted":
            self.assertEqual(row["owner"], "inherited", row)
        elif row["direction"] == "sent":
            self.assertEqual(row["owner"], "exact", row)
        if row["cause"] == "killed":
            self.assertEqual(row["comm"], "nt-killed")
            self.assertNotIn(row["pid"], (report["client_pid"], report["server_pid"]))
        else:
            self.assertIn(row["pid"], (report["client_pid"], report["server_pid"]), row)

    def test_every_reset(self):
        """Rows against the kernel's counters: OutRsts counts each reset sent."""
        with self.space.counting() as counters, self.space.trace("tcprst") as traced:
            report = self.space.traffic(*TRAFFIC, *lab.BOTH)
        sent, got = of(traced.rows, "sent"), of(traced.rows, "got")
        late = [row for row in sent if row["cause"] == "data_after_close"]
        self.assertEqual(len(late), 2 * 6)
        self.assertLessEqual({row["state"] for row in late}, {"FIN_WAIT1", "FIN_WAIT2", "TIME_WAIT"})
        self.assertEqual(dict(lab.count_by([row for row in sent if row not in late], "by", "cause", "state")), whole(SENT))
        self.assertEqual(dict(lab.count_by(got, "by", "cause", "state")), whole(GOT))
        self.assertEqual(len(sent), counters["OutRsts"])
        # From ESTABLISHED or CLOSE_WAIT to CLOSE: the sender and the receiver of the reset.
        ended = [row for row in traced.rows if row["state"] in ("ESTABLISHED", "CLOSE_WAIT")]
        self.assertEqual(len(ended), counters["EstabResets"])
        self.assert_account(traced, len(sent) + len(got))
        for row in traced.rows:
            self.check_owner(row, report)
            self.assertEqual((row["netns"], row["laddr"]), (self.space.inode, lab.LOOPBACK[row["family"]]))
        for row in sent:
            self.assertEqual(row["reason_source"], "kernel")
            reason = "TCP_TIMEWAIT_SOCKET" if row["state"] == "TIME_WAIT" else REASONS[row["cause"]]
            self.assertEqual(row["reason"], reason, row)
            self.assertEqual(row["port"] is None, row["state"] == "TIME_WAIT", row)
        for row in got:
            self.assertIsNone(row["reason"], row)

    def test_bytes(self):
        with self.space.trace("tcprst", "--sent") as traced:
            report = self.space.traffic("--unread=3", "--reset=2", "--bytes=777")
        self.assertEqual(lab.count_by(traced.rows, "direction"), {("sent",): 5})
        for row in traced.rows:
            if row["cause"] == "unread":
                self.assertEqual((row["tx_bytes"], row["rx_bytes"], row["unread_bytes"]), (0, 777, 777))
                self.assertEqual(row["lport"], report["server_port"])
            else:
                self.assertEqual((row["tx_bytes"], row["rx_bytes"], row["unread_bytes"]), (777, 0, 0))
            self.assertLess(row["age_ns"], 10**10)

    def test_filters(self):
        options = (["--got"], ["--reason", "TCP_ABORT_ON_CLOSE"], ["--by", "peer"], ["--by", "us", "--got"], ["--sent", "--got"])
        tools = [self.space.trace("tcprst", *words) for words in options]
        with lab.side_by_side(tools):
            self.space.traffic("--unread=3", "--reset=2", "--refuse=5")
        self.assertEqual([len(tool.rows) for tool in tools], [10, 3, 10, 0, 20])

    def test_counts(self):
        with self.space.trace("tcprst", "-c") as traced:
            report = self.space.traffic("--unread=3", "--reset=2")
        counts = {(row["comm"], row["direction"], row["cause"]): row["count"] for row in traced.rows}
        self.assertEqual(
            counts,
            {
                ("nt-server", "sent", "unread"): 3,
                ("nt-client", "got", None): 3,
                ("nt-client", "sent", "linger"): 2,
                ("nt-server", "got", None): 2,
            },
        )
        self.assertEqual({row["port"] for row in traced.rows}, {report["server_port"]})

    def test_keepalive(self):
        with sockets.connection(self.space) as (client, server), self.space.trace("tcprst") as traced:
            for option, value in ((socket.TCP_KEEPIDLE, 1), (socket.TCP_KEEPINTVL, 1), (socket.TCP_KEEPCNT, 1)):
                client.setsockopt(socket.IPPROTO_TCP, option, value)
            sockets.drop(server, True)
            client.setsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE, 1)
            lab.wait_for(lambda: sockets.state_of(client) == sockets.CLOSE, "the keepalive time-out")
        (row,) = of(traced.rows, "sent")
        self.assertEqual((row["cause"], row["reason"]), ("keepalive", "TCP_KEEPALIVE_TIMEOUT"))

    def test_linger2(self):
        """TCP_LINGER2 below 0: closed when the peer acknowledges the FIN, with a reset."""
        with sockets.connection(self.space) as (client, server), self.space.trace("tcprst", "--sent") as traced:
            client.setsockopt(socket.IPPROTO_TCP, socket.TCP_LINGER2, -1)
            client.close()
            lab.wait_for(lambda: sockets.state_of(server) == sockets.CLOSE, "the reset")
        (row,) = traced.rows
        self.assertEqual((row["cause"], row["by"], row["pid"]), ("linger", "us", os.getpid()))

    def test_aborted(self):
        """ss -K: its process is not the owner."""
        lab.need("ss")
        with sockets.connection(self.space) as (client, server), self.space.trace("tcprst", "--sent") as traced:
            lab.must(*self.space.enter, "ss", "-K", "sport", "=", f":{sockets.port_of(client)}")
        (row,) = traced.rows
        self.assertEqual((row["cause"], row["pid"]), ("aborted", os.getpid()))

    def test_firewall(self):
        """A rule of this machine answers in the peer's name."""
        with sockets.listen(self.space) as listener:
            port = sockets.port_of(listener)
            rule = f"table inet t {{ chain c {{ type filter hook output priority 0; tcp dport {port} reject with tcp reset; }}; }}"
            lab.must(*self.space.enter, lab.need("nft"), rule)
            with self.space.trace("tcprst") as traced, self.space.inside():
                for _ in range(3):
                    attempted, how = sockets.attempt("127.0.0.1", port)
                    attempted.close()
                    self.assertEqual(how, "ECONNREFUSED")
        self.assertEqual(lab.count_by(traced.rows, "direction", "by", "cause"), {("got", "firewall", "reject"): 3})

    def test_between(self):
        """A reset with another hop limit than the peer's segments."""
        with sockets.connection(self.space) as (client, server), self.space.trace("tcprst", "--got") as traced:
            server.send(b"x" * 100)
            sockets.receive(client, 100)
            sockets.forge(self.space, server, client, ttl=99)
            lab.wait_for(lambda: sockets.state_of(client) == sockets.CLOSE, "the reset")
        (row,) = traced.rows
        self.assertEqual((row["by"], row["cause"], row["ttl"], row["peer_ttl"]), ("between", "hop_limit", 99, 64))

    def test_table(self):
        with self.space.tool("tcprst", "--netns", self.space.inode, "--explain") as tool:
            report = self.space.traffic("--unread=1")
        head, *lines = sorted(tool.lines, key=lambda line: ("TIME" not in line, " got " in line))
        self.assertRegex(head, r"^TIME +PID +COMM +DIR +LADDR:LPORT +RADDR:RPORT +STATE +AGE\(ms\) BY +REASON +EXPLANATION$")
        self.assertRegex(
            lines[0],
            rf"{report['server_pid']} +nt-server +sent +\S+:{report['server_port']} +\S+ +ESTABLISHED +[\d.]+ us: closed with unread data +TCP_ABORT_ON_CLOSE +The process closed",
        )
        self.assertEqual(len(lines), 2)


if __name__ == "__main__":
    lab.main()
