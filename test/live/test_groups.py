#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""test_groups.py: totals by groups and per second (--by, --rate), live and in a replay. They are compared with rows, the
report of the traffic and the counters of the kernel."""

import collections
import csv
import decimal
import ipaddress
import os
import tempfile

import lab

TRAFFIC = ("--connect=5", "--refuse=2", "--drop=3", "--retransmit=1", "--bytes=200000", *lab.BOTH)
# The keys of a group, and the member of a row that is its value.
GROUPS = {"process": ("pid", "comm"), "host": ("raddr",), "port": ("lport",), "peer-port": ("rport",),
          "subnet": ("subnet",)}
SUMS = {"tcplife": ("tx_bytes", "rx_bytes", "retrans"), "tcptop": ("rx_bytes", "tx_bytes", "retrans"),
        "tcpsubnet": ("tx_bytes", "rx_bytes"), "tcpretrans": ("segments",), "tcpdrop": ()}
OPTIONS = {"tcplife": ("--open",), "tcpdrop": ("--no-stack",)}
SUBNETS = ("127.0.0.1/32", "10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "0.0.0.0/0", "::1/128", "fe80::/10",
           "fc00::/7", "::/0")


def subnet_of(text):
    """The first of the default subnets with this address; IPv4 over an IPv6 socket is IPv4."""
    address = ipaddress.ip_address(text)
    address = getattr(address, "ipv4_mapped", None) or address
    return next(subnet for subnet in SUBNETS if address in ipaddress.ip_network(subnet))


def group_of(row, by):
    if by == "subnet":
        return (subnet_of(row["raddr"]),) if row["raddr"] else (None,)
    return tuple(row[key] for key in GROUPS[by])


def added(rows, by, names):
    """The sums of rows by their group, and their number."""
    sums = collections.defaultdict(collections.Counter)
    for row in rows:
        sums[group_of(row, by)].update({"count": 1, **{name: row[name] or 0 for name in names}})
    return {group: dict(counts) for group, counts in sums.items()}


class Groups(lab.LiveTest):
    limit = 240

    def setUp(self):
        super().setUp()
        self.folder = tempfile.TemporaryDirectory()
        self.addCleanup(self.folder.cleanup)

    def record(self):
        """A recording of all tools, with the rows of each, of traffic whose report it returns."""
        files = {tool: os.path.join(self.folder.name, f"{tool}.rec") for tool in SUMS}
        here = ("--netns", str(self.space.inode))
        tools = [self.space.tool(tool, "--json", "--record", files[tool], *OPTIONS.get(tool, ()), *here)
                 for tool in SUMS]
        with lab.side_by_side(tools), self.space.counting() as counted:
            report = self.space.traffic(*TRAFFIC)
        for traced in tools:
            self.assertEqual(traced.losses, [])
        return files, {tool: traced.rows for tool, traced in zip(SUMS, tools)}, report, counted

    def replay(self, file, tool, *options):
        return lab.run(lab.NETTRACE, "replay", file, tool, *OPTIONS.get(tool, ()), *options)

    def check_groups(self, groups, rows, by, names, count):
        """Each group has what its rows have."""
        have = collections.defaultdict(collections.Counter)
        for line in groups:
            self.assertEqual(line["by"], by)
            counts = {name: line[name] or 0 for name in (*names, *(("count",) if count else ()))}
            have[tuple(line[key] for key in GROUPS[by])].update(counts)
        expected = added(rows, by, names)
        if not count:
            expected = {group: {name: sums[name] for name in names} for group, sums in expected.items()}
        self.assertEqual({group: dict(counts) for group, counts in have.items()}, expected)

    def test_sums(self):
        """Groups of a recording have the sums of its rows, in every tool; rows of totals have no count."""
        files, rows, report, counted = self.record()
        for tool, names in SUMS.items():
            self.assertTrue(rows[tool], tool)
            for by in GROUPS:
                if tool == "tcpsubnet" and by != "subnet":
                    continue  # its rows have no other key
                with self.subTest(tool=tool, by=by):
                    done = self.replay(files[tool], tool, "--json", "--by", by)
                    sums = rows[tool]
                    if tool == "tcpsubnet":
                        have = collections.Counter()
                        for row in done.rows:
                            have.update({(row["subnet"], name): row[name] for name in names})
                        expected = collections.Counter()
                        for row in sums:
                            expected.update({(row["subnet"], name): row[name] for name in names})
                        self.assertEqual(have, expected)
                    else:
                        self.check_groups(done.rows, sums, by, names, tool != "tcptop")
        # The report of the traffic, and the kernel.
        life = self.replay(files["tcplife"], "tcplife", "--json", "--by", "process").rows
        by_pid = collections.Counter()
        for row in life:
            by_pid[row["pid"]] += row["tx_bytes"]
        self.assertEqual(by_pid[report["server_pid"]], report["bytes_server"])
        segments = sum(row["segments"] for row in self.replay(files["tcpretrans"], "tcpretrans", "--json", "--by",
                                                               "host").rows)
        self.assertEqual(segments, counted["RetransSegs"] - counted["TCPRetransFail"])
        drops = self.replay(files["tcpdrop"], "tcpdrop", "--json", "--by", "port").rows
        self.assertEqual(sum(row["count"] for row in drops), len(rows["tcpdrop"]))

    def test_rates(self):
        """Rates times their interval are the totals, in JSON and CSV."""
        files = self.record()[0]
        for tool in SUMS:
            for options in (("--by", "host"), ("-c",) if tool in ("tcpretrans", "tcpdrop") else ("--by", "process")):
                with self.subTest(tool=tool, options=options):
                    done = self.replay(files[tool], tool, "--json", "--rate", *options)
                    self.assertTrue(done.rows, done.errors)
                    rates = [key for key in done.rows[0] if key.endswith("_per_s")]
                    self.assertTrue(rates)
                    for row in done.rows:
                        for rate in filter(lambda rate: row[rate] is not None, rates):
                            total, seconds = row[rate.removesuffix("_per_s")], row["interval_ns"] / 1e9
                            self.assertAlmostEqual(row[rate] * seconds, total, delta=0.0006 * seconds + total * 1e-9)
                    table = list(csv.DictReader(self.replay(files[tool], tool, "--csv", "--rate", *options).lines))
                    if tool == "tcpsubnet":  # the unit of -f
                        continue
                    self.assertEqual([[decimal.Decimal(line[rate.upper()] or "0") for rate in rates] for line in table],
                                     [[decimal.Decimal(str(row[rate] or 0)) for rate in rates] for row in done.rows])

    def test_live(self):
        """A run with groups counts what another one prints; its recording replays to the same bytes."""
        here = ("--netns", str(self.space.inode))
        files = {tool: os.path.join(self.folder.name, f"live-{tool}.rec") for tool in SUMS}
        grouped = {tool: self.space.tool(tool, "--json", "--by", "host", "--rate", "--interval", "0.3", "--record",
                                         files[tool], *OPTIONS.get(tool, ()), *here) for tool in SUMS}
        plain = {tool: self.space.tool(tool, "--json", *OPTIONS.get(tool, ()), *here) for tool in ("tcplife", "tcpretrans",
                                                                                                   "tcpdrop", "tcptop")}
        with lab.side_by_side([*plain.values(), *grouped.values()]):
            self.space.traffic(*TRAFFIC)
        for tool, traced in grouped.items():
            with self.subTest(tool=tool):
                self.assertTrue(traced.rows, traced.errors)
                again = self.replay(files[tool], tool, "--json", "--by", "host", "--rate", "--interval", "0.3")
                self.assertEqual(again.output, traced.output)
                if tool in plain:
                    self.check_groups(traced.rows, plain[tool].rows, "host", SUMS[tool], tool != "tcptop")
        moved = collections.Counter()
        for row in grouped["tcptop"].rows:
            moved[row["raddr"]] += row["tx_bytes"]
        subnets = collections.Counter()
        for row in grouped["tcpsubnet"].rows:
            subnets[row["raddr"]] += row["tx_bytes"]
        self.assertEqual(moved, subnets)

    def test_live_processes(self):
        """A run by process follows owners as one with rows does."""
        here = ("--netns", str(self.space.inode))
        tools = ("tcplife", "tcpretrans", "tcpdrop")
        grouped, plain = ([self.space.tool(tool, "--json", *options, *OPTIONS.get(tool, ()), *here) for tool in tools]
                          for options in (("--by", "process"), ()))
        with lab.side_by_side([*grouped, *plain]):
            self.space.traffic(*TRAFFIC)
        for tool, groups, rows in zip(tools, grouped, plain):
            with self.subTest(tool=tool):
                self.assertTrue(any(row["pid"] for row in rows.rows), rows.errors)
                self.check_groups(groups.rows, rows.rows, "process", SUMS[tool], True)

    def test_refused(self):
        """What would have no effect, or no meaning, is refused before anything is attached."""
        for command, message in (
            (("tcplife", "--rate"), "--rate: only together with --by"),
            (("tcplife", "--rows", "3"), "--rows: only together with --by"),
            (("tcpdrop", "--rate"), "--rate: only together with --summary"),
            (("tcplife", "--by", "proces"), "--by proces: not process, container, unit, host, subnet, port or peer-port"
                                            " (did you mean process?)"),
            (("tcplife", "--by", "host", "--subnets", "10.0.0.0/8"), "--subnets: only together with --by subnet"),
            (("tcplife", "--by", "subnet", "--subnets", "10.0.0.1"),
             "--subnets 10.0.0.1: not a subnet like 10.0.0.0/8 or 2001:db8::/32"),
            (("tcptop", "--by", "process", "--sort", "srtt"), "--sort: not by a number that --by cannot add up"),
            (("tcpconnlat", "--dist", "--rate"), "--rate: histograms have none"),
            (("tcpconnlat", "--dist", "--by", "host"), "--by: not together with --dist, which prints a histogram"),
            (("tcplife", "--by", "host", "-t"), "-t: not together with --by, which prints totals, not rows"),
            (("tcplife", "--by", "unit", "--containers"), "--containers: not together with --by unit"),
        ):
            with self.subTest(command=command):
                done = lab.run(lab.NETTRACE, *command)
                self.assertEqual((done.code, done.errors), (2, f"{command[0]}: error: {message}\n"))

    def test_containers_and_units(self):
        """Sockets of two cgroups of one container are one row."""
        own = f"docker-{'0123456789abcdef' * 4}.scope"
        with lab.cgroup(own, "payload") as (_, one, two):
            with self.space.trace("tcplife", "--by", "container", "--json") as by_container, \
                    self.space.trace("tcplife", "--by", "unit", "--json") as by_unit:
                for directory in (one, two):
                    self.space.traffic("--connect=3", through=lab.in_cgroup(directory))
        row, = by_container.rows
        self.assertEqual((row["container"], row["container_id"], row["count"]),
                         ("0123456789ab", "0123456789abcdef" * 4, 2 * 3 * 2))
        row, = by_unit.rows
        self.assertEqual((row["unit"], row["container_id"], row["count"]), (own, None, 2 * 3 * 2))


if __name__ == "__main__":
    lab.main()
