#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""test_udptop.py: udptop: datagrams and bytes of each flow, by any call, against the kernel's counters of UDP."""

import collections
import json
import os
import socket
import struct
import subprocess
import sys

import lab

UDP_CORK, UDP_SEGMENT, UDP_GRO, MSG_MORE = 1, 103, 104, 0x8000
GROUP = "239.1.2.3"

# A child that sends and receives through a socket that it has inherited (descriptor 3).
CHILD = "import socket; s = socket.socket(fileno=3); s.setblocking(True); s.send(b'child'); s.recv(100)"


class Udptop(lab.LiveTest):
    def udp(self, family=4, bound=None, to=None):
        with self.space.inside():
            made = socket.socket(socket.AF_INET6 if family == 6 else socket.AF_INET, socket.SOCK_DGRAM)
        self.addCleanup(made.close)
        made.settimeout(lab.PATIENCE)
        if bound is not None:
            made.bind((bound, 0))
        if to is not None:
            made.connect(to)
        return made

    def counters(self):
        """Datagrams of the namespace, of both families, as the kernel counts them."""
        found = collections.Counter()
        names, values = [line.split() for line in lab.must(*self.space.enter, "grep", "^Udp:", "/proc/net/snmp").splitlines()]
        found.update(dict(zip(names[1:], map(int, values[1:]))))
        for line in lab.must(*self.space.enter, "grep", "^Udp6", "/proc/net/snmp6").splitlines():
            name, value = line.split()
            found[name.removeprefix("Udp6")] += int(value)
        return found

    def assert_sums(self, rows, before, after, unread=0):
        grown = {name: after[name] - before[name] for name in after}
        sums = collections.Counter()
        for row in rows:
            sums.update({name: row[name] for name in ("rx_datagrams", "tx_datagrams", "drops")})
        self.assertEqual(sums["tx_datagrams"], grown["OutDatagrams"])
        self.assertEqual(sums["rx_datagrams"] - sums["drops"], grown["InDatagrams"] + unread)
        self.assertEqual(sums["drops"], grown["RcvbufErrors"] + grown["MemErrors"])

    def flows(self, rows):
        """{(lport, rport): (rx, tx, rx_bytes, tx_bytes)}"""
        found = {}
        for row in rows:
            self.assertEqual((row["protocol"], row["other"], row["owner"]), ("udp", False, "exact"), row)
            self.assertEqual((row["pid"], row["netns"]), (os.getpid(), self.space.inode), row)
            names = ("rx_datagrams", "tx_datagrams", "rx_bytes", "tx_bytes")
            ends = (row["lport"], row["rport"] or 0)
            found[ends] = tuple(a + b for a, b in zip(found.get(ends, (0, 0, 0, 0)), (row[name] for name in names)))
        return found

    def exchange(self, server):
        """Datagrams by many calls. Returns the expected flows, without those with a peer where only the socket counts."""
        at = server.getsockname()
        plain, joined, old = self.udp(), self.udp(to=at), self.old
        ends = at[1]
        for i in range(7):
            plain.sendto(b"p" * 100, at)
            server.recv(200, socket.MSG_PEEK)  # counts once
            server.sendto(b"answer", server.recvfrom(200)[1])
            plain.recv(100)
        joined.send(b"")  # empty datagrams count
        self.assertEqual(server.recv(10), b"")
        joined.send(b"one ", MSG_MORE)
        joined.send(b"datagram")
        self.assertEqual(server.recv(100), b"one datagram")
        joined.setsockopt(socket.IPPROTO_UDP, UDP_SEGMENT, 10)
        joined.send(b"g" * 50)  # one, as the kernel counts; five arrive
        for _ in range(5):
            self.assertEqual(server.recv(100), b"g" * 10)
        old.send(b"old")
        server.recv(100)
        big = self.udp(to=at)
        big.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, 1 << 17)
        big.send(b"f" * 60000)
        server.recv(65536)
        return {
            (plain.getsockname()[1], ends): (7, 7, 42, 700), (ends, plain.getsockname()[1]): (7, 7, 700, 42),
            (joined.getsockname()[1], ends): (0, 3, 0, 62), (ends, joined.getsockname()[1]): (7, 0, 62, 0),
            (old.getsockname()[1], ends): (0, 1, 0, 3), (ends, old.getsockname()[1]): (1, 0, 3, 0),
            (big.getsockname()[1], ends): (0, 1, 0, 60000), (ends, big.getsockname()[1]): (1, 0, 60000, 0),
        }

    def check_calls(self, *options):
        server = self.udp(bound="127.0.0.1")
        self.old = self.udp(to=server.getsockname())  # older than the trace
        before = self.counters()
        with self.space.trace("udptop", "0.2", *options) as traced:
            expected = self.exchange(server)
        self.assert_sums(traced.rows, before, self.counters())
        self.assertEqual(traced.ledger["lost"], 0, traced.errors)
        return expected, self.flows(traced.rows), traced

    def test_calls(self):
        expected, found, traced = self.check_calls()
        self.assertEqual(found, expected)
        self.assertEqual({row["laddr"] for row in traced.rows}, {"127.0.0.1"})

    def test_calls_without_packets(self):
        """By the lengths that calls return: the server's sums, without peers."""
        expected, found, _ = self.check_calls("--without", "cgroup_skb")
        mine = {ends: flow for ends, flow in found.items() if ends[1]}
        plain = next(ends for ends, flow in expected.items() if flow == (7, 7, 42, 700))
        server = tuple(sum(flow[i] for ends, flow in expected.items() if ends[0] == plain[1]) for i in range(4))
        self.assertEqual(found.pop((plain[1], 0)), server)
        self.assertEqual(found.pop((plain[0], 0)), expected.pop(plain))
        self.assertEqual(mine, {ends: flow for ends, flow in expected.items() if ends[0] != plain[1]})

    def test_addresses(self):
        """A socket of all addresses shows what the packets used; IPv4 through an IPv6 socket, and IPv6."""
        server, four, six = self.udp(6, bound="::"), self.udp(), self.udp(6)
        before = self.counters()
        with self.space.trace("udptop", "0.2") as traced:
            for client, host in ((four, "127.0.0.9"), (six, "::1")):
                client.sendto(b"12345", (host, server.getsockname()[1]))
                server.sendto(b"123", server.recvfrom(10)[1])
                client.recv(10)
        self.assert_sums(traced.rows, before, self.counters())
        ends = {(row["family"], row["laddr"], row["raddr"]) for row in traced.rows if row["lport"] == server.getsockname()[1]}
        self.assertIn((6, "::1", "::1"), ends)
        self.assertIn((6, "::ffff:127.0.0.9", "::ffff:127.0.0.1"), ends)

    def test_multicast(self):
        """Each receiver of a group gets the datagram; the sender sends one."""
        receivers = [self.udp() for _ in range(3)]
        for i, one in enumerate(receivers):
            one.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            one.bind(("0.0.0.0", receivers[0].getsockname()[1] if i else 0))
            one.setsockopt(socket.IPPROTO_IP, socket.IP_ADD_MEMBERSHIP,
                           socket.inet_aton(GROUP) + socket.inet_aton("127.0.0.1"))
        sender = self.udp()
        sender.setsockopt(socket.IPPROTO_IP, socket.IP_MULTICAST_IF, socket.inet_aton("127.0.0.1"))
        port = receivers[0].getsockname()[1]
        before = self.counters()
        with self.space.trace("udptop", "0.2") as traced:
            for _ in range(5):
                sender.sendto(b"all", (GROUP, port))
                for one in receivers:
                    self.assertEqual(one.recv(10), b"all")
        self.assert_sums(traced.rows, before, self.counters())
        self.assertEqual(self.flows(traced.rows)[port, sender.getsockname()[1]], (15, 0, 45, 0))
        self.assertEqual({row["laddr"] for row in traced.rows if row["lport"] == port}, {GROUP})

    def test_drops(self):
        server = self.udp(bound="127.0.0.1")
        server.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
        client = self.udp(to=server.getsockname())
        before = self.counters()
        with self.space.trace("udptop", "0.2") as traced:
            for _ in range(101):
                client.send(b"d" * 500)
            unread = 0
            server.setblocking(False)
            try:
                while server.recv(600):
                    unread += 1
            except BlockingIOError:
                pass
        self.assert_sums(traced.rows, before, self.counters())
        row = [row for row in traced.rows if row["drops"]]
        self.assertEqual(sum(one["drops"] for one in row), 101 - unread)
        self.assertEqual({(one["lport"], one["rport"]) for one in row},
                         {(server.getsockname()[1], client.getsockname()[1])})

    def test_owners(self):
        """A child that sends through its parent's socket; a socket that two processes hold and neither sends with."""
        server, client = self.udp(bound="127.0.0.1"), self.udp()
        client.connect(server.getsockname())
        server.connect(client.getsockname())
        with self.space.trace("udptop", "0.2") as traced:
            child = subprocess.Popen([sys.executable, "-c", CHILD], preexec_fn=lambda: os.dup2(client.fileno(), 3), close_fds=False)
            self.assertEqual(server.recv(100), b"child")
            server.send(b"parent")
            self.assertEqual(child.wait(lab.PATIENCE), 0)
        owners = {row["pid"]: row for row in traced.rows if row["lport"] == client.getsockname()[1]}
        self.assertEqual({(pid, row["owner"]) for pid, row in owners.items()}, {(child.pid, "exact")})
        self.assertIn(os.getpid(), {row["pid"] for row in traced.rows if row["lport"] == server.getsockname()[1]})

    def test_filters(self):
        one, other = self.udp(bound="127.0.0.1"), self.udp(bound="127.0.0.1")
        client = self.udp()
        with self.space.trace("udptop", "0.2", "--rport", one.getsockname()[1], "--comm", open("/proc/self/comm").read()[:3] + "*") as traced:
            for server in (one, other):
                client.sendto(b"x", server.getsockname())
        self.assertEqual({row["rport"] for row in traced.rows}, {one.getsockname()[1]}, traced.errors)

    def test_more_peers_than_places(self):
        """More peers than the table has places: the rest are one row, and no datagram is missing."""
        peers, server = 20011, self.udp(bound="127.0.0.1")
        client = self.udp()
        before = self.counters()
        with self.space.tool("udptop", "--json", "5", "-C") as traced:
            for i in range(peers):
                client.sendto(b"x", (f"127.{1 + i // 60000}.{i // 200 % 250}.{1 + i % 200}", 9))
        rows = traced.rows
        self.assert_sums([row for row in rows if row["other"] or row["netns"] == self.space.inode], before, self.counters())
        other = [row for row in rows if row["other"]]
        self.assertGreaterEqual(sum(row["tx_datagrams"] for row in other), peers - 8191)
        self.assertEqual({(row["pid"], row["comm"]) for row in other}, {(None, None)})


if __name__ == "__main__":
    lab.main()
