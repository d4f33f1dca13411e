# SPDX-License-Identifier: GPL-2.0-or-later
"""BPF time of tcpstates and tcplife per state change, while connections are opened and reset at full speed. Both sides
include the cost of the kernel's measuring (kernel.bpf_stats_enabled)."""

import bench
import lab

SECONDS = 2
CHANGES = 6  # state changes of a connection: both tools run for each of them


def beside(tool, kind):
    with lab.Namespace() as space, bench.scratch() as file, bench.bpf_stats(True), kind(tool, stdout=file) as traced:
        before, _ = traced.bpf_time()
        report = bench.load(space, "churn", SECONDS)
        after, _ = traced.bpf_time()
    return (after - before) / (CHANGES * report["connections"])


def measure(rounds):
    tools = ("tcpstates", "tcplife")
    kinds = {}
    for tool in tools:
        kinds[tool] = lambda tool=tool: beside(tool, bench.Ours)
        kinds["their_" + tool] = lambda tool=tool: beside(tool, bench.Peer)
    runs = bench.alternate(rounds, **kinds)
    for tool in tools:
        yield bench.Figure(f"BPF time per state change: {tool}", "ns", runs[tool], runs["their_" + tool],
                           at_most=1 / 5, digits=0)
