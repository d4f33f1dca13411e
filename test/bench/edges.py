# SPDX-License-Identifier: GPL-2.0-or-later
"""Extreme conditions: a full ring, because the tool is stopped or its reader does not read, and 200,000 open sockets.
Losses are counted to the last event. The traced connections must be as fast as with a tool that reads."""

import contextlib
import os
import pathlib
import signal
import time

import bench
import lab

SECONDS = 2
CHANGES, OF_LISTENER = 6, 2  # rows of tcpstates: of a connection, and of the socket that listens
SOCKETS = 200_000


@contextlib.contextmanager
def reading(_):
    yield


@contextlib.contextmanager
def stopped(traced):
    """Stops the process, as Ctrl-S or a debugger would."""
    os.kill(traced.pid, signal.SIGSTOP)
    try:
        yield
    finally:
        os.kill(traced.pid, signal.SIGCONT)


def beside(state, stats=False):
    """Churn while tcpstates is in this state; wrong: events that were neither printed nor reported as lost."""
    with lab.Namespace() as space, bench.scratch() as file, bench.bpf_stats(stats):
        with bench.Ours("tcpstates", "--verbose", "--ring-size=1", "--netns", space.inode, stdout=file) as traced:
            before = traced.bpf_time()[0]
            with state(traced):
                report = bench.load(space, "churn", SECONDS)
            spent = traced.bpf_time()[0] - before
            time.sleep(bench.SETTLE)
        with open(file.name, "rb") as written:
            rows = sum(1 for _ in written) - 1  # the heading
    happened = CHANGES * report["connections"] + OF_LISTENER
    told = sum(int(line.split("lost ")[1].split()[0]) for line in traced.errors.splitlines() if ": lost " in line)
    return {
        "rate": report["connections"] / report["seconds"],
        "lost": traced.lost(),
        "wrong": abs(happened - rows - traced.lost()) + abs(told - traced.lost()),
        "bpf": spent / happened,
    }


def open_sockets(space):
    """Whether tcplife lists all of them, with their owners."""
    started = time.monotonic()
    with bench.scratch() as file:
        with bench.Ours("tcplife", "--open", "--json", "--netns", space.inode, stdout=file) as traced:
            ready = time.monotonic() - started
            peak = traced.peak()
            asked = time.monotonic()
            traced.tell(signal.SIGINT)
            traced.process.wait(lab.PATIENCE)
            listed = time.monotonic() - asked
        content = pathlib.Path(file.name).read_bytes()
    found, owned = content.count(b'"state":"ESTABLISHED"'), content.count(b'"comm":"load"')
    return {"ready": 1e3 * ready, "listed": 1e3 * listed, "peak": peak, "missing": 2 * SOCKETS - found - owned}


def measure(rounds):
    runs = bench.alternate(
        rounds,
        reading=lambda: beside(reading),
        stopped=lambda: beside(stopped),
        reading_stats=lambda: beside(reading, stats=True),
        stopped_stats=lambda: beside(stopped, stats=True),
    )
    yield bench.Figure("connections/s beside a tcpstates that is stopped", "", bench.pick(runs["stopped"], "rate"),
                       bench.pick(runs["reading"], "rate"), "while it reads", at_least=0.97, digits=0)
    yield bench.Figure("BPF time per event, ring full", "ns", bench.pick(runs["stopped_stats"], "bpf"),
                       bench.pick(runs["reading_stats"], "bpf"), "while it reads", at_most=1.05, digits=0)
    yield bench.Figure("events lost to the full ring", "", bench.pick(runs["stopped"], "lost"), digits=0)
    yield bench.Figure("events not accounted for", "", bench.pick(runs["stopped"], "wrong"), at_most=0, digits=0)
    with lab.Namespace() as space, bench.Held(space, SOCKETS):
        sockets = bench.alternate(min(rounds, 3), tcplife=lambda: open_sockets(space))["tcplife"]
    what = f"tcplife --open beside {SOCKETS:,} open sockets"
    yield bench.Figure(f"{what}: ready after", "ms", bench.pick(sockets, "ready"), digits=0)
    yield bench.Figure(f"{what}: listed after Ctrl-C in", "ms", bench.pick(sockets, "listed"), digits=0)
    yield bench.Figure(f"{what}: peak memory", "KiB", bench.pick(sockets, "peak"), digits=0)
    yield bench.Figure(f"{what}: not listed, or without owner", "", bench.pick(sockets, "missing"), at_most=0, digits=0)
