#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""test_tcpstates.py: tcpstates: every state change of known traffic, counted, and the lives of sockets that they form.
"""

import collections
import socket
import time

import lab
import sockets

OPENED = ("CLOSE", "SYN_SENT", "ESTABLISHED")
ACCEPTED = ("LISTEN", "SYN_RECV", "ESTABLISHED")
FIRST = ("FIN_WAIT1", "FIN_WAIT2", "CLOSE")
LAST = ("CLOSE_WAIT", "LAST_ACK", "CLOSE")
RESET = ("CLOSE",)
REFUSED = ("CLOSE", "SYN_SENT", "CLOSE")
LISTENER = ("CLOSE", "LISTEN", "CLOSE")
TWIN = ("LISTEN", "SYN_RECV", "CLOSE")  # two CPUs may create two children of one handshake, and drop one

# The lives of the sockets of one action each.
CLEAN = (OPENED + FIRST, ACCEPTED + LAST)
LIVES = {
    "connect": CLEAN,
    "server_first": (OPENED + LAST, ACCEPTED + FIRST),
    "refuse": (REFUSED,),
    "reset": (OPENED + RESET, ACCEPTED + RESET),
    "retransmit": CLEAN,
    "syn": CLEAN,
    "synack": CLEAN,
    "fast": CLEAN,
    "drop": CLEAN,
    "overflow": (REFUSED,),
    "hold": CLEAN,
    "fork": CLEAN,
    "listeners": (LISTENER,),
}
TRAFFIC = ("--connect=7", "--server-first=5", "--refuse=3", "--reset=11", "--overflow=2", "--hold=13", "--fork=2")
FILLERS = 2  # connections that fill the queue of --overflow; the server resets them


def lives_of(report, families, twins):
    lives = collections.Counter({TWIN: twins})
    for what, of_each in LIVES.items():
        for life in of_each:
            lives[life] += report[what]
    if report["overflow"]:
        for life in LIVES["reset"]:
            lives[life] += FILLERS * families
    return +lives


class Tcpstates(lab.LiveTest):
    def check_life(self, life):
        self.assertIn(life[0]["oldstate"], ("CLOSE", "LISTEN"))
        self.assertEqual(life[0]["duration_ns"], 0, life[0])
        for before, row in zip(life, life[1:]):
            self.assertEqual(row["oldstate"], before["newstate"], row)
            self.assertGreater(row["duration_ns"], 0, row)
            between = lab.nanoseconds(row["ts"]) - lab.nanoseconds(before["ts"])
            self.assertAlmostEqual(row["duration_ns"], between, delta=10**6, msg=row)  # the clocks may be adjusted
            self.assertEqual((row["laddr"], row["raddr"]), (life[-1]["laddr"], life[-1]["raddr"]), row)
            self.assertEqual((row["lport"], row["rport"]), (life[-1]["lport"], life[-1]["rport"]), row)
        self.assertRegex(life[0]["skaddr"], "^[0-9a-f]{16}$")

    def check_ends(self, life, report):
        """Addresses and ports of each kind of socket; a client's port is chosen after its first change."""
        first, last = life[0], life[-1]
        servers = {report[port] for port in ("server_port", "refused_port", "overflow_port")}
        if first["newstate"] == "LISTEN":
            self.assertIn(last["lport"], servers)
            self.assertIsNone(last["rport"])
            self.assertEqual(last["raddr"], {4: "0.0.0.0", 6: "::"}[last["family"]])
            return
        self.assertEqual(last["raddr"], lab.LOOPBACK[last["family"]])
        accepted = first["oldstate"] == "LISTEN"
        server, client = ("lport", "rport") if accepted else ("rport", "lport")
        self.assertIn(last[server], servers, last)
        self.assertGreater(last[client], 0, last)
        self.assertNotIn(last[client], servers, last)
        self.assertEqual(first["lport"], last["lport"] if accepted else None, first)

    def check(self, traced, report, families, counters):
        lives, still_open = lab.split_lives(traced.rows)
        self.assertEqual(still_open, {})
        expected = lives_of(report, families, counters["PassiveOpens"] - report["established"])
        self.assertEqual(
            collections.Counter((life[0]["oldstate"], *(row["newstate"] for row in life)) for life in lives), expected
        )
        self.assert_account(traced, sum((len(life) - 1) * count for life, count in expected.items()))
        for row in traced.rows:
            self.assert_common(row, "tcpstates", report)
        for life in lives:
            self.check_life(life)
            self.check_ends(life, report)

    def test_every_change_over_both_families(self):
        with self.space.counting() as counters, self.space.trace("tcpstates") as traced:
            report = self.space.traffic(*TRAFFIC, *lab.BOTH)
        self.check(traced, report, 2, counters)

    def test_connections_with_losses(self):
        with self.space.counting() as counters, self.space.trace("tcpstates") as traced:
            report = self.space.traffic("--retransmit=2", "--syn=3", "--synack=2", "--fast=3", "--drop=5")
        self.check(traced, report, 1, counters)
        slow = [row for row in traced.rows if row["oldstate"] == "SYN_SENT" and row["duration_ns"] > 9 * 10**8]
        self.assertEqual(len(slow), 3)

    def test_first_change_of_an_old_socket(self):
        """The time in a state that began before tracing is unknown."""
        with self.space.hold("--hold=3") as traffic, self.space.trace("tcpstates") as traced:
            traffic.release()
        lives = lab.split_lives(traced.rows)[0]
        self.assertEqual(len(lives), 3 * 2 + 1)
        self.assertEqual({life[0]["oldstate"] for life in lives}, {"ESTABLISHED", "LISTEN"})
        for life in lives:
            self.assertIsNone(life[0]["duration_ns"])
            self.assertTrue(all(row["duration_ns"] > 0 for row in life[1:]))


    def test_a_socket_that_is_used_again(self):
        """It shows no port, peer or time of an earlier life."""
        with self.space.trace("tcpstates") as traced, self.space.inside():
            with socket.create_server(("127.0.0.1", 0)) as listener, socket.socket() as client:
                for _ in range(2):
                    client.connect(listener.getsockname())
                    time.sleep(0.1)
                    sockets.dissolve(client)
                for _ in range(2):
                    client.listen()
                    time.sleep(0.1)
                    client.shutdown(socket.SHUT_RDWR)
                address = listener.getsockname()[1]
        (key,) = {row["skaddr"] for row in traced.rows if row["newstate"] == "SYN_SENT"}
        rows = [row for row in traced.rows if row["skaddr"] == key]
        begins = [row for row in rows if row["oldstate"] == "CLOSE"]
        self.assertEqual([row["newstate"] for row in begins], ["SYN_SENT"] * 2 + ["LISTEN"] * 2)
        for row in begins:
            self.assertIn(row["lport"], (0, None), row)
            self.assertEqual(row["duration_ns"], 0, row)
        for row in rows:
            listens = "LISTEN" in (row["oldstate"], row["newstate"])
            self.assertEqual(row["raddr"], "0.0.0.0" if listens else "127.0.0.1", row)
            self.assertEqual(row["rport"] or 0, 0 if listens else address, row)
            if row not in begins:
                self.assertTrue(row["lport"], row)
                self.assertLess(row["duration_ns"], 5 * 10**8, row)


if __name__ == "__main__":
    lab.main()
