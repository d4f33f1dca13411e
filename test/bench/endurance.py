# SPDX-License-Identifier: GPL-2.0-or-later
"""A thousand events a second for ten minutes. Memory of the tool and of its maps must not grow in the second half, and no
event may be lost. The first half covers memory that is allocated once."""

import threading
import time

import bench
import lab

RATE, MINUTES = 1_000, 10
CHANGES, OF_LISTENER = 6, 2


def measure(_):
    resident = []
    with lab.Namespace() as space, bench.scratch() as file:
        with bench.Ours("tcpstates", "--verbose", "--json", "--netns", space.inode, stdout=file) as traced:
            made = []
            load = threading.Thread(
                target=lambda: made.append(
                    bench.load(space, "churn", 60 * MINUTES, RATE / CHANGES, limit=60 * MINUTES + lab.PATIENCE)
                )
            )
            load.start()
            for minute in range(1, MINUTES + 1):
                time.sleep(60 - 1 / MINUTES)
                resident.append(traced.resident())
                bench.tell(f"  minute {minute}: {resident[-1]}")
            load.join()
            time.sleep(bench.SETTLE)
        with open(file.name, "rb") as written:
            rows = sum(1 for _ in written)
    happened = CHANGES * made[0]["connections"] + OF_LISTENER
    yield bench.Figure("events", "", [happened], digits=0)
    yield bench.Figure("events lost or missing", "", [abs(happened - rows) + traced.lost()], at_most=0, digits=0)
    for what, name in (("resident memory", "memory"), ("memory of its BPF maps", "maps")):
        values = [each[name] for each in resident]
        yield bench.Figure(f"{what}, each minute", "KiB", values, digits=0)
        yield bench.Figure(f"{what}, growth in the second half", "KiB", [values[-1] - values[MINUTES // 2 - 1]], at_most=0,
                           digits=0)
