# SPDX-License-Identifier: GPL-2.0-or-later
"""BPF time of udptop for a datagram on loopback, sent or received: by packets, and by the lengths of messages. It includes the
cost of the kernel's measuring (kernel.bpf_stats_enabled)."""

import contextlib
import subprocess

import bench
import lab

DATAGRAMS = 200_000
AT_MOST = 100  # ns of BPF for a datagram, at one of the two places


def exchange(tool=None, *options):
    with lab.Namespace() as space, bench.bpf_stats(True), contextlib.ExitStack() as stack:
        if not tool:
            return bench.load(space, "datagrams", DATAGRAMS) | {"bpf_ns": 0}
        traced = stack.enter_context(bench.Ours(tool, *options, stdout=subprocess.DEVNULL))
        before, _ = traced.bpf_time()
        report = bench.load(space, "datagrams", DATAGRAMS)
        after, _ = traced.bpf_time()
        return report | {"bpf_ns": (after - before) / DATAGRAMS / 2}


def measure(rounds):
    kinds = {"udptop": lambda: exchange("udptop", "-C"),
             "messages": lambda: exchange("udptop", "-C", "--without", "cgroup_skb")}
    runs = bench.alternate(rounds, without=exchange, **kinds)
    yield bench.Figure("BPF time for a datagram sent or received: udptop", "ns", bench.pick(runs["udptop"], "bpf_ns"),
                       at_most=AT_MOST, digits=0)
    yield bench.Figure("the same by the lengths that calls return", "ns", bench.pick(runs["messages"], "bpf_ns"),
                       at_most=AT_MOST, digits=0)
    yield bench.Figure("a datagram sent and received: udptop", "ns", bench.pick(runs["udptop"], "mean_ns"),
                       bench.pick(runs["without"], "mean_ns"), "without", digits=0)
