# SPDX-License-Identifier: GPL-2.0-or-later
"""Elapsed time of `sockets -i -m` in a namespace with many connections, against `ss -tinpma`. Both show the same sockets
with the same numbers and processes."""

import time

import bench
import lab

SOCKETS = (2_000, 20_000, 100_000)


def elapsed(space, *command):
    """Of a run, ms. The output goes to a file, so that its reader costs nothing."""
    with bench.scratch() as file:
        before = time.monotonic()
        lab.must(*space.enter, "sh", "-c", 'exec "$@" >"$0"', file.name, *command)
        return (time.monotonic() - before) * 1e3


def measure(rounds):
    for sockets in SOCKETS:
        with lab.Namespace() as space, bench.Held(space, sockets):
            ours = (lab.NETTRACE, "sockets", "-i", "-m", "--netns", space.inode)
            runs = bench.alternate(
                rounds,
                sockets=lambda: elapsed(space, *ours),
                ss=lambda: elapsed(space, "ss", "-tinpma"),
            )
        yield bench.Figure(f"all {sockets:,} sockets once", "ms", runs["sockets"], runs["ss"], "ss -tinpma",
                           at_most=1 / 5 if sockets == max(SOCKETS) else None)
