#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""test_tcpconnect.py: tcpconnect: every attempt to connect once, with its result, and the name by which its peer was
looked up."""

import collections
import errno
import re
import socket
import time

import dns
import lab
import silence
from sockets import FAMILY, attempt, closed_port, listen, port_of, settled, work_inside
from uring import ASYNC, Ring

FAMILIES = (4, 6)


def ends(rows):
    return lab.count_by(rows, "family", "result", "error")


class Tcpconnect(lab.LiveTest):
    def check_owner(self, rows, pid):
        for row in rows:
            self.assertEqual((row["pid"], row["tid"], row["uid"], row["owner"]), (pid, pid, 0, "exact"), row)
            self.assertTrue(row["comm"].startswith("python3") or row["comm"].startswith("run"), row)
            self.assertEqual(row["netns"], self.space.inode, row)
            self.assertLess(abs(lab.nanoseconds(row["ts"]) - time.time_ns()), lab.PATIENCE * 10**9, row)

    def test_refused_once(self):
        """The call that returns the error is no attempt of its own: neither the same call nor a later one."""

        def connect():
            told = []
            for family in FAMILIES:
                address = lab.LOOPBACK[family]
                port = closed_port(address)
                for _ in range(7):
                    told.append(attempt(address, port)[1])
                for _ in range(5):
                    made, how = attempt(address, port, blocking=False)
                    told.append(how if how != "EINPROGRESS" else settled(made, address, port))
                for _ in range(3):  # SO_ERROR clears the error, and the next call reports that there was one
                    made, how = attempt(address, port, blocking=False)
                    told.append(errno.errorcode[made.getsockopt(socket.SOL_SOCKET, socket.SO_ERROR)])
                    assert attempt(address, port, False, made)[1] == "ECONNABORTED", how
            return told

        with self.space.trace("tcpconnect") as traced:
            pid, told = work_inside(self.space, connect)
        self.assertEqual(told, ["ECONNREFUSED"] * 30)
        self.assertEqual(ends(traced.rows), {(family, "refused", "ECONNREFUSED"): 15 for family in FAMILIES})
        self.assert_account(traced, 30)
        self.check_owner(traced.rows, pid)

    def test_failures_before_a_syn(self):
        silence.add(self.space)

        def connect():
            told = []
            for family in FAMILIES:
                address = lab.LOOPBACK[family]
                listener = listen(self.space, family)
                port = port_of(listener)
                away = silence.NO_ROUTE[family]
                told += [attempt(away, 443, blocking)[1] for blocking in (True, False) * 3]
                first = None
                for _ in range(6):  # one port for six connections: five find none
                    made = socket.socket(FAMILY[family])
                    made.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
                    made.bind((address, port_of(first) if first else 0))
                    told.append(attempt(address, port, made=made)[1])
                    first = first or made
                for _ in range(2):  # a failure leaves no state: the next attempt is one of its own
                    made, how = attempt(silence.NO_ROUTE[family], 443)
                    told += [how, attempt(address, port, made=made)[1]]
            return told

        with self.space.trace("tcpconnect") as traced:
            pid, told = work_inside(self.space, connect)
        expected = {}
        for family in FAMILIES:
            expected[family, "ok", None] = 1 + 2
            expected[family, "unreachable", "EHOSTUNREACH"] = 6 + 2
            expected[family, "failed", "EADDRNOTAVAIL"] = 5
        self.assertEqual(
            collections.Counter(told), {"ok": 2 * 3, "EHOSTUNREACH": 2 * 8, "EADDRNOTAVAIL": 2 * 5}
        )
        self.assertEqual(ends(traced.rows), expected)
        self.assert_account(traced, 2 * 16)
        self.check_owner(traced.rows, pid)
        for row in traced.rows:
            if row["result"] == "unreachable":
                self.assertEqual((row["raddr"], row["rport"]), (silence.NO_ROUTE[row["family"]], 443))

    def test_sockets_at_the_same_address(self):
        """An error that no call returned ends with its socket: a later socket at its address fails independently."""
        silence.add(self.space)

        def connect():
            told = []
            port = closed_port("127.0.0.1")
            for _ in range(13):
                made = attempt("127.0.0.1", port, False)[0]
                made.getsockopt(socket.SOL_SOCKET, socket.SO_ERROR)
                made.close()
                made, how = attempt(silence.NO_ROUTE[4], 443)
                made.close()
                told.append(how)
            return told

        with self.space.trace("tcpconnect") as traced:
            told = work_inside(self.space, connect)[1]
        self.assertEqual(told, ["EHOSTUNREACH"] * 13)
        self.assertEqual(
            ends(traced.rows), {(4, "refused", "ECONNREFUSED"): 13, (4, "unreachable", "EHOSTUNREACH"): 13}
        )

    def test_silence(self):
        """Unreachable after the SYN, timed out, abandoned: each with the process's error."""
        silence.add(self.space)

        def connect():
            waiting, told = [], []
            for family in FAMILIES:
                for address, count in ((silence.NOBODY[family], 3), (silence.NOWHERE[family], 2)):
                    waiting += [(attempt(address, 443, False)[0], address) for _ in range(count)]
                for _ in range(7):
                    attempt(silence.NOWHERE[family], 444, False)[0].close()
            told = [settled(made, address, 443) for made, address in waiting]
            return told + [attempt(silence.NOWHERE[4], 443)[1]]

        with self.space.trace("tcpconnect") as traced:
            pid, told = work_inside(self.space, connect)
        self.assertEqual(told, (["EHOSTUNREACH"] * 3 + ["ETIMEDOUT"] * 2) * 2 + ["ETIMEDOUT"])
        expected = {}
        for family in FAMILIES:
            expected[family, "unreachable", "EHOSTUNREACH"] = 3
            expected[family, "timed out", "ETIMEDOUT"] = 2 + (family == 4)
            expected[family, "abandoned", None] = 7
        self.assertEqual(ends(traced.rows), expected)
        self.assert_account(traced, 25)
        self.check_owner(traced.rows, pid)

    def test_hanging_attempts_show_within_a_second(self):
        """They are not shown again when they end."""
        silence.add(self.space)
        with self.space.tool("tcpconnect", "--netns", self.space.inode) as table:
            with lab.Running(*self.space.enter, "python3", "-c", HANG.format(silence.NOWHERE[4], 3)) as client:
                lab.wait_for(lambda: self.in_syn_sent() == 3, "attempts")
                began = time.monotonic()
                lab.wait_for(lambda: table.so_far().count(b"10.77.0.2") == 3, "rows", limit=3)
                self.assertLess(time.monotonic() - began, 2)
                client.wait()
        self.assertEqual(len(table.lines), 1 + 3)
        self.assertRegex(table.lines[0], r"^PID +COMM +IP SADDR +DADDR +DPORT$")
        for line in table.lines[1:]:
            self.assertRegex(line, rf"^{client.pid} +python3 +4  10\.77\.0\.1 +10\.77\.0\.2 +443$")

    def test_pending_attempts_show_at_the_end(self):
        silence.add(self.space)
        tools = [
            self.space.tool("tcpconnect", *how, "--netns", self.space.inode) for how in (["--json"], [], ["-w"], ["-c"])
        ]
        client = lab.Running(*self.space.enter, "python3", "-c", HANG.format(silence.NOWHERE[6], 5))
        with client, lab.side_by_side(tools):
            lab.wait_for(lambda: self.in_syn_sent() == 5, "attempts")
        rows, table, wide, counts = tools
        self.assertEqual(ends(rows.rows), {(6, None, None): 5})
        self.assertEqual(lab.count_by(rows.rows, "pid", "comm"), {(client.pid, "python3"): 5})
        self.assertEqual(len([line for line in table.lines if silence.NOWHERE[6] in line]), 5)
        self.assertEqual(len([line for line in wide.lines if re.search(r"fd77::2 +443 +-$", line)]), 5)
        self.assertRegex(counts.lines[1], r"^fd77::1 +fd77::2 +443 +5$")

    def in_syn_sent(self):
        return lab.must(*self.space.enter, lab.need("ss"), "-tnH", "state", "syn-sent").count("\n")

    def test_columns_and_filters(self):
        options = ("--netns", self.space.inode)
        hows = (["-tUL"], ["--lport"], ["-P", "{port}"], ["--lport=50001-50003"], ["-u1-99"], ["--csv", "-x"])
        port = 50101
        tools = [
            self.space.tool("tcpconnect", *[word.format(port=port) for word in how], *options) for how in hows
        ]
        with lab.side_by_side(tools):
            self.space.traffic("--connect=5", "--refuse=2", f"--port={port}", "--client-port=50001")
        heads = [tool.lines[0] for tool in tools]
        self.assertRegex(heads[0], r"^TIME\(s\) +UID +PID +COMM +IP SADDR +LPORT +DADDR +DPORT$")
        self.assertRegex(tools[0].lines[1], r"^0\.000 +0 +\d+ +nt-client +4  127\.0\.0\.1 +50001 +127\.0\.0\.1 +50101$")
        self.assertRegex(heads[1], r"^PID +COMM +IP SADDR +LPORT +DADDR +DPORT$")
        self.assertEqual([len(tool.lines) - 1 for tool in tools], [7, 7, 5, 3, 0, 7])
        self.assertEqual(heads[5], "PID,COMM,IP,SADDR,DADDR,DPORT,RESULT,ERROR")
        self.assertEqual(tools[5].lines[1].split(",")[2:], ["4", "127.0.0.1", "127.0.0.1", "50101", "ok", ""])

    def test_bad_input(self):
        for how in (("-c", "-d"), ("--count", "--dns"), ("-P", "65536"), ("-L80",), ("5",)):
            done = lab.run(lab.NETTRACE, "tcpconnect", *how)
            self.assertEqual((done.code, done.output, done.errors.count("\n")), (2, b"", 1), (how, done.errors))

    def test_io_uring(self):
        silence.add(self.space)

        def connect():
            told = []
            with Ring() as ring:
                for family in FAMILIES:
                    address = lab.LOOPBACK[family]
                    listener = listen(self.space, family)
                    port, closed = port_of(listener), closed_port(address)
                    for to, at, count in ((address, port, 3), (address, closed, 5), (silence.NO_ROUTE[family], 443, 7)):
                        for _ in range(count):
                            with socket.socket(FAMILY[family]) as made:
                                told.append(ring.connect(made, to, at))
                    for _ in range(2):
                        with socket.socket(FAMILY[family]) as made:
                            told.append(ring.connect(made, silence.NO_ROUTE[family], 443, ASYNC))
            return told

        with self.space.trace("tcpconnect") as traced:
            report = self.space.traffic("--uring-connect=11", *lab.BOTH)
            pid, told = work_inside(self.space, connect)
        results = {0: 3, -errno.ECONNREFUSED: 5, -errno.EHOSTUNREACH: 7 + 2}
        self.assertEqual(collections.Counter(told), {result: 2 * count for result, count in results.items()})
        expected = {}
        for family in FAMILIES:
            expected[family, "ok", None] = 11 + 3
            expected[family, "refused", "ECONNREFUSED"] = 5
            expected[family, "unreachable", "EHOSTUNREACH"] = 7 + 2
        self.assertEqual(ends(traced.rows), expected)
        self.assert_account(traced, 56)
        self.assertEqual(lab.count_by(traced.rows, "pid"), {(report["client_pid"],): 22, (pid,): 34})
        self.check_owner([row for row in traced.rows if row["pid"] == pid], pid)

    def test_names(self):
        def connect():
            lab.must("ip", "address", "add", "2001:db8::/48", "dev", "lo")
            servers = {4: dns.Server("127.0.0.1"), 6: dns.Server("::1")}
            number = 0
            for family, server in servers.items():
                for reader in dns.READERS:
                    for form in ("127.1.0.{}", "2001:db8::1:{}"):
                        number += 1
                        address = form.format(number)
                        server.look_up(f"{reader}{number}.example.net", [address], reader=reader)
                        attempt(address, 80)
            servers[4].look_up(
                "alias.example.net", ["127.2.0.1", "127.2.0.2"], ["a.cdn.example", "b.cdn.example"]
            )
            time.sleep(0.2)
            attempt("127.2.0.1", 80)
            attempt("127.2.0.2", 80)
            servers[4].look_up("newer.example.net", ["127.2.0.2"])
            for address in ("127.2.0.2", "127.2.0.3", "127.0.0.1", "::1"):
                attempt(address, 80)

        how = ("-d", "--netns", self.space.inode)
        tools = [self.space.trace("tcpconnect", "-d"), self.space.tool("tcpconnect", *how)]
        with lab.side_by_side(tools):
            work_inside(self.space, connect)
        traced, table = tools
        self.assert_account(traced, 16 + 6)
        queries = [(row["raddr"], row["query"]) for row in traced.rows]
        readers = list(dns.READERS)
        for number in range(1, 17):
            address = f"2001:db8::1:{number}" if number % 2 == 0 else f"127.1.0.{number}"
            name = f"{readers[(number - 1) // 2 % len(readers)]}{number}.example.net"
            self.assertIn((address, name), queries)
        self.assertEqual(
            queries[16:],
            [
                ("127.2.0.1", "alias.example.net"),
                ("127.2.0.2", "alias.example.net"),
                ("127.2.0.2", "newer.example.net"),
                ("127.2.0.3", None),
                ("127.0.0.1", None),
                ("::1", None),
            ],
        )
        for row in traced.rows:
            self.assertEqual(row["query_age_ns"] is None, row["query"] is None, row)
        self.assertTrue(all(row["query_age_ns"] > 2 * 10**8 for row in traced.rows[16:18]))
        texts = [re.sub(r"\d+\.\d{3}ms", "AGE", line).split(None, 6)[6] for line in table.lines[17:]]
        texts[2] = texts[2].removesuffix(" (AGE)")  # on a slow machine this one is late too
        late = "alias.example.net (AGE)"
        self.assertEqual(texts, [late, late, "newer.example.net", "No DNS Query", "localhost", "localhost"])

    def test_names_that_nobody_asked_for(self):
        """A packet from port 53 names nothing without a query, nor with the number or the name of another query."""

        def connect():
            server = dns.Server("127.0.0.1")
            with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as client:
                client.bind(("127.0.0.1", 0))

                def send(number, name, address):
                    told = dns.answer(dns.question(name, dns.A, number), [address])
                    server.socket.sendto(told, client.getsockname())
                    client.recv(dns.MOST)

                send(1, "never.example.net", "127.4.0.1")
                client.sendto(dns.question("Asked.example.net", dns.A, 2), ("127.0.0.1", 53))
                send(3, "Asked.example.net", "127.4.0.2")
                send(2, "other.example.net", "127.4.0.3")
                send(2, "Asked.example.net.evil.example", "127.4.0.4")
                send(2, "Asked.example.net", "127.4.0.5")
                send(2, "Asked.example.net", "127.4.0.6")
            for last in range(1, 7):
                attempt(f"127.4.0.{last}", 80)

        with self.space.trace("tcpconnect", "-d") as traced:
            work_inside(self.space, connect)
        self.assertEqual([row["query"] for row in traced.rows], [None] * 4 + ["Asked.example.net", None])

    def test_names_belong_to_their_namespace(self):
        def ask():
            dns.Server("127.0.0.1").look_up("here.example.net", ["127.3.0.1"])

        def connect():
            return attempt("127.3.0.1", 80)[1]

        with lab.Namespace() as other, self.space.trace("tcpconnect", "-d", "--netns", other.inode) as traced:
            work_inside(self.space, ask)
            work_inside(other, connect)
            work_inside(self.space, connect)
        self.assertEqual(
            lab.count_by(traced.rows, "netns", "query"),
            {(other.inode, None): 1, (self.space.inode, "here.example.net"): 1},
        )


HANG = """
import socket, time
sockets = [socket.socket(socket.AF_INET6 if ":" in "{0}" else socket.AF_INET) for _ in range({1})]
for each in sockets:
    each.setblocking(False)
    each.connect_ex(("{0}", 443))
time.sleep(2)
"""


if __name__ == "__main__":
    lab.main()
