#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""test_tcptop.py: tcptop: bytes of each connection, through any call, against the applications' and TCP's own numbers.
"""

import collections
import contextlib
import ctypes
import json
import os
import re
import socket
import struct
import tempfile
import time

import lab
from sockets import connection, dissolve, listen, port_of, receive, reset

SO_ZEROCOPY, MSG_ZEROCOPY = 60, 0x4000000
PRIME = 100_003


def sums(rows, *names):
    """Bytes of each combination of values: (received, sent)."""
    found = collections.defaultdict(lambda: [0, 0])
    for row in rows:
        both = found[tuple(row[name] for name in names)]
        both[0] += row["rx_bytes"]
        both[1] += row["tx_bytes"]
    return {key: tuple(both) for key, both in found.items()}


SO_ATTACH_FILTER, SO_DETACH_FILTER = 26, 27
RETURN_ALL, DIVIDE = struct.pack("HBBI", 0x06, 0, 0, 0xFFFFFFFF), struct.pack("HBBI", 0x3C, 0, 0, 0)


def use_up_option_memory(made):
    """Attaches the longest filter that net.core.optmem_max allows: no memory is left for storage."""

    def attach(count):
        text = RETURN_ALL + DIVIDE * count + RETURN_ALL
        buffer = ctypes.create_string_buffer(text, len(text))
        program = struct.pack("HxxxxxxQ", count + 2, ctypes.addressof(buffer))
        try:
            made.setsockopt(socket.SOL_SOCKET, SO_ATTACH_FILTER, program)
        except OSError:
            return False
        return True

    low, high = 0, 4090
    while low < high:
        middle = (low + high + 1) // 2
        if attach(middle):
            made.setsockopt(socket.SOL_SOCKET, SO_DETACH_FILTER, 0)
            low = middle
        else:
            high = middle - 1
    assert low < 4090 and attach(low), low


class Tcptop(lab.LiveTest):
    def assert_moved(self, traced, port, size):
        """The client's socket, with this port, sent `size` bytes, the server's received them, no other socket moved
        any, and both belong to this process."""
        by_port = sums(traced.rows, "lport")
        self.assertEqual(by_port.pop((port,)), (0, size))
        self.assertEqual(list(by_port.values()), [(size, 0)])
        self.assertEqual({(row["pid"], row["owner"]) for row in traced.rows}, {(os.getpid(), "exact")})
        self.assertEqual(traced.ledger["lost"], 0, traced.errors)

    def check_move(self, move, size, family=4):
        """Bytes of a connection older than the trace, moved by `move`; earlier ones do not count."""
        with connection(self.space, family) as (client, server):
            client.sendall(b"x" * 7919)
            receive(server, 7919)
            with self.space.trace("tcptop", "0.2") as traced:
                move(client, server, size)
                port = port_of(client)
                lab.wait_for(lambda: b'"lport":%d' % port in traced.so_far(), "the interval")
        self.assert_moved(traced, port, size)

    def test_a_socket_without_room_for_its_tag(self):
        """The process has used up the memory that a tag would need."""
        with self.space.inside():
            listener = socket.create_server(("127.0.0.1", 0))
            client = socket.socket()
        with listener, client, self.space.trace("tcptop", "0.2") as traced:
            use_up_option_memory(client)
            client.connect(listener.getsockname())
            port = port_of(client)
            with listener.accept()[0] as server:
                client.sendall(b"x" * PRIME)
                receive(server, PRIME)
                lab.wait_for(lambda: b'"lport":%d' % port in traced.so_far(), "the interval")
                client.sendall(b"x" * 7919)
                receive(server, 7919)
                client.close()
        self.assert_moved(traced, port, PRIME + 7919)

    def test_aborted_and_dissolved(self):
        """The kernel clears a socket's counters before it destroys it: its bytes count once, and nothing else."""
        tools = [self.space.trace("tcptop", "0.2"), self.space.trace("tcpsubnet", "-i", "0.2")]
        top, subnet = tools
        with lab.side_by_side(tools), listen(self.space) as listener:
            for end in (reset, dissolve, dissolve, reset):
                with self.space.inside():
                    client = socket.create_connection(listener.getsockname())
                with client, listener.accept()[0] as server:
                    for life in range(3 if end is dissolve else 1):
                        client.sendall(b"x" * 1009)
                        receive(server, 1009)
                        server.sendall(b"y" * 503)
                        receive(client, 503)
                        end(client)
                        if end is dissolve and life < 2:
                            server.close()
                            client.connect(listener.getsockname())
                            server = listener.accept()[0]
                    server.close()
            time.sleep(0.5)  # any remaining bytes would be in the next intervals
            port = port_of(listener)
        lives = 2 + 2 * 3
        self.assertEqual(sums(top.rows, "rport")[port,], (lives * 503, lives * 1009))
        self.assertEqual(sums(top.rows, "lport")[port,], (lives * 1009, lives * 503))
        self.assertEqual({row["laddr"] for row in top.rows} | {row["raddr"] for row in top.rows}, {"127.0.0.1"})
        self.assertTrue(all(row["lport"] and row["rport"] for row in top.rows), top.rows)
        self.assertEqual(sum(row["tx_bytes"] for row in subnet.rows), lives * (1009 + 503))
        self.assertEqual({row["subnet"] for row in subnet.rows if row["tx_bytes"]}, {"127.0.0.1/32"})

    def test_send(self):
        def move(client, server, size):
            client.sendall(b"x" * size)
            receive(server, size)

        self.check_move(move, PRIME)
        self.check_move(move, PRIME, family=6)

    def test_sendfile(self):
        def move(client, server, size):
            with tempfile.TemporaryFile() as file:
                file.truncate(size)
                self.assertEqual(os.sendfile(client.fileno(), file.fileno(), 0, size), size)
            receive(server, size)

        self.check_move(move, 50_021)

    def test_splice_in_and_out(self):
        def move(client, server, size):
            read_end, write_end = os.pipe()
            with open(read_end, "rb") as out, open(write_end, "wb") as into:
                os.write(into.fileno(), b"x" * size)
                self.assertEqual(os.splice(out.fileno(), client.fileno(), size), size)
                left = size
                while left:
                    left -= os.splice(server.fileno(), into.fileno(), left)

        self.check_move(move, 10_007)

    def test_zero_copy(self):
        def move(client, server, size):
            client.setsockopt(socket.SOL_SOCKET, SO_ZEROCOPY, 1)
            self.assertEqual(client.send(b"x" * size, MSG_ZEROCOPY), size)
            receive(server, size)

        self.check_move(move, 20_011)

    def test_peeking_is_not_receiving(self):
        def move(client, server, size):
            client.sendall(b"x" * size)
            for _ in range(5):
                server.recv(size, socket.MSG_PEEK)
            receive(server, size)

        self.check_move(move, 10_007)

    def test_what_is_not_sent_does_not_count(self):
        """A full buffer rejects most data: the peer reads as many bytes as were sent."""
        offered, sent = 1000 * 1_000_003, 0
        with self.space.trace("tcptop", "0.2") as traced:
            with connection(self.space) as (client, server):
                port = port_of(client)
                client.setblocking(False)
                for _ in range(1000):
                    with contextlib.suppress(BlockingIOError):
                        sent += client.send(b"x" * 1_000_003)
                receive(server, sent)
        self.assertLess(sent, offered)
        self.assert_moved(traced, port, sent)

    def test_against_the_counters_of_tcp(self):
        """ss shows the same bytes for connections that are still open."""
        ss = lab.need("ss")
        pattern = r":(\d+) +\S+:(\d+)[^\n]*\n[^\n]*?bytes_sent:(\d+)[^\n]*?bytes_received:(\d+)"
        told = {}
        with self.space.trace("tcptop", "0.2") as traced:
            with self.space.hold("--hold=11", "--bytes=70001", *lab.BOTH):
                for family in (4, 6):
                    lines = self.space.run(ss, f"-{family}tinH", "state", "established").output.decode()
                    for local, remote, sent, received in re.findall(pattern, lines):
                        told[family, int(local), int(remote)] = (int(received), int(sent))
                self.assertEqual(len(told), 2 * 2 * 11)
                rows = lambda: sums(map(json.loads, traced.so_far().splitlines()), "family", "lport", "rport")
                lab.wait_for(lambda: rows() == told, f"an interval with {told}")

    def test_other_namespaces(self):
        """Without a filter every namespace is shown, wherever the tool runs."""
        with lab.Namespace() as other, lab.Tool("tcptop", "--json", "--debug", "0.2") as traced:
            report = other.traffic("--connect=3", "--bytes=5003")
            inode = other.inode
        rows = [row for row in traced.rows if row["netns"] == inode]
        self.assertEqual(
            sums(rows, "pid"),
            {(report["client_pid"],): (report["bytes_server"], report["bytes_client"]),
             (report["server_pid"],): (report["bytes_client"], report["bytes_server"])},
        )

    def test_retransmits(self):
        with self.space.trace("tcptop", "0.5") as traced:
            report = self.space.traffic("--retransmit=3", "--drop=5", "--ipv4", "--bytes=500")
        self.assertEqual(sum(row["retrans"] for row in traced.rows), report["retransmits_client"])
        for row in traced.rows:
            self.assertGreater(row["cwnd"], 0)
            self.assertGreater(row["srtt_us"], 0)

    def test_filters(self):
        """Of one process; the account has the others."""
        with self.space.hold("--hold=5", "--bytes=1009") as held:
            with self.space.trace("tcptop", "--comm", "nt-server") as traced:
                report = held.release()
        self.assertEqual(set(sums(traced.rows, "comm")), {("nt-server",)})
        # Half of it was sent before tracing.
        self.assertEqual(sum(row["rx_bytes"] for row in traced.rows), report["bytes_client"] // 2)
        self.assertEqual(traced.ledger["filtered"], 5)

    def test_intervals(self):
        """Fractions of a second, and a count that ends the run (for drift see test_softirqs.py); otherwise the last
        interval is marked as partial."""
        with self.space.trace("tcptop", "0.1", "7") as counted:
            with self.space.trace("tcptop", "0.3") as other:
                with connection(self.space) as (client, server):
                    for _ in range(120):
                        client.sendall(b"x" * 101)
                        receive(server, 101)
                        time.sleep(0.01)
                    counted.wait()
        self.assertEqual(counted.code, 0)
        self.assertEqual({row["partial"] for row in counted.rows}, {False})
        parts = [row["partial"] for row in other.rows]
        self.assertIn(False, parts)
        self.assertEqual(parts, sorted(parts))
        self.assertEqual(parts[-1], True)
        self.assertLess(other.rows[-1]["interval_ns"], 3 * 10**8)
        self.assertEqual(sum(row["tx_bytes"] for row in other.rows), 120 * 101)

    def test_churn(self):
        """Connections that begin and end within an interval are reported once, with all their bytes."""
        with self.space.trace("tcptop", "0.5") as traced:
            report = self.space.traffic("--connect=1009", "--bytes=211")
        self.assertEqual(len(traced.rows), 2 * 1009)
        self.assertEqual(sum(row["tx_bytes"] for row in traced.rows), report["bytes_client"] + report["bytes_server"])
        self.assertEqual(sum(row["rx_bytes"] for row in traced.rows), report["bytes_client"] + report["bytes_server"])

    def test_bad_input(self):
        cases = {
            ("0",): "SECONDS 0: must be more than 0 seconds",
            ("x",): "SECONDS x: not a time (1, 0.25, 500ms, 10s, 5m, 2h)",
            ("1", "0"): "N 0: not a number (1 or more)",
            ("1", "2", "3"): "argument 3: not expected; a command to run goes after --",
            ("0.0001",): "SECONDS 0.0001: less than a millisecond",
            ("--sort", "size"): "--sort size: not one of all, sent, received, retransmits, srtt",
            ("-4", "-6"): "-6: not together with -4",
        }
        for words, message in cases.items():
            with self.subTest(words=words):
                done = lab.run(lab.NETTRACE, "tcptop", *words)
                self.assertEqual((done.code, done.output, done.errors), (2, b"", f"tcptop: error: {message}\n"))


if __name__ == "__main__":
    lab.main()
