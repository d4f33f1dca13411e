# SPDX-License-Identifier: GPL-2.0-or-later
"""Rows per second on one core: from events in memory (test/bench/format.c), and by `nettrace replay` from a recording of
connections opened and reset. Output goes to /dev/null. CPU time is user plus system."""

import json
import resource
import subprocess
import tempfile

import bench
import lab

ROWS = 2_000_000
SECONDS = 5
AT_LEAST = {"table": 4, "--json": 2}


def options(kind):
    return [] if kind == "table" else [kind]


def format_rows(tool, kind):
    """Millions of rows a second."""
    done = lab.run(bench.BUILD / "test/format", ROWS, tool, *options(kind), stdout=subprocess.DEVNULL)
    return ROWS / json.loads(done.errors)["seconds"] / 1e6


def record(file):
    """Returns the number of events."""
    with lab.Namespace() as space, bench.Ours(
        "tcpstates", "--verbose", "--record", file.name, stdout=subprocess.DEVNULL
    ) as traced:
        bench.load(space, "churn", SECONDS)
    return traced.ledger["sent"]


def replay(file, rows, kind):
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    lab.must(lab.NETTRACE, "replay", file.name, *options(kind), stdout=subprocess.DEVNULL)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return rows / (after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime) / 1e6


def measure(rounds):
    runs = bench.alternate(
        rounds,
        **{f"{tool} {kind}": lambda tool=tool, kind=kind: format_rows(tool, kind)
           for tool in ("tcpstates", "tcplife") for kind in ("table", "--csv", "--json")},
    )
    for name, values in runs.items():
        yield bench.Figure(f"{name}: rows made from events", "millions/s", values)
    with tempfile.NamedTemporaryFile(dir="/dev/shm") as file:
        rows = record(file)
        runs = bench.alternate(rounds, **{kind: lambda kind=kind: replay(file, rows, kind) for kind in AT_LEAST})
    for kind, values in runs.items():
        yield bench.Figure(f"tcpstates {kind}: replay of {rows:,} events", "millions/s", values, at_least=AT_LEAST[kind])
