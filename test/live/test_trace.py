#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""test_trace.py: trace: several tools in one process have the rows that they have separately, in one order, and each
connection's story is complete."""

import collections
import contextlib
import operator
import re
import socket
import subprocess
import time

import lab
import sockets

TRAFFIC = ("--connect=13", "--server-first=5", "--refuse=7", "--reset=3", "--fork=2", "--retransmit=2", *lab.BOTH)
USUAL = ("tcpconnect", "tcpaccept", "tcpstates", "tcpretrans", "tcpdrop", "tcplife")
# Each process reads the clock itself, and sees the end of accept() at another time: a FIN on another CPU may come
# before it (then "inherited", and the same process).
TIMES = ("ts", "duration_ns", "wait_ns", "latency_ns", "queue", "owner", "stack", "location")
ENDS = operator.itemgetter("laddr", "lport", "raddr", "rport")
CLOSE_WAIT = 8  # a state
CHURN = 10007  # connections: 10 rows each of tcpstates alone
MICROSECONDS_A_DAY = 24 * 60 * 60 * 10**6


def until(end, state):
    lab.wait_for(lambda: sockets.state_of(end) == state, f"state {state}")


def by_tool(rows):
    sorted_out = collections.defaultdict(list)
    for row in rows:
        sorted_out[row["tool"]].append(row)
    return sorted_out


def without_times(rows):
    return collections.Counter(
        tuple(sorted((key, str(value)) for key, value in row.items() if key not in TIMES)) for row in rows
    )


def ledgers(errors):
    """The account of each tool: {"tcpstates": {"seen": 3, ...}}."""
    found = re.findall(
        r"^(\w+): note: seen (\d+) = filtered (\d+) \+ sent (\d+) \+ lost (\d+); printed (\d+)$", errors, re.MULTILINE
    )
    names = ("seen", "filtered", "sent", "lost", "printed")
    return {tool: dict(zip(names, map(int, numbers))) for tool, *numbers in found}


def clock(text):
    """ "11:02:07.123456", or a date with it, in microseconds."""
    hours, minutes, seconds = re.search(r"(\d\d):(\d\d):([\d.]+)", text).groups()
    return (int(hours) * 60 + int(minutes)) * 60 * 10**6 + int(seconds.replace(".", ""))


def out_of_order(times):
    latest, count = 0, 0
    for time in times:
        if time < latest - MICROSECONDS_A_DAY // 2:  # midnight
            latest = 0
        count += time < latest
        latest = max(latest, time)
    return count


def told_out_of_order(errors):
    found = re.search(r"warning: (\d+) rows are out of order", errors)
    return int(found[1]) if found else 0


@contextlib.contextmanager
def busy_cpus(count):
    """Busy processes."""
    with contextlib.ExitStack() as stack:
        for _ in range(count):
            process = stack.enter_context(subprocess.Popen(["timeout", "60", "sh", "-c", "while :; do :; done"]))
            stack.callback(process.terminate)
        yield


class Trace(lab.LiveTest):
    limit = 120

    def assert_ledgers(self, traced, rows, tools):
        """Each tool's account matches its rows, exactly."""
        told = ledgers(traced.errors)
        self.assertEqual(sorted(told), sorted(tools), traced.errors)
        for tool in tools:
            self.assertEqual(told[tool]["seen"], told[tool]["filtered"] + told[tool]["sent"], (tool, traced.errors))
            self.assertEqual(told[tool]["lost"], 0, traced.errors)
            counted = (told[tool]["sent"], told[tool]["printed"])
            self.assertEqual(counted, (len(rows[tool]), len(rows[tool])), (tool, traced.errors))

    def compare(self, tools, *options):
        """The tools in one process next to each tool in a process of its own, on the same traffic."""
        alone = {tool: self.space.trace(tool, *options) for tool in tools}
        together = self.space.trace("trace", ",".join(tools), *options)
        with lab.side_by_side([*alone.values(), together]):
            report = self.space.traffic(*TRAFFIC)
        rows = by_tool(together.rows)
        self.assertEqual(len([row for row in together.rows if row["pid"] and row["owner"] == "unknown"]), 0)
        for tool in tools:
            here, there = without_times(rows[tool]), without_times(alone[tool].rows)
            self.assertEqual((here - there, there - here), ({}, {}), tool)
        self.assert_ledgers(together, rows, tools)
        return report, rows

    def test_usual_tools(self):
        report, rows = self.compare(USUAL)
        self.assertEqual(len(rows["tcpconnect"]), report["established"] + 2 * 7)
        self.assertEqual(len(rows["tcpaccept"]), report["established"])
        self.assertGreater(len(rows["tcpretrans"]), 0)
        self.assertGreater(len(rows["tcpdrop"]), 0)
        self.check_times(rows)

    def test_other_tools(self):
        """Behind other tools, which then keep the tags; and tools that use the same bits of them."""
        _, rows = self.compare(("tcpdrop", "tcptracer", "tcpconnlat", "tcpstates", "solisten", "tcplife"))
        self.check_times(rows)
        self.check_latency(rows)

    def test_without_socket_storage(self):
        """As before 5.11: tags are in a map, and the last tool that reads one deletes it."""
        _, rows = self.compare(("tcpconnect", "tcpstates", "tcpretrans", "tcplife"), "--without=sk_storage")
        self.check_times(rows)

    def test_no_state_rows(self):
        """None of these has rows for state changes: still, one of them keeps the owners."""
        _, rows = self.compare(("tcpretrans", "tcpdrop"))
        self.assertTrue(all(row["pid"] for row in rows["tcpretrans"]))

    def check_times(self, rows):
        """A session's end is a state change, so both tools have the same time for it; and its duration is the sum of
        its times in the states since it was established."""
        stories = {(*ENDS(story[-1]), story[-1]["ts"]): story for story in lab.split_lives(rows["tcpstates"])[0]}
        checked = 0
        for life in rows["tcplife"]:
            self.assertIn((*ENDS(life), life["ts"]), stories, life)
            story = stories[*ENDS(life), life["ts"]]
            begins = [i for i, row in enumerate(story) if row["newstate"] == "ESTABLISHED"]
            if begins:
                spent = sum(row["duration_ns"] for row in story[begins[0] + 1 :])
                self.assertEqual(life["duration_ns"], spent, (life, story))
                checked += 1
        self.assertGreater(checked, 40)

    def check_latency(self, rows):
        """Pairs of ends with a duration: the ports of a failed connection are reused at once."""
        spent = [(*ENDS(row), row["duration_ns"]) for row in rows["tcpstates"] if row["oldstate"] == "SYN_SENT"]
        latencies = [(*ENDS(row), row["latency_ns"]) for row in rows["tcpconnlat"]]
        self.assertEqual(collections.Counter(latencies) - collections.Counter(spent), {})

    def churn(self, space, *options):
        with space.tool("trace", "--csv", "-v", "--netns", space.inode, "--ring-size=64", *options) as traced:
            with busy_cpus(2):
                report = space.traffic(f"--churn={CHURN}", limit=100)
        return report, traced

    def test_order(self):
        """More than 100,000 rows of connections at full speed, on CPUs that other processes compete for."""
        report, traced = self.churn(self.space)
        rows = [line.split(",") for line in traced.lines[1:]]
        told = ledgers(traced.errors)
        self.assertGreater(len(rows), 100000)
        printed = {tool: told[tool]["printed"] for tool in told if told[tool]["printed"]}
        self.assertEqual(collections.Counter(row[1] for row in rows), printed)
        for tool, ledger in told.items():
            self.assertEqual(ledger["printed"], ledger["sent"], (tool, traced.errors))
        wrong, late = out_of_order([clock(row[0]) for row in rows]), told_out_of_order(traced.errors)
        rate = CHURN / report["churn_seconds"]
        print(f"{len(rows):,} rows, {rate:,.0f} connections/s, {wrong} out of order")
        self.assertLessEqual(wrong, late, traced.errors)
        self.assertLess(late, len(rows) / 1000, traced.errors)

    def test_small_ring(self):
        """Losses are reported for each tool by its name."""
        with self.space.trace("trace", "tcpstates,tcplife", "--ring-size=1") as traced:
            traced.process.send_signal(lab.signal.SIGSTOP)
            self.space.traffic("--churn=10007")
            traced.process.send_signal(lab.signal.SIGCONT)
        told, rows = ledgers(traced.errors), by_tool(traced.rows)
        for tool in ("tcpstates", "tcplife"):
            self.assertGreater(told[tool]["lost"], 0, traced.errors)
            whole = told[tool]["filtered"] + told[tool]["sent"] + told[tool]["lost"]
            self.assertEqual(told[tool]["seen"], whole, traced.errors)
            self.assertEqual(told[tool]["printed"], len(rows[tool]), traced.errors)
            self.assertRegex(traced.errors, rf"(?m)^{tool}: warning: lost \d+ events: the ring was full")
        self.assertEqual({loss["tool"] for loss in traced.losses}, {"tcpstates", "tcplife"})

    def test_flows(self):
        with self.space.trace("trace", "--flow") as traced:
            report = self.space.traffic("--connect=11", "--refuse=5", "--ipv4")
        flows = [flow for flow in traced.rows if flow["raddr"] != "0.0.0.0"]
        over = [flow for flow in flows if flow["closed"]]
        # Both ends of each connection; of a refused one the client's; the dropped SYN has no connection.
        self.assertEqual(len(over), 2 * report["established"] + 5)
        first = collections.Counter(flow["events"][0]["tool"] for flow in flows if not flow["closed"])
        self.assertEqual(first, {"tcpdrop": 5})
        for flow in over:
            self.check_story(flow, report)

    def check_story(self, flow, report):
        events = flow["events"]
        states = [row["newstate"] for row in events if row["tool"] == "tcpstates"]
        tools = collections.Counter(row["tool"] for row in events)
        times = [lab.nanoseconds(row["ts"]) for row in events if row["tool"] != "tcpconnect"]
        self.assertEqual(times, sorted(times), flow)
        self.assertEqual(flow["duration_ns"], times[-1] - times[0], flow)
        self.assertEqual((flow["left_out"], flow["owner"]), (0, "exact"), flow)
        self.assertEqual(states[-1], "CLOSE", flow)
        self.assertEqual(tools["tcplife"], 1, flow)
        client = flow["pid"] == report["client_pid"]
        self.assertEqual((tools["tcpconnect"], tools["tcpaccept"]), (1, 0) if client else (0, 1), flow)
        self.assertEqual(states[0], "SYN_SENT" if client else "SYN_RECV", flow)
        if "ESTABLISHED" in states:
            self.assertEqual(len(states), 5, flow)

    def cut_off(self, how):
        """A connection of this process, aborted in the given way: returns the port of the end that the guide describes."""
        with socket.create_server(("127.0.0.1", 0)) as listener:
            peer = socket.create_connection(listener.getsockname())
            ours, port = listener.accept()[0], listener.getsockname()[1]
        with peer, ours:
            how(peer, ours)
            for end in peer, ours:
                if end.fileno() >= 0:
                    until(end, sockets.CLOSE)
        return port

    def test_who_resets(self):
        """The guide's table: the line of tcplife for each kind of abort."""

        def by_peer(peer, ours):
            sockets.reset(peer)

        def by_peer_that_had_closed(peer, ours):
            peer.shutdown(socket.SHUT_WR)
            until(ours, CLOSE_WAIT)
            sockets.reset(peer)

        def by_peer_after_our_close(peer, ours):
            ours.shutdown(socket.SHUT_WR)
            until(peer, CLOSE_WAIT)
            sockets.reset(peer)

        def by_us_with_data_unread(peer, ours):
            peer.sendall(b"never read")
            ours.recv(10, socket.MSG_PEEK | socket.MSG_WAITALL)
            ours.close()

        def by_us_on_purpose(peer, ours):
            sockets.reset(ours)

        def by_data_after_our_close(peer, ours):
            ours.shutdown(socket.SHUT_RDWR)
            until(peer, CLOSE_WAIT)
            peer.sendall(b"too late")

        expected = {
            by_peer: "ECONNRESET",
            by_peer_that_had_closed: "EPIPE",
            by_peer_after_our_close: "ECONNRESET",
            by_us_with_data_unread: None,
            by_us_on_purpose: None,
            by_data_after_our_close: "ECONNRESET",
        }
        with self.space.trace("tcplife") as traced, self.space.inside():
            ports = {how: self.cut_off(how) for how in expected}
            ports["destroyed"] = self.cut_off(
                lambda _, ours: self.space.run("ss", "-K", "src", f"127.0.0.1:{ours.getsockname()[1]}")
            )
        errors = {row["lport"]: row["error"] for row in traced.rows}
        expected["destroyed"] = "ECONNABORTED"
        self.assertEqual([(how, errors[port]) for how, port in ports.items()], list(expected.items()))

    def test_filters(self):
        """Filters apply to every tool."""
        with self.space.trace("trace", "--comm", "nt-server") as traced:
            report = self.space.traffic("--connect=7", "--ipv4")
        rows = by_tool(traced.rows)
        self.assertEqual({row["comm"] for row in traced.rows}, {"nt-server"})
        self.assertEqual((len(rows["tcplife"]), len(rows["tcpaccept"])), (7, 7))
        self.assertEqual(len(rows["tcpstates"]), 5 * 7 + 2 * report["listeners"])
        self.assertNotIn("tcpconnect", rows)

    def test_privileges(self):
        with self.space.trace("trace") as traced:
            status = open(f"/proc/{traced.pid}/status", encoding="ascii").read()
        for kind in ("CapEff", "CapPrm"):
            self.assertEqual(int(re.search(rf"{kind}:\s+(\w+)", status)[1], 16), 0, kind)

    def test_left_out(self):
        """A tool that this kernel cannot serve: the others continue."""
        with self.space.trace("trace", "tcpretrans,tcpstates,tcplife", "--without=transition") as traced:
            self.space.traffic("--connect=3", "--ipv4")
        self.assertRegex(traced.errors, r"(?m)^trace: warning: tcpstates is left out: inet_sock_set_state: ")
        self.assertEqual(len(by_tool(traced.rows)["tcplife"]), 6)
        done = self.space.run(lab.NETTRACE, "trace", "tcpstates", "--without=transition")
        self.assertEqual((done.code, done.output), (3, b""))

    def test_refusals(self):
        for words, message in (
            (("tcptop",), "tcptop reports totals, not events"),
            (("tcpstate",), "tcpstate: no such tool (did you mean tcpstates?)"),
            (("trace",), "trace: no such tool"),
            ((",",), "which tools?"),
            (("tcpstates", "--flow", "--csv"), "--csv: not together with --flow"),
            (("tcpaccept,tcpretrans", "--flow"), "--flow: none of these tools reports the end of a connection"),
        ):
            done = self.space.run(lab.NETTRACE, "trace", *words)
            self.assertEqual((done.code, done.output, done.errors.count("\n")), (2, b"", 1), (words, done))
            self.assertTrue(done.errors.startswith(f"trace: error: {message}"), (words, done))


if __name__ == "__main__":
    lab.main()
