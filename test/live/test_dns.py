#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""test_dns.py: dns: every query with its answer and its owner, against what a server of our own was asked."""

import collections
import contextlib
import pathlib
import re
import sys
import tempfile
import threading

import dns
import lab

SERVERS = ("127.0.0.1", "::1")
MANY = 401


class Dns(lab.LiveTest):
    def setUp(self):
        super().setUp()
        self.stack = contextlib.ExitStack()
        self.addCleanup(self.stack.close)

    def responder(self, *addresses, space=None):
        with (space or self.space).inside():
            server = dns.Responder(*(addresses or SERVERS))
        return self.stack.enter_context(server)

    def ask(self, *names, server="127.0.0.1", kind=dns.A, patience=1, enter=None):
        """Queries of another process; returns its pid."""
        command = [*(enter or self.space.enter), sys.executable, "-c", dns.ASK, server, kind, patience, *names]
        with lab.Running(*command) as client:
            done = client.wait()
        self.assertEqual(done.code, 0, done.errors)
        return client.pid

    def in_space_with_resolver(self, *command):
        """A program whose C library asks 127.0.0.1; returns its output."""
        with tempfile.TemporaryDirectory() as folder:
            conf = pathlib.Path(folder, "resolv.conf")
            conf.write_text("nameserver 127.0.0.1\noptions timeout:1 attempts:2\n")
            return lab.must(*self.space.enter, "unshare", "-m", "sh", "-c",
                            f'mount --bind {conf} /etc/resolv.conf && exec "$@"', "sh", *command)

    def test_every_outcome(self):
        server = self.responder()
        with self.space.trace("dns", "--timeout", "300") as traced:
            pids = [self.ask("www.test", "slow.test", "nx.test", "fail.test", "silent.test", server=address, kind=kind)
                    for address, kind in zip(SERVERS, (dns.A, dns.AAAA))]
        self.assertEqual(len(traced.rows), 10, traced.errors)
        self.assert_account(traced, 10)
        by_name = collections.defaultdict(list)
        for row in sorted(traced.rows, key=lambda row: row["family"]):
            by_name[row["qname"]].append(row)
            i = row["family"] == 6
            self.assertEqual((row["pid"], row["owner"], row["netns"]), (pids[i], "exact", self.space.inode), row)
            self.assertEqual((row["server"], row["rport"], row["qtype"]), (SERVERS[i], 53, ("A", "AAAA")[i]))
            self.assertEqual((row["protocol"], row["stub"], row["try"], row["search_expansion"]), ("udp", True, 1, False))
        codes = {name: [row["rcode"] for row in rows] for name, rows in by_name.items()}
        self.assertEqual(codes, {"www.test": ["NOERROR"] * 2, "slow.test": ["NOERROR"] * 2, "nx.test": ["NXDOMAIN"] * 2,
                                 "fail.test": ["SERVFAIL"] * 2, "silent.test": ["timeout"] * 2})
        self.assertEqual([row["addresses"] for row in by_name["www.test"]], ["192.0.2.1,192.0.2.2", "2001:db8::1"])
        self.assertEqual([(row["answers"], row["ttl_s"]) for row in by_name["www.test"]], [(2, 60), (1, 60)])
        for row in by_name["slow.test"]:
            self.assertGreaterEqual(row["latency_ns"], server.DELAY * 1e9)
            self.assertLess(row["latency_ns"], server.DELAY * 1e9 + 1e8)
        for row in by_name["silent.test"]:
            self.assertEqual((row["latency_ns"], row["answers"], row["ttl_s"]), (None, None, None))

    def test_pending(self):
        """Queries without an answer at the end; a replay with another deadline."""
        self.responder()
        with tempfile.TemporaryDirectory() as folder:
            file = pathlib.Path(folder, "recording")
            with self.space.trace("dns", "--record", file) as traced:
                self.ask("silent.test", "nx.test", patience=0.3)
            self.assertEqual(sorted(row["rcode"] for row in traced.rows), ["NXDOMAIN", "pending"])
            again = lab.run(lab.NETTRACE, "replay", file, "--json")
            self.assertEqual(again.output, traced.output)
            short = lab.run(lab.NETTRACE, "replay", file, "dns", "--json", "--timeout", "100", "--fail")
            self.assertEqual(sorted(row["rcode"] for row in short.rows), ["NXDOMAIN", "timeout"])

    def test_many_at_once(self):
        names = [f"host{i}.test" for i in range(MANY)]
        server = self.responder()
        with self.space.trace("dns") as traced:
            clients = [lab.Running(*self.space.enter, sys.executable, "-c", dns.ASK, address, dns.A, 5, *names)
                       for address in SERVERS]
            for client in clients:
                self.assertEqual(client.wait().code, 0, client.errors)
        self.assertEqual(len(server.asked), 2 * MANY)
        got = collections.Counter((row["pid"], row["qname"], row["rcode"]) for row in traced.rows)
        self.assertEqual(got, {(client.pid, name, "NOERROR"): 1 for client in clients for name in names})
        self.assert_account(traced, 2 * MANY)

    def test_tries(self):
        """The resolver of the C library asks again; it asks for both kinds of addresses, each with tries of its own."""
        server = self.responder()
        look_up = "import socket\ntry: socket.getaddrinfo('silent.test', 80)\nexcept OSError: pass"
        with self.space.trace("dns", "--timeout", "800") as traced:
            self.in_space_with_resolver(sys.executable, "-c", look_up)
        self.assertEqual(len(server.asked), 4)
        tries = sorted((row["qtype"], row["try"]) for row in traced.rows)
        self.assertEqual(tries, [("A", 1), ("A", 2), ("AAAA", 1), ("AAAA", 2)], traced.errors)
        for row in traced.rows:
            self.assertEqual((row["rcode"], row["owner"], row["comm"][:6]), ("timeout", "exact", "python"))

    def test_stream(self):
        """DNS over TCP, also for an answer that is too long for UDP."""
        self.responder()
        with self.space.trace("dns") as traced:
            for address, kind in zip(SERVERS, (dns.A, dns.AAAA)):
                done = self.space.run(sys.executable, "-c", dns.ASK_STREAM, address, kind, "www.test", "nx.test")
                self.assertEqual(done.code, 0, done.errors)
            look_up = "import socket; print(*socket.getaddrinfo('big.test', 80, socket.AF_INET, socket.SOCK_STREAM), sep='\\n')"
            found = self.in_space_with_resolver(sys.executable, "-c", look_up)
        self.assertEqual(len(found.splitlines()), 200)
        rows = [(row["protocol"], row["qname"], row["qtype"], row["rcode"], row["answers"], row["try"]) for row in traced.rows]
        self.assertEqual(rows[:4], [("tcp", "www.test", "A", "NOERROR", 2, 1), ("tcp", "nx.test", "A", "NXDOMAIN", 0, 1),
                                    ("tcp", "www.test", "AAAA", "NOERROR", 1, 1), ("tcp", "nx.test", "AAAA", "NXDOMAIN", 0, 1)])
        # The C library begins again with a larger buffer.
        big = ("udp", "big.test", "A", "NOERROR", 0, 1), ("tcp", "big.test", "A", "NOERROR", 200, 2)
        self.assertEqual(rows[4:], [*big] * ((len(rows) - 4) // 2))
        self.assertGreater(len(rows), 4)
        for row in traced.rows:
            self.assertEqual((row["owner"], row["rport"]), ("exact", 53), row)

    def test_static_program(self):
        """A program without a C library's resolver."""
        with self.space.trace("dns", "--port", "5300") as traced:
            report = self.space.traffic("--dns=7", "--dns-fail=3", "--port=5300", *lab.BOTH)
        self.assertEqual(lab.count_by(traced.rows, "pid", "rcode"),
                         {(report["client_pid"], "NOERROR"): 14, (report["client_pid"], "NXDOMAIN"): 6})

    def test_against_dnsmasq(self):
        """A resolver on this machine, query by query against its own log: both legs, and answers from its cache."""
        lab.must("ip", "-n", self.space.name, "addr", "add", "10.9.0.1/32", "dev", "lo")
        server = self.responder("10.9.0.1")
        names = [f"host{i}.test" for i in range(23)] + [f"nx{i}.test" for i in range(5)] + [f"fail{i}.test" for i in range(3)]
        command = ("dnsmasq", "--no-daemon", "--conf-file=/dev/null", "--no-resolv", "--no-hosts", "--pid-file=", "--user=root",
                   "--listen-address=127.0.0.1", "--bind-interfaces", "--server=10.9.0.1", "--log-queries=extra", "--log-facility=-")
        with lab.Running(*self.space.enter, *command) as resolver:
            lab.wait_for(lambda: b"started" in resolver.errors_so_far(), "dnsmasq")
            with self.space.trace("dns") as traced:
                pids = [self.ask(*names, kind=kind) for kind in (dns.A, dns.A, dns.AAAA)]
        log = resolver.finished.errors
        local = [row for row in traced.rows if row["stub"]]
        remote = [row for row in traced.rows if not row["stub"]]
        asked = re.findall(r"\d+ 127.0.0.1/(\d+) query\[(\w+)\] (\S+) from", log)
        self.assertEqual(len(asked), 3 * len(names))
        self.assertEqual(collections.Counter((str(row["lport"]), row["qtype"], row["qname"]) for row in local), collections.Counter(asked))
        self.assertEqual({row["pid"] for row in local}, set(pids))
        forwarded = re.findall(r"forwarded (\S+) to 10.9.0.1", log)
        self.assertEqual(collections.Counter(row["qname"] for row in remote), collections.Counter(forwarded))
        self.assertEqual({(row["pid"], row["comm"], row["owner"]) for row in remote}, {(resolver.pid, "dnsmasq", "exact")})
        self.assertEqual(collections.Counter(name for name, _ in server.asked), collections.Counter(forwarded))
        self.assertLess(len(remote), len(local))
        for row in traced.rows:
            code = {"h": "NOERROR", "n": "NXDOMAIN", "f": "SERVFAIL"}[row["qname"][0]]
            self.assertEqual(row["rcode"], code, row)
        self.assert_account(traced, len(local) + len(remote))

    def test_another_namespace(self):
        """A process in a namespace of its own, like a container, asks over a virtual wire. Its first query waits for
        the neighbour's address."""
        with lab.Namespace() as there:
            lab.must("ip", "-n", self.space.name, "link", "add", "v0", "type", "veth", "peer", "name", "v1", "netns", there.name)
            for space, device, address in ((self.space, "v0", "10.9.0.1"), (there, "v1", "10.9.0.2")):
                lab.must("ip", "-n", space.name, "addr", "add", f"{address}/24", "dev", device)
                lab.must("ip", "-n", space.name, "link", "set", device, "up")
            server = self.responder("10.9.0.1")
            lab.must("ip", "-n", self.space.name, "link", "set", "v0", "arp", "off")
            answers = threading.Timer(0.3, lab.must, ("ip", "-n", self.space.name, "link", "set", "v0", "arp", "on"))
            with lab.Tool("dns", "--json", "--debug", "--netns", f"{self.space.inode},{there.inode}") as traced:
                answers.start()
                pid = self.ask("first.test", server="10.9.0.1", patience=5, enter=there.enter)
                second = self.ask("second.test", server="10.9.0.1", enter=there.enter)
        self.assertEqual(len(server.asked), 2)
        self.assertEqual([(row["qname"], row["rcode"], row["netns"], row["stub"]) for row in traced.rows],
                         [("first.test", "NOERROR", there.inode, False), ("second.test", "NOERROR", there.inode, False)])
        # Late: the packet leaves in the softirq of a timer, over a bystander.
        self.assertEqual([(row["pid"], row["owner"]) for row in traced.rows], [(pid, "exact"), (second, "exact")])

    def test_hidden_cgroups(self):
        """No mount of cgroup v2 is visible, as after `ip netns exec`: programs still attach to its root."""
        hidden = ("unshare", "--mount", "sh", "-c", 'umount -l /sys/fs/cgroup; exec "$0" "$@"')
        traffic = ("--netns", self.space.inode, "--", lab.NETTRACE, "traffic", "--dns=3", "--ipv4")
        for tool, *options in ("dns", "--port=1-65535"), ("udptop",):
            done = lab.run(*self.space.enter, *hidden, lab.NETTRACE, tool, "--json", *options, *traffic)
            self.assertEqual((done.code, done.errors), (0, ""))
            self.assertEqual(lab.count_by(done.rows, "comm")["nt-client",], 3, done.rows)


if __name__ == "__main__":
    lab.main()
