#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""test_filters.py: each filter excludes exactly the rows that do not match, in the kernel, and the ledger has their
number."""

import os
import socket

import lab

PORT, CLIENT = 50021, 40021  # refused: PORT + 1
CONNECTED, REFUSED = 7, 3
TRAFFIC = (f"--connect={CONNECTED}", f"--refuse={REFUSED}", f"--port={PORT}", f"--client-port={CLIENT}")
OPENER, ACCEPTER, REFUSAL, LISTENER = 5, 5, 2, 2  # state changes of one socket
SERVERS = CONNECTED * ACCEPTER + LISTENER
CLIENTS = CONNECTED * OPENER + REFUSED * REFUSAL
ALL = SERVERS + CLIENTS


class Filters(lab.LiveTest):
    def check(self, expected, traffic=TRAFFIC, tool="tcpstates", **more):
        """Runs a tool for each set of options at once on the same traffic; expected: {options: number of rows}. Returns
        the rows of each, and the traffic's report."""
        tools = {options: self.space.trace(tool, *options) for options in ((), *expected)}
        with lab.side_by_side(tools.values()):
            report = self.space.traffic(*traffic, **more)
        for options, count in expected.items():
            with self.subTest(" ".join(map(str, options))):
                self.assert_account(tools[options], count)
                self.assertGreaterEqual(tools[options].ledger["filtered"], len(tools[()].rows) - count)
        return {options: traced.rows for options, traced in tools.items()}, report

    def test_ports(self):
        """A client's local port is chosen after its first change; a filter on the port still matches that change."""
        rows, _ = self.check(
            {
                ("-L", PORT): SERVERS,
                (f"--lport={PORT}",): SERVERS,
                (f"--localport={PORT},{PORT + 1}",): SERVERS,
                ("-L", f"{CLIENT}"): OPENER,
                ("-L", f"{CLIENT}-{CLIENT + 2}"): 3 * OPENER,
                ("-L", f"{CLIENT},{CLIENT + 1}", "-L", CLIENT + CONNECTED): 2 * OPENER + REFUSAL,
                ("-L", f"1-{CLIENT - 1},{CLIENT + 1000}-{PORT - 1},{PORT + 1}-65535"): 0,
                ("-D", PORT): CONNECTED * OPENER,
                (f"--rport={PORT}-{PORT + 1}",): CLIENTS,
                (f"--remoteport={CLIENT}",): ACCEPTER,
                ("-D", 0): LISTENER,
                ("-L", CLIENT, "-D", PORT): OPENER,
                ("-L", CLIENT, "-D", PORT + 1): 0,
            }
        )
        changes = [(row["oldstate"], row["newstate"]) for row in rows["-L", f"{CLIENT}"]]
        self.assertEqual(
            changes,
            [
                ("CLOSE", "SYN_SENT"),
                ("SYN_SENT", "ESTABLISHED"),
                ("ESTABLISHED", "FIN_WAIT1"),
                ("FIN_WAIT1", "FIN_WAIT2"),
                ("FIN_WAIT2", "CLOSE"),
            ],
        )
        times = [lab.nanoseconds(row["ts"]) for row in rows["-L", f"{CLIENT}"]]
        self.assertEqual(times, sorted(times))
        self.assertLess(times[0], times[1])

    def test_families_and_addresses(self):
        self.check(
            {
                ("-4",): ALL,
                ("--ipv6",): ALL,
                ("--laddr=127.0.0.0/8",): ALL,
                ("--laddr=127.0.0.1",): ALL,
                ("--laddr=127.0.0.2,10.0.0.0/8",): 0,
                ("--laddr=::1",): ALL,
                ("--laddr=::/0",): 2 * ALL,
                ("--laddr=0.0.0.0/0",): ALL,
                ("--laddr=::ffff:127.0.0.1",): ALL,
                ("--laddr=fe80::/10",): 0,
                ("--laddr=10.0.0.0/8,::1/128", "--laddr=127.0.0.0/30"): 2 * ALL,
                ("--raddr=127.0.0.0/8",): ALL - LISTENER,
                ("--raddr=::1",): ALL - LISTENER,
                ("--raddr=0.0.0.0",): LISTENER,
                ("--raddr=::",): LISTENER,
                ("-6", "--raddr=127.0.0.1"): 0,
            },
            (*TRAFFIC, *lab.BOTH),
        )

    def test_families_on_the_wire(self):
        """An IPv6 socket with IPv4 traffic matches as IPv4; the row shows the family of the socket."""
        options = {"all": (), "4": ("-4",), "6": ("-6",)}
        tools = {how: self.space.trace("tcpaccept", *words) for how, words in options.items()}
        with lab.side_by_side(tools.values()), self.space.inside():
            with socket.create_server(("::", 0), family=socket.AF_INET6, dualstack_ipv6=True) as listener:
                for address in ["127.0.0.1"] * 3 + ["::1"] * 2:
                    with socket.create_connection((address, listener.getsockname()[1])):
                        listener.accept()[0].close()
        self.assertEqual({how: len(traced.rows) for how, traced in tools.items()}, {"all": 5, "4": 3, "6": 2})
        self.assertEqual(lab.count_by(tools["4"].rows, "family", "raddr"), {(6, "::ffff:127.0.0.1"): 3})

    def test_comm(self):
        self.check(
            {
                ("--comm=nt-client",): CLIENTS,
                ("--comm=nt-*",): ALL,
                ("--comm=?t-server",): SERVERS,
                ("--comm=nt-server,nt-client",): ALL,
                ("--comm=*",): ALL,
                ("--comm=nt-clien",): 0,
                ("--comm=t-client",): 0,
                ("--comm=nt-client?",): 0,
                ("--comm=NT-CLIENT",): 0,
            }
        )

    def test_comm_with_many_stars(self):
        """Patterns that are hard for the verifier, in each tool: every valid option must load."""
        patterns = {
            "*nt-client*": CLIENTS,
            "*-cl*t": CLIENTS,
            "*n*t*c*l*": CLIENTS,
            "*?*?*?*?*a*a*a": 0,
            "*a*,*b*,*c*,*v*,*e*,*f*,*g*,*?r": ALL,
        }
        for pattern, count in patterns.items():
            with self.subTest(pattern):
                self.check({("--comm", pattern): count})
            for tool in lab.TOOLS:
                with self.subTest(f"{tool} {pattern}"):
                    with self.space.tool(tool, "--comm", pattern) as traced:
                        pass
                    self.assertEqual((traced.code, traced.errors), (0, ""))

    def test_process_and_user(self):
        """Filters by pid need a process that exists before the tool starts."""
        with self.space.hold("--hold=3", *TRAFFIC) as traffic:
            server = int(lab.must("pgrep", "-P", traffic.pid))
            expected = {
                ("-p", traffic.pid): 3 * 3 + CLIENTS,
                ("--pid", server): 3 * 3 + SERVERS - 1,
                ("--pid", f"{traffic.pid},{server}"): 3 * 6 + ALL - 1,
                ("-p", 1): 0,
                ("--uid=0",): 3 * 6 + ALL - 1,
                ("--uid=root",): 3 * 6 + ALL - 1,
                ("--uid=1-65533",): 0,
            }
            tools = {options: self.space.trace("tcpstates", *options) for options in expected}
            with lab.side_by_side(tools.values()):
                traffic.release()
        for options, count in expected.items():
            with self.subTest(str(options)):
                self.assert_account(tools[options], count)

    def test_another_user(self):
        self.check(
            {(f"--uid={lab.NOBODY}",): ALL, ("--uid=nobody",): ALL, ("--uid=root",): 0, ("--uid=60000-65534",): ALL},
            through=lab.as_nobody(),
        )

    def test_namespace(self):
        """By inode, name and path; with tools in this namespace and in the test's."""
        here = f"/proc/{os.getpid()}/ns/net"
        expected = {
            ("--netns", self.space.inode): ALL,
            ("--netns", self.space.name): ALL,
            ("--netns", self.space.path): ALL,
            ("--netns", f"{self.space.inode},{here}"): ALL,
            ("--netns", here): 0,
        }
        tools = {
            (options, bool(enter)): lab.Tool("tcpstates", "--json", *options, enter=enter)
            for options in expected
            for enter in (self.space.enter, ())
        }
        with lab.side_by_side(tools.values()):
            self.space.traffic(*TRAFFIC)
        for (options, inside), traced in tools.items():
            with self.subTest(str(options), inside=inside):
                rows = [row for row in traced.rows if row["netns"] == self.space.inode]
                self.assertEqual(len(rows), expected[options])

    def test_cgroup(self):
        """By its directory, by its parent's, by number; not by a sibling."""
        with lab.cgroup("inner", "innermost") as (outer, inner, innermost):
            self.check(
                {
                    ("--cgroup", innermost): ALL,
                    ("--cgroup", inner): ALL,
                    ("--cgroup", outer): ALL,
                    ("--cgroup", outer.relative_to(outer.parent)): ALL,
                    ("--cgroup", os.stat(innermost).st_ino): ALL,
                    ("--cgroup", f"{outer.parent}"): ALL,
                },
                through=lab.in_cgroup(innermost),
            )
            rows, _ = self.check({("--cgroup", inner): ALL, ("--cgroup", innermost): 0}, through=lab.in_cgroup(inner))
            self.assertEqual({row["cgroup_id"] for row in rows["--cgroup", inner]}, {os.stat(inner).st_ino})

    def test_all_tools_filter_alike(self):
        """Owner, port, address and family, in each of the tools."""
        with lab.cgroup() as (group,):
            for tool, traffic, local in (
                ("tcplife", ("--connect=5",), f"--lport={PORT}"),
                ("tcpretrans", ("--drop=5",), f"--rport={PORT}"),
                ("tcpdrop", ("--drop=5", "--overflow=5"), f"--lport={PORT},{PORT + 2}"),
            ):
                count = 10 if tool == "tcpdrop" else 5
                both = 10 if tool == "tcplife" else count
                expected = {
                    (local,): count,
                    ("--lport=1",): 0,
                    ("--raddr=127.0.0.1", "--laddr=127.0.0.0/8"): both,
                    ("--laddr=::1",): 0,
                    ("-6",): 0,
                    ("--comm=nt-*",): both,
                    ("--comm=other",): 0,
                    (f"--uid={lab.NOBODY}",): 0,
                    ("--uid=0",): both,
                    ("--cgroup", group): both,
                }
                with self.subTest(tool):
                    self.check(expected, (*traffic, f"--port={PORT}"), tool, through=lab.in_cgroup(group))


if __name__ == "__main__":
    lab.main()
