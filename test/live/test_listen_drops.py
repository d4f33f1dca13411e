#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""test_listen_drops.py: tcpdrop has a row for every packet that the kernel counts as a listener's drop, whatever its
path."""

import contextlib
import os
import socket
import struct
import time

import lab
import sockets

SO_ATTACH_FILTER, SO_DETACH_FILTER, IPPROTO_MPTCP = 26, 27, 262
ENDS = {4: "127.0.0.1", 6: "::1"}


def fill(space, address, count, family=4):
    """Clients that do not wait for an answer."""
    clients = []
    for _ in range(count):
        with space.inside():
            client = socket.socket(sockets.FAMILY[family], socket.SOCK_STREAM)
        client.setblocking(False)
        client.connect_ex(address)
        clients.append(client)
    return clients


def close(clients):
    for client in clients:
        client.close()


def sysctl(space, name, value):
    space.run("sysctl", "-qw", f"{name}={value}")


def refuse_acks(listener):
    """Passes SYNs but no ACKs: clients are connected, but the listener's side is incomplete."""
    code = ((0x30, 0, 0, 13), (0x45, 0, 1, 0x10), (0x06, 0, 0, 0), (0x06, 0, 0, 0xFFFFFFFF))
    program = lab.ctypes.create_string_buffer(b"".join(struct.pack("HBBI", *one) for one in code))
    listener.setsockopt(
        socket.SOL_SOCKET, SO_ATTACH_FILTER, struct.pack("HP", len(code), lab.ctypes.addressof(program))
    )


class ListenDrops(lab.LiveTest):
    maxDiff = None

    @contextlib.contextmanager
    def compared(self, *options):
        """Traces, and compares with the growth of the kernel's counters."""
        with self.space.trace("tcpdrop", "--no-stack", *options) as traced:
            before = self.space.counters()
            yield traced
            after = self.space.counters()
            time.sleep(0.3)
        self.counted = {
            name: after[name] - before[name] for name in ("ListenOverflows", "ListenDrops", "TCPReqQFullDrop")
        }
        rows = [row for row in traced.rows if row["reason"].startswith(("LISTEN_", "SYN_QUEUE_"))]
        reasons = lab.count_by(rows, "reason")
        # Retransmissions between the two readings and the end of the trace make rows too: never fewer rows.
        self.assertGreaterEqual(reasons["LISTEN_OVERFLOW",], self.counted["ListenOverflows"], traced.errors)
        self.assertGreaterEqual(len(rows), self.counted["ListenDrops"], traced.errors)
        self.assertEqual(traced.losses, [])
        for row in rows:
            self.assertEqual(row["state"], "LISTEN", row)

    def assert_mine(self, rows):
        for row in rows:
            self.assertEqual(row["pid"], os.getpid(), row)

    def test_many_listeners_on_a_port(self):
        """More listeners than a port has slots (SO_REUSEPORT): each has its row, and its process."""
        listeners, port = [], 0
        for _ in range(70):
            with self.space.inside():
                listener = socket.socket()
            listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEPORT, 1)
            listener.bind(("127.0.0.1", port))
            port = listener.getsockname()[1]
            listener.listen(0)
            listeners.append(listener)
        with self.compared("--reason", "LISTEN_OVERFLOW") as traced:
            clients = fill(self.space, ("127.0.0.1", port), 300)
        close(clients + listeners)
        self.assertGreater(self.counted["ListenOverflows"], 100)
        self.assertEqual({row["reason"] for row in traced.rows}, {"LISTEN_OVERFLOW"})
        self.assert_mine(traced.rows)

    def last_ack(self, *, cookies, family=4):
        sysctl(self.space, "net.ipv4.tcp_syncookies", 2 if cookies else 1)
        listener = sockets.listen(self.space, family, 4)
        address = listener.getsockname()
        with self.space.trace("tcpdrop", "--no-stack", "--reason", "LISTEN_OVERFLOW") as guide, self.space.trace(
            "tcpdrop", "--no-stack"
        ) as traced:
            filling = [sockets.connect(self.space, listener) for _ in range(4)]
            refuse_acks(listener)
            half = fill(self.space, address, 6, family)
            time.sleep(0.1)
            listener.setsockopt(socket.SOL_SOCKET, SO_DETACH_FILTER, 0)
            before = self.space.counters()
            for client in half:
                client.send(b"x")
            time.sleep(0.15)
            overflows = self.space.counters()["ListenOverflows"] - before["ListenOverflows"]
        close([*filling, *half, listener])
        self.assertGreater(overflows, 0)
        self.assertGreaterEqual(len(guide.rows), overflows)
        reasons = {row["reason"] for row in traced.rows if row["dport"] == address[1]}
        self.assertEqual(reasons - {"SOCKET_FILTER"}, {"LISTEN_OVERFLOW"})
        for row in guide.rows:
            self.assertEqual((row["state"], row["dport"]), ("LISTEN", address[1]), row)
            self.assertIn(row["flags"], ("ACK", "PSH|ACK"), row)
            self.assertEqual(row["harmless"], False, row)

    def test_last_ack(self):
        """The accept queue has room for the SYN, but none when the handshake ends."""
        for family in (4, 6):
            with self.subTest(family=family):
                self.last_ack(cookies=False, family=family)

    def test_last_ack_of_a_cookie(self):
        """The kernel's reason is NO_SOCKET, although a process listens."""
        self.last_ack(cookies=True)

    def test_mptcp_listener(self):
        listener = sockets.listen(self.space, backlog=0, protocol=IPPROTO_MPTCP)
        with self.compared() as traced:
            clients = fill(self.space, listener.getsockname(), 9)
        close([*clients, listener])
        self.assertGreater(self.counted["ListenOverflows"], 5)
        self.assertEqual({row["reason"] for row in traced.rows}, {"LISTEN_OVERFLOW"})
        # The program cannot find a listener older than the trace through its MPTCP socket, so the row has no owner.
        self.assertLessEqual({row["pid"] for row in traced.rows}, {None, os.getpid()})

    def test_dual_stack_listener(self):
        with self.space.inside():
            listener = socket.create_server(("::", 0), family=socket.AF_INET6, dualstack_ipv6=True, backlog=0)
        with self.compared() as traced:
            clients = fill(self.space, ("127.0.0.1", sockets.port_of(listener)), 9)
        close([*clients, listener])
        self.assertGreater(self.counted["ListenOverflows"], 5)
        self.assertEqual({row["saddr"] for row in traced.rows}, {"127.0.0.1"})
        self.assert_mine(traced.rows)

    def test_full_queue_of_half_open_connections(self):
        sysctl(self.space, "net.ipv4.tcp_syncookies", 0)
        listener = sockets.listen(self.space, backlog=4)
        refuse_acks(listener)
        with self.compared() as traced:
            clients = fill(self.space, listener.getsockname(), 20)
        close([*clients, listener])
        self.assertGreater(self.counted["TCPReqQFullDrop"], 5)
        reasons = lab.count_by(traced.rows, "reason", "flags")
        self.assertGreaterEqual(reasons["SYN_QUEUE_FULL", "SYN"], self.counted["TCPReqQFullDrop"])
        self.assertEqual(reasons["LISTEN_DROP", "SYN"], 0)

    def test_no_route_back(self):
        """The listener's namespace has no route to the client's address."""
        with lab.Namespace() as far:
            lab.must("ip", "-n", self.space.name, "link", "add", "near", "type", "veth", "peer", "far", "netns", far.name)
            for command in ("addr add 10.7.0.1/24 dev near", "link set near up"):
                lab.must("ip", "-n", self.space.name, *command.split())
            for command in ("addr add 10.7.0.2/24 dev far", "addr add 10.8.0.2/32 dev lo", "link set far up"):
                lab.must("ip", "-n", far.name, *command.split())
            for name in ("all", "near", "default"):
                sysctl(self.space, f"net.ipv4.conf.{name}.rp_filter", 0)
            with self.space.inside():
                listener = socket.create_server(("10.7.0.1", 0))
            with self.compared() as traced:
                with far.inside():
                    client = socket.socket()
                client.bind(("10.8.0.2", 0))
                client.setblocking(False)
                client.connect_ex(listener.getsockname())
                time.sleep(0.1)
            close([client, listener])
        self.assertEqual(self.counted["ListenDrops"], 1)
        self.assertEqual({row["reason"] for row in traced.rows}, {"LISTEN_NO_ROUTE"})
        self.assertEqual({row["saddr"] for row in traced.rows}, {"10.8.0.2"})
        self.assert_mine(traced.rows)


if __name__ == "__main__":
    lab.main()
