#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""test_harmless.py: tcpdrop omits harmless packets, except with --all, which shows their kind."""

import socket
import time

import lab
import sockets

SO_TIMESTAMPING, ETH_P_ALL = 37, 3


class Harmless(lab.LiveTest):
    maxDiff = None

    def traced(self, traffic):
        """No row without --all; returns the kinds of --all, {kind: rows}, and the kernel's counts."""
        with self.space.counting() as counters, self.space.trace("tcpdrop") as traced, self.space.trace(
            "tcpdrop", "--all", "--no-stack"
        ) as everything:
            traffic()
            time.sleep(0.3)
        self.assertEqual(traced.rows, [])
        kinds = {}
        for row in everything.rows:
            self.assertEqual(row["harmless"], True, row)
            kinds.setdefault(row["harmless_kind"], []).append(row)
        return kinds, counters

    def test_keepalive_probes(self):
        def idle():
            with sockets.connection(self.space) as (client, server):
                client.send(b"a")
                server.recv(1)
                for option in (socket.TCP_KEEPIDLE, socket.TCP_KEEPINTVL):
                    client.setsockopt(socket.IPPROTO_TCP, option, 1)
                client.setsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE, 1)
                time.sleep(3.4)

        kinds, counters = self.traced(idle)
        self.assertGreaterEqual(counters["TCPKeepAlive"], 2)
        self.assertEqual(len(kinds["probe"]), counters["TCPKeepAlive"])

    def test_zero_window_probes(self):
        """The reader is slow: the sender probes the window, and no data is lost."""

        def slow():
            with sockets.connection(self.space) as (client, server):
                client.setblocking(False)
                sent = 0
                try:
                    while True:
                        sent += client.send(bytes(65536))
                except BlockingIOError:
                    time.sleep(2)
                client.setblocking(True)
                sockets.receive(server, sent)

        kinds, counters = self.traced(slow)
        self.assertGreater(counters["TCPWinProbe"], 0)
        self.assertGreater(len(kinds["probe"]), 0)

    def test_deferred_accept(self):
        def deferred():
            with sockets.listen(self.space) as listener:
                listener.setsockopt(socket.IPPROTO_TCP, socket.TCP_DEFER_ACCEPT, 5)
                for _ in range(7):
                    with sockets.connect(self.space, listener) as client:
                        time.sleep(0.03)
                        client.send(b"GET")
                        listener.accept()[0].close()

        kinds, counters = self.traced(deferred)
        self.assertGreater(counters["TCPDeferAcceptDrop"], 0)
        self.assertEqual(len(kinds["deferred"]), counters["TCPDeferAcceptDrop"])

    def test_copies_for_packet_sockets(self):
        """A packet socket that is not read, as of a slow tcpdump."""

        def copied():
            with self.space.inside():
                tap = socket.socket(socket.AF_PACKET, socket.SOCK_RAW, socket.htons(ETH_P_ALL))
            tap.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 2304)
            with sockets.connection(self.space) as (client, server):
                for _ in range(50):
                    client.send(b"question")
                    server.recv(100)
            tap.close()

        kinds, _ = self.traced(copied)
        self.assertGreater(len(kinds["copy"]), 20)
        self.assertEqual({row["state"] for row in kinds["copy"]}, {None})

    def test_error_queue(self):
        """Timestamps of sent packets: some are read, the others are freed with the socket."""

        def stamped():
            with sockets.connection(self.space) as (client, server):
                client.setsockopt(socket.SOL_SOCKET, SO_TIMESTAMPING, 1 << 8 | 1 << 9 | 1 << 1 | 1 << 4)
                for _ in range(20):
                    client.send(b"stamped")
                    server.recv(100)
                for _ in range(5):
                    client.recvmsg(1000, 1000, socket.MSG_ERRQUEUE)

        self.traced(stamped)

    def test_resets(self):
        """RSTs of closed peers: one resets a connection, one finds none."""

        def reset():
            for _ in range(10):
                with sockets.connection(self.space) as (client, server):
                    client.send(b"not read")
                    sockets.reset(client)
                    sockets.reset(server)

        self.traced(reset)

    def test_closed_unread(self):
        """Received data of a socket that is closed without reading it."""

        def unread():
            for _ in range(10):
                with sockets.connection(self.space) as (client, server):
                    client.send(b"not read")
                    client.shutdown(socket.SHUT_WR)
                    time.sleep(0.01)

        self.traced(unread)

    def test_data_after_the_close(self):
        """The process has closed the socket; the peer still sends. In FIN_WAIT2 the kernel keeps the socket if
        TCP_LINGER2 asks for that, and a small one otherwise."""

        def closed(*options):
            for _ in range(5):
                with sockets.connection(self.space) as (client, server):
                    for option, value in options:
                        client.setsockopt(socket.IPPROTO_TCP, option, value)
                    client.close()
                    server.recv(1)
                    time.sleep(0.1)  # the ACK of the FIN may be a delayed one
                    server.send(b"late")

        def both():
            closed((socket.TCP_LINGER2, 100))
            closed()

        kinds, counters = self.traced(both)
        self.assertEqual(counters["TCPAbortOnData"], 5)
        self.assertEqual(len(kinds["unread"]), 10)


if __name__ == "__main__":
    lab.main()
