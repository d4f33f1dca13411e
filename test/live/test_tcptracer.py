#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""test_tcptracer.py: tcptracer: each opened, accepted and closed connection once, with its process; bytes and duration
of the closed ones."""

import collections
import concurrent.futures
import contextlib
import os
import socket
import time

import lab
from pagefault import Page
from sockets import CLOSE, MPTCP, Blocked, Child, connect, listen, ns_now, port_of, receive, reset, state_of
from uring import Ring

BYTES = 1000


def read_and_reset(client):
    receive(client, 1)
    reset(client)


def types_of(rows):
    return [row["type"] for row in rows]


class Tcptracer(lab.LiveTest):
    def test_each_connection_in_order(self):
        with self.space.trace("tcptracer") as traced:
            self.space.traffic("--connect=5", "--client-port=40001", "--port=50001", "--ipv6")
        ends = collections.defaultdict(list)
        for row in sorted(traced.rows, key=lambda row: row["ts"]):
            ends[row["lport"], row["rport"]].append(row["type"])
        expected = {}
        for port in range(40001, 40006):
            expected[port, 50001], expected[50001, port] = ["connect", "close"], ["accept", "close"]
        self.assertEqual(ends, expected)

    def test_as_tcplife_says(self):
        """Bytes, process and duration of closed connections, computed differently from the same events."""
        tracer, life = self.space.trace("tcptracer"), self.space.trace("tcplife")
        with lab.side_by_side((tracer, life)):
            self.space.traffic("--connect=11", "--server-first=5", "--reset=3", *lab.BOTH, "--bytes=123457")
        names = ("pid", "family", "lport", "rport", "tx_bytes", "rx_bytes")
        closes = [row for row in tracer.rows if row["type"] == "close"]
        self.assertEqual(lab.count_by(closes, *names), lab.count_by(life.rows, *names))
        lives = collections.defaultdict(list)  # sessions of one pair of ends, in order
        for row in life.rows:
            lives[row["family"], row["lport"], row["rport"]].append(row["duration_ns"])
        for row in closes:  # a session ends with its last packet; each tool reads the clock itself
            whole = lives[row["family"], row["lport"], row["rport"]].pop(0)
            self.assertTrue(0 < row["duration_ns"] <= whole + 10**7, (row, whole))

    # ---- closes ----

    def test_reset_by_the_peer(self):
        """The reset is reported when it arrives, in softirq, where current is the peer; the close by its process is
        not."""
        for family in (4, 6):
            with listen(self.space, family) as listener, self.space.trace("tcptracer") as traced:
                with Child("resetting", lambda l=listener: read_and_reset(connect(self.space, l))) as child:
                    accepted, address = listener.accept()
                    accepted.send(b"x")  # accept() has ended: the reset comes after it
                lab.wait_for(lambda a=accepted: state_of(a) == CLOSE, "the RST")
                lab.wait_for(lambda t=traced: t.so_far().count(b'"close"') == 2, "the rows of a reset")
                accepted.close()
            self.assert_account(traced, 4)
            mine = [row for row in traced.rows if row["rport"] == address[1]]
            self.assertEqual(types_of(mine), ["accept", "close"])
            self.assertEqual({(row["pid"], row["owner"]) for row in mine}, {(os.getpid(), "exact")})
            theirs = [row for row in traced.rows if row["lport"] == address[1]]
            self.assertEqual(types_of(theirs), ["connect", "close"])
            self.assertEqual({(row["pid"], row["comm"]) for row in theirs}, {(child.pid, "resetting")})

    def test_reset_while_it_waited(self):
        """A connection reset before accept(): accepted and closed are reported then."""
        with listen(self.space) as listener, self.space.trace("tcptracer") as traced:
            client = connect(self.space, listener)
            client.sendall(b"x" * 77)
            port = port_of(client)
            reset(client)
            accepted, _ = listener.accept()
            self.assertEqual(state_of(accepted), CLOSE)
            accepted.close()
            listening = port_of(listener)
        self.assert_account(traced, 4)
        mine = [row for row in traced.rows if row["rport"] == port]
        self.assertEqual(types_of(mine), ["accept", "close"])
        self.assertEqual({(row["lport"], row["pid"]) for row in mine}, {(listening, os.getpid())})
        self.assertEqual((mine[1]["tx_bytes"], mine[1]["rx_bytes"]), (0, 77))
        self.assertTrue(0 < mine[1]["duration_ns"] < lab.PATIENCE * 10**9)

    def test_reset_while_accept_returns(self):
        """A reset after accept() removed the connection from the queue, but before it returns: accepted comes first,
        and both rows have the process."""
        with listen(self.space) as listener, self.space.trace("tcptracer") as traced:
            with concurrent.futures.ThreadPoolExecutor(1) as thread, Page() as page:
                accepting = thread.submit(page.accept, listener)
                client = connect(self.space, listener)
                client.sendall(b"x" * 83)
                port = port_of(client)
                page.wait_used(lab.PATIENCE)
                reset(client)
                lab.wait_for(lambda: traced.so_far().count(b'"close"') >= 1, "the client's end")
                page.let_go()
                self.assertEqual(state_of(accepting.result(lab.PATIENCE)), CLOSE)
        self.assert_account(traced, 4)
        mine = [row for row in traced.rows if row["rport"] == port]
        self.assertEqual(types_of(mine), ["accept", "close"])
        self.assertEqual({(row["pid"], row["owner"]) for row in mine}, {(os.getpid(), "exact")})
        self.assertEqual((mine[1]["tx_bytes"], mine[1]["rx_bytes"]), (0, 83))

    def test_never_accepted(self):
        """The listener's end was never reported, so its close is not either: after a reset, and when the listener
        closes."""
        with listen(self.space) as listener, self.space.trace("tcptracer") as traced:
            clients = [connect(self.space, listener) for _ in range(3)]
            ports = [port_of(client) for client in clients]
            reset(clients[0])
            listener.close()
            for client in clients[1:]:
                client.close()
        self.assert_account(traced, 6)
        self.assertEqual(lab.count_by(traced.rows, "type"), {("connect",): 3, ("close",): 3})
        self.assertEqual(sorted(row["lport"] for row in traced.rows), sorted(ports * 2))

    def test_older_connections(self):
        """Process and bytes are known; the duration is unknown."""
        with self.space.hold("--hold=5", *lab.BOTH) as traffic:
            with self.space.trace("tcptracer") as traced:
                report = traffic.release()
        self.assert_account(traced, 2 * 2 * 5)
        for row in traced.rows:
            self.assert_common(row, "tcptracer", report, ("exact",))
            self.assertEqual((row["type"], row["duration_ns"]), ("close", None))
        self.assertEqual(
            lab.count_by(traced.rows, "family", "comm", "tx_bytes", "rx_bytes"),
            {
                (family, *end): 5
                for family in (4, 6)
                for end in (("nt-client", 2 * BYTES, BYTES), ("nt-server", BYTES, 2 * BYTES))
            },
        )

    def test_older_and_not_accepted(self):
        """Queued before tracing: accepted and closed, or never accepted."""
        with listen(self.space) as listener:
            clients = [connect(self.space, listener) for _ in range(2)]
            ports = [port_of(client) for client in clients]
            with self.space.trace("tcptracer") as traced:
                listener.accept()[0].close()
                listener.close()
                for client in clients:
                    client.close()
        self.assert_account(traced, 4)
        server = [row for row in traced.rows if row["lport"] not in ports]
        self.assertEqual(types_of(server), ["accept", "close"])
        self.assertEqual({row["rport"] for row in server}, {ports[0]})
        self.assertEqual(sorted(row["lport"] for row in traced.rows if row["lport"] in ports), sorted(ports))

    def test_closed_before_tracing(self):
        """A connection that its process closed before tracing is not closed again by its last packets."""
        with listen(self.space) as listener:
            client = connect(self.space, listener)
            accepted, _ = listener.accept()
            client.close()
            port = port_of(listener)
            with self.space.trace("tcptracer") as traced:
                accepted.close()
                self.wait_until_gone(listener)
        self.assert_account(traced, 1)
        self.assertEqual((traced.rows[0]["type"], traced.rows[0]["lport"]), ("close", port))

    def wait_until_gone(self, listener):
        """Waits until every connection of its port is in TIME_WAIT."""
        port = port_of(listener)
        command = (*self.space.enter, lab.need("ss"), "-tnH", "state", "connected", "exclude", "time-wait")
        lab.wait_for(lambda: not lab.must(*command, f"( sport = :{port} or dport = :{port} )"), "the end")

    def test_half_closed(self):
        """shutdown() of one direction is no close, because data may still arrive; one close is reported at the end, for
        any order."""
        for client_closes in (True, False):
            with listen(self.space) as listener, self.space.trace("tcptracer") as traced:
                client = connect(self.space, listener)
                port = port_of(client)
                accepted, _ = listener.accept()
                client.sendall(b"x" * 11)
                client.shutdown(socket.SHUT_WR)
                self.assertEqual(accepted.recv(100, socket.MSG_WAITALL), b"x" * 11)
                self.assertEqual(accepted.recv(1), b"")
                time.sleep(0.2)
                self.assertNotIn(b'"close"', traced.so_far())
                accepted.sendall(b"y" * 23)
                self.assertEqual(client.recv(23, socket.MSG_WAITALL), b"y" * 23)
                if client_closes:  # in FIN_WAIT2
                    client.close()
                accepted.close()
                self.wait_until_gone(listener)
                client.close()
            self.assert_account(traced, 4)
            closes = [row for row in traced.rows if row["type"] == "close"]
            self.assertEqual({row["lport"]: (row["tx_bytes"], row["rx_bytes"]) for row in closes}[port], (11, 23))
            self.assertEqual(len(closes), 2)
            for row in closes:
                self.assertEqual((row["pid"], row["owner"]), (os.getpid(), "exact"))
                self.assertGreater(row["duration_ns"], 0.2 * 10**9)

    def test_shut_down_both_ways(self):
        """After shutdown() of both directions no data moves: that is the close, although the descriptor remains."""
        with listen(self.space) as listener, self.space.trace("tcptracer") as traced:
            client = connect(self.space, listener)
            accepted, _ = listener.accept()
            client.shutdown(socket.SHUT_RDWR)
            lab.wait_for(lambda: b'"close"' in traced.so_far(), "the end")
            accepted.close()
            client.close()
        self.assert_account(traced, 4)
        self.assertEqual(lab.count_by(traced.rows, "type"), {("connect",): 1, ("accept",): 1, ("close",): 2})

    def test_unread_data(self):
        """close() then sends a RST; both ends are reported once."""
        with listen(self.space) as listener, self.space.trace("tcptracer") as traced:
            client = connect(self.space, listener)
            accepted, _ = listener.accept()
            client.sendall(b"x" * 1009)
            port = port_of(client)
            lab.wait_for(lambda: accepted.recv(2000, socket.MSG_PEEK) == b"x" * 1009, "the data")
            accepted.close()
            client.close()
        self.assert_account(traced, 4)
        closes = {row["lport"] == port: row for row in traced.rows if row["type"] == "close"}
        self.assertEqual((closes[True]["tx_bytes"], closes[True]["rx_bytes"]), (1009, 0))
        self.assertEqual((closes[False]["tx_bytes"], closes[False]["rx_bytes"]), (0, 1009))

    def test_what_was_written_counts(self):
        """More data than the peer accepts: at close() most of it is unsent."""
        for family in (4, 6):
            with listen(self.space, family) as listener, self.space.trace("tcptracer") as traced:
                client = connect(self.space, listener)
                accepted, _ = listener.accept()
                client.setblocking(False)
                written = 0
                with contextlib.suppress(BlockingIOError):
                    while True:
                        written += client.send(b"x" * 65537)
                self.assertGreater(written, 10**6)
                port = port_of(client)
                client.close()
                accepted.settimeout(lab.PATIENCE)
                while accepted.recv(1 << 20):
                    pass
                accepted.close()
            self.assert_account(traced, 4)
            closes = {row["lport"] == port: row for row in traced.rows if row["type"] == "close"}
            self.assertEqual((closes[True]["tx_bytes"], closes[True]["rx_bytes"]), (written, 0))
            self.assertEqual((closes[False]["tx_bytes"], closes[False]["rx_bytes"]), (0, written))

    def test_duration(self):
        """From established to close(), between the times that this process measures before and after."""
        bounds = {}
        with listen(self.space) as listener, self.space.trace("tcptracer") as traced:
            for seconds in (0, 0.3, 0.1):
                before = ns_now()
                client = connect(self.space, listener)
                connected = ns_now()
                port = port_of(client)
                time.sleep(seconds)
                closing = ns_now()
                client.close()
                bounds[port] = (closing - connected, ns_now() - before)
                listener.accept()[0].close()
        closes = {row["lport"]: row["duration_ns"] for row in traced.rows if row["type"] == "close"}
        for port, (least, most) in bounds.items():
            self.assertTrue(least <= closes[port] <= most, (least, closes[port], most))

    # ---- accepts: see also test_tcpaccept.py ----

    def test_blocked_before_tracing(self):
        with listen(self.space) as listener, Blocked(listener.accept) as thread:
            with self.space.trace("tcptracer") as traced:
                with Child("connecting", lambda: connect(self.space, listener).close()) as child:
                    thread.join()
                thread.result[0].close()
        self.assert_account(traced, 4)
        self.assertEqual(
            lab.count_by(traced.rows, "type", "pid", "owner"),
            {
                ("connect", child.pid, "exact"): 1,
                ("close", child.pid, "exact"): 1,
                ("accept", os.getpid(), "exact"): 1,
                ("close", os.getpid(), "exact"): 1,
            },
        )

    def test_io_uring(self):
        """Accepts with single requests and with one multishot request, and connects."""
        with self.space.trace("tcptracer") as traced:
            report = self.space.traffic("--uring-accept=7", "--uring-multishot=11", "--uring-connect=5", *lab.BOTH)
        self.assert_account(traced, 2 * 4 * 23)
        for row in traced.rows:
            self.assert_common(row, "tcptracer", report, ("exact",))
        self.assertEqual(
            lab.count_by(traced.rows, "type", "comm", "family"),
            {
                (*end, family): 23
                for family in (4, 6)
                for end in (
                    ("connect", "nt-client"),
                    ("close", "nt-client"),
                    ("accept", "nt-server"),
                    ("close", "nt-server"),
                )
            },
        )

    def test_io_uring_without_a_descriptor(self):
        """A direct accept is invisible; its close is reported."""
        with Ring() as ring, listen(self.space) as listener, self.space.trace("tcptracer") as traced:
            ring.table(4)
            client = connect(self.space, listener)
            self.assertEqual(ring.accept(listener, slot=1), 0)
            client.close()
            ring.table_off()
            lab.wait_for(lambda: traced.so_far().count(b'"close"') == 2, "the end")
        self.assert_account(traced, 3)

    def test_io_uring_without_a_descriptor_reset(self):
        """Then the close is reported when the process closes the socket."""
        with Ring() as ring, listen(self.space) as listener, self.space.trace("tcptracer") as traced:
            ring.table(4)
            client = connect(self.space, listener)
            client.sendall(b"x" * 89)
            port = port_of(client)
            self.assertEqual(ring.accept(listener, slot=1), 0)
            reset(client)
            ring.table_off()
            lab.wait_for(lambda: traced.so_far().count(b'"close"') == 2, "the end")
        self.assert_account(traced, 3)
        mine = [row for row in traced.rows if row["rport"] == port]
        self.assertEqual([(row["type"], row["rx_bytes"]) for row in mine], [("close", 89)])

    def test_mptcp(self):
        """The TCP subflows below it."""
        with listen(self.space, protocol=MPTCP) as listener, self.space.trace("tcptracer") as traced:
            for protocol in (MPTCP, 0):
                client = connect(self.space, listener, protocol)
                accepted, _ = listener.accept()
                client.sendall(b"x" * 101)
                self.assertEqual(accepted.recv(101, socket.MSG_WAITALL), b"x" * 101)
                client.close()
                self.assertEqual(accepted.recv(1), b"")
                accepted.close()
            lab.wait_for(lambda: traced.so_far().count(b'"close"') == 4, "the end")
        self.assert_account(traced, 8)
        self.assertEqual(lab.count_by(traced.rows, "type"), {("connect",): 2, ("accept",): 2, ("close",): 4})
        self.assertEqual({(row["pid"], row["owner"]) for row in traced.rows}, {(os.getpid(), "exact")})

    # ---- filters and tables ----

    def test_namespaces(self):
        """-N is bcc's letter; other namespaces are excluded."""
        with lab.Namespace() as other:
            with lab.Tool("tcptracer", "--json", "--debug", "-N", other.inode) as traced:
                self.space.traffic("--connect=3")
                other.traffic("--connect=5", *lab.BOTH)
            self.assert_account(traced, 4 * 10)
            self.assertEqual({row["netns"] for row in traced.rows}, {other.inode})
            self.assertGreaterEqual(traced.ledger["filtered"], 4 * 3)

    def test_one_process(self):
        with listen(self.space) as listener, self.space.trace("tcptracer", "-p", os.getpid()) as traced:
            for _ in range(3):
                with Child("client", lambda: connect(self.space, listener).close()):
                    listener.accept()[0].close()
        self.assert_account(traced, 6)
        self.assertEqual(lab.count_by(traced.rows, "type", "pid"), {(t, os.getpid()): 3 for t in ("accept", "close")})


if __name__ == "__main__":
    lab.main()
