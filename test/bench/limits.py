# SPDX-License-Identifier: GPL-2.0-or-later
"""More objects than maps and tables can store: connections that wait for accept(), listeners, connections of a timeline,
and socket tags before Linux 5.11. nettrace must report each row that is incomplete or missing, as a failed map update."""

import contextlib
import json
import re
import resource
import socket
import time

import bench
import lab

WAITING = 70_001  # of 65,536
TAGGED = 100_000  # sockets, of 65,536
LISTENERS = 17_011  # of 16,384
OVERFLOWS = 3  # of a listener with a slot, and of one without
FLOWS = 70_001  # connections, each two of the 65,536


@contextlib.contextmanager
def traced(space, tool, *options):
    """Yields a dictionary, which has the rows and the reported failures of map updates after the `with` block."""
    seen = {}
    with bench.scratch() as file:
        with bench.Ours(tool, "--verbose", "--json", "--netns", space.inode, *options, stdout=file) as running:
            yield seen
            time.sleep(bench.SETTLE)
        with open(file.name, "rb") as written:
            objects = map(json.loads, written)
            seen["rows"] = [each for each in objects if "lost" not in each]
    seen["told"] = sum(map(int, re.findall(r"(\d+) map updates failed", running.errors)))
    seen["lost"] = running.lost()


def waiting():
    with lab.Namespace() as space, traced(space, "tcpaccept") as seen, bench.Held(space, 2 * WAITING, what="queue"):
        pass
    less = sum(row["wait_ns"] is None for row in seen["rows"])
    return {"missing": WAITING - len(seen["rows"]), "less": less, "told": seen["told"]}


def tagged():
    with lab.Namespace() as space, traced(space, "tcplife", "--without=sk_storage") as seen, bench.Held(space, TAGGED):
        pass
    less = sum(row["owner"] == "unknown" or row["duration_ns"] is None for row in seen["rows"])
    return {"missing": TAGGED - len(seen["rows"]), "less": less, "told": seen["told"]}


def listening():
    """Sends SYNs to the first and the last of many full listeners."""
    most = resource.getrlimit(resource.RLIMIT_NOFILE)[1]
    resource.setrlimit(resource.RLIMIT_NOFILE, (most, most))
    with lab.Namespace() as space, contextlib.ExitStack() as stack, traced(space, "tcpdrop", "--no-stack") as seen:
        with space.inside():
            made = [stack.enter_context(socket.socket()) for _ in range(LISTENERS)]
            for port, each in enumerate(made, 2000):
                each.bind(("127.0.0.1", port))
                each.listen(0)
            for each in (made[0], made[-1]):
                for _ in range(1 + OVERFLOWS):  # a backlog of 0 takes one
                    client = stack.enter_context(socket.socket())
                    client.setblocking(False)
                    client.connect_ex(each.getsockname())
    found = sum(row["reason"] == "LISTEN_OVERFLOW" for row in seen["rows"])
    return {"missing": 2 * OVERFLOWS - found, "less": 0, "told": seen["told"]}


def flows():
    with lab.Namespace() as space, bench.scratch() as file:
        command = (lab.NETTRACE, "trace", "tcpstates", "--flow", "--verbose", "--netns", space.inode)
        with lab.Running(*command, stdout=file) as running:
            time.sleep(1)
            with bench.Held(space, 2 * FLOWS):
                pass
            time.sleep(bench.SETTLE)
        with open(file.name, "rb") as written:
            lines = written.read().splitlines()
    printed, early = sum(b" tcpstates " in line for line in lines), sum(b"  evicted, " in line for line in lines)
    sent = int(re.search(r"sent (\d+)", running.errors)[1])
    return {"missing": sent - printed, "early": early}


def measure(_):
    for what, measured in (
        (f"tcpaccept beside {WAITING:,} connections that wait", waiting()),
        (f"tcplife beside {TAGGED:,} sockets, without storage for tags", tagged()),
        (f"tcpdrop beside {LISTENERS:,} listeners, the last of them full", listening()),
    ):
        yield bench.Figure(f"{what}: rows missing", "", [measured["missing"]], digits=0)
        yield bench.Figure(f"{what}: incomplete rows", "", [measured["less"]], digits=0)
        yield bench.Figure(f"{what}: missing or incomplete rows, not reported", "", [max(measured["missing"] + measured["less"] - measured["told"], 0)],
                           at_most=0, digits=0)
    what, measured = f"trace --flow beside {FLOWS:,} connections, both ends here", flows()
    yield bench.Figure(f"{what}: evicted, printed before their end", "", [measured["early"]], digits=0)
    yield bench.Figure(f"{what}: rows missing", "", [measured["missing"]], at_most=0, digits=0)
