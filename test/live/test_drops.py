#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""test_drops.py: drops: as many rows as each of the kernel's counters says, for every layer; none on a healthy
machine."""

import collections
import contextlib
import json
import re
import socket
import struct
import time

import lab
import silence
import xdp

IPV6_SOCKETS = {4: socket.AF_INET, 6: socket.AF_INET6}


class Drops(lab.LiveTest):
    maxDiff = None

    def counted(self, space=None):
        """All of the kernel's counters of a namespace: {"UdpInErrors": 3, "Udp6InErrors": 2, ...}."""
        enter = (space or self.space).enter
        counters = collections.Counter()
        lines = lab.must(*enter, "cat", "/proc/net/netstat", "/proc/net/snmp").splitlines()
        for names, values in zip(lines[::2], lines[1::2]):
            group, *names = names.split()
            counters.update({group[:-1] + name: int(value) for name, value in zip(names, values.split()[1:])})
        for line in lab.must(*enter, "cat", "/proc/net/snmp6").splitlines():
            name, value = line.split()
            counters[name] = int(value)
        return counters

    @contextlib.contextmanager
    def watch(self, *options, space=None):
        """(the tool, the growth of the counters), both readable after the `with`."""
        grown, before = collections.Counter(), self.counted(space)
        with (space or self.space).trace("drops", *options) as traced:
            yield traced, grown
            time.sleep(0.2)
        after = self.counted(space)
        grown.update({name: after[name] - before[name] for name in after if after[name] != before[name]})

    def udp(self, family=4):
        with self.space.inside():
            made = socket.socket(IPV6_SOCKETS[family], socket.SOCK_DGRAM)
        self.addCleanup(made.close)
        return made

    def send_raw(self, packet, to):
        """An IPv4 packet as it is."""
        with self.space.inside(), socket.socket(socket.AF_INET, socket.SOCK_RAW, socket.IPPROTO_RAW) as raw:
            raw.sendto(packet, (to, 0))

    def assert_rows(self, traced, expected, *names):
        """The number of rows for each combination of values."""
        self.assertEqual(dict(lab.count_by(traced.rows, *names)), expected, traced.errors)
        self.assert_account(traced, sum(expected.values()))

    # ---- UDP ----

    def test_udp_without_socket(self):
        with self.watch() as (traced, grown):
            for family, number in ((4, 7), (6, 5)):
                for _ in range(number):
                    self.udp(family).sendto(b"x" * 100, (lab.LOOPBACK[family], 9))
        self.assertEqual((grown["UdpNoPorts"], grown["Udp6NoPorts"]), (7, 5))
        self.assert_rows(
            traced,
            {("udp", "udp", "NO_SOCKET", 4, 128, "lo"): 7, ("udp", "udp", "NO_SOCKET", 6, 148, "lo"): 5},
            *("layer", "proto", "reason", "family", "length", "device"),
        )
        for row in traced.rows:
            self.assertEqual((row["dport"], row["lport"], row["netns"]), (9, 9, self.space.inode), row)
            self.assertEqual((row["segments"], row["protocol"], row["harmless"]), (1, "udp", False), row)

    def test_full_udp_buffer(self):
        for family in (4, 6):
            with self.subTest(family=family):
                server = self.udp(family)
                server.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 2304)
                server.bind((lab.LOOPBACK[family], 0))
                with self.watch() as (traced, grown):
                    client = self.udp(family)
                    for _ in range(23):
                        client.sendto(b"x" * 500, server.getsockname()[:2])
                group = "Udp" if family == 4 else "Udp6"
                dropped = grown[group + "RcvbufErrors"]
                self.assertEqual(dropped, grown[group + "InErrors"])
                self.assertGreater(dropped, 10)
                self.assert_rows(
                    traced, {("socket", "SOCKET_RCVBUFF", family, "lo"): dropped}, "layer", "reason", "family", "device"
                )

    def test_udp_checksum(self):
        """A datagram whose checksum is wrong: the socket finds out when it is read."""
        server = self.udp()
        server.bind(("127.0.0.1", 0))
        port = server.getsockname()[1]
        addresses = socket.inet_aton("127.0.0.1") * 2
        header = struct.pack("!BBHHHBBH8s", 0x45, 0, 0, 0, 0, 64, socket.IPPROTO_UDP, 0, addresses)
        with self.watch() as (traced, grown):
            for _ in range(3):
                self.send_raw(header + struct.pack("!HHHH", 4711, port, 13, 0x1234) + b"wrong", "127.0.0.1")
            server.setblocking(False)
            with contextlib.suppress(BlockingIOError):
                server.recv(100)
        self.assertEqual((grown["UdpInCsumErrors"], grown["UdpInErrors"]), (3, 3))
        self.assert_rows(traced, {("udp", "UDP_CSUM", port): 3}, "layer", "reason", "dport")

    def test_explain(self):
        """The buffer of the very socket, as ss has it."""
        server = self.udp()
        server.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 2304)
        server.bind(("127.0.0.1", 0))
        with self.watch("--explain", "--layer=socket") as (traced, grown):
            for _ in range(23):
                self.udp().sendto(b"x" * 500, server.getsockname())
            line = lab.must(*self.space.enter, "ss", "-Huamn", "src", f":{server.getsockname()[1]}")
        memory = re.search(r"skmem:\(r(\d+),rb(\d+),", line)
        self.assertEqual(len(traced.rows), grown["UdpRcvbufErrors"], traced.errors)
        self.assertGreater(len(traced.rows), 10)
        for row in traced.rows:
            values = row["values"]
            self.assertEqual((values["rmem"], values["rcvbuf"]), (int(memory[1]), int(memory[2])), row)
            self.assertEqual(set(values), {"rmem", "rcvbuf", "net.core.rmem_max"}, row)

    # ---- rules and queues of this machine, against their own counters ----

    def test_netfilter(self):
        """As many rows as the counters of nft(8), for each hook and protocol."""
        rules = ["add table inet t"]
        for hook in ("input", "output"):
            rules.append(f"add chain inet t {hook} {{ type filter hook {hook} priority 0; }}")
        rules += ["add rule inet t input udp dport 81 counter drop", "add rule inet t output udp dport 82 counter drop",
                  "add rule inet t input meta l4proto { icmp, ipv6-icmp } counter drop"]  # fmt: skip
        lab.must(*self.space.enter, "nft", "; ".join(rules))
        with self.watch("--explain", "--layer=netfilter") as (traced, _):
            for family in (4, 6):
                for port, number in ((81, 5), (82, 7), (9, 3)):  # port 9 has no socket: its ICMP messages are dropped, too
                    for _ in range(number):
                        with contextlib.suppress(PermissionError):
                            self.udp(family).sendto(b"x", (lab.LOOPBACK[family], port))
        counters = re.findall(r"counter packets (\d+) ", lab.must(*self.space.enter, "nft", "list", "table", "inet", "t"))
        counted = collections.Counter((row["proto"], row["dport"], row["values"]["hook"]) for row in traced.rows)
        expected = {("udp", 81, "INPUT"): 10, ("udp", 82, "OUTPUT"): 14, ("icmp", None, "INPUT"): 3, ("icmpv6", None, "INPUT"): 3}
        self.assertEqual(dict(counted), expected, traced.errors)
        self.assertEqual([int(packets) for packets in counters], [10, 6, 14])

    def test_queueing_discipline(self):
        """As many packets as `tc -s qdisc` counts."""
        silence.add(self.space)
        tc = ("tc", "-n", self.space.name)
        lab.must(*tc, "qdisc", "replace", "dev", "silent", "root", "tbf", "rate", "8kbit", "burst", "1600", "limit", "3000")
        with self.watch("--layer=qdisc") as (traced, _):
            for _ in range(40):
                self.udp().sendto(b"x" * 500, (silence.NOWHERE[4], 9))
        (qdisc, *_) = json.loads(lab.must(*tc, "-s", "-j", "qdisc", "show", "dev", "silent"))
        self.assertGreater(qdisc["drops"], 20)
        self.assertEqual(sum(row["segments"] for row in traced.rows), qdisc["drops"], traced.errors)
        self.assertEqual(lab.count_by(traced.rows, "device", "proto", "dport", "received"),
                         {("silent", "udp", 9, False): qdisc["drops"]})  # fmt: skip

    def test_xdp(self):
        """Each packet that an XDP program drops, generic and of veth."""
        silence.add(self.space)
        for mode in (xdp.GENERIC, xdp.DRIVER):
            with self.subTest(mode=mode), xdp.attached(self.space, "deaf", xdp.DROP, mode):
                with self.watch("--layer=xdp") as (traced, _):
                    for _ in range(11):
                        self.udp().sendto(b"x", (silence.NOWHERE[4], 9))
                counted = lab.count_by([row for row in traced.rows if row["proto"] == "udp"], "dport", "device", "received")
                self.assertEqual(dict(counted), {(9, "deaf", True): 11}, traced.errors)

    def test_unknown_frames(self):
        """Frames of a protocol without a handler: as many as `ip -s link` counts as dropped."""
        silence.add(self.space)
        (link,) = json.loads(lab.must("ip", "-n", self.space.name, "-j", "link", "show", "deaf"))
        frame = bytes.fromhex(link["address"].replace(":", "")) + b"\2\0\0\0\0\1" + b"\x88\xf7" + bytes(50)
        before = self.link("deaf")
        with self.watch("--layer=nic") as (traced, _):
            with self.space.inside(), socket.socket(socket.AF_PACKET, socket.SOCK_RAW) as raw:
                raw.bind(("silent", 0))
                for _ in range(9):
                    raw.send(frame)
        self.assertEqual(self.link("deaf") - before, {"rx_dropped": 9})
        self.assert_rows(traced, {("nic", "0x88f7", "deaf", 50): 9}, "layer", "proto", "device", "length")

    def link(self, name):
        """The counters of lost packets of an interface."""
        (link,) = json.loads(lab.must("ip", "-n", self.space.name, "-j", "-s", "-s", "link", "show", name))
        counters = {f"{way}_{key}": value for way in ("rx", "tx") for key, value in link["stats64"][way].items()}
        return collections.Counter({key: value for key, value in counters.items() if not key.endswith(("packets", "bytes"))})

    # ---- TCP, as tcpdrop ----

    def test_tcp(self):
        with self.watch() as (traced, grown), self.space.trace("tcpdrop", "--no-stack") as tcpdrop:
            self.space.traffic("--refuse=5", "--drop=3", "--overflow=7", *lab.BOTH)
        self.assertEqual(lab.count_by(traced.rows, "reason")["LISTEN_OVERFLOW",], grown["TcpExtListenDrops"])
        names = ("reason", "saddr", "sport", "daddr", "dport", "flags", "state", "pid", "comm", "location")
        self.assertEqual(lab.count_by(traced.rows, *names), lab.count_by(tcpdrop.rows, *names))
        self.assertEqual({row["device"] for row in traced.rows}, {"lo"})

    # ---- a healthy machine ----

    def test_clean_traffic(self):
        """No row for connections, datagrams, and pings of both kinds of socket."""
        with self.watch() as (traced, _), self.space.trace("drops", "--all") as everything:
            self.space.traffic("--connect=5", "--server-first=3", *lab.BOTH)
            for family in (4, 6):
                server, client = self.udp(family), self.udp(family)
                server.bind((lab.LOOPBACK[family], 0))
                client.sendto(b"read", server.getsockname()[:2])
                client.sendto(b"not read", server.getsockname()[:2])
                server.recv(100)
                server.close()
            self.ping_raw()
        self.assert_account(traced, 0)
        self.assertGreater(len(everything.rows), 0)
        for row in everything.rows:
            self.assertTrue(row["harmless"] and row["harmless_kind"], row)

    def ping_raw(self):
        """An echo request of a raw socket, as ping sends without ping_group_range; its answer goes to that socket."""
        echo = struct.pack("!BBHHH", 8, 0, 0xF7FD, 1, 1)
        with self.space.inside(), socket.socket(socket.AF_INET, socket.SOCK_RAW, socket.IPPROTO_ICMP) as raw:
            raw.settimeout(5)
            raw.sendto(echo, ("127.0.0.1", 0))
            while raw.recv(100)[20] != 0:
                pass

    # ---- options ----

    def test_filters(self):
        with self.watch("--layer=udp") as (udp, _), self.space.trace("drops", "--device=l?,eth*") as device:
            with self.space.trace("drops", "--device=eth0") as other, self.space.trace("drops", "-c") as summary:
                self.space.traffic("--refuse=3")
                for _ in range(4):
                    self.udp().sendto(b"x", ("127.0.0.1", 9))
        self.assert_rows(udp, {("udp",): 4}, "layer")
        self.assertEqual((len(device.rows), len(other.rows)), (7, 0))
        self.assertGreaterEqual(other.ledger["filtered"], 7)
        counted = {(row["layer"], row["reason"]): (row["count"], row["segments"], row["length"]) for row in summary.rows}
        self.assertEqual(counted[("udp", "NO_SOCKET")], (4, 4, 4 * 29))
        self.assertEqual(counted[("tcp", "NO_SOCKET")][0], 3)
        done = lab.run(lab.NETTRACE, "drops", "--layer", "udp,house")
        self.assertEqual(done.code, 2)
        self.assertTrue(re.search("house", done.errors), done.errors)


if __name__ == "__main__":
    lab.main()
