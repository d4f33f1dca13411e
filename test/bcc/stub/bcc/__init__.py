# SPDX-License-Identifier: GPL-2.0-or-later
"""bcc: replaces bcc's module, for bcc's own programs. It loads no BPF: the events are those of $BCC_EVENTS, JSON lines of
nettrace. The clock is theirs, too. What needs no BPF comes from the installed module."""

import builtins
import ctypes
import datetime
import io
import itertools
import json
import os
import pathlib
import pkgutil
import sys
import time

__path__ = pkgutil.extend_path(__path__, __name__)

from bcc import members  # noqa: E402
from bcc.table import TableBase  # noqa: E402

TOOL = os.path.basename(sys.argv[0]).removesuffix("-bpfcc")
ROWS = [json.loads(line) for line in pathlib.Path(os.environ["BCC_EVENTS"]).read_text().splitlines()]
ROWS = [row for row in ROWS if row.get("tool") == TOOL]


# ---- the clock, which stands at the current row ----


class Clock:
    now_ns = 0


strftime = time.strftime


class DateTime(datetime.datetime):
    @classmethod
    def now(cls, tz=None):
        return cls.fromtimestamp(Clock.now_ns // 10**9, tz)


time.time = lambda: Clock.now_ns / 1e9
time.strftime = lambda form, moment=None: strftime(form, moment or time.localtime(Clock.now_ns // 10**9))
datetime.datetime = DateTime


# ---- totals: sleep() ends at the next interval ----

COUNTS_UNTIL_THE_END = TOOL in ("tcpconnect", "tcpretrans")
INTERVALS = [list(rows) for _, rows in itertools.groupby(ROWS, key=lambda row: COUNTS_UNTIL_THE_END or row["ts"])]
PRINTS_WHEN_INTERRUPTED = TOOL != "netqtop"


class Interval:
    rows = []
    next = 0


def sleep(_):
    last = len(INTERVALS) - PRINTS_WHEN_INTERRUPTED
    if Interval.next < len(INTERVALS):
        Interval.rows = [row for row in INTERVALS[Interval.next] if row.get("rows") != 0]
        Clock.now_ns = members.nanoseconds(INTERVALS[Interval.next][0]["ts"])
        for table in BPF.tables.values():
            table.fill()
    Interval.next += 1
    if Interval.next > last:
        raise KeyboardInterrupt


time.sleep = sleep


# ---- BPF ----


class SeveralMembers(ctypes.Structure):
    """The key of a histogram that has a name."""

    _fields_ = []


class Table(dict):
    """A map of a BPF program, or its buffer of events."""

    print_log2_hist = TableBase.print_log2_hist
    Key = SeveralMembers

    def __init__(self, name):
        self.name, self.print_event = name, None
        self.fill()

    def fill(self):
        self.clear()
        for row in Interval.rows:
            pair = members.total(TOOL, self.name, row)
            if pair:
                self[pair[0]] = pair[1]

    def __getitem__(self, key):
        return next(value for each, value in self.items() if getattr(each, "value", each) == getattr(key, "value", key))

    def decode_c_struct(self, histograms, keys, *_):
        for key, value in self.items():
            keys.append(key.vec)
            histograms[key.vec] = value.histogram

    def open_perf_buffer(self, print_event, **_):
        self.print_event = print_event

    def event(self, data):
        return data

    def walk(self, stack):
        return stack


class BPF:
    tables = {}
    rows = iter(ROWS)
    tracepoint_exists = staticmethod(lambda *_: True)
    kernel_struct_has_field = staticmethod(lambda *_: 1)

    def __init__(self, **_):
        pass

    def __getitem__(self, name):
        return self.tables.setdefault(name, Table(name))

    get_table = __getitem__

    def attach_kprobe(self, **_):
        pass

    attach_kretprobe = attach_kprobe

    def get_kprobe_functions(self, name):
        return [name]

    def ksym(self, symbol, **_):
        return symbol.encode()

    def perf_buffer_poll(self):
        row = next(self.rows, None)
        if row is None:
            raise KeyboardInterrupt
        Clock.now_ns = members.nanoseconds(row["ts"])
        family = f"ipv{row['family']}"
        buffers = [table for table in self.tables.values() if table.print_event]
        table = next((table for table in buffers if family in table.name), buffers[0])
        table.print_event(0, members.of_event(TOOL, row), 0)


# ---- the machine: its load, and the queues of an interface ----

LOADS = os.environ["BCC_LOADS"].split("\n")
open_file = builtins.open
list_directory = os.listdir
is_path = os.path.exists


def open_any(path, *rest, **named):
    if path == "/proc/loadavg":
        return io.StringIO(LOADS[Interval.next - 1] + "\n")
    return open_file(path, *rest, **named)


def list_any(path):
    if not str(path).startswith("/sys/class/net/"):
        return list_directory(path)
    return sorted({f"{row['direction']}-{row['queue']}" for row in ROWS if "queue" in row})


builtins.open = open_any
os.listdir = list_any
os.path.exists = lambda path: str(path).startswith("/sys/class/net/") or is_path(path)
