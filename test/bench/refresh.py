# SPDX-License-Identifier: GPL-2.0-or-later
"""CPU time (user plus system) of one tcptop refresh, against one run of `ss -tni`, which lists the same connections. Both
ends are on this machine, and one in ten connections is busy."""

import resource
import time

import bench
import lab

SOCKETS = (1_000, 10_000, 30_000)
REFRESHES = 5


def tcptop(held):
    """CPU time of a refresh, ms."""
    with bench.scratch() as file, bench.Ours("tcptop", "-C", "--interval=1", stdout=file) as traced:
        held.exchange()
        time.sleep(1.5)  # the first interval includes the start
        before = traced.cpu()
        for _ in range(REFRESHES):
            held.exchange()
            time.sleep(1)
        return (traced.cpu() - before) / REFRESHES / 1e6


def ss(space):
    def used():
        usage = resource.getrusage(resource.RUSAGE_CHILDREN)
        return usage.ru_utime + usage.ru_stime

    before = used()
    for _ in range(REFRESHES):
        lab.must(*space.enter, "ss", "-tni")
    return (used() - before) / REFRESHES * 1e3


def measure(rounds):
    for sockets in SOCKETS:
        with lab.Namespace() as space, bench.Held(space, sockets, busy=sockets // 10) as held:
            runs = bench.alternate(rounds, tcptop=lambda: tcptop(held), ss=lambda: ss(space))
        yield bench.Figure(f"a refresh of tcptop, {sockets:,} sockets", "ms of CPU", runs["tcptop"], runs["ss"], "ss -tni",
                           at_most=1 / 5)
