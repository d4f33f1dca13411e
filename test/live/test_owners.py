#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""test_owners.py: the owner of a socket: the right process in every row, whatever way the socket took, and its
certainty."""

import collections
import contextlib
import os
import pathlib
import signal
import socket
import subprocess
import sys

import lab

# A server whose workers accept from the inherited listener; each has another name. It prints "PORT", then for each
# connection "PID CLIENT_PORT" when the worker has closed it. Arguments: the worker's names, and "read" if a worker
# reads from its connections.
PREFORK = r"""
import os, socket, sys
names, reads = sys.argv[2:], sys.argv[1] == "read"
listener = socket.create_server(("127.0.0.1", 0), backlog=64)
for name in names:
    if os.fork() == 0:
        open("/proc/self/comm", "w").write(name)
        while True:
            accepted, client = listener.accept()
            if reads:
                accepted.recv(100)
            accepted.shutdown(socket.SHUT_WR)
            while not reads and accepted.recv(100):
                pass
            accepted.close()
            os.write(1, b"%d %d\n" % (os.getpid(), client[1]))
os.write(1, b"%d\n" % listener.getsockname()[1])
sys.stdin.read()
os.killpg(0, 9)
"""

CLIENT = r"""
import socket, sys
for _ in range(int(sys.argv[2])):
    connected = socket.create_connection(("127.0.0.1", int(sys.argv[1])), 10)
    connected.sendall(b"hello")
    while connected.recv(100):
        pass
    connected.close()
"""

# Keeps a connection and its listener in two processes; both end with stdin.
SHARING = r"""
import os, socket, sys
listener = socket.create_server(("127.0.0.1", 0))
connected = socket.create_connection(listener.getsockname())
accepted, _ = listener.accept()
listener.close()
child = os.fork()
if child == 0:
    sys.stdin.read()
    os._exit(0)
os.write(1, b"%d %d %d\n" % (connected.getsockname()[1], os.getpid(), child))
sys.stdin.read()
os.waitpid(child, 0)
"""

# Opens and closes listeners for some seconds.
LISTENING = r"""
import socket, time
end = time.monotonic() + 5
while time.monotonic() < end:
    socket.create_server(("127.0.0.1", 0)).close()
"""

# Its child accepts one connection, and never uses it.
ACCEPTING = r"""
import os, socket, sys
listener = socket.create_server(("127.0.0.1", 0))
child = os.fork()
if child == 0:
    open("/proc/self/comm", "w").write("acceptor")
    accepted, _ = listener.accept()
    os.write(1, b"accepted\n")
    sys.stdin.read()
    os._exit(0)
os.write(1, b"%d %d\n" % (listener.getsockname()[1], child))
sys.stdin.read()
os.waitpid(child, 0)
"""

# A server whose workers accept; each connection carries five bytes to them, then the peer resets it. Its output is that
# of PREFORK. Argument: "close", or "keep" if no worker closes its connections.
RESET_WORKERS = r"""
import os, socket, sys
listener = socket.create_server(("127.0.0.1", 0), backlog=64)
for name in ("worker-one", "worker-two"):
    if os.fork() == 0:
        open("/proc/self/comm", "w").write(name)
        kept = []
        while True:
            accepted, client = listener.accept()
            try:
                while accepted.recv(100):
                    pass
            except ConnectionResetError:
                pass
            kept.append(accepted)
            if sys.argv[1] == "close":
                kept.pop().close()
            os.write(1, b"%d %d\n" % (os.getpid(), client[1]))
os.write(1, b"%d\n" % listener.getsockname()[1])
sys.stdin.read()
os.killpg(0, 9)
"""

RESETTING_CLIENT = r"""
import socket, struct, sys, time
for _ in range(int(sys.argv[2])):
    connected = socket.create_connection(("127.0.0.1", int(sys.argv[1])), 10)
    connected.sendall(b"hello")
    time.sleep(0.01)
    connected.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    connected.close()
"""

# Accepts a connection, sends to it and forks; "pass": only the child continues to send, a line to stdin at a time;
# "share": the parent keeps its descriptor.
HANDING = r"""
import os, socket, sys
listener = socket.create_server(("127.0.0.1", 0))
connected = socket.create_connection(listener.getsockname())
accepted, _ = listener.accept()
child = os.fork()
if child == 0:
    open("/proc/self/comm", "w").write("handed")
    for line in sys.stdin:
        accepted.sendall(b"x" * 101)
        connected.recv(101)
    os._exit(0)
if sys.argv[1] == "pass":
    accepted.close()
os.write(1, b"%d %d %d\n" % (accepted.getsockname()[1] if accepted.fileno() >= 0 else listener.getsockname()[1],
                             os.getpid(), child))
os.waitpid(child, 0)
"""

# Connects, then another process gets the connection: "passed" over a Unix socket and closed here; "forked": its child
# alone; "helper": a forked process without the connection. The process with the connection only polls.
HANDED = r"""
import os, select, socket, subprocess, sys
ours, theirs = socket.socketpair()
def child():
    open("/proc/self/comm", "w").write("receiver")
    ours.close()
    return os.getpid()
def hold(connected):
    os.write(1, b"ready\n")
    select.select([connected, 0], [], [])
    sys.stdin.read()
    os._exit(0)
how, port = sys.argv[1], int(sys.argv[2])
receiver = 0
if how == "passed":
    receiver = os.fork()
    if receiver == 0:
        child()
        hold(socket.socket(fileno=socket.recv_fds(theirs, 1, 1)[1][0]))
connected = socket.create_connection(("127.0.0.1", port))
os.write(1, b"%d\n" % connected.getsockname()[1])
if how == "forked":
    receiver = os.fork()
    if receiver == 0:
        child()
        hold(connected)
if how == "passed":
    socket.send_fds(ours, [b"x"], [connected.fileno()])
os.write(1, b"%d\n" % (receiver or os.getpid()))
if how == "helper":
    subprocess.run(["true"])
    hold(connected)
connected.close()
os.waitpid(receiver, 0)
"""

CONNECT_AND_PASS = r"""
import socket, sys
way = socket.socket(fileno=int(sys.argv[1]))
with socket.create_connection(("127.0.0.1", int(sys.argv[2]))) as connected:
    socket.send_fds(way, [b"!"], [connected.fileno()])
"""

# A connection of a thread with another name, in a process called "many-threads".
THREAD = r"""
import socket, threading
open("/proc/self/comm", "w").write("many-threads")
listener = socket.create_server(("127.0.0.1", 0))
def connect():
    open("/proc/thread-self/comm", "w").write("its-thread")
    with socket.create_connection(listener.getsockname()) as connected:
        print(connected.getsockname()[1], flush=True)
        connected.recv(1)
thread = threading.Thread(target=connect)
thread.start()
accepted, _ = listener.accept()
accepted.close()
thread.join()
"""

# Connects to the port, then executes another program, which keeps the connection.
BECOMING = r"""
import os, socket, sys
connected = socket.create_connection(("127.0.0.1", int(sys.argv[1])))
os.set_inheritable(connected.fileno(), True)
print(connected.getsockname()[1], flush=True)
os.execvp("cat", ["cat"])
"""

# Keeps both ends of a connection open until stdin ends.
VICTIM = r"""
import socket, sys
open("/proc/self/comm", "w").write("victim")
listener = socket.create_server(("127.0.0.1", 0))
connected = socket.create_connection(listener.getsockname())
accepted, _ = listener.accept()
print(connected.getsockname()[1], flush=True)
sys.stdin.read()
"""

MANY = 10007  # connections: more sockets than TAG_SLOTS of probes/wire.h


@contextlib.contextmanager
def script(space, text, *arguments):
    """A Python program inside the namespace; it ends with its stdin, together with its children."""
    command = [*space.enter, sys.executable, "-c", text, *arguments]
    with lab.Running(*command, stdin=subprocess.PIPE, start_new_session=True) as running:
        lab.wait_for(lambda: b"\n" in running.so_far() or running.process.poll() is not None, "a script")
        try:
            yield running
        finally:
            running.process.stdin.close()
            with contextlib.suppress(ProcessLookupError, subprocess.TimeoutExpired):
                running.process.wait(5)
                os.killpg(running.pid, signal.SIGKILL)


class Owners(lab.LiveTest):
    def check_owners(self, rows, report):
        """Each end's rows show its process: the server's by the server's port."""
        self.assertGreater(len(rows), 0)
        for row in rows:
            self.assert_common(row, row["tool"], report)
            name = "nt-server" if row["lport"] == report["server_port"] else "nt-client"
            self.assertEqual(row["comm"], name, row)

    def test_both_ends_of_a_connection(self):
        with self.space.trace("tcpstates") as states, self.space.trace("tcplife") as life:
            report = self.space.traffic("--connect=7", "--ipv6")
        self.check_owners(states.rows, report)
        self.check_owners(life.rows, report)
        self.assertEqual({row["owner"] for row in life.rows}, {"exact"})

    def test_a_child_of_a_listener_is_the_listeners_until_somebody_acts(self):
        with self.space.trace("tcpstates") as states:
            self.space.traffic("--connect=5")
        quality = collections.defaultdict(set)
        for row in states.rows:
            quality[row["oldstate"], row["newstate"]].add(row["owner"])
        self.assertEqual(quality["LISTEN", "SYN_RECV"], {"inherited"})
        self.assertEqual(quality["SYN_RECV", "ESTABLISHED"], {"inherited"})
        for change in ("CLOSE", "SYN_SENT"), ("SYN_SENT", "ESTABLISHED"), ("LAST_ACK", "CLOSE"):
            self.assertEqual(quality[change], {"exact"}, change)

    def test_a_server_that_closes_first(self):
        """Its last changes happen in softirq, where current is another process."""
        with self.space.trace("tcpstates") as states, self.space.trace("tcplife") as life:
            report = self.space.traffic("--server-first=11")
        self.check_owners(states.rows, report)
        self.check_owners(life.rows, report)
        last = [row for row in states.rows if row["oldstate"] == "FIN_WAIT2"]
        self.assertEqual({(row["pid"], row["owner"]) for row in last}, {(report["server_pid"], "exact")})

    def test_a_connection_reset_by_the_peer(self):
        with self.space.trace("tcpstates") as states, self.space.trace("tcplife") as life:
            report = self.space.traffic("--reset=7")
        self.check_owners(states.rows, report)
        self.check_owners(life.rows, report)
        reset = [row for row in life.rows if row["error"] == "ECONNRESET"]
        self.assertEqual([row["pid"] for row in reset], [report["server_pid"]] * 7)

    def test_a_socket_opened_before_tracing(self):
        with self.space.hold("--hold=5") as traffic:
            with self.space.trace("tcpstates") as states, self.space.trace("tcplife", "--open") as life:
                report = traffic.release()
        self.check_owners(states.rows, report)
        self.check_owners(life.rows, report)
        self.assertEqual({row["owner"] for row in states.rows + life.rows}, {"exact"})
        self.assertEqual(len(life.rows), 2 * 5)

    def test_a_socket_that_two_processes_held_before_tracing(self):
        """Either process may be the owner, which is undecidable: one is shown for both."""
        with script(self.space, SHARING) as sharing:
            port, *holders = map(int, sharing.so_far().split())
            with self.space.trace("tcplife", "--open") as life:
                pass
        self.assertEqual(len(life.rows), 2)
        for row in life.rows:
            self.assertIn(port, (row["lport"], row["rport"]))
            self.assertIn(row["pid"], holders)
            self.assertEqual(row["owner"], "inherited", row)

    def test_a_child_that_inherits_a_connection(self):
        with self.space.trace("tcpstates") as states, self.space.trace("tcplife") as life:
            report = self.space.traffic("--fork=3")
        clients = [row for row in life.rows if row["role"] == "client"]
        self.assertEqual(sorted(row["pid"] for row in clients), sorted(report["fork_pids"]))
        self.assertEqual({(row["comm"], row["owner"]) for row in clients}, {("nt-forked", "exact")})
        closing = [row for row in states.rows if row["newstate"] == "FIN_WAIT1"]
        self.assertEqual(sorted(row["pid"] for row in closing), sorted(report["fork_pids"]))
        opening = [row for row in states.rows if row["newstate"] == "SYN_SENT"]
        self.assertEqual([row["pid"] for row in opening], [report["client_pid"]] * 3)

    def check_workers(self, reads):
        names = ["worker-one", "worker-two", "worker-three"]
        with self.space.trace("tcplife") as life, self.space.trace("tcpstates") as states:
            with script(self.space, PREFORK, reads, *names) as server:
                port = int(server.so_far().split()[0])
                lab.must(*self.space.enter, sys.executable, "-c", CLIENT, port, 29)
                lab.wait_for(lambda: server.so_far().count(b"\n") == 1 + 29, "the workers")
                told = [tuple(map(int, line.split())) for line in server.so_far().splitlines()[1:]]
        rows = [row for row in life.rows if row["role"] == "server"]
        self.assertEqual(sorted((row["pid"], row["rport"]) for row in rows), sorted(told))
        self.assertEqual({row["owner"] for row in rows}, {"exact"})
        self.assertLessEqual({row["comm"] for row in rows}, set(names))
        workers = {client_port: pid for pid, client_port in told}
        closed = [row for row in states.rows if row["lport"] == port and row["newstate"] == "FIN_WAIT1"]
        self.assertEqual({row["rport"]: row["pid"] for row in closed}, workers)

    def test_a_worker_that_accepts_from_an_inherited_listener(self):
        self.check_workers("read")

    def test_a_worker_that_closes_at_once(self):
        self.check_workers("close")

    def test_children_of_a_listener_older_than_the_trace(self):
        """Of four processes with a listener, one is shown; it owns the children too, until they are accepted."""
        names = ["worker-one", "worker-two", "worker-three"]
        with script(self.space, PREFORK, "close", *names) as server:
            port = int(server.so_far().split()[0])
            for count, options in (29, []), (58, ["--without=tag_slots"]):
                with self.space.trace("tcpstates", *options) as states:
                    lab.must(*self.space.enter, sys.executable, "-c", CLIENT, port, 29)
                    lab.wait_for(lambda: server.so_far().count(b"\n") == 1 + count, "the workers")
                workers = {int(line.split()[0]) for line in server.so_far().splitlines()[1:]}
                rows = [row for row in states.rows if row["lport"] == port]
                made = [row for row in rows if row["newstate"] == "SYN_RECV"]
                self.assertEqual(lab.count_by(made, "owner"), {("inherited",): 29})
                self.assertLessEqual({row["pid"] for row in made}, workers | {server.pid})
                self.assertEqual(len({row["pid"] for row in made}), 1)
                ended = [row for row in rows if row["newstate"] == "FIN_WAIT1"]
                self.assertEqual(lab.count_by(ended, "owner"), {("exact",): 29})
                self.assertLessEqual({row["pid"] for row in ended}, workers)

    def test_accepted_is_known_before_anything_else(self):
        """The process that accepted a connection, seen in the first change afterwards, which the other end causes."""
        with self.space.trace("tcpstates") as states:
            with script(self.space, ACCEPTING) as server:
                port, worker = map(int, server.so_far().split())
                with contextlib.closing(self.connect_inside(port)):
                    lab.wait_for(lambda: b"accepted" in server.so_far(), "accept")
                lab.wait_for(lambda: b"CLOSE_WAIT" in states.so_far(), "the end of the connection")
        found = [row for row in states.rows if row["lport"] == port and row["newstate"] == "CLOSE_WAIT"]
        self.assertEqual([(row["pid"], row["comm"], row["owner"]) for row in found], [(worker, "acceptor", "exact")])

    def connect_inside(self, port):
        """A connection from within the namespace, as a socket of this process."""
        ours, theirs = socket.socketpair()
        with ours, theirs:
            connect = [*self.space.enter, sys.executable, "-c", CONNECT_AND_PASS, theirs.fileno(), port]
            lab.must(*connect, pass_fds=[theirs.fileno()])
            descriptors = socket.recv_fds(ours, 1, 1)[1]
        return socket.socket(fileno=descriptors[0])

    def test_a_socket_in_another_namespace_than_the_tool(self):
        with self.space.hold("--hold=3", "--connect=5") as traffic:
            with lab.Tool("tcplife", "--json", "-v", "--open", "--netns", self.space.inode) as life:
                report = traffic.release()
        self.assert_account(life, 2 * (3 + 5))
        self.check_owners(life.rows, report)
        self.assertEqual({row["owner"] for row in life.rows}, {"exact"})

    def check_many(self, *options):
        with self.space.trace("tcplife", *options) as life, self.space.trace("tcpstates", *options) as states:
            with self.space.hold(f"--hold={MANY}") as traffic:
                report = traffic.release()
        for traced in life, states:
            self.assertEqual(traced.ledger["lost"], 0, traced.errors)
        ends = [row for row in states.rows if row["newstate"] == "CLOSE" and row["oldstate"] != "LISTEN"]
        for rows in life.rows, ends:
            self.check_owners(rows, report)
            self.assertEqual(lab.count_by(rows, "owner"), {("exact",): 2 * MANY})
            self.assertNotIn(None, {row["duration_ns"] for row in rows})

    def test_more_sockets_than_slots(self):
        """Tags without a free slot are kept in socket storage (probes/tcp/tag_store.bpf.h)."""
        self.check_many()

    def test_without_slots(self):
        self.check_many("--without=tag_slots")

    # Tools of totals find owners at each interval (probes/tcp/owner_walk.bpf.h).

    def check_reset_workers(self, ending):
        with self.space.trace("tcptop", "10") as top:
            with script(self.space, RESET_WORKERS, ending) as server:
                port = int(server.so_far().split()[0])
                lab.must(*self.space.enter, sys.executable, "-c", RESETTING_CLIENT, port, 23)
                lab.wait_for(lambda: server.so_far().count(b"\n") == 1 + 23, "the workers")
                told = [tuple(map(int, line.split())) for line in server.so_far().splitlines()[1:]]
                top.end()
        rows = [row for row in top.rows if row["lport"] == port]
        self.assertEqual(sorted((row["pid"], row["rport"]) for row in rows), sorted(told))
        self.assertEqual({row["rx_bytes"] for row in rows}, {5})
        self.assertEqual({row["owner"] for row in rows}, {"exact"})
        self.assertLessEqual({row["comm"] for row in rows}, {"worker-one", "worker-two"})

    def test_totals_of_a_worker_whose_peer_resets(self):
        """The last state change happens in softirq: the process that closes the socket afterwards is the owner."""
        self.check_reset_workers("close")

    def test_totals_of_a_worker_that_keeps_what_was_reset(self):
        """No process closes it: the process that has it is the owner."""
        self.check_reset_workers("keep")

    def check_handing(self, how):
        """Rows of the accepted end, through which the child of the accepting process sends."""
        with self.space.trace("tcptop", "0.2") as top:
            with script(self.space, HANDING, how) as server:
                port, parent, child = map(int, server.so_far().split())
                for count in range(1, 4):
                    server.process.stdin.write(b"go\n")
                    server.process.stdin.flush()
                    rows = lambda: [line for line in top.so_far().splitlines() if b'"lport":%d,' % port in line]
                    lab.wait_for(lambda: len(rows()) >= count, "an interval")
        rows = [row for row in top.rows if row["lport"] == port]
        self.assertEqual(sum(row["tx_bytes"] for row in rows), 3 * 101)
        return rows, parent, child

    def test_totals_of_a_connection_handed_on(self):
        rows, _, child = self.check_handing("pass")
        self.assertEqual({(row["pid"], row["comm"], row["owner"]) for row in rows}, {(child, "handed", "exact")})

    def test_totals_of_a_connection_that_two_processes_hold(self):
        """Either process may send, which is undecidable: one is shown for both, with its uncertainty."""
        rows, *holders = self.check_handing("share")
        for row in rows[:-1]: # the last row may come when only one process is left
            self.assertIn(row["pid"], holders)
            self.assertEqual(row["owner"], "inherited", row)

    def test_the_name_is_the_process_not_the_thread(self):
        """--comm compares the name that ps shows."""
        filters = ["--comm", "many-threads"]
        with self.space.trace("tcplife") as life, self.space.trace("tcplife", *filters) as named:
            with script(self.space, THREAD) as threaded:
                port = int(threaded.so_far().split()[0])
                threaded.process.wait(10)
        for rows in life.rows, named.rows:
            client = [(row["pid"], row["comm"], row["owner"]) for row in rows if row["lport"] == port]
            self.assertEqual(client, [(threaded.pid, "many-threads", "exact")])

    def test_a_process_that_became_another_program(self):
        """Its rows have its current name."""
        with self.space.inside():
            listener = socket.create_server(("127.0.0.1", 0))
        with listener, self.space.trace("tcptop", "0.2") as top:
            with script(self.space, BECOMING, listener.getsockname()[1]) as becoming:
                port = int(becoming.so_far().split()[0])
                with listener.accept()[0] as accepted:
                    comm = f"/proc/{becoming.pid}/comm"
                    lab.wait_for(lambda: pathlib.Path(comm).read_text() == "cat\n", "the other program")
                    accepted.sendall(b"x" * 101)
                    lab.wait_for(lambda: b'"rx_bytes":101' in top.so_far(), "an interval")
        found = [row for row in top.rows if row["lport"] == port and row["rx_bytes"] == 101]
        self.assertEqual([(row["pid"], row["comm"], row["owner"]) for row in found], [(becoming.pid, "cat", "exact")])

    def test_a_connection_that_somebody_kills(self):
        """tcp_abort() of `ss -K` holds the socket lock, as an owner does, but does not become the owner."""
        with self.space.trace("tcplife") as life, self.space.trace("tcpstates") as states:
            with script(self.space, VICTIM) as victim:
                port = int(victim.so_far().split()[0])
                lab.must(*self.space.enter, "ss", "-K", "-tn", "sport", "=", f":{port}")
                lab.wait_for(lambda: b'"lport":%d,' % port in life.so_far(), "its end")
        ends = [row for row in states.rows if row["lport"] == port and row["newstate"] == "CLOSE"]
        for rows in [row for row in life.rows if row["lport"] == port], ends:
            told = [(row["pid"], row["comm"], row["owner"]) for row in rows]
            self.assertEqual(told, [(victim.pid, "victim", "exact")])

    def test_a_socket_that_somebody_looks_at_while_it_closes(self):
        """A walk over descriptors of other processes, as at the start of each tool, may have the last reference."""
        with self.space.trace("tcpstates", "--comm=nettrace*") as states:
            with lab.Running(*self.space.enter, sys.executable, "-c", LISTENING) as listening:
                while listening.process.poll() is None:
                    lab.must(lab.NETTRACE, "tcplife", "--duration=0.01", "--netns=1")
        self.assertEqual((listening.code, states.rows), (0, []))
        self.assertGreater(states.ledger["seen"], 10_000)

    def check_handed(self, how):
        """The peer's close makes a row of the current owner, although that process has not used the connection."""
        with self.space.inside():
            listener = socket.create_server(("127.0.0.1", 0))
        with listener, self.space.trace("tcpstates") as states, script(self.space, HANDED, how, listener.getsockname()[1]) as handed:
            lab.wait_for(lambda: b"ready" in handed.so_far() and handed.so_far().count(b"\n") == 3, "the receiver")
            port, holder = [int(word) for word in handed.so_far().split() if word != b"ready"]
            listener.accept()[0].close()
            lab.wait_for(lambda: b'"CLOSE_WAIT"' in states.so_far(), "the end of the connection")
        found = [row for row in states.rows if row["lport"] == port and row["newstate"] == "CLOSE_WAIT"]
        self.assertEqual([(row["pid"], row["owner"]) for row in found], [(holder, "exact")])

    def test_a_connection_passed_on_to_who_only_polls(self):
        self.check_handed("passed")

    def test_a_connection_that_a_child_only_polls(self):
        self.check_handed("forked")

    def test_a_process_that_starts_another_keeps_its_connection(self):
        self.check_handed("helper")

    def test_nobodys_packet(self):
        with self.space.tool("tcpdrop", "--json", "-v", "--netns", self.space.inode) as drops:
            self.space.traffic("--refuse=3")
        owners = lab.count_by(drops.rows, "owner", "pid", "tid", "comm", "uid")
        self.assertEqual(owners, {("unknown", None, None, None, None): 3})


if __name__ == "__main__":
    lab.main()
