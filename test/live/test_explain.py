#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""test_explain.py: the values of tcpdrop --explain, against ss, sysctl, nft and tc."""

import json
import re
import socket
import tempfile
import time

import lab
import silence
import sockets

RP_FILTER = """
cd /proc/sys/net/ipv4/conf
echo 0 >all/rp_filter
echo 1 >near/rp_filter
"""


class Explain(lab.LiveTest):
    maxDiff = None

    def inside(self, *command):
        return lab.must(*self.space.enter, *command)

    def sysctl(self, name):
        return int(self.inside("sysctl", "-n", name).split()[-1])

    def ss(self, *options):
        """The only line of ss."""
        (line,) = self.inside("ss", "-HtnO", *options).splitlines()
        return line

    def drops(self, traced, reason):
        return [row for row in traced.rows if row["reason"] == reason]

    def trace(self, *options):
        return self.space.trace("tcpdrop", "--explain", *options)

    def attempt(self, address, port=80, source=None):
        with self.space.inside():
            client = socket.socket()
        client.setblocking(False)
        if source:
            client.bind((source, 0))
        client.connect_ex((address, port))
        return client

    def test_listener(self):
        """A full accept queue: a SYN, and the last ACK of a handshake."""
        self.inside("sysctl", "-qw", "net.core.somaxconn=7")
        with sockets.listen(self.space, backlog=2) as listener, self.trace("--no-stack") as traced:
            address, port = listener.getsockname()
            clients = [self.attempt(address, port) for _ in range(5)]
            time.sleep(0.3)
            queue, limit = map(int, self.ss("-l").split()[1:3])
        for client in clients:
            client.close()
        drops = self.drops(traced, "LISTEN_OVERFLOW")
        self.assertTrue(drops, traced.errors)
        for row in drops:
            self.assertEqual(row["values"], {"queue": queue, "limit": limit, "net.core.somaxconn": 7}, row)
        self.assertEqual((queue, limit), (3, 2))

    def test_receive_buffer(self):
        """A segment beyond the window of a socket with unread data."""
        with sockets.connection(self.space) as (client, server), self.trace("--no-stack") as traced:
            client.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 20000)
            server.send(b"x" * 5000)
            port = client.getsockname()[1]
            lab.wait_for(lambda: int(self.ss("src", f":{port}").split()[1]) == 5000, "the data")
            memory = re.search(r"skmem:\(r(\d+),rb(\d+),", self.ss("-m", "src", f":{port}"))
            sockets.forge(self.space, server, client, flags=0x10, ahead=1 << 30)
            time.sleep(0.2)
        (row,) = self.drops(traced, "TCP_INVALID_SEQUENCE")
        expected = {"rmem": int(memory[1]), "rcvbuf": int(memory[2])}
        expected["net.ipv4.tcp_rmem_max"] = self.sysctl("net.ipv4.tcp_rmem")
        with open("/proc/sys/net/core/rmem_max", encoding="ascii") as file:
            expected["net.core.rmem_max"] = int(file.read())
        seen = row["values"]
        if seen["net.core.rmem_max"] is None:  # the namespace has no such file before 6.17
            self.assertFalse(self.space.run("test", "-e", "/proc/sys/net/core/rmem_max").code == 0)
            expected["net.core.rmem_max"] = None
        self.assertEqual(seen, expected)
        self.assertEqual(expected["rcvbuf"], 40000)

    def test_next_hop(self):
        """A gateway that does not answer, and a neighbour."""
        silence.add(self.space)
        lab.must("ip", "-n", self.space.name, "route", "add", "10.79.0.0/24", "via", silence.NOBODY[4])
        with self.trace("--no-stack") as traced:
            clients = [self.attempt(to) for to in (silence.NOBODY[4], "10.79.0.1")]
            time.sleep(1)
        for client in clients:
            client.close()
        drops = self.drops(traced, "NEIGH_FAILED")
        self.assertEqual({row["daddr"] for row in drops}, {silence.NOBODY[4], "10.79.0.1"}, traced.errors)
        for row in drops:
            self.assertEqual(row["values"], {"next_hop": silence.NOBODY[4], "device": "silent"}, row)

    def test_netfilter(self):
        """A port for each hook."""
        hooks = {81: "input", 82: "output", 83: "prerouting", 84: "postrouting"}
        rules = ["add table ip t"]
        for port, hook in hooks.items():
            rules += [f"add chain ip t {hook} {{ type filter hook {hook} priority 0; }}", f"add rule ip t {hook} tcp dport {port} counter drop"]
        self.inside("nft", "; ".join(rules))
        with self.trace("--reason", "NETFILTER_DROP") as traced:
            for port in hooks:
                self.attempt("127.0.0.1", port).close()
            time.sleep(0.2)
        expected = {port: {"hook": hook.upper(), "device": "lo"} for port, hook in hooks.items()}
        self.assertEqual({row["dport"]: row["values"] for row in traced.rows}, expected, traced.errors)
        self.assertEqual(len(traced.rows), 4)
        self.assertEqual(self.inside("nft", "list", "table", "ip", "t").count("counter packets 1 "), 4)

    def test_reverse_path(self):
        """A source that the route to it contradicts."""
        with lab.Namespace() as far:
            ip, there = ("ip", "-n", self.space.name), ("ip", "-n", far.name)
            lab.must(*ip, "link", "add", "near", "type", "veth", "peer", "far", "netns", far.name)
            lab.must(*ip, "address", "add", "10.80.0.1/24", "dev", "near")
            lab.must(*ip, "link", "set", "near", "up")
            for address in ("10.80.0.2/24", "10.81.0.1/32"):
                lab.must(*there, "address", "add", address, "dev", "far")
            lab.must(*there, "link", "set", "far", "up")
            (link,) = json.loads(lab.must(*ip, "-j", "link", "show", "near"))
            lab.must(*there, "neighbour", "add", "10.80.0.1", "lladdr", link["address"], "dev", "far", "nud", "permanent")
            self.inside("sh", "-c", RP_FILTER)
            with self.trace("--no-stack", "--reason", "IP_RPFILTER") as traced:
                with far.inside():
                    client = socket.socket()
                client.setblocking(False)
                client.bind(("10.81.0.1", 0))
                client.connect_ex(("10.80.0.1", 80))
                time.sleep(0.3)
            client.close()
        self.assertTrue(traced.rows, traced.errors)
        for row in traced.rows:
            self.assertEqual(row["values"], {"device": "near", "rp_filter": 1, "rp_filter_all": 0}, row)

    def test_queueing_discipline(self):
        silence.add(self.space)
        self.inside("tc", "qdisc", "replace", "dev", "silent", "root", "blackhole")
        with self.trace("--no-stack") as traced:
            self.attempt(silence.NOWHERE[4]).close()
            time.sleep(0.2)
            dropped = re.search(r"qdisc blackhole .*\(dropped (\d+),", self.inside("tc", "-s", "qdisc", "show", "dev", "silent"), re.DOTALL)
        drops = self.drops(traced, "QDISC_DROP")
        (row,) = drops
        self.assertEqual(row["values"], {"device": "silent", "qdisc": "blackhole", "packets": 0, "limit": None}, row)
        self.assertGreaterEqual(int(dropped[1]), 1)  # neighbour discovery, too

    def test_table_and_recording(self):
        """Rows of a replay have the values of the recording; its sysctls are missing."""
        file = self.enterContext(tempfile.TemporaryDirectory()) + "/drops.rec"
        with sockets.connection(self.space) as (client, server), self.trace("--no-stack", "--record", file) as traced:
            server.send(b"x")
            sockets.forge(self.space, server, client, flags=0x10, ahead=1 << 30)
            time.sleep(0.2)
        (row,) = self.drops(traced, "TCP_INVALID_SEQUENCE")
        replayed = lab.must(lab.NETTRACE, "replay", file, "tcpdrop", "--explain", "--no-stack", "--reason", "TCP_INVALID_SEQUENCE")
        line = replayed.splitlines()[1]
        self.assertIn(f" rmem={row['values']['rmem']} rcvbuf={row['values']['rcvbuf']} ", line)
        self.assertIn(" net.core.rmem_max=not-recorded The sequence number is outside of the receive window.", line)


if __name__ == "__main__":
    lab.main()
