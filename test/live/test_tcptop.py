#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""tcptop: bytes of each connection, whatever the call that moves them, against what the applications and TCP itself say."""

import collections
import contextlib
import json
import os
import re
import socket
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


class Tcptop(lab.LiveTest):
    def assert_moved(self, traced, port, size):
        """The client's socket, of this port, sent so many bytes, the server's received them, nobody moved any other, and
        both are this process's."""
        by_port = sums(traced.rows, "lport")
        self.assertEqual(by_port.pop((port,)), (0, size))
        self.assertEqual(list(by_port.values()), [(size, 0)])
        self.assertEqual({(row["pid"], row["owner"]) for row in traced.rows}, {(os.getpid(), "exact")})
        self.assertEqual(traced.ledger["lost"], 0, traced.errors)

    def check_move(self, move, size, family=4):
        """Bytes of a connection that is older than the trace, moved by `move`; earlier ones do not count."""
        with connection(self.space, family) as (client, server):
            client.sendall(b"x" * 7919)
            receive(server, 7919)
            with self.space.trace("tcptop", "0.2") as traced:
                move(client, server, size)
                port = port_of(client)
                lab.wait_for(lambda: b'"lport":%d' % port in traced.so_far(), "the interval")
        self.assert_moved(traced, port, size)

    def test_known_traffic(self):
        """Every byte of every connection, of the right process, whether it lives for an interval or less."""
        with self.space.trace("tcptop", "0.1") as traced:
            report = self.space.traffic("--connect=17", "--server-first=13", "--bytes=30011", *lab.BOTH)
        of_clients = {"rx": 0, "tx": 0}
        found = sums(traced.rows, "family", "comm", "pid")
        self.assertEqual(
            set(found),
            {(family, *who) for family in (4, 6)
             for who in (("nt-client", report["client_pid"]), ("nt-server", report["server_pid"]))},
        )
        for (family, comm, pid), (received, sent) in found.items():
            if comm == "nt-client":
                of_clients["rx"] += received
                of_clients["tx"] += sent
            else:
                other = found[family, "nt-client", report["client_pid"]]
                self.assertEqual((received, sent), (other[1], other[0]))
        self.assertEqual((of_clients["tx"], of_clients["rx"]), (report["bytes_client"], report["bytes_server"]))
        self.assertEqual(len(sums(traced.rows, "family", "lport", "rport")), 2 * 2 * 30)
        self.assertEqual(traced.ledger["lost"], 0)
        for row in traced.rows:
            self.assert_common(row, "tcptop", report, ("exact",))

    def test_aborted_and_dissolved(self):
        """The kernel clears a socket's counters before it destroys it: what was carried counts once, and nothing else."""
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
            time.sleep(0.5)  # what is left over would be in the next intervals
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
        """A full buffer refuses most of what is offered: what the peer reads is what was sent."""
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
        """ss tells the same of connections that are still open, byte by byte."""
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
                time.sleep(0.5)
                rows = [json.loads(line) for line in traced.so_far().splitlines()]
        self.assertEqual(sums(rows, "family", "lport", "rport"), told)

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
        """Of one process, and the rest is in the account."""
        with self.space.hold("--hold=5", "--bytes=1009") as held:
            with self.space.trace("tcptop", "--comm", "nt-server") as traced:
                report = held.release()
        self.assertEqual(set(sums(traced.rows, "comm")), {("nt-server",)})
        # Half of it was sent before.
        self.assertEqual(sum(row["rx_bytes"] for row in traced.rows), report["bytes_client"] // 2)
        self.assertEqual(traced.ledger["filtered"], 5)

    def test_tables(self):
        """bcc's columns, most first, IPv6 after IPv4, with and without the load average."""
        options = ("--netns", self.space.inode, "10", "1")
        plain, short = (self.space.tool("tcptop", *how, *options) for how in (("-C",), ("-CS", "-r", "3")))
        with lab.side_by_side((plain, short)):
            report = self.space.traffic("--connect=2", "--bytes=300000", *lab.BOTH)
        stamp, empty, head, *rows = plain.lines
        self.assertRegex(stamp, r"^\d\d:\d\d:\d\d loadavg: [\d.]+ [\d.]+ [\d.]+ \d+/\d+ \d+$")
        self.assertEqual(empty, "")
        self.assertEqual(head, "PID     COMM         LADDR                 RADDR                  RX_KB  TX_KB")
        self.assertEqual(len(rows), 4 + 2 + 4)
        self.assertEqual(rows[4], "")
        self.assertRegex(rows[5], r"^PID     COMM         LADDR6 {27}RADDR6 {27} RX_KB  TX_KB$")
        for row in rows[:4]:
            self.assertRegex(row, r"^\d+ +nt-(client|server) +127\.0\.0\.1:\d+ +127\.0\.0\.1:\d+ +\d+ +\d+$")
        for row in rows[6:]:
            self.assertRegex(row, r"^\d+ +nt-(client|server) +::1:\d+ +::1:\d+ +\d+ +\d+$")
        client = [row.split()[-2:] for row in rows if row.startswith(f"{report['client_pid']} ")]
        self.assertEqual(client, [["146", "292"]] * 4)
        self.assertNotIn("loadavg", short.output.decode())
        self.assertEqual(short.output.count(b"nt-"), 3)

    def test_sort(self):
        orders = ("sent", "received")
        tools = [self.space.trace("tcptop", "--sort", order, "10") for order in orders]
        with lab.side_by_side(tools):
            self.space.traffic("--connect=3", "--server-first=2", "--bytes=20011")
        for tool, key in zip(tools, ("tx_bytes", "rx_bytes")):
            values = [row[key] for row in tool.rows]
            self.assertEqual(len(values), 10)
            self.assertEqual(values, sorted(values, reverse=True))

    def test_intervals(self):
        """Fractions of a second, no drift, a count that stops; else the last one is marked as a part."""
        with self.space.trace("tcptop", "0.1", "7") as counted:
            with self.space.trace("tcptop", "0.3") as other:
                with connection(self.space) as (client, server):
                    for _ in range(120):
                        client.sendall(b"x" * 101)
                        receive(server, 101)
                        time.sleep(0.01)
                    counted.wait()
        ends = sorted({lab.nanoseconds(row["ts"]) // 10**6 for row in counted.rows})
        self.assertEqual(counted.code, 0)
        self.assertEqual({row["partial"] for row in counted.rows}, {False})
        times = [[row["interval_ns"] for row in counted.rows if lab.nanoseconds(row["ts"]) // 10**6 == end][0]
                 for end in ends]
        # From the first to the last it is what was asked for: none is put off by the one before.
        self.assertAlmostEqual(sum(times[1:]) / len(times[1:]), 10**8, delta=10**7)
        parts = [row["partial"] for row in other.rows]
        self.assertIn(False, parts)
        self.assertEqual(parts, sorted(parts))
        self.assertEqual(parts[-1], True)
        self.assertLess(other.rows[-1]["interval_ns"], 3 * 10**8)
        self.assertEqual(sum(row["tx_bytes"] for row in other.rows), 120 * 101)

    def test_churn(self):
        """Connections that come and go within an interval are told once, with all they carried."""
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
            ("-4", "-6"): "-6: not together with --ipv4",
        }
        for words, message in cases.items():
            with self.subTest(words=words):
                done = lab.run(lab.NETTRACE, "tcptop", *words)
                self.assertEqual((done.code, done.output, done.errors), (2, b"", f"tcptop: error: {message}\n"))


if __name__ == "__main__":
    lab.main()
