# SPDX-License-Identifier: GPL-2.0-or-later
"""BPF time of softirqs per softirq and of netqtop per packet, during a ping-pong on loopback. It is compared with softirqs
of libbpf-tools, and with programs that only read the clock. All include the cost of the kernel's measuring
(kernel.bpf_stats_enabled)."""

import subprocess

import bench
import floor
import lab

ROUND_TRIPS = 100_000


def beside(programs, kind, *command):
    """programs: the number of programs that one event runs."""
    with lab.Namespace() as space, start(kind, space, *command) as traced:
        return per_event(space, programs, traced)


def clock_only():
    """The minimum that measures the duration of a softirq: two programs, which read the clock and store nothing."""
    with lab.Namespace() as space, floor.Floor(floor.READ_CLOCK + floor.RETURN_0, "softirq_entry", "softirq_exit") as traced:
        return per_event(space, 2, traced)


def per_event(space, programs, traced):
    with bench.bpf_stats(True):
        before = traced.bpf_time()
        bench.load(space, "pingpong", ROUND_TRIPS)
        after = traced.bpf_time()
    return (after[0] - before[0]) * programs / (after[1] - before[1])


def start(kind, space, *command):
    return kind(*command, enter=space.enter, stdout=subprocess.DEVNULL)


def measure(rounds):
    runs = bench.alternate(
        rounds,
        softirqs=lambda: beside(2, bench.Ours, "softirqs", "--interval=1"),
        their_softirqs=lambda: beside(2, bench.Peer, "softirqs", "1"),
        clock=clock_only,
        netqtop=lambda: beside(1, bench.Ours, "netqtop", "-n", "lo", "--interval=1"),
    )
    yield bench.Figure("BPF time per softirq: softirqs", "ns", runs["softirqs"], runs["their_softirqs"], at_most=1 / 2,
                       digits=0)
    yield bench.Figure("the same of two programs that only read the clock", "ns", runs["clock"], digits=0)
    beyond = [[all - least for all, least in zip(runs[kind], runs["clock"])] for kind in ("softirqs", "their_softirqs")]
    yield bench.Figure("BPF time per softirq beyond two programs that only read the clock: softirqs", "ns", *beyond, digits=0)
    yield bench.Figure("BPF time per packet: netqtop", "ns", runs["netqtop"], runs["their_softirqs"],
                       "softirqs, per softirq", at_most=1 / 2, digits=0)
