#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""test_limits.py: tcplife -x and tcptop -x: what limited a connection, with a look-alike of each, and as ss shows it."""

import collections
import contextlib
import re
import time

import lab
from sockets import connection, drop, port_of, receive, reset

TIMES = {"busy": "busy_ns", "rwnd_limited": "rwnd_limited_ns", "sndbuf_limited": "sndbuf_limited_ns"}
NUMBERS = {"reord_seen": "reorders", "dsack_dups": "dsacks", "rcv_ooopack": "ooo_segs", "delivered_ce": "delivered_ce"}
KEYS = (
    "limit", "network_percent", "peer_percent", "sndbuf_percent", "idle_percent", "unread_ns", "window_closed",
    "first_byte_ns", "min_rtt_us", "lost_segs", "rtos", "delivery_bytes_per_s", "app_limited", "cc", "tick_ns",
    *TIMES.values(), *NUMBERS.values(),
)


def held_by_ss(space):
    """What `ss -ti` says about each open connection: {(local port, remote port): {key: number of ms or of events}}."""
    found = {}
    text = lab.must(*space.enter, lab.need("ss"), "-tniHO", "state", "established")
    for line in text.splitlines():
        lport, rport, rest = re.search(r"127\.0\.0\.1:(\d+) +127\.0\.0\.1:(\d+) +(.*)", line).groups()
        numbers = {key: float(number) for key, number in re.findall(r"(\w+):([0-9.]+)", rest)}
        found[int(lport), int(rport)] = collections.defaultdict(int, numbers, cc=rest.split()[0])
    return found


def fill(client):
    """Sends until the kernel takes no more. Returns the number of bytes."""
    client.setblocking(False)
    sent = 0
    with contextlib.suppress(BlockingIOError):
        while True:
            sent += client.send(b"x" * 65536)
    client.setblocking(True)
    return sent


class Limits(lab.LiveTest):
    def test_verdicts(self):
        """Each limit that traffic makes, of both ends; the other end, and short sessions, are the look-alikes."""
        with self.space.trace("tcplife", "-x") as traced, self.space.trace("tcplife") as plain:
            self.space.traffic("--connect=3", "--retransmit=2", "--slow-reader=2", "--small-sndbuf=2", "--idle=2")
        self.assert_account(traced, 2 * (3 + 4 * 2))
        self.assert_account(plain, 2 * (3 + 4 * 2))
        self.assertEqual(
            lab.count_by(traced.rows, "role", "limit"),
            {
                ("client", None): 3, ("server", None): 3, ("client", "network"): 2, ("client", "peer"): 2,
                ("client", "sndbuf"): 2, ("client", "idle"): 2, ("server", "idle"): 4 * 2,
            },
        )
        for row in traced.rows:
            shares = [row[f"{part}_percent"] for part in ("network", "peer", "sndbuf", "idle")]
            if row["limit"]:
                self.assertTrue(99 <= sum(shares) <= 101, row)
                self.assertGreater(max(shares), 50, row)
                self.assertLess(abs(row["busy_ns"] + row["duration_ns"] * shares[3] / 100 - row["duration_ns"]),
                                2 * row["tick_ns"] + row["duration_ns"] / 50, row)
            else:
                self.assertEqual(shares, [None] * 4, row)
                self.assertLess(row["duration_ns"], 10 * row["tick_ns"], row)
            self.assertEqual((row["unread_bytes"], row["unread_ns"], row["window_closed"]), (0, 0, False), row)
        lossy = [row for row in traced.rows if row["limit"] in ("network", "sndbuf")]
        self.assertTrue(all(row["lost_segs"] and row["rtos"] in (None, 1, 2) for row in lossy), lossy)
        self.assertFalse(any(row["lost_segs"] for row in traced.rows if row not in lossy))
        for row in plain.rows:
            self.assertFalse(set(KEYS) & row.keys(), row)

    def test_first_byte(self):
        """Known to a tick where one segment is all that arrived; else unknown."""
        with self.space.trace("tcplife", "-x") as traced:
            for segments in (1, 2):
                with connection(self.space) as (client, server):
                    time.sleep(0.2)
                    for _ in range(segments):
                        server.sendall(b"x")
                        receive(client, 1)
                    time.sleep(0.1)
                    client.close()
                    time.sleep(0.01)
        first = [row["first_byte_ns"] for row in traced.rows if row["role"] == "client"]
        self.assertEqual(first[1], None)
        self.assertLess(abs(first[0] - 2 * 10**8), 6 * 10**7)

    def test_as_ss(self):
        """What ss shows of open sessions: within a tick of time before and after."""
        with contextlib.ExitStack() as stack:
            traced = stack.enter_context(self.space.trace("tcplife", "-x", "--open"))
            idle, stuck, lossy = [stack.enter_context(connection(self.space)) for _ in range(3)]
            ports = {name: (port_of(pair[0]), port_of(pair[1]))
                     for name, pair in (("idle", idle), ("stuck", stuck), ("lossy", lossy))}
            idle[0].sendall(b"x" * 1009)
            receive(idle[1], 1009)
            fill(stuck[0])
            drop(lossy[1], True)
            lossy[0].sendall(b"x" * 1009)
            time.sleep(0.7)
            before = held_by_ss(self.space)
            traced.end()
            after = held_by_ss(self.space)
        rows = {(row["lport"], row["rport"]): row for row in traced.rows}
        self.assertEqual(rows.keys(), before.keys())
        for key, row in rows.items():
            tick, then = row["tick_ns"], before[key]
            for name, ours in TIMES.items():
                self.assertTrue(then[name] * 1e6 - tick <= row[ours] <= after[key][name] * 1e6 + tick,
                                f"{name} of {row}; ss: {then}, {after[key]}")
            for name, ours in NUMBERS.items():
                self.assertEqual(row[ours], then[name], f"{name} of {row}; ss: {then}")
            self.assertEqual(row["cc"], then["cc"])
            self.assertEqual(row["min_rtt_us"], round(then["minrtt"] * 1000))
        ends = {name: [rows[key], rows[key[::-1]]] for name, key in ports.items()}
        self.assertEqual({name: [row["limit"] for row in pair] for name, pair in ends.items()},
                         {"idle": ["idle", "idle"], "stuck": ["peer", "reader"], "lossy": ["network", "idle"]})
        reader = ends["stuck"][1]
        self.assertGreater(reader["unread_bytes"], 0)
        since, until = (shown[ports["stuck"][::-1]]["lastrcv"] * 1e6 for shown in (before, after))
        self.assertTrue(since - tick <= reader["unread_ns"] <= until + tick, (reader, since, until))

    def test_reset(self):
        """A reset, and a process that leaves data unread: the numbers are those before the kernel cleared them."""
        with self.space.trace("tcplife", "-x") as traced:
            with connection(self.space) as (client, server):
                fill(client)
                time.sleep(0.3)
                server.close()  # with unread data: resets the connection
                time.sleep(0.05)
            with connection(self.space) as (client, server):
                fill(client)
                time.sleep(0.3)
                reset(client)
                time.sleep(0.05)
        self.assertEqual([(row["role"], row["limit"]) for row in traced.rows],
                         [("server", "reader"), ("client", "peer"), ("client", "peer"), ("server", "reader")])
        for row in traced.rows:
            self.assertEqual(row["busy_ns"] > 2 * 10**8, row["role"] == "client", row)

    def test_intervals(self):
        """Shares of tcptop are those of its intervals, and a connection that moves nothing has a row while it waits."""
        with connection(self.space) as (client, server):
            with self.space.trace("tcptop", "-x", "0.5") as traced, self.space.trace("tcptop", "0.5") as plain:
                time.sleep(1)
                fill(client)
                time.sleep(2)
                while server.recv(65536) and self.unread(server):
                    pass
                time.sleep(1)
        ours = [row for row in traced.rows if row["lport"] == port_of_row(traced.rows, "tx_bytes")]
        waiting = [row for row in ours if not row["tx_bytes"] and row["limit"] == "peer"]
        self.assertGreaterEqual(len(waiting), 2, ours)
        for row in waiting:
            self.assertGreaterEqual(row["peer_percent"], 95, row)
            self.assertLess(abs(row["observed_ns"] - row["interval_ns"]), 10**8, row)
        for row in plain.rows:
            self.assertTrue(row["tx_bytes"] or row["rx_bytes"] or row["retrans"], row)
            self.assertNotIn("limit", row)

    @staticmethod
    def unread(end):
        time.sleep(0.01)
        with contextlib.suppress(BlockingIOError):
            return end.recv(1, 0x42)  # MSG_PEEK | MSG_DONTWAIT
        return b""


def port_of_row(rows, key):
    """The local port of the row with the most of this."""
    return max(rows, key=lambda row: row[key])["lport"]


if __name__ == "__main__":
    lab.main()
