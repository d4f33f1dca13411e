#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""test_tcpaccept.py: tcpaccept: every connection that a process accepts, through any call, with its wait and the
listener's queue."""

import contextlib
import ctypes
import os
import re
import select
import socket
import time

import lab
from sockets import CLOSE, MPTCP, Blocked, Child, connect, listen, ns_now, port_of, reset, state_of
from uring import ASYNC, NOP, Ring

libc = ctypes.CDLL(None, use_errno=True)


class Tcpaccept(lab.LiveTest):
    def check_rows(self, traced, clients, **expected):
        """A row for each client (an open socket, or its port), in order."""
        ports = [client if isinstance(client, int) else port_of(client) for client in clients]
        self.assertEqual([row["rport"] for row in traced.rows], ports)
        self.assert_account(traced, len(ports))
        for row in traced.rows:
            self.assertEqual((row["netns"], row["owner"]), (self.space.inode, "exact"), row)
            for name, value in expected.items():
                self.assertEqual(row[name], value, (name, row))

    def test_a_thread_that_was_blocked_before_tracing(self):
        """Where functions are traced, no program sees a blocked accept() return."""
        for family in (4, 6):
            with listen(self.space, family) as listener, Blocked(listener.accept) as thread:
                with self.space.trace("tcpaccept") as traced:
                    with connect(self.space, listener):
                        thread.join()
                self.check_rows(traced, [thread.result[1][1]], pid=os.getpid(), tid=thread.native_id, family=family)
                thread.result[0].close()

    def test_every_way_to_accept(self):
        """accept() and accept4(), blocking and nonblocking, which fails first."""
        calls = {
            "accept": lambda listener: libc.accept(listener.fileno(), None, None),
            "accept4": lambda listener: libc.accept4(listener.fileno(), None, None, socket.SOCK_NONBLOCK),
        }
        ways = [(family, name, blocking) for family in (4, 6) for name in calls for blocking in (True, False)]
        with contextlib.ExitStack() as stack:
            with self.space.trace("tcpaccept") as traced:
                clients = []
                for family, name, blocking in ways * 3:
                    listener = stack.enter_context(listen(self.space, family))
                    listener.setblocking(blocking)
                    if not blocking:
                        self.assertEqual(calls[name](listener), -1)
                    clients.append(stack.enter_context(connect(self.space, listener)))
                    descriptor = calls[name](listener)
                    self.assertGreaterEqual(descriptor, 0)
                    os.close(descriptor)
                with listen(self.space) as listener:  # after shutdown() accept() fails, without a row
                    listener.shutdown(socket.SHUT_RD)
                    self.assertEqual(libc.accept(listener.fileno(), None, None), -1)
            self.check_rows(traced, clients, pid=os.getpid())
        self.assertEqual(lab.count_by(traced.rows, "family"), {(4,): 12, (6,): 12})

    def test_the_process_that_accepts(self):
        """Of two processes with a listener; neither created it, and the client is a third process."""
        with listen(self.space) as listener, self.space.trace("tcpaccept") as traced:
            pids = []
            for name in ("one", "two") * 3:
                with Child(name, listener.accept) as child:
                    pids.append((child.pid, name))
                    connect(self.space, listener).close()
        self.assertEqual([(row["pid"], row["comm"]) for row in traced.rows], pids)
        self.assert_account(traced, 6)

    def test_a_dual_stack_listener(self):
        with self.space.inside():
            listener = socket.socket(socket.AF_INET6, socket.SOCK_STREAM)
            client = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
        with listener, client, self.space.trace("tcpaccept") as traced:
            listener.bind(("::", 0))
            listener.listen()
            client.connect(("127.0.0.1", port_of(listener)))
            listener.accept()[0].close()
            port = port_of(client)
        self.check_rows(traced, [port], family=6, laddr="::ffff:127.0.0.1", raddr="::ffff:127.0.0.1")

    # ---- the queue ----

    def test_the_wait_in_the_queue(self):
        """Between the times that this process measures before and after."""
        bounds = []
        with listen(self.space) as listener, self.space.trace("tcpaccept") as traced:
            for seconds in (0, 0.2, 0.05, 0.3, 0.1):
                before = ns_now()
                with connect(self.space, listener):
                    select.select([listener], [], [])  # on loopback the client is established a moment earlier
                    connected = ns_now()
                    time.sleep(seconds)
                    accepting = ns_now()
                    listener.accept()[0].close()
                    bounds.append((accepting - connected, ns_now() - before))
        self.assert_account(traced, 5)
        for row, (least, most) in zip(traced.rows, bounds):
            self.assertTrue(least <= row["wait_ns"] <= most, (row, least, most))

    def test_the_queue_and_its_limit(self):
        """The numbers equal those of ss."""
        for family in (4, 6):
            with contextlib.ExitStack() as stack, self.space.trace("tcpaccept") as traced:
                listener = stack.enter_context(listen(self.space, family, backlog=7))
                clients = [stack.enter_context(connect(self.space, listener)) for _ in range(5)]
                lab.wait_for(lambda: self.queue_of(listener)[0] == 5, "the queue")
                told = []
                for _ in clients:
                    listener.accept()[0].close()
                    told.append(self.queue_of(listener))
                ports = [port_of(client) for client in clients]
            self.check_rows(traced, ports)
            self.assertEqual([(row["queue"], row["queue_limit"]) for row in traced.rows], told)
            self.assertEqual(told, [(4, 7), (3, 7), (2, 7), (1, 7), (0, 7)])

    def queue_of(self, listener):
        """The numbers of ss for the listener: (waiting, limit)."""
        line = lab.must(*self.space.enter, lab.need("ss"), "-tlnH", f"sport = :{port_of(listener)}")
        return tuple(map(int, re.match(r"LISTEN +(\d+) +(\d+) ", line).groups()))

    def test_connections_queued_before_tracing(self):
        """They have rows; their wait is unknown."""
        with contextlib.ExitStack() as stack:
            listener = stack.enter_context(listen(self.space, backlog=3))
            clients = [stack.enter_context(connect(self.space, listener)) for _ in range(3)]
            lab.wait_for(lambda: self.queue_of(listener)[0] == 3, "the queue")
            with self.space.trace("tcpaccept") as traced:
                for _ in clients:
                    listener.accept()[0].close()
            self.check_rows(traced, clients, wait_ns=None, queue_limit=3)
        self.assertEqual([row["queue"] for row in traced.rows], [2, 1, 0])

    def test_a_connection_reset_while_it_waited(self):
        """accept() still returns it; its port is that of the listener."""
        with listen(self.space) as listener, self.space.trace("tcpaccept") as traced:
            ports = []
            for _ in range(3):
                client = connect(self.space, listener)
                ports.append(port_of(client))
                reset(client)
                accepted, _ = listener.accept()
                self.assertEqual(state_of(accepted), CLOSE)
                accepted.close()
            port = port_of(listener)
        self.check_rows(traced, ports, lport=port, laddr="127.0.0.1")
        for row in traced.rows:
            self.assertGreater(row["wait_ns"], 0)

    def test_a_queue_that_is_never_read(self):
        with self.space.trace("tcpaccept") as traced:
            with listen(self.space) as listener, contextlib.ExitStack() as stack:
                for _ in range(5):
                    stack.enter_context(connect(self.space, listener))
        self.assert_account(traced, 0)

    # ---- io_uring ----

    def test_io_uring(self):
        """One-shot and multishot requests: for the latter the kernel does not even report that it was an accept."""
        for action, count in ("--uring-accept", 7), ("--uring-multishot", 11):
            with self.subTest(action), self.space.trace("tcpaccept") as traced:
                report = self.space.traffic(f"{action}={count}", *lab.BOTH)
                self.assertEqual(report["accepted"], 2 * count)
            self.assert_account(traced, 2 * count)
            self.assertEqual(lab.count_by(traced.rows, "family"), {(4,): count, (6,): count})
            for row in traced.rows:
                self.assert_common(row, "tcpaccept", report, ("exact",))
                self.assertEqual((row["pid"], row["lport"]), (report["server_pid"], report["server_port"]), row)
                self.assertTrue(0 < row["wait_ns"] < lab.PATIENCE * 10**9, row)
                self.assertEqual(row["queue_limit"], 4096)

    def test_io_uring_queues(self):
        with contextlib.ExitStack() as stack:
            ring = stack.enter_context(Ring())
            listener = stack.enter_context(listen(self.space, backlog=7))
            clients = [stack.enter_context(connect(self.space, listener))]  # queued before tracing
            lab.wait_for(lambda: self.queue_of(listener)[0] == 1, "the queue")
            with self.space.trace("tcpaccept") as traced:
                clients += [stack.enter_context(connect(self.space, listener)) for _ in range(4)]
                lab.wait_for(lambda: self.queue_of(listener)[0] == 5, "the queue")
                for _ in range(3):
                    os.close(ring.accept(listener))
                ring.accept_all(listener)
                for _ in range(2):
                    os.close(ring.result())
            self.check_rows(traced, clients, pid=os.getpid(), tid=os.getpid(), queue_limit=7)
        self.assertEqual([row["wait_ns"] is None for row in traced.rows], [True] + [False] * 4)
        # One-shot: the remaining ones; multishot: those in the queue when it was submitted.
        self.assertEqual([row["queue"] for row in traced.rows], [4, 3, 2, 3, 4])

    def test_io_urings_own_threads(self):
        """A kernel thread accepts for the process that made the request."""
        with Ring() as ring, listen(self.space) as listener, contextlib.ExitStack() as stack:
            with self.space.trace("tcpaccept") as traced:
                clients = []
                for _ in range(3):
                    clients.append(stack.enter_context(connect(self.space, listener)))
                    os.close(ring.accept(listener, ASYNC))
            name = open("/proc/self/comm").read().strip()
            self.check_rows(traced, clients, pid=os.getpid(), comm=name)

    def test_results_that_are_no_descriptors(self):
        """Results that equal numbers of open sockets: slots, and results of other requests."""
        with Ring() as ring, listen(self.space) as listener, contextlib.ExitStack() as stack:
            ring.table(4)
            stack.enter_context(connect(self.space, listener))
            accepted = stack.enter_context(listener.accept()[0])
            saved = os.dup(0)
            os.dup2(accepted.fileno(), 0)  # NOP and a direct accept have the result 0
            try:
                with self.space.trace("tcpaccept") as traced:
                    self.assertEqual(ring.request(NOP), 0)
                    stack.enter_context(connect(self.space, listener))
                    self.assertEqual(ring.accept(listener, slot=1), 0)
            finally:
                os.dup2(saved, 0)
                os.close(saved)
        self.assert_account(traced, 0)

    # ---- other cases ----

    def test_mptcp(self):
        """Listeners of MPTCP, the default in some languages, with clients of either kind."""
        with listen(self.space, backlog=7, protocol=MPTCP) as listener, contextlib.ExitStack() as stack:
            with self.space.trace("tcpaccept") as traced:
                clients = []
                for protocol in (MPTCP, 0, MPTCP):
                    clients.append(stack.enter_context(connect(self.space, listener, protocol)))
                    listener.accept()[0].close()
            self.check_rows(traced, clients, pid=os.getpid(), queue=0, queue_limit=7)
        for row in traced.rows:
            self.assertGreater(row["wait_ns"], 0)

    def test_other_sockets(self):
        """accept() of other sockets than TCP's."""
        with self.space.trace("tcpaccept") as traced:
            with socket.socket(socket.AF_UNIX) as listener, socket.socket(socket.AF_UNIX) as client:
                listener.bind(f"\0nettrace-{os.getpid()}")
                listener.listen()
                client.connect(listener.getsockname())
                listener.accept()[0].close()
        self.assert_account(traced, 0)

    def test_local_ports(self):
        """-P selects the listener's port; bcc's letter."""
        with listen(self.space) as wanted, listen(self.space) as other, contextlib.ExitStack() as stack:
            port = port_of(wanted)
            with self.space.trace("tcpaccept", "-P", port) as traced:
                clients = [stack.enter_context(connect(self.space, wanted)) for _ in range(3)]
                for listener in (wanted, wanted, wanted, other):
                    if listener is other:
                        stack.enter_context(connect(self.space, other))
                    listener.accept()[0].close()
            self.check_rows(traced, clients, lport=port)
            self.assertGreaterEqual(traced.ledger["filtered"], 1)


if __name__ == "__main__":
    lab.main()
