# SPDX-License-Identifier: GPL-2.0-or-later
"""An iperf3 stream on loopback, with and without tcptop, which refreshes each second."""

import json
import subprocess
import time

import bench
import lab

SECONDS = 3


def stream(space, *tools):
    """Gbit/s."""
    for tool in tools:
        with bench.Ours(tool, "-C", "--interval=1", stdout=subprocess.DEVNULL):
            return stream(space)
    done = space.run("iperf3", "-c", "127.0.0.1", "-t", SECONDS, "-J")
    return json.loads(done.output)["end"]["sum_received"]["bits_per_second"] / 1e9


def measure(rounds):
    with lab.Namespace() as space, lab.Running(*space.enter, "iperf3", "-s"):
        time.sleep(0.5)
        stream(space)  # not counted: warms up
        runs = bench.alternate(rounds, without=lambda: stream(space), tcptop=lambda: stream(space, "tcptop"))
    alone = runs["without"]
    noise = (max(alone) - min(alone)) / bench.statistics.median(alone)
    yield bench.Figure("an iperf3 stream beside tcptop", "Gbit/s", runs["tcptop"], alone, "without", at_least=1 - noise)
