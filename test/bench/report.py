# SPDX-License-Identifier: GPL-2.0-or-later
"""report.py: figures as a table for people, as JSON, and as docs/performance.md."""

import dataclasses
import json
import subprocess

import bench

HEAD = """# What nettrace costs

Written by `sudo test/bench/run --write`; do not edit. `sudo test/bench/run NAME` measures one section alone, `--help` tells
the rest. Medians of alternating runs, with their lowest and highest value; a ratio is the median of the ratios of nettrace to
the peer, round by round. The peer is the same tool of libbpf-tools unless it says otherwise. Machines are noisy: read ratios,
not times. [performance.json](performance.json) has every run.
"""

TAIL = """## What bounds it
- The hot path of the user half is `core/print/columns.c`, `core/print/fields.c` and `core/base/put.h`. What can be known before the first row
  is: the text between values, which values are short, how far each column is padded. Room is made once a row. A row of tcpstates
  takes some 2,250 instructions: 39 % field_put (numbers), 33 % columns_row (what stands between, padding), 9 % addresses, 7 %
  names of processes, 5 % milliseconds. As JSON 3,350: 53 % and 25 %, 6 % addresses, 5 % each names and states, 4 % time. By
  callgrind; `test/bench/instructions`, a test of every build, holds each format to 5 %.
- Rows are written 64 KB at a time: a system call for 600 rows of a table, 200 of JSON. Pieces of 256 KB or 1 MB are not faster.
- What a tracer leaves of the churn is its worst case: a connection that carries no byte and wakes no process, opened and reset by
  one CPU that does nothing else, with six state changes.
  Of what tcplife adds to a connection (samples of the CPU's time with and without it) 24 % are the programs, 21 % the calls of them
  (two a state change, the second for changes inside another one's handling), 21 % the hook for accept() where functions cannot be
  traced (it is called at the end of each system call, which then takes the kernel's slow path), 7 % each the clock and the ring; the
  rest is spread over everything that runs a little colder. So tcplife, with two rows a connection, leaves hardly more than tcpstates
  with six. While the tags were on the sockets, a third of all was the kernel's memory for them: of each socket two pieces, taken,
  charged to a cgroup, locked and given back; hence the slots (`probes/tcp/tag_store.bpf.h`; `--without tag_slots` measures without).
- Of tcptop and tcpsubnet nothing runs for a message. With the owners' hooks that other tools have (one at each read; where functions
  cannot be traced, one at the end of each system call) both added 6 % to a round trip. What a walk over descriptors costs in
  their place is part of a refresh. The peers' tcpstates and tcplife run nothing for a message either, and name whoever runs when
  a state changes: half of their rows name another process (neighbours).
- A softirq is two runs of a program, with a reading of the clock in each, and the kernel's measuring of both. That alone is nearly
  all that softirqs takes, and seven tenths of what its peer does (`packets`).
- Of the 5.9 ms from exec to the header of tcpstates (by the kernel's trace of its system calls) the programs take 35 %, the kernel's
  types 25 %, the process itself 12 %, attaching with the first walk over descriptors 10 %, relocations and small maps 8 %, the object
  6 %, what comes behind 4 %. Both CPUs are busy with programs (4 ms for five: two fifths of that for walking 1,900 instructions, 2,500 since tags may be in slots; each to a
  tracepoint costs 0.15 ms before its first is looked at, the kernel goes through its types by name), and before that one with maps
  (1.6 ms, two thirds of it the ring: 2,048 pages) while the other is at types. The types wait for memory: 5.5 MB are gone through
  once. A program for state changes is there twice (`probes/lib/pair.bpf.h` says why it has to be). To attach to a tracepoint the kernel
  patches its code, 0.1 to 0.2 ms each. Tried, and no faster by more than the noise: programs without the code of filters that are
  not asked for (two fifths of their instructions), names compared 16 bytes at a time, memory touched in advance, types written down
  by the thread that makes the maps.
- A ring that is full costs the traced no more than one that is read: the event is made before there is room for it.

## Limits
| what | limit | beyond the limit |
| --- | --- | --- |
| ring (`--ring-size`) | 8 MiB: 60,000 events | events are lost; nettrace counts and reports them each second and at the end, also in JSON |
| tags of sockets | one per socket; the first 16,384 cost least | - |
| tags before Linux 5.11 | 65,536 sockets | reported as failed map updates: rows lack owners and times; tcplife, tcptop and tcpsubnet omit the socket |
| connections that wait for accept() (tcpaccept, tcptracer) | 65,536 | reported as failed map updates: WAIT is `-` |
| listeners, for SYNs that they drop (tcpdrop) | 16,384, 32 of a port | reported as failed map updates: these SYNs have no row |
| attempts that failed before a SYN, until their socket is closed (tcpconnect) | 16,384 | the oldest is evicted |
| accepted sockets whose tag lacks the owner (where functions cannot be traced) | 16,384 | the oldest is evicted |
| names of DNS answers (tcpconnect -d) | 10,240 | the oldest is evicted |
| connections of `trace --flow` | 65,536, 64 MB of events | the connection that was silent the longest is evicted: printed early, with a note |
| rows of an interval (tcptop, tcpsubnet, `-c`) | unlimited | - |
| maps of `--cgroupmap`, `--mntnsmap` | their own size: nettrace only reads them | - |
"""


def as_object(name, module, figures):
    """What is kept of a measurement."""
    return {
        "name": name,
        "about": " ".join(module.__doc__.split()),
        "machine": bench.machine(),
        "commit": bench.commit(),
        "figures": [dataclasses.asdict(figure) | {"cells": figure.cells, "reached": figure.reached} for figure in figures],
    }


def table(measured):
    """Columns, as wide as they need to be."""
    rows = [bench.HEADINGS] + [figure["cells"] for each in measured for figure in each["figures"]]
    widths = [max(len(row[i]) for row in rows) for i in range(len(bench.HEADINGS))]
    return "\n".join("  ".join(cell.ljust(width) for cell, width in zip(row, widths)).rstrip() for row in rows) + "\n"


def markdown(measured):
    rows = [bench.HEADINGS, ["---"] * len(bench.HEADINGS)] + [figure["cells"] for figure in measured["figures"]]
    yield from ("| " + " | ".join(row) + " |" for row in rows)
    for figure in measured["figures"]:
        if figure["note"]:
            yield f"\n{figure['what']}: {figure['note']}"


def in_short(everything):
    asked = [figure for each in everything.values() for figure in each["figures"] if figure["reached"] is not None]
    missed = [cells for cells in (figure["cells"] for figure in asked) if cells[-1] == "no"]
    yield f"{len(asked) - len(missed)} of {len(asked)} figures are what they should be" + (". Not:" if missed else ".")
    for what, ours, peer, ratio, reach, _ in missed:
        yield f"- {what}: {ours}; the peer: {peer}; ratio {ratio}; to reach {reach}"


def render(everything):
    lines = [HEAD, *in_short(everything), ""]
    for name, measured in everything.items():
        lines += [f"## {name}", measured["about"], "", *markdown(measured), ""]
        lines += [f"`sudo test/bench/run {name}` at {measured['commit']}; {measured['machine']}", ""]
    return "\n".join(lines + [TAIL])


def write(docs, measured, order):
    """Replaces what was measured now, keeps the rest."""
    kept = docs / "performance.json"
    everything = json.loads(kept.read_text()) if kept.exists() else {}
    everything |= measured
    everything = {name: everything[name] for name in order if name in everything}
    kept.write_text(json.dumps(everything, indent=1, ensure_ascii=False) + "\n")
    (docs / "performance.md").write_text(render(everything))
    # They stand in the manual, too.
    generate = docs.parent / "build" / "docs" / "generate"
    subprocess.run([generate, docs.parent, docs], check=True)
