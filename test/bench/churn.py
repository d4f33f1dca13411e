# SPDX-License-Identifier: GPL-2.0-or-later
"""Connections are opened and reset at full speed on one CPU. The section measures a tracer's losses, its CPU time per
printed row, and its peak memory while it keeps up. "Churn left" is the connection rate with the tracer, in percent of the rate
without."""

import os
import time

import bench
import lab

SECONDS = 2
BEHIND = 20  # seconds, at most
# Rows of one connection, and of the socket that listens.
ROWS = {"tcpstates": (6, 2), "tcplife": (2, 0)}


def rate(report):
    return {"rate": report["connections"] / report["seconds"]}


def without():
    with lab.Namespace() as space:
        return rate(bench.load(space, "churn", SECONDS))


def settle(file):
    """Waits until the tracer writes no more: it may be seconds behind. (Some see other processes' connections too.)"""
    size, end = -1, time.monotonic() + BEHIND
    while size != (size := os.path.getsize(file.name)) and time.monotonic() < end:
        time.sleep(bench.SETTLE)


def beside(tool, kind, *options):
    """kind: bench.Ours or bench.Peer. Its rows of the churn have the listener's port."""
    each, of_listener = ROWS[tool]
    with lab.Namespace() as space, bench.scratch() as file:
        with kind(tool, *options, stdout=file) as traced:
            before = traced.cpu()
            report = bench.load(space, "churn", SECONDS)
            settle(file)
            cpu, peak = traced.cpu() - before, traced.peak()
        port = b"%d" % report["port"]
        rows, lost = 0, traced.lost()
        with open(file.name, "rb") as written:
            for line in written:
                rows += port in line
                if line.startswith(b"Lost "):  # bpftrace's report of losses
                    lost += int(line.split()[1])
    silent = each * report["connections"] + of_listener - rows - lost
    return rate(report) | {"rows": rows, "lost": lost, "silent": silent, "cpu": cpu / max(rows, 1), "peak": peak}


def measure(rounds):
    runs = bench.alternate(
        rounds,
        without=without,
        json=lambda: beside("tcpstates", bench.Ours, "--verbose", "--json"),
        tcpstates=lambda: beside("tcpstates", bench.Ours, "--verbose"),
        their_tcpstates=lambda: beside("tcpstates", bench.Peer),
        tcplife=lambda: beside("tcplife", bench.Ours, "--verbose"),
        their_tcplife=lambda: beside("tcplife", bench.Peer),
        without_slots=lambda: beside("tcplife", bench.Ours, "--verbose", "--without=tag_slots"),
    )
    alone = bench.pick(runs["without"], "rate")

    def left(kind):
        return [100 * traced / rate for traced, rate in zip(bench.pick(runs[kind], "rate"), alone)]

    def figure(what, unit, name, kind, **more):
        tool = "tcplife" if kind == "tcplife" else "tcpstates"
        values = [left(each) if name == "left" else bench.pick(runs[each], name) for each in (kind, "their_" + tool)]
        shown = "tcpstates --json" if kind == "json" else tool
        return bench.Figure(f"{what}: {shown}", unit, *values, **more)

    yield bench.Figure("connections/s without a tracer", "", alone, digits=0)
    for kind, least in (("json", 85), ("tcpstates", None), ("tcplife", 90)):
        yield figure("churn left", "%", "left", kind, at_least=least, by_value=True, digits=1)
    yield bench.Figure("churn left: tcplife, all tags on the sockets", "%", left("without_slots"), digits=1)
    for kind in ("json", "tcpstates", "tcplife"):
        yield figure("lost, reported", "events", "lost", kind, at_most=0, by_value=True, digits=0)
        yield figure("lost, not reported", "events", "silent", kind, at_most=0, by_value=True, digits=0)
    yield figure("CPU per row into a file", "ns", "cpu", "json", digits=0)
    for kind in ("tcpstates", "tcplife"):
        yield figure("CPU per row into a file", "ns", "cpu", kind, at_most=1 / 6, digits=0)
    for kind in ("tcpstates", "tcplife"):
        yield figure("peak memory while it keeps up", "KiB", "peak", kind, at_most=1 / 3, digits=0)
