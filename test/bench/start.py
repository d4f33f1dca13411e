# SPDX-License-Identifier: GPL-2.0-or-later
"""Time from exec to the header on a terminal, peak memory, and time from Ctrl-C to the exit."""

import os
import select
import subprocess
import threading
import time

import bench
import lab


# The process exists before the clock starts, and waits for a line: Python needs a millisecond to create it.
WAITING = ("/bin/sh", "-c", 'read line && exec "$@" </dev/null', "sh")


class Started(bench.Watched):
    """A tool whose output is a terminal, which is read."""

    def __init__(self, *command, **more):
        self.terminal, other = os.openpty()
        self.running = bench.Other(*WAITING, *command, stdin=subprocess.PIPE, stdout=other, **more)
        os.close(other)
        self.pid = self.running.pid
        time.sleep(bench.SETTLE)
        self.before = time.monotonic()
        with self.running.process.stdin as line:
            line.write(b"\n")
        shown = b""
        while b"LADDR" not in shown:
            if not select.select([self.terminal], [], [], lab.PATIENCE)[0]:
                raise AssertionError(f"no header: {command}: {shown}")
            shown += os.read(self.terminal, 1 << 12)
        self.header = time.monotonic() - self.before
        threading.Thread(target=self.read).start()

    def read(self):
        try:
            while os.read(self.terminal, 1 << 16):
                pass
        except OSError:  # EIO: no process has the other end open any longer
            os.close(self.terminal)

    def end(self):
        """Returns the duration, s."""
        asked = time.monotonic()
        self.running.stop()
        took = time.monotonic() - asked
        self.running.wait()
        return took


def once(space, *command, **more):
    tool = Started(*command, **more)
    time.sleep(0.2)
    bench.load(space, "churn", 0.1)
    time.sleep(bench.SETTLE)
    peak = tool.peak()
    return {"header": 1e3 * tool.header, "peak": peak, "exit": 1e3 * tool.end()}


def measure(rounds):
    tools = ("tcpstates", "tcplife")
    kinds = {}
    with lab.Namespace() as space:
        for tool in tools:
            kinds[tool] = lambda tool=tool: once(space, lab.NETTRACE, tool)
            kinds["their_" + tool] = lambda tool=tool: once(space, bench.peer(tool))
        runs = bench.alternate(4 * rounds, **kinds)
    for what, unit, name, digits, most in (
        ("from exec to the header", "ms", "header", 1, 1 / 2),
        ("peak memory", "KiB", "peak", 0, 1 / 3),
        ("exit after Ctrl-C", "ms", "exit", 1, 1 / 5),
    ):
        for tool in tools:
            values = bench.pick(runs[tool], name), bench.pick(runs["their_" + tool], name)
            yield bench.Figure(f"{what}: {tool}", unit, *values, at_most=most, digits=digits)
            if name == "exit":
                yield bench.Figure(f"the same, alone: {tool}", unit, values[0], at_most=10, digits=digits)
