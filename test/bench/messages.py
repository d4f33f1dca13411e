# SPDX-License-Identifier: GPL-2.0-or-later
"""BPF time for a message, which is one byte there and back on loopback, with each tool and with all tools of a timeline.
It includes the cost of the kernel's measuring (kernel.bpf_stats_enabled): some 20 ns for each run of a program.
Only tcprst (hop limits of received segments) and dns (ports) run a program for each packet."""

import contextlib
import subprocess

import bench
import lab

ROUND_TRIPS = 50_000
AT_MOST = 30  # ns of BPF for a round trip
TOOLS = ("tcpaccept", "tcpconnect", "tcpconnlat", "tcpdrop", "tcplife", "tcplife -x", "tcpretrans", "tcprst", "tcpstates",
         "tcpsubnet", "tcptop", "tcptop -x", "tcptracer", "dns", "drops", "solisten", "trace")

# A program of these runs for each packet: to read hop limits, or to compare ports.
PACKETS = ("tcprst", "dns")


def pingpong(tool):
    """tool None: runs without a tool."""
    with lab.Namespace() as space, bench.bpf_stats(True), contextlib.ExitStack() as stack:
        if not tool:
            return bench.load(space, "pingpong", ROUND_TRIPS) | {"bpf_ns": 0, "runs": 0}
        traced = stack.enter_context(bench.Ours(*tool.split(), stdout=subprocess.DEVNULL))
        before = traced.bpf_time()
        report = bench.load(space, "pingpong", ROUND_TRIPS)
        after = traced.bpf_time()
        return report | {"bpf_ns": (after[0] - before[0]) / ROUND_TRIPS, "runs": (after[1] - before[1]) / ROUND_TRIPS}


def measure(rounds):
    kinds = {tool: lambda tool=tool: pingpong(tool) for tool in TOOLS}
    runs = bench.alternate(rounds, without=lambda: pingpong(None), **kinds)
    alone = bench.pick(runs["without"], "mean_ns")
    for tool in TOOLS:
        yield bench.Figure(f"BPF time for a message there and back: {tool}", "ns", bench.pick(runs[tool], "bpf_ns"),
                           at_most=None if tool in PACKETS else AT_MOST, digits=0)
        yield bench.Figure(f"a message there and back: {tool}", "ns", bench.pick(runs[tool], "mean_ns"), alone,
                           "without", digits=0)
