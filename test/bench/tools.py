# SPDX-License-Identifier: GPL-2.0-or-later
"""The cost of each tool for traffic on one CPU: connections opened and reset at full speed, and one-byte round trips on
loopback. Runs with and without the tool alternate. BPF times come from the kernel (kernel.bpf_stats_enabled) and include the
cost of measuring. Some tools also have a time per event that they show. The peer is the same tool of libbpf-tools, if it starts
on this kernel."""

import contextlib
import json
import subprocess

import bench
import lab

SECONDS = 0.4
ROUND_TRIPS = 10_000
ROUNDS_OF_STATS = 3  # for a time that hardly varies


def traffic(space):
    churn, trips = bench.load(space, "churn", SECONDS), bench.load(space, "pingpong", ROUND_TRIPS)
    return {"rate": churn["connections"] / churn["seconds"], "trip": trips["median_ns"]}


def without():
    with lab.Namespace() as space:
        return traffic(space)


def beside(kind, command):
    with lab.Namespace() as space, bench.scratch() as file, kind(*command, enter=space.enter, stdout=file):
        return traffic(space)


def listens(space):
    return bench.load(space, "listens", SECONDS)["listens"]


def refused(space):
    return bench.load(space, "refused", SECONDS)["refused"]


def retransmitting(space):
    made = json.loads(lab.must(*space.enter, lab.NETTRACE, "traffic", "--json", "--retransmit=499"))
    return made["retransmits_client"] / 3


# The times that some tools exist to show.
EVENTS = {
    "solisten": ("attempt to listen", listens),
    "tcpdrop": ("refused connection, whose SYN is dropped", refused),
    "tcpretrans": ("connection that retransmits three times", retransmitting),
}


@contextlib.contextmanager
def counted(kind, command):
    """Yields the namespace, and a function that returns the run time of the tool's programs since its last call, ns."""
    with lab.Namespace() as space, bench.bpf_stats(True):
        with kind(*command, enter=space.enter, stdout=subprocess.DEVNULL) as traced:
            calls = [traced.bpf_time()[0]]

            def spent():
                calls.append(traced.bpf_time()[0])
                return calls[-1] - calls[-2]

            yield space, spent


def of_traffic(kind, command):
    with counted(kind, command) as (space, spent):
        connections = bench.load(space, "churn", SECONDS)["connections"]
        of_connection = spent() / connections
        bench.load(space, "pingpong", ROUND_TRIPS)
        return {"connection": of_connection, "round trip": spent() / ROUND_TRIPS}


def of_event(kind, command, make):
    with counted(kind, command) as (space, spent):
        made = make(space)
        return spent() / made


def compare(rounds, tracers):
    """{name: [% of the value without a tool, for each round]} for the rate and the round trip. Between two tracers
    there is a run without one, directly after the first and directly before the second."""
    traced = {name: lambda tracer=tracer: beside(*tracer) for name, tracer in tracers.items()}
    kinds, alone, names = {}, {}, list(tracers)
    for first, *second in (names[i : i + 2] for i in range(0, len(names), 2)):
        free = f"without {first}"
        kinds |= {first: traced[first], free: without} | {name: traced[name] for name in second}
        alone |= dict.fromkeys((first, *second), free)
    runs = bench.alternate(rounds, **kinds)
    return {
        what: {
            name: [100 * busy[what] / free[what] for busy, free in zip(runs[name], runs[alone[name]])] for name in names
        }
        for what in ("rate", "trip")
    }


def measure(rounds):
    tools = {tool: (bench.Ours, command) for tool, command in lab.COMMANDS.items()}
    peers = {f"their {tool}": (bench.Peer, bench.peer_command(tool)) for tool in tools if bench.peer_starts(tool)}
    compared = compare(rounds, tools | peers)
    for title, unit, what in (
        ("connection rate", "% of the rate without it", "rate"), ("round trip", "% of the time without it", "trip")
    ):
        for tool in tools:
            ours, theirs = compared[what][tool], compared[what].get(f"their {tool}", [])
            yield bench.Figure(f"{title}: {tool}", unit, ours, theirs, digits=0)
    counts = min(rounds, ROUNDS_OF_STATS)
    runs = bench.alternate(
        counts, **{name: lambda traced=traced: of_traffic(*traced) for name, traced in (tools | peers).items()}
    )
    for what in ("connection", "round trip"):
        for tool in tools:
            theirs = bench.pick(runs[f"their {tool}"], what) if f"their {tool}" in peers else []
            yield bench.Figure(f"BPF time per {what}: {tool}", "ns", bench.pick(runs[tool], what), theirs, digits=0)
    runs = bench.alternate(
        counts, **{tool: lambda tool=tool: of_event(*tools[tool], EVENTS[tool][1]) for tool in EVENTS}
    )
    for tool, (event, _) in EVENTS.items():
        yield bench.Figure(f"BPF time per {event}: {tool}", "ns", runs[tool], digits=0)
