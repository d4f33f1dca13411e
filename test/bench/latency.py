# SPDX-License-Identifier: GPL-2.0-or-later
"""One-byte round trips on loopback, both ends on one CPU, with tcptop and tcpsubnet attached. None of their programs runs
for a message."""

import contextlib
import subprocess

import bench
import lab

ROUND_TRIPS = 100_000


def pingpong(*tools):
    with lab.Namespace() as space, contextlib.ExitStack() as stack:
        for tool in tools:
            stack.enter_context(bench.Ours(tool, "--interval=1", stdout=subprocess.DEVNULL))
        return bench.load(space, "pingpong", ROUND_TRIPS)


def measure(rounds):
    runs = bench.alternate(rounds, without=pingpong, attached=lambda: pingpong("tcptop", "tcpsubnet"))
    for what, name, digits in (("median", "median_ns", 0), ("99th percentile", "p99_ns", 0)):
        alone = bench.pick(runs["without"], name)
        # Within noise: the ratio differs from 1 by no more than the runs without a tool differ from their median.
        noise = (max(alone) - min(alone)) / bench.statistics.median(alone)
        yield bench.Figure(f"round trip with tcptop and tcpsubnet attached, {what}", "ns",
                           bench.pick(runs["attached"], name), alone, "without", at_most=1 + noise, digits=digits)
