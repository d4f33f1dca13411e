#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""test_solisten.py: solisten: every attempt to listen, with its result, against the reports of the program itself and
of ss."""

import json
import os
import pathlib
import re

import lab

LISTENING = pathlib.Path(__file__).parent / "listening.py"
ANY = {4: "0.0.0.0", 6: "::"}
PORT = 50021  # negative as a signed number
SOMAXCONN = 64


class Solisten(lab.LiveTest):
    def setUp(self):
        super().setUp()
        self.space.run("sh", "-c", f"echo {SOMAXCONN} > /proc/sys/net/core/somaxconn")

    def listener(self, space=None, through=(), user=()):
        """A program that listens on request of self.tell()."""
        return lab.Held(*(space or self.space).enter, *through, "/usr/bin/python3", LISTENING, *user)

    @staticmethod
    def tell(listener, name, backlog, **more):
        """Requests a listen(), and returns the program's report."""
        before = listener.so_far().count(b"\n")
        listener.process.stdin.write(json.dumps({"name": name, "backlog": backlog, **more}).encode() + b"\n")
        listener.process.stdin.flush()
        lab.wait_for(
            lambda: listener.so_far().count(b"\n") > before or listener.process.poll() is not None, "an answer"
        )
        return json.loads(listener.so_far().splitlines()[before])

    def check(self, row, answer, family, **more):
        """Compares a row with the program's report and with given values."""
        expected = {
            "tool": "solisten",
            "pid": answer["pid"],
            "tid": answer["tid"],
            "comm": "python3",
            "uid": 0,
            "owner": "exact",
            "netns": self.space.inode,
            "family": family,
            "lport": answer["port"] or None,
            "ret": answer["ret"],
            "proto": f"TCPv{family}",
            **more,
        }
        self.assertEqual({name: row[name] for name in expected}, expected)
        self.assertGreater(row["cgroup_id"], 0)

    def test_all_calls(self):
        """A prime number of sockets of each family; ss shows the same ports and backlogs."""
        answers = []
        with self.listener() as listener, self.space.trace("solisten") as traced:
            for family, count in ((4, 23), (6, 17)):
                for number in range(count):
                    bound = {"port": PORT + number} if number % 2 else {}
                    answer = self.tell(listener, f"{family} {number}", number + 1, family=family, **bound)
                    answers.append((family, bound, number + 1, answer))
            listing = lab.must(*self.space.enter, lab.need("ss"), "-ltnH")
            traced.end()
        self.assert_account(traced, 23 + 17)
        for row, (family, bound, backlog, answer) in zip(traced.rows, answers):
            address = (lab.LOOPBACK if bound else ANY)[family]
            self.check(row, answer, family, laddr=address, backlog=backlog, backlog_effective=backlog, error=None)
            self.assertGreater(row["lport"], 0)
        of_ss = re.findall(r"LISTEN +0 +(\d+) +\S+:(\d+) ", listing)
        of_ours = [(str(row["backlog_effective"]), str(row["lport"])) for row in traced.rows]
        self.assertEqual(sorted(of_ours), sorted(of_ss))

    def test_failed(self):
        """Connected sockets, or kinds that cannot listen: bcc's tool reports success for these attempts, or misses
        them."""
        attempts = (
            ("first", 5, "TCP", None, {"port": PORT}),
            ("connected", 7, "TCP", "EINVAL", {"peer": PORT}),
            ("udp", 11, "UDP", "EOPNOTSUPP", {"kind": "udp", "port": PORT}),
            ("raw", 13, "RAW", "EOPNOTSUPP", {"kind": "raw"}),
        )
        for family in (4, 6):
            with self.listener() as listener, self.space.trace("solisten") as traced:
                answers = [
                    self.tell(listener, name, backlog, family=family, **more) for name, backlog, _, _, more in attempts
                ]
                traced.end()
            self.assert_account(traced, len(attempts))
            for row, answer, (name, backlog, proto, error, _) in zip(traced.rows, answers, attempts):
                with self.subTest(f"{name} IPv{family}"):
                    more = {"lport": None} if name == "raw" else {}
                    effective = None if error else backlog
                    more.update(proto=f"{proto}v{family}", error=error, backlog=backlog, backlog_effective=effective)
                    self.check(row, answer, family, **more)
                    self.assertEqual(row["rport"], PORT if name == "connected" else None)

    def test_address_in_use(self):
        """Two sockets may be bound to a port, but only one of them may listen."""
        for family in (4, 6):
            with self.listener() as listener, self.space.trace("solisten") as traced:
                for name in ("one", "other"):
                    self.tell(listener, name, None, family=family, port=PORT)
                answers = [self.tell(listener, name, 3) for name in ("one", "other")]
                traced.end()
            self.assert_account(traced, 2)
            self.check(traced.rows[0], answers[0], family, error=None, backlog_effective=3)
            self.check(traced.rows[1], answers[1], family, error="EADDRINUSE", backlog_effective=None, backlog=3)
            self.assertEqual([row["ret"] for row in traced.rows], [0, -98])

    def test_what_is_no_socket_to_listen_on(self):
        """Other sockets make no row: a Unix socket, a pipe, an invalid descriptor."""
        with self.listener() as listener, self.space.trace("solisten") as traced:
            answers = [
                self.tell(listener, "unix", 3, family="unix"),
                self.tell(listener, "stdin", 3, fd=0),
                self.tell(listener, "none", 3, fd=-1),
                self.tell(listener, "far", 3, fd=1 << 30),
                self.tell(listener, "good", 3, family=4),
            ]
            traced.end()
        self.assertEqual([answer["ret"] for answer in answers], [0, -88, -9, -9, 0])
        self.assert_account(traced, 1)
        self.check(traced.rows[0], answers[-1], 4)

    def test_again_and_more_than_there_is(self):
        """A call with another backlog makes a row of its own; a backlog above somaxconn is reduced."""
        asked = (7, 11, 0, SOMAXCONN, SOMAXCONN + 1, 100000, -1, 2**31 - 1)
        for family in (4, 6):
            with self.listener() as listener, self.space.trace("solisten") as traced:
                answers = [self.tell(listener, "one", backlog, family=family) for backlog in asked]
                traced.end()
            self.assert_account(traced, len(asked))
            for row, answer, backlog in zip(traced.rows, answers, asked):
                effective = backlog if 0 <= backlog <= SOMAXCONN else SOMAXCONN
                self.check(row, answer, family, backlog=backlog, backlog_effective=effective, ret=0)

    def test_io_uring(self):
        """Successful and failed; also by a kernel thread that acts for its process."""
        for family in (4, 6):
            with self.listener() as listener, self.space.trace("solisten") as traced:
                answers = [
                    self.tell(listener, "one", 7, family=family, ring=True, port=PORT),
                    self.tell(listener, "one", SOMAXCONN + 1, ring=True),
                    self.tell(listener, "connected", 11, family=family, peer=PORT, ring=True),
                    self.tell(listener, "udp", 13, family=family, kind="udp", ring=True),
                    self.tell(listener, "two", 17, family=family, ring="async"),
                ]
                traced.end()
            self.assertEqual([answer["ret"] for answer in answers], [0, 0, -22, -95, 0])
            self.assert_account(traced, 5)
            self.check(traced.rows[0], answers[0], family, backlog=7, backlog_effective=7, error=None)
            self.check(traced.rows[1], answers[1], family, backlog=SOMAXCONN + 1, backlog_effective=SOMAXCONN)
            self.check(traced.rows[2], answers[2], family, backlog=11, backlog_effective=None, error="EINVAL")
            self.check(traced.rows[3], answers[3], family, backlog=13, proto=f"UDPv{family}", error="EOPNOTSUPP")
            self.check(traced.rows[4], answers[4], family, backlog=17, backlog_effective=17)

    def test_many_through_io_uring(self):
        with self.space.trace("solisten") as traced:
            report = self.space.traffic("--uring-listen=101", *lab.BOTH)
        self.assert_account(traced, 202)
        counted = lab.count_by(traced.rows, "proto", "pid", "comm", "ret", "backlog", "backlog_effective")
        server = (report["server_pid"], "nt-server", 0, 16, 16)
        self.assertEqual(counted, {("TCPv4", *server): 101, ("TCPv6", *server): 101})

    def test_mptcp(self):
        for family in (4, 6):
            with self.listener() as listener, self.space.trace("solisten") as traced:
                answer = self.tell(listener, "one", 7, family=family, kind="mptcp")
                traced.end()
            self.assertEqual(answer["ret"], 0)
            self.assert_account(traced, 1)
            self.check(traced.rows[0], answer, family, proto=f"MPTCPv{family}", backlog=7, backlog_effective=7)

    def test_thread(self):
        """The row shows the process, where bcc's tool once showed the thread, and the thread as well."""
        with self.listener() as listener, self.space.trace("solisten", "-p", listener.pid) as traced:
            answer = self.tell(listener, "one", 3, family=4, thread=True)
            traced.end()
        self.assertNotEqual(answer["tid"], answer["pid"])
        self.assert_account(traced, 1)
        self.check(traced.rows[0], answer, 4)

    def test_user(self):
        with self.listener(user=[lab.NOBODY]) as listener, self.space.trace("solisten") as traced:
            answer = self.tell(listener, "one", 3, family=6)
            traced.end()
        self.check(traced.rows[0], answer, 6, uid=lab.NOBODY)

    def test_namespaces(self):
        """-n is --netns; each run shows its own namespace."""
        with lab.Namespace() as other, self.listener() as here, self.listener(other) as there:
            tools = [lab.Tool("solisten", "--json", "--debug", "-n", space.inode) for space in (self.space, other)]
            with lab.side_by_side(tools):
                self.tell(here, "one", 3, family=4, port=PORT)
                for name in ("one", "two"):
                    self.tell(there, name, 5, family=6)
            self.assert_account(tools[0], 1)
            self.assert_account(tools[1], 2)
            self.assertEqual({row["netns"] for row in tools[1].rows}, {other.inode})

    def test_filters(self):
        with lab.cgroup("inner") as (outer, inner), self.listener(through=lab.in_cgroup(inner)) as listener:
            expected = {
                ("-p", listener.pid): 3,
                ("-p", 1): 0,
                ("--lport", PORT): 1,
                ("--lport", "0"): 1,
                ("-4",): 2,
                ("-6",): 1,
                ("--laddr", "127.0.0.0/8"): 1,
                ("--comm", "pyth*"): 3,
                ("--comm", "perl"): 0,
                ("--uid", lab.NOBODY): 0,
                ("--cgroup", outer): 3,
                ("--cgroup", os.stat(inner).st_ino): 3,
            }
            tools = {options: self.space.trace("solisten", *options) for options in expected}
            with lab.side_by_side(tools.values()):
                self.tell(listener, "one", 3, family=4, port=PORT)
                self.tell(listener, "two", 3, family=6)
                self.tell(listener, "udp", 3, family=4, kind="udp")
        for options, count in expected.items():
            with self.subTest(str(options)):
                self.assert_account(tools[options], count)


if __name__ == "__main__":
    lab.main()
