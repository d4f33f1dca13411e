#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""test_netqtop.py: netqtop on a veth pair, against the kernel's counters (ip -s link), to the packet and the byte."""

import array
import collections
import contextlib
import fcntl
import json
import socket
import struct
import threading
import time

import lab
from sockets import FAMILY, receive

QUEUES = 4
MACS = ("02:00:00:00:00:01", "02:00:00:00:00:02")
ADDRESSES = {4: ("10.99.0.1", "10.99.0.2"), 6: ("fd99::1", "fd99::2")}
HEADERS = {4: 14 + 20 + 8, 6: 14 + 40 + 8}  # Ethernet, IP, UDP
SIZES = ("size_0_63", "size_64_511", "size_512_2047", "size_2048_16383", "size_16384_65535", "size_65536")
# The number of frames of each length: the limits of each size.
FRAMES = {63: 3, 64: 5, 511: 7, 512: 11, 2047: 13, 2048: 17, 16383: 19, 16384: 23, 65535: 29, 65536: 31}
BY_SIZE = dict(zip(SIZES, (3, 5 + 7, 11 + 13, 17 + 19, 23 + 29, 31)))

SIOCETHTOOL, ETHTOOL_STSO, ETHTOOL_SGRO, ETHTOOL_GCHANNELS, ETHTOOL_SCHANNELS = 0x8946, 0x1F, 0x2C, 0x3C, 0x3D


def ethtool(space, name, command, *numbers):
    """Whether the Python program of this name, which some machines lack, succeeds."""
    data = array.array("I", [command, *numbers])
    with space.inside(), socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as request:
        fcntl.ioctl(request, SIOCETHTOOL, struct.pack("16sP8x", name.encode(), data.buffer_info()[0]))
    return data


def set_channels(space, number):
    channels = ethtool(space, "veth0", ETHTOOL_GCHANNELS, *[0] * 8)
    channels[6] = channels[5] = number  # tx, rx
    ethtool(space, "veth0", ETHTOOL_SCHANNELS, *channels[1:])


def by_direction(rows):
    """Sums over all queues: {"tx": {"packets": 7, ...}, "rx": ...}."""
    sums = collections.defaultdict(collections.Counter)
    for row in rows:
        sums[row["direction"]].update({name: row[name] for name in ("packets", "bytes", *SIZES)})
    return sums


def by_queue(rows, direction):
    return {row["queue"]: row["packets"] for row in rows if row["direction"] == direction}


class Netqtop(lab.LiveTest):
    events = {**lab.LiveTest.events, "net/net_dev_start_xmit": ""}
    limit = 120

    def setUp(self):
        super().setUp()
        self.other = self.enterContext(lab.Namespace())
        self.spaces = (self.space, self.other)
        self.add_pair(QUEUES)

    def add_pair(self, number):
        queues = ("numtxqueues", number, "numrxqueues", number)
        here, there = (("name", "veth0", "address", mac, "mtu", 65535, *queues) for mac in MACS)
        peer = ("type", "veth", "peer", *there, "netns", self.other.name)
        lab.must("ip", "-n", self.space.name, "link", "add", *here, *peer)
        self.index = json.loads(lab.must("ip", "-n", self.space.name, "-j", "link", "show", "veth0"))[0]["ifindex"]

    def up(self, families=(4,)):
        """Both ends, with permanent neighbours. IPv6 sends packets while it starts: waits for the end of that."""
        for side, space in enumerate(self.spaces):
            quiet = "accept_dad=0 router_solicitations=0 addr_gen_mode=1"
            quiet += f" disable_ipv6={int(6 not in families)}"
            settings = [word.split("=") for word in quiet.split()]
            echo = "; ".join(f"echo {value} > /proc/sys/net/ipv6/conf/veth0/{name}" for name, value in settings)
            lab.must(*space.enter, "sh", "-ec", echo)
            ip = ("ip", "-n", space.name)
            lab.must(*ip, "link", "set", "veth0", "up")
            for family in families:
                mine, its = ADDRESSES[family][side], ADDRESSES[family][1 - side]
                length, *nodad = (24,) if family == 4 else (64, "nodad")
                lab.must(*ip, "addr", "add", f"{mine}/{length}", "dev", "veth0", *nodad)
                lab.must(*ip, "neigh", "add", its, "lladdr", MACS[1 - side], "dev", "veth0", "nud", "permanent")
        if 6 in families:
            self.wait_for_silence()

    def wait_for_silence(self):
        before, since = None, time.monotonic()
        while time.monotonic() - since < 2.5:
            now = [self.link(space) for space in self.spaces]
            if now != before:
                before, since = now, time.monotonic()
            time.sleep(0.1)

    @staticmethod
    def link(space, name="veth0"):
        """The kernel's counters of a device."""
        stats = json.loads(lab.must("ip", "-n", space.name, "-j", "-s", "link", "show", name))[0]["stats64"]
        return {way: {unit: stats[way][unit] for unit in ("packets", "bytes")} for way in ("tx", "rx")}

    def send(self, lengths, family=4, sockets=1):
        """Sends frames of these lengths to a socket on the other side that receives them all and never answers."""
        kind = FAMILY[family]
        with contextlib.ExitStack() as stack:
            with self.other.inside():
                sink = stack.enter_context(socket.socket(kind, socket.SOCK_DGRAM))
                sink.bind((ADDRESSES[family][1], 0))
            with self.space.inside():
                senders = [stack.enter_context(socket.socket(kind, socket.SOCK_DGRAM)) for _ in range(sockets)]
            for sender in senders:
                sender.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, 1 << 20)
                sender.connect(sink.getsockname())
                for length in lengths:
                    sender.send(bytes(length - HEADERS[family]))

    def tool(self, space, *options):
        return lab.Tool("netqtop", "--json", "-n", "veth0", "-v", *options, enter=space.enter)

    @contextlib.contextmanager
    def traced(self, units=("packets", "bytes")):
        """Both ends, traced during `happens`; the tools' counts equal the growth of the kernel's counters."""
        before = [self.link(space) for space in self.spaces]
        with self.tool(self.space, "-i", "60") as here, self.tool(self.other, "-i", "60") as there:
            yield here, there
        after = [self.link(space) for space in self.spaces]
        for tool, begin, end in zip((here, there), before, after):
            self.assertEqual(tool.code, 0, tool.errors)
            self.assertEqual(tool.ledger["lost"], 0, tool.errors)
            for way, sums in by_direction(tool.rows).items():
                grown = {unit: end[way][unit] - begin[way][unit] for unit in units}
                self.assertEqual({unit: sums[unit] for unit in grown}, grown, f"{tool.name} {way}")

    def check_sizes(self, family):
        # With IPv6 and UDP, a frame of 63 bytes is too short for the headers.
        frames = {length: number for length, number in FRAMES.items() if length >= HEADERS[family]}
        expected = {**BY_SIZE, "size_0_63": frames.get(63, 0)}
        lengths = [length for length, number in frames.items() for _ in range(number)]
        with self.traced() as (here, there):
            self.send(lengths, family)
        for tool, way in ((here, "tx"), (there, "rx")):
            sums = by_direction(tool.rows)
            self.assertEqual({name: sums[way][name] for name in SIZES}, expected)
            self.assertEqual(sums[way]["packets"], len(lengths))
            self.assertEqual(sums[way]["bytes"], sum(lengths))
            # The other device has the same name and index, but is in another namespace.
            self.assertEqual(sums["rx" if way == "tx" else "tx"]["packets"], 0)

    def test_sizes(self):
        self.up()
        self.check_sizes(4)

    def test_sizes_of_ipv6(self):
        self.up((4, 6))
        self.check_sizes(6)

    def test_rows(self):
        self.up()
        with self.traced() as (here, there):
            self.send([1000] * 101)
        for tool in (here, there):
            rows = tool.rows
            self.assertEqual(
                [(row["direction"], row["queue"]) for row in rows],
                [(way, queue) for way in ("tx", "rx") for queue in range(QUEUES)],
            )
            for row in rows:
                self.assertEqual((row["device"], row["ifindex"], row["tool"]), ("veth0", self.index, "netqtop"))
                self.assertEqual(sum(row[name] for name in SIZES), row["packets"])
                self.assertEqual(row["avg_size"], 1000 if row["packets"] else 0)
                self.assertTrue(row["partial"])
                seconds = row["interval_ns"] / 1e9
                self.assertAlmostEqual(row["bytes_per_second"], row["bytes"] / seconds, 1)
                self.assertAlmostEqual(row["packets_per_second"], row["packets"] / seconds, 1)

    def on_another(self):
        """A macvlan on our end, with an address that the other side knows."""
        ip, there = ("ip", "-n", self.space.name), ("ip", "-n", self.other.name)
        lab.must(*ip, "link", "add", "mv0", "link", "veth0", "type", "macvlan", "mode", "bridge")
        lab.must(*self.space.enter, "sh", "-ec", "echo 1 > /proc/sys/net/ipv6/conf/mv0/disable_ipv6")
        lab.must(*ip, "addr", "add", "10.99.1.1/24", "dev", "mv0")
        lab.must(*ip, "link", "set", "mv0", "up")
        mac = json.loads(lab.must(*ip, "-j", "link", "show", "mv0"))[0]["address"]
        lab.must(*there, "addr", "add", "10.99.1.2/24", "dev", "veth0")
        lab.must(*there, "neigh", "add", "10.99.1.1", "lladdr", mac, "dev", "veth0", "nud", "permanent")

    def test_an_interface_on_another(self):
        self.up()
        self.on_another()
        before = self.link(self.space, "mv0")
        with lab.Tool("netqtop", "--json", "-n", "mv0", "-i", "0.3", enter=self.space.enter) as tool:
            with self.space.inside(), socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sink:
                sink.bind(("10.99.1.1", 0))
                with self.other.inside(), socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sender:
                    for _ in range(53):
                        sender.sendto(bytes(100), sink.getsockname())
                time.sleep(0.5)
        after, sums = self.link(self.space, "mv0"), by_direction(tool.rows)
        grown = {unit: after["rx"][unit] - before["rx"][unit] for unit in ("packets", "bytes")}
        self.assertGreaterEqual(grown["packets"], 53)
        self.assertEqual({unit: sums["rx"][unit] for unit in grown}, grown)
        self.assertEqual({name: sums["rx"][name] for name in SIZES}, dict.fromkeys(SIZES, 0))

    def test_an_interface_that_goes(self):
        self.up()
        self.on_another()
        with lab.Tool("netqtop", "-n", "mv0,lo", "-i", "0.2", enter=self.space.enter) as tool:
            lab.must("ip", "-n", self.space.name, "link", "del", "mv0")
            self.on_another_again()
            lab.wait_for(lambda: b"is gone" in tool.errors_so_far(), "a message")
        told = "netqtop: note: mv0 is gone; another interface of that name is not traced (start netqtop again)\n"
        self.assertEqual((tool.code, tool.errors), (0, told))

    def on_another_again(self):
        lab.must("ip", "-n", self.space.name, "link", "add", "mv0", "link", "veth0", "type", "macvlan")

    def test_queues(self):
        """64 flows use all queues. veth passes packets to the queue of the same number without recording it. bcc
        expects recorded numbers, which are one higher, and shows other queues."""
        self.up()
        for napi in (0, 1):
            ethtool(self.space, "veth0", ETHTOOL_STSO, 1 - napi)  # a sender with TSO bypasses the receiver's NAPI
            ethtool(self.other, "veth0", ETHTOOL_SGRO, napi)
            # With NAPI the device counts bytes without MAC headers.
            with self.traced(("packets",) if napi else ("packets", "bytes")) as (here, there):
                self.send([100] * 7, sockets=64)
            sent, received = by_queue(here.rows, "tx"), by_queue(there.rows, "rx")
            self.assertEqual(sum(sent.values()), 7 * 64)
            self.assertGreater(sum(packets > 0 for packets in sent.values()), 2, sent)
            self.assertEqual(received, sent)

    def test_more_queues_than_there_is_room_for(self):
        """Packets of queues beyond the limit count for the last one, which a note reports."""
        lab.must("ip", "-n", self.space.name, "link", "del", "veth0")
        self.add_pair(300)
        self.up()
        with self.traced() as (here, there):
            self.send([100], sockets=499)
        for tool, way in ((here, "tx"), (there, "rx")):
            queues = by_queue(tool.rows, way)
            self.assertEqual((len(queues), sum(queues.values())), (256, 499))
            self.assertGreater(queues[255], 10)  # of 45 queues
            self.assertRegex(tool.errors, r"\d+ map updates failed")

    def test_many_cpus_at_once(self):
        """Packets in both directions from several threads: counted to the packet."""
        self.up()
        with self.traced() as (here, there):
            threads = [threading.Thread(target=self.send, args=([length] * 5003,)) for length in (100, 1000, 5000)]
            for thread in threads:
                thread.start()
            for thread in threads:
                thread.join()
        self.assertEqual(by_direction(here.rows)["tx"]["packets"], 3 * 5003)
        self.assertEqual(by_direction(there.rows)["rx"]["packets"], 3 * 5003)

    def stream(self, family, size):
        """A TCP stream; both directions carry packets."""
        kind = FAMILY[family]
        with contextlib.ExitStack() as stack:
            with self.other.inside():
                listener = stack.enter_context(socket.socket(kind, socket.SOCK_STREAM))
                listener.bind((ADDRESSES[family][1], 0))
                listener.listen()
            with self.space.inside():
                client = stack.enter_context(socket.socket(kind, socket.SOCK_STREAM))
            client.connect(listener.getsockname())
            server = stack.enter_context(listener.accept()[0])
            sender = threading.Thread(target=client.sendall, args=(bytes(size),))
            sender.start()
            receive(server, size)
            sender.join()
            # Closed in order, and waited for: no packet is in transit.
            client.shutdown(socket.SHUT_WR)
            self.assertEqual(server.recv(1), b"")
            server.shutdown(socket.SHUT_WR)
            self.assertEqual(client.recv(1), b"")
        time.sleep(0.3)

    def test_stream(self):
        self.up()
        with self.traced() as (here, there):
            self.stream(4, 100_000_000)
        self.assertGreater(by_direction(here.rows)["tx"]["bytes"], 100_000_000)
        self.assertGreater(by_direction(here.rows)["rx"]["packets"], 0)
        self.assertEqual(by_direction(here.rows)["tx"], by_direction(there.rows)["rx"])

    def test_packets_of_more_than_64k(self):
        """BIG TCP: bcc counts these in no column."""
        for space in self.spaces:
            big = ("gso_max_size", 131072, "gro_max_size", 131072)
            lab.must("ip", "-n", space.name, "link", "set", "veth0", "mtu", 9000, *big)
        self.up((6,))
        with self.traced() as (here, there):
            self.stream(6, 100_000_000)
        for tool, way in ((here, "tx"), (there, "rx")):
            sums = by_direction(tool.rows)[way]
            self.assertGreater(sums["size_65536"], 10)
            self.assertEqual(sum(sums[name] for name in SIZES), sums["packets"])

    def test_queues_in_use(self):
        """The queues that the driver uses are listed, which may be fewer than exist."""
        self.up()
        for space in self.spaces:
            set_channels(space, 2)
        with self.tool(self.space, "-i", "60") as tool:
            pass
        self.assertEqual(list(by_queue(tool.rows, "tx")), [0, 1])
        self.assertEqual(list(by_queue(tool.rows, "rx")), [0, 1])
        with self.tool(self.space, "-i", "60") as tool:
            for space in self.spaces:
                set_channels(space, 3)
            self.send([100] * 11)
        self.assertEqual(list(by_queue(tool.rows, "tx")), [0, 1, 2])
        self.assertEqual(sum(by_queue(tool.rows, "tx").values()), 11)

    def test_intervals(self):
        self.up()
        with self.tool(self.space, "-i", "0.4", "--count", "5") as tool:
            for _ in range(7):
                self.send([100] * 13)
                time.sleep(0.07)
            tool.wait(5)
        blocks = collections.defaultdict(list)
        for row in tool.rows:
            blocks[row["interval_ns"]].append(row)
        self.assertEqual([len(rows) for rows in blocks.values()], [2 * QUEUES] * 5)
        self.assertEqual({row["partial"] for row in tool.rows}, {False})
        self.assertTrue(2e9 <= sum(blocks) < 3e9, list(blocks))
        self.assertEqual(by_direction(tool.rows)["tx"]["packets"], 7 * 13)
        self.assertGreater(sum(by_direction(rows)["tx"]["packets"] > 0 for rows in blocks.values()), 1)

    def test_the_last_interval_is_partial(self):
        """bcc's netqtop loses it."""
        self.up()
        with self.tool(self.space, "-i", "2") as tool:
            lab.wait_for(tool.so_far, "an interval")
            self.send([100] * 17)
        rows = [row for row in tool.rows if row["partial"]]
        self.assertEqual(len(rows), 2 * QUEUES)
        self.assertEqual(by_direction(rows)["tx"]["packets"], 17)
        self.assertTrue(all(row["interval_ns"] < 2 * 10**9 for row in rows))

    def pairs(self, number):
        """More veth devices, with both ends here: p0, q0, p1 ..."""
        for i in range(number):
            lab.must("ip", "-n", self.space.name, "link", "add", f"p{i}", "type", "veth", "peer", "name", f"q{i}")

    def test_several_devices(self):
        self.up()
        self.pairs(1)
        names = "veth0,q0,lo"
        options = {"table": (), "json": ("--json", "-i60"), "csv": ("--csv", "-i60")}
        tools = {
            how: lab.Tool("netqtop", "-n", names, *words, enter=self.space.enter) for how, words in options.items()
        }
        with lab.side_by_side(tools.values()):
            self.send([100] * 19)
            with self.space.inside():
                sink, sender = (socket.socket(socket.AF_INET, socket.SOCK_DGRAM) for _ in range(2))
            with sink, sender:
                sink.bind(("127.0.0.1", 0))
                for _ in range(23):
                    sender.sendto(bytes(58), sink.getsockname())
        rows = tools["json"].rows
        sums = collections.Counter()
        for row in rows:
            sums[row["device"], row["direction"]] += row["packets"]
        seen = {key: packets for key, packets in sums.items() if packets}
        self.assertEqual(seen, {("veth0", "tx"): 19, ("lo", "tx"): 23, ("lo", "rx"): 23})
        # With the MAC header, which the counters of lo exclude.
        self.assertEqual({row["bytes"] for row in rows if row["device"] == "lo"}, {23 * (14 + 20 + 8 + 58)})
        self.assertEqual(len({(row["device"], row["ifindex"]) for row in rows}), 3)
        lines = tools["table"].lines
        self.assertEqual([line for line in lines if line in names.split(",")], names.split(","))
        self.assertEqual(lines[1:3], ["veth0", "TX"])
        csv = tools["csv"].lines
        self.assertEqual(csv[0].split('"')[0], "TIME,DEVICE,DIRECTION,QueueID,PACKETS,BYTES,avg_size,")
        self.assertEqual([line.split(",")[1] for line in csv[1:]], [row["device"] for row in rows])

    def test_bad_names(self):
        self.up()
        self.pairs(4)
        many = "veth0,p0,p1,p2,p3,q0,q1,q2,q3"
        cases = {
            ("-n", "eth9"): "netqtop: error: -n eth9: no such interface in this network namespace\n",
            ("-n", "veth0,eth9"): "netqtop: error: -n veth0,eth9: no such interface in this network namespace: eth9\n",
            ("-n", "a" * 16): f"netqtop: error: -n {'a' * 16}: no such interface in this network namespace\n",
            ("-n", "veth0,veth0"): "netqtop: error: -n veth0,veth0: named twice: veth0\n",
            ("-n", ""): "netqtop: error: -n : empty\n",
            ("-n", many): f"netqtop: error: -n {many}: too many interfaces, at most 8: q3\n",
            (): "netqtop: error: --name: which interface? for example netqtop eth0\n",
            ("-n", "veth0", "-i", "0"): "netqtop: error: -i 0: must be more than 0 seconds\n",
            ("-n", "veth0", "5"): "netqtop: error: -n 5: no such interface in this network namespace\n",
        }
        for words, message in cases.items():
            done = self.space.run(lab.NETTRACE, "netqtop", *words, limit=5)
            self.assertEqual((done.code, done.output, done.errors), (2, b"", message))


if __name__ == "__main__":
    lab.main()
