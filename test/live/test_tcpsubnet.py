#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""test_tcpsubnet.py: tcpsubnet: bytes by subnet, against known traffic."""

import collections
import re
import socket

import lab
from sockets import family_of, port_of, receive

HOSTS = ("10.1.0.1", "10.2.0.1", "192.0.2.1", "2001:db8::1", "2001:db9::1")


def by_subnet(rows, key="tx_bytes"):
    totals = collections.Counter()
    for row in rows:
        totals[row["subnet"]] += row[key]
    return dict(totals)


class Tcpsubnet(lab.LiveTest):
    def setUp(self):
        super().setUp()
        for host in HOSTS:
            lab.must("ip", "-n", self.space.name, "address", "add", host, "dev", "lo", *["nodad"] * (":" in host))

    def send(self, host, size, back=0, source=None):
        """A connection with `size` bytes to the host, from the host itself, and `back` from it."""
        with self.space.inside():
            with socket.create_server((host, 0), family=family_of(host)) as listener:
                address = listener.getsockname()[:2]
                if source:
                    address = source, address[1]
                with socket.create_connection(address) as client, listener.accept()[0] as server:
                    for sender, receiver, count in ((client, server, size), (server, client, back)):
                        sender.sendall(b"x" * count)
                        receive(receiver, count)

    def trace(self, *options):
        return self.space.trace("tcpsubnet", *options, "-i", "0.2")

    def test_order_decides_or_length(self):
        nets = "10.0.0.0/8,10.1.0.0/16,2001:db8::/32,::/0"
        tools = [self.trace(nets), self.trace("--longest", nets), self.trace("10.1.0.0/16,10.0.0.0/8")]
        with lab.side_by_side(tools):
            for host, size in zip(HOSTS, (1009, 2003, 4001, 8009, 16001)):
                self.send(host, size)
        first, longest, own = (by_subnet(tool.rows) for tool in tools)
        self.assertEqual(first, {"10.0.0.0/8": 1009 + 2003, "2001:db8::/32": 8009, "::/0": 16001})
        self.assertEqual(
            longest, {"10.0.0.0/8": 2003, "10.1.0.0/16": 1009, "2001:db8::/32": 8009, "::/0": 16001}
        )
        self.assertEqual(own, {"10.0.0.0/8": 2003, "10.1.0.0/16": 1009})
        for tool in tools:
            self.assertEqual(tool.ledger["lost"], 0)

    def test_usual_subnets_and_both_ways(self):
        """Without a list of subnets; with received bytes."""
        with self.trace("--rx") as traced:
            for host in (*HOSTS, "127.0.0.1", "::1"):
                self.send(host, 1009, 503)
        both = 1009 + 503  # each end sends to an address of the same subnet
        nets = {"10.0.0.0/8": 2, "0.0.0.0/0": 1, "::/0": 2, "127.0.0.1/32": 1, "::1/128": 1}
        self.assertEqual(by_subnet(traced.rows), {net: n * both for net, n in nets.items()})
        self.assertEqual(by_subnet(traced.rows, "rx_bytes"), {net: n * both for net, n in nets.items()})

    def test_ipv4_on_an_ipv6_socket(self):
        with self.space.inside(), socket.create_server(("::", 0), family=socket.AF_INET6, dualstack_ipv6=True) as listener:
            with self.trace("::/0,0.0.0.0/0") as traced:
                with socket.create_connection(("10.1.0.1", port_of(listener))) as client:
                    with listener.accept()[0] as server:
                        server.sendall(b"x" * 1009)
                        receive(client, 1009)
        self.assertEqual(by_subnet(traced.rows), {"0.0.0.0/0": 1009})

    def test_partial(self):
        with self.space.trace("tcpsubnet", "-i", "30") as traced:
            self.send("10.1.0.1", 1009)
        (row,) = traced.rows
        self.assertEqual((row["partial"], row["tx_bytes"]), (True, 1009))
        self.assertLess(row["interval_ns"], 30 * 10**9)

    def test_bad_subnets(self):
        cases = {
            "10.0.0.0/33": "10.0.0.0/33: not a prefix length (0-32)",
            "10.0.0.0/8,300.0.0.0/8": "300.0.0.0/8",
            "10.0.0.0": "not a subnet like 10.0.0.0/8 or 2001:db8::/32",
            "": "empty",
            "2001:db8::/129": "not a prefix length (0-128)",
        }
        for text, message in cases.items():
            with self.subTest(text=text):
                done = lab.run(lab.NETTRACE, "tcpsubnet", text)
                self.assertEqual((done.code, done.output), (2, b""))
                self.assertRegex(done.errors, rf"^tcpsubnet: error: [^\n]*{re.escape(message)}[^\n]*\n$")


if __name__ == "__main__":
    lab.main()
