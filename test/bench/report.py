# SPDX-License-Identifier: GPL-2.0-or-later
"""report.py: figures as a table, as JSON, and as docs/performance.md."""

import dataclasses
import json
import subprocess

import bench

HEAD = """# What nettrace costs

`sudo test/bench/run --write` generates this page; do not edit it. `sudo test/bench/run NAME` measures one section alone; `--help` explains the options.
- Each figure is the median of alternating runs, with the lowest and highest value in brackets.
- A ratio is the median of the ratios of nettrace to the peer, round by round. The peer is the same tool of libbpf-tools unless it says otherwise.
- Machines are noisy: compare ratios, not times. [performance.json](performance.json) has every run.
"""

TAIL = """## Where the time goes
### Printing
- The hot path of the user half is `core/print/columns.c`, `core/print/kinds.c` and `core/base/put.h`. Everything constant is computed before the first row: the text between values, which values are short, the padding of each column. Space is reserved once a row.
- A table row of tcpstates needs some 2,250 instructions. The parts are 39 % field_put (numbers), 33 % columns_row (text between values, padding), 9 % addresses, 7 % process names and 5 % milliseconds.
- A JSON row needs 3,350. The parts are 53 % field_put, 25 % columns_row, 6 % addresses, 5 % each for names and states, and 4 % time. callgrind counted both. `test/bench/instructions`, a test of every build, fails if a format changes by more than 5 %.
- nettrace writes rows 64 KB at a time: one system call for 600 table rows, or 200 JSON rows. Pieces of 256 KB or 1 MB are not faster.

### Connections
- The churn is a tracer's worst case. Its connections carry no byte, wake no process, and make six state changes each. The CPU that opens and resets them does nothing else.
- What tcplife adds to a connection, by samples of the CPU's time with and without it:
  - 24 %: its programs.
  - 21 %: calling them, two for each state change. The second one serves changes during another change.
  - 21 %: the hook for accept() where functions cannot be traced. It runs at the end of each system call, which then uses the kernel's slow path.
  - 7 % each: the clock and the ring.
  - The rest: everything runs with slightly colder caches.
- So the rate with tcplife (two rows a connection) is hardly higher than with tcpstates (six rows).
- When all tags were on the sockets, a third of the cost was the kernel's memory for them. Each socket needed two allocations, charged to a cgroup, locked and freed. So tags of new sockets are in slots (`probes/tcp/tag_store.bpf.h`; `--without tag_slots` measures without them).

### Messages
- tcptop and tcpsubnet run no program for a message. Once they followed owners by a hook at each read, and another at the end of each system call where functions cannot be traced. With these hooks, both tools added 6 % to a round trip. They walk over descriptors instead, and that cost is part of a refresh.
- tcpstates and tcplife of the peer run nothing for a message either. They print the process that runs when a state changes, so half of their rows name another process (neighbours).

### Datagrams
- udptop runs a program for each datagram. Two fifths of its time is the kernel's measuring, and as much two atomic additions, which are slow on this virtual machine. The rest finds the flow.

### Softirqs
- A softirq is two program runs. Each reads the clock, and the kernel measures both. That alone is nearly all of the time of softirqs, and seven tenths of its peer's (`packets`).

### Start
The kernel's trace of tcpstates' system calls shows 5.9 ms from exec to the header:
- 35 %: programs
- 25 %: the kernel's types
- 12 %: the process itself
- 10 %: attaching, with the first walk over descriptors
- 8 %: relocations and small maps
- 6 %: the object
- 4 %: the rest

Both CPUs work:
- At first one CPU creates maps while the other reads types. The maps take 1.6 ms, two thirds of it for the ring with 2,048 pages. Reading types is bound by memory: one pass over 5.5 MB.
- Then both load programs, 4 ms for five. Two fifths of that is verifying 1,900 instructions (2,500 since tags can be in slots). Each program for a tracepoint costs 0.15 ms before its first instruction, because the kernel searches its types by name. Programs for state changes exist twice (`probes/lib/pair.bpf.h` explains why).
- To attach to a tracepoint the kernel patches its code, 0.1 to 0.2 ms each.
- Tried, without a gain beyond the noise:
  - Programs without the code of unused filters (two fifths of their instructions).
  - Names compared 16 bytes at a time.
  - Memory touched in advance.
  - Types written by the thread that creates the maps.

### A full ring
- A full ring costs traced programs no more than a ring that is read. The BPF program builds the event before it reserves space.

## Limits
| what | limit | beyond the limit |
| --- | --- | --- |
| ring (`--ring-size`) | 8 MiB: 60,000 events | events are lost; nettrace counts and reports them each second and at the end, also in JSON |
| tags of sockets | one per socket; the first 16,384 cost least | - |
| tags before Linux 5.11 | 65,536 sockets | reported as failed map updates: rows lack owners and times; tcplife, tcptop and tcpsubnet omit the socket |
| flows of UDP (udptop) | 8,191 that are not idle | datagrams of further ones are one row, `other` |
| connections that wait for accept() (tcpaccept, tcptracer) | 65,536 | reported as failed map updates: WAIT is `-` |
| listeners, for SYNs that they drop (tcpdrop) | 16,384, 32 of a port | reported as failed map updates: these SYNs have no row |
| attempts that failed before a SYN, until their socket is closed (tcpconnect) | 16,384 | the oldest is evicted |
| accepted sockets whose tag lacks the owner (where functions cannot be traced) | 16,384 | the oldest is evicted |
| names of DNS answers (tcpconnect -d) | 10,240 | the oldest is evicted |
| connections of `trace --flow` | 65,536; 64 MiB of events | the connection that was silent the longest is evicted: printed early, with a note |
| rows of an interval (tcptop, tcpsubnet, `-c`) | unlimited | - |
| maps of `--cgroupmap`, `--mntnsmap` | their own size: nettrace only reads them | - |
"""


def as_object(name, module, figures):
    """The stored values of a measurement."""
    return {
        "name": name,
        "about": " ".join(module.__doc__.split()),
        "machine": bench.machine(),
        "commit": bench.commit(),
        "figures": [dataclasses.asdict(figure) | {"cells": figure.cells, "reached": figure.reached} for figure in figures],
    }


def table(measured):
    """Prints columns of the necessary width."""
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
    yield f"{len(asked) - len(missed)} of {len(asked)} figures with a target meet it" + (". Not met:" if missed else ".")
    for what, ours, peer, ratio, target, _ in missed:
        yield f"- {what}: {ours}; peer {peer}; ratio {ratio}; target {target}"


def render(everything):
    lines = [HEAD, *in_short(everything), ""]
    for name, measured in everything.items():
        lines += [f"## {name}", measured["about"], "", *markdown(measured), ""]
        lines += [f"`sudo test/bench/run {name}` at {measured['commit']}; {measured['machine']}", ""]
    return "\n".join(lines + [TAIL])


def write(docs, measured, order):
    """Replaces the sections that were measured now, and keeps the others."""
    kept = docs / "performance.json"
    everything = json.loads(kept.read_text()) if kept.exists() else {}
    everything |= measured
    everything = {name: everything[name] for name in order if name in everything}
    kept.write_text(json.dumps(everything, indent=1, ensure_ascii=False) + "\n")
    (docs / "performance.md").write_text(render(everything))
    # The manual contains some of the figures too.
    generate = docs.parent / "build" / "docs" / "generate"
    subprocess.run([generate, docs.parent, docs], check=True)
