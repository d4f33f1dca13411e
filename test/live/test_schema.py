#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""test_schema.py: JSON lines of every tool, of trace, doctor and traffic, live, match docs/schema, and the schemas
describe no other lines."""

import json
import pathlib
import signal
import warnings

import jsonschema
import lab

SCHEMAS = pathlib.Path(__file__).parents[2] / "docs" / "schema"
BASE = "https://nettrace.example/schema/"  # resolvers join references with known schemes only
TRAFFIC = ("--connect=7", "--refuse=3", "--reset=2", "--overflow=2", "--retransmit=1", "--drop=2",
           "--dns=3", *lab.BOTH)
# The tools with an option that adds other lines.
TOTALS_OF_ROWS = {"tcpconnect": "-c", "tcpconnlat": "--dist", "tcpdrop": "-c", "tcpretrans": "-c", "dns": "-c"}


def close(schema):
    """Unknown keys are errors."""
    if isinstance(schema, list):
        return [close(each) for each in schema]
    if not isinstance(schema, dict):
        return schema
    closed = {key: close(value) for key, value in schema.items()}
    return {**closed, "additionalProperties": False} if "properties" in schema else closed


def read(own):
    """All schemas, by their names; own: unknown keys are errors."""
    schemas = {path.name: json.loads(path.read_text()) for path in SCHEMAS.glob("*.json")}
    for name, schema in schemas.items():
        if schema["$id"] != BASE + name:
            raise AssertionError(f"{name} calls itself {schema['$id']}")
    schemas = {schema["$id"]: schema for schema in schemas.values()}
    for schema in schemas.values():
        jsonschema.Draft202012Validator.check_schema(schema)
    return {uri: close(schema) for uri, schema in schemas.items()} if own else schemas


def validators(name, own=True):
    """The validator of each kind of line ("row", "totals", "loss"); own: unknown keys are errors."""
    schemas = read(own)
    uri = f"{BASE}{name}.json"
    kinds = {kind["$ref"].rpartition("/")[2]: kind for kind in schemas[uri]["oneOf"]}

    def judge(**change):
        schema = {**schemas[uri], **change}
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", DeprecationWarning)  # not every version has the replacement
            resolver = jsonschema.RefResolver(uri, schema, store=schemas)
        return jsonschema.Draft202012Validator(schema, resolver=resolver)

    return judge(), {name: judge(oneOf=[kind]) for name, kind in kinds.items()}


class Schemas(lab.LiveTest):
    limit = 120

    def check(self, tool, lines):
        """Every line is valid. Returns the number of lines of each kind."""
        whole, each = validators(tool)
        counts = dict.fromkeys(each, 0)
        for line in lines:
            kinds = [kind for kind in each if each[kind].is_valid(line)]
            if len(kinds) != 1 or not whole.is_valid(line):
                wrong = [error.message for kind in each.values() for error in kind.iter_errors(line)]
                self.fail(f"{tool}: {line}: {wrong}")
            counts[kinds[0]] += 1
        return counts

    def trace(self, commands, *traffic):
        tools = [self.space.tool(*command, "--json") for command in commands]
        with lab.side_by_side(tools):
            self.space.traffic(*traffic)
        return tools

    def test_rows_and_intervals(self):
        interval = dict.fromkeys(("tcptop", "udptop", "netqtop", "softirqs"), ("--interval", "0.3"))
        commands = [(*lab.COMMANDS[tool], *interval.get(tool, ())) for tool in lab.COMMANDS]
        for command, traced in zip(commands, self.trace(commands, *TRAFFIC)):
            with self.subTest(tool=command[0]):
                counts = self.check(command[0], traced.objects)
                kind = "totals" if command[0] in lab.TOTALS else "row"
                self.assertGreater(counts[kind], 2, traced.errors)
                if kind == "totals":
                    self.assertIn(True, [line.get("partial") for line in traced.objects])
                if command[0] in interval:
                    self.assertIn(False, [line.get("partial") for line in traced.objects])

    def test_totals_of_tools_with_rows(self):
        commands = [(*lab.COMMANDS[tool], option) for tool, option in TOTALS_OF_ROWS.items()]
        commands += [("softirqs", "-d"), ("softirqs", "-dN", "--per-cpu"), ("tcpsubnet", "--rx", "127.0.0.0/8,::/0")]
        for command, traced in zip(commands, self.trace(commands, *TRAFFIC)):
            with self.subTest(command=command):
                self.assertGreater(self.check(command[0], traced.objects)["totals"], 0, traced.errors)

    def test_groups_and_rates(self):
        """Each group of every tool that has --by."""
        groups = [(tool, kind) for tool in lab.EVERY for kind in validators(tool)[1] if kind.startswith("by_")]
        self.assertGreater(len(groups), 5 * 7)
        for name in dict.fromkeys(kind for _, kind in groups):
            tools = [tool for tool, kind in groups if kind == name]
            rate = {tool: () if tool in lab.SNAPSHOTS else ("--rate",) for tool in tools}
            commands = [(*lab.COMMANDS[tool], "--by", name.removeprefix("by_"), "--interval", "0.5", *rate[tool]) for tool in tools]
            for tool, traced in zip(tools, self.trace(commands, *TRAFFIC)):
                with self.subTest(tool=tool, group=name):
                    counts = self.check(tool, traced.objects)
                    self.assertGreater(counts[name], 0, traced.errors)
                    self.assertEqual(counts[name] + counts["empty"] + counts["loss"], len(traced.objects))

    def test_empty_intervals(self):
        """An interval without rows has a line of its own."""
        commands = [("tcpretrans", "-c", "--interval", "0.2"), ("tcplife", "--by", "host", "--interval", "0.2"),
                    ("tcptop", "--interval", "0.2", "--rate")]
        for command, traced in zip(commands, self.trace(commands, "--connect=1", "--syn=1")):
            with self.subTest(command=command):
                counts = self.check(command[0], traced.objects)
                self.assertGreater(counts["empty"], 0, traced.errors)
                self.assertEqual(len({line["ts"] for line in traced.objects if "rows" in line}), counts["empty"])

    def test_unknown_is_null(self):
        """Sessions older than the trace have no duration; a packet without a socket has no process."""
        held = self.space.hold("--hold=3")
        here = ("--netns", str(self.space.inode))
        traced = self.trace([("tcplife", "--open", *here), ("tcpdrop", *here)], "--refuse=2")
        held.release()
        self.assertEqual(self.check("tcplife", traced[0].objects)["row"], 6 + 2)
        self.assertEqual([row["duration_ns"] for row in traced[0].rows].count(None), 6)
        self.check("tcpdrop", traced[1].objects)
        refused = [row for row in traced[1].rows if row["reason"] == "NO_SOCKET"]
        self.assertEqual([(row["pid"], row["owner"], row["state"]) for row in refused], [(None, "unknown", None)] * 2)

    def test_timeline(self):
        """Lines of trace are those of its tools."""
        traced = self.trace([("trace",)], *TRAFFIC)[0]
        self.assertEqual(sum(self.check("trace", traced.objects).values()), len(traced.objects))
        by_tool = {tool: [row for row in traced.rows if row["tool"] == tool] for tool in lab.COMMANDS}
        seen = {tool for tool, rows in by_tool.items() if rows}
        self.assertEqual(seen, {"tcpconnect", "tcpaccept", "tcpstates", "tcpretrans", "tcpdrop", "tcplife"})
        self.assertEqual(sum(map(len, by_tool.values())), len(traced.objects))
        for tool in seen:
            self.assertEqual(self.check(tool, by_tool[tool])["row"], len(by_tool[tool]))

    def test_flows(self):
        """A line for each connection, which contains its tools' lines."""
        traced = self.trace([("trace", "--flow", "--lport", "1-65535", "--rport", "1-65535")], *TRAFFIC)[0]
        counts = self.check("trace", traced.objects)
        self.assertGreater(counts["flow"], 2 * (7 + 2), traced.errors)
        self.assertEqual(counts["flow"], len(traced.objects))
        seen = {row["tool"] for flow in traced.objects for row in flow["events"]}
        self.assertGreaterEqual(seen, {"tcpconnect", "tcpaccept", "tcpstates", "tcplife"})
        flow = traced.objects[0]
        whole, each = validators("trace")
        for wrong in ({**flow, "closed": 1}, {**flow, "events": [{}]}, {**flow, "events": [flow]}, {**flow, "extra": 1},
                      {**flow, "tool": "tcplife"}, {key: flow[key] for key in flow if key != "left_out"},
                      {**flow, "events": [{**flow["events"][0], "extra": 1}]}):
            self.assertFalse(whole.is_valid(wrong) or each["flow"].is_valid(wrong), wrong)

    def test_doctor(self):
        """As root, for every program, on a machine without permissions, and with proofs."""
        kinds = {"machine": 1, "tool": len(lab.COMMANDS), "traffic": 0, "proof": 0}
        for through, options in (((), ()), ((), ("--all-rungs",)), (lab.as_nobody(), ())):
            with self.subTest(through=through, options=options):
                done = lab.run(*through, lab.NETTRACE, "doctor", "--json", *options, limit=120)
                counts = self.check("doctor", done.objects)
                self.assertGreater(counts.pop("hook"), len(lab.COMMANDS), done.errors)
                self.assertEqual(counts, kinds)
        done = lab.run(lab.NETTRACE, "doctor", "--prove", "--json", "tcplife", "tcpdrop", "netqtop", limit=120)
        counts = self.check("doctor", done.objects)
        self.assertEqual(counts, {"machine": 0, "hook": 0, "tool": 0, "traffic": 1, "proof": 3}, done.errors)

    def test_traffic(self):
        for options in (("--connect=2", "--fork=1", "--overflow=1", *lab.BOTH), ("--churn=101",)):
            report = self.space.traffic(*options)
            self.assertEqual(self.check("traffic", [report]), {"report": 1})

    def test_losses(self):
        with self.space.tool("tcpstates", "--json", "--ring-size=1") as traced:
            traced.process.send_signal(signal.SIGSTOP)
            self.space.traffic("--churn=3001")
            traced.process.send_signal(signal.SIGCONT)
        counts = self.check("tcpstates", traced.objects)
        self.assertGreater(counts["loss"], 0)
        self.assertGreater(counts["row"], 3001)
        self.assertEqual(traced.losses[-1]["printed"] + traced.losses[-1]["lost"] + traced.losses[-1]["filtered"],
                         traced.losses[-1]["seen"])

    def test_schemas_refuse(self):
        """A line that no tool prints is invalid."""
        row = self.trace([("tcplife",)], "--connect=1")[0].rows[0]
        whole, each = validators("tcplife")
        self.assertTrue(whole.is_valid(row) and each["row"].is_valid(row))
        for wrong in ({**row, "pid": "1"}, {**row, "extra": 1}, {**row, "family": 5}, {**row, "tx_bytes": -1},
                      {**row, "state": "OPEN"}, {**row, "ts": "now"}, {**row, "tool": "tcptop"},
                      {key: row[key] for key in row if key != "rx_bytes"}):
            self.assertFalse(whole.is_valid(wrong), wrong)
        self.assertTrue(validators("tcplife", own=False)[0].is_valid({**row, "extra": 1}))


if __name__ == "__main__":
    lab.main()
