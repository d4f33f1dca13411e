# SPDX-License-Identifier: GPL-2.0-or-later
"""bench.py: helpers of the benchmarks: alternating runs, figures and their targets, tools and their peers."""

import contextlib
import ctypes
import dataclasses
import json
import os
import pathlib
import platform
import re
import resource
import signal
import statistics
import subprocess
import sys
import tempfile
import time

HERE = pathlib.Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parent / "live"))
import lab  # noqa: E402

ROOT = HERE.parents[1]
BUILD = pathlib.Path(lab.NETTRACE).parent
LOAD = BUILD / "test/load"
TRAFFIC_CPU = 0  # where traffic is pinned; the tools are free, and use the other CPU
SETTLE = 0.4  # seconds until a tool has printed the content of its ring and buffers

# ---- figures ----


@dataclasses.dataclass
class Figure:
    """A line of the result: the measured values, run by run. ratio: of each run, ours to the peer's. at_most and
    at_least are targets, for the ratio if there is one, else for our value; None: no target."""

    what: str
    unit: str
    ours: list
    peer: list = dataclasses.field(default_factory=list)
    peer_name: str = ""
    at_most: float = None
    at_least: float = None
    digits: int = 2
    by_value: bool = False  # the target applies to our value, although there is a peer
    note: str = ""

    @property
    def ratios(self):
        return [ours / peer for ours, peer in zip(self.ours, self.peer) if peer]

    @property
    def judged(self):
        return statistics.median(self.ratios if self.ratios and not self.by_value else self.ours)

    @property
    def reached(self):
        if self.at_most is not None and self.judged > self.at_most:
            return False
        if self.at_least is not None and self.judged < self.at_least:
            return False
        return True if (self.at_most, self.at_least) != (None, None) else None

    def spread(self, values):
        if not values:
            return "-"
        low, middle, high = (f"{x:,.{self.digits}f}" for x in (min(values), statistics.median(values), max(values)))
        return middle if low == high else f"{middle} ({low} to {high})"

    @property
    def to_reach(self):
        sign, bound = ("≤", self.at_most) if self.at_most is not None else ("≥", self.at_least)
        if bound is None:
            return "-"
        if self.ratios and not self.by_value:
            return f"{sign} {bound:.2f} of the peer"
        return f"{sign} {bound:,.{self.digits}f} {self.unit}"

    @property
    def cells(self):
        """As the columns of a table: see HEADINGS."""
        ratio = f"{statistics.median(self.ratios):.2f}" if self.ratios else "-"
        told = {True: "yes", False: "no", None: "-"}[self.reached]
        peer = f"{self.spread(self.peer)} {self.peer_name}".strip()
        return [f"{self.what}, {self.unit}" if self.unit else self.what, self.spread(self.ours), peer, ratio, self.to_reach, told]


HEADINGS = ["figure", "nettrace: median (lowest to highest)", "peer", "ratio", "target", "met"]


def alternate(rounds, **kinds):
    """Measures each kind once in every round, in turn, and in reverse order in every second round: so load from other
    processes affects all equally. Returns {kind: [result of each round]}."""
    results = {kind: [] for kind in kinds}
    for number in range(rounds):
        for kind in list(kinds) if number % 2 == 0 else reversed(kinds):
            results[kind].append(kinds[kind]())
            tell(f"  round {number + 1}, {kind}: {results[kind][-1]}")
    return results


def pick(results, *names):
    """[{a: 1}, {a: 2}] -> [1, 2]; with two names: one divided by the other."""
    if len(names) == 1:
        return [result[names[0]] for result in results]
    return [result[names[0]] / result[names[1]] for result in results]


def tell(line):
    """Prints progress on stderr."""
    print(line, file=sys.stderr, flush=True)


# ---- the machine ----


def machine():
    """Describes the machine, on which figures depend."""
    models = re.findall(r"^model name\s*: (.*)", pathlib.Path("/proc/cpuinfo").read_text(), re.MULTILINE)
    return f"{os.cpu_count()} CPUs ({models[0] if models else platform.machine()}), Linux {platform.release()}"


BPF_STATS = pathlib.Path("/proc/sys/kernel/bpf_stats_enabled")


@contextlib.contextmanager
def bpf_stats(on):
    """Sets kernel.bpf_stats_enabled, which costs 50 ns a program run, for the `with` block; then restores it."""
    before = BPF_STATS.read_text()
    BPF_STATS.write_text(f"{int(on)}\n")
    try:
        yield
    finally:
        BPF_STATS.write_text(before)


@contextlib.contextmanager
def scratch():
    """A file in memory, so that writes cost no disk access."""
    with tempfile.NamedTemporaryFile(dir="/dev/shm") as file:
        yield file


# ---- traffic ----


def load(space, what, *arguments, limit=lab.PATIENCE):
    """Runs traffic of load.c, pinned to one CPU; returns its report."""
    pinned = ["taskset", "-c", str(TRAFFIC_CPU)]
    return json.loads(lab.must(*space.enter, *pinned, LOAD, what, *arguments, limit=limit))


class Held:
    """Open sockets, with both ends of each connection in this process; exchange() makes the busy ones send and receive.
    kind "queue": connections that wait for accept() until the end."""

    def __init__(self, space, sockets, busy=0, what="hold"):
        connections, most = sockets // 2, resource.getrlimit(resource.RLIMIT_NOFILE)[1] // 2 - 100
        busy //= 2
        self.parts = []
        while connections:
            part = min(connections, most)
            command = [*space.enter, LOAD, what, str(part), str(min(busy, part))]
            self.parts.append(subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE))
            connections, busy = connections - part, max(busy - part, 0)

    def __enter__(self):
        self.hear()
        return self

    def __exit__(self, *exception):
        for part in self.parts:
            part.communicate()

    def exchange(self):
        for part in self.parts:
            part.stdin.write(b"x")
            part.stdin.flush()
        self.hear()

    def hear(self):
        for part in self.parts:
            json.loads(part.stdout.readline())


# ---- tools and their peers ----


class Watched:
    """A running tool, measured through /proc."""

    def cpu(self):
        """CPU time so far, user and system, ns: the scheduler's own sum, more precise than ticks."""
        return sum(
            int((task / "schedstat").read_text().split()[0])
            for task in pathlib.Path(f"/proc/{self.pid}/task").iterdir()
        )

    def peak(self):
        """Peak memory, KiB."""
        return int(re.search(r"VmHWM:\s*(\d+)", pathlib.Path(f"/proc/{self.pid}/status").read_text())[1])

    def resident(self):
        """Current memory, and that of its maps, KiB."""
        status = pathlib.Path(f"/proc/{self.pid}/status").read_text()
        maps = {info["map_id"]: int(info["memlock"]) for info in self.descriptors() if "map_id" in info}
        return {"memory": int(re.search(r"VmRSS:\s*(\d+)", status)[1]), "maps": sum(maps.values()) // 1024}

    def descriptors(self):
        """The /proc fdinfo of each open descriptor."""
        for fd in pathlib.Path(f"/proc/{self.pid}/fdinfo").iterdir():
            with contextlib.suppress(FileNotFoundError):
                yield dict(line.split(":\t", 1) for line in fd.read_text().splitlines() if ":\t" in line)

    def programs(self):
        """Its BPF programs: [{prog_id: ..., run_time_ns: ..., run_cnt: ...}]."""
        found = {}
        for info in self.descriptors():
            if "prog_type" in info:
                found[info["prog_id"]] = {name: int(value) for name, value in info.items() if value.isdigit()}
        return list(found.values())

    def bpf_time(self):
        """The run time of its programs, ns, and their number of runs; counted only while bpf_stats is on."""
        programs = self.programs()
        return sum(each["run_time_ns"] for each in programs), sum(each["run_cnt"] for each in programs)


class Ours(Watched, lab.Tool):
    """A tool of nettrace."""

    def lost(self):
        return self.ledger["lost"]


def peer(tool):
    return lab.need(f"/usr/sbin/{tool}")


class Other(Watched, lab.Running):
    """A tool of another project. It does not announce that it is ready: the benchmark assumes that some ms after its
    first program exists."""

    def __init__(self, *command, enter=(), **more):
        super().__init__(*enter, *command, **more)

    def __enter__(self):
        lab.wait_for(lambda: self.ended() or self.programs(), "the peer to attach")
        time.sleep(0.3)
        if self.ended():
            raise AssertionError(f"{self.process.args}: {self.wait().errors[-500:]}")
        return self

    def ended(self):
        return self.process.poll() is not None

    def end(self, how=signal.SIGINT):
        self.stop(how)
        return self.wait()

    def stop(self, how=signal.SIGINT):
        """Waits until the tool has ended. It may need several signals, as bcc does while it prints a row, or never end,
        as bpftrace does while there are events."""
        for _ in range(5):
            self.told = False
            self.tell(how)
            with contextlib.suppress(subprocess.TimeoutExpired):
                self.process.wait(1)
                return
        self.process.kill()

    def lost(self):
        return sum(int(number) for number in re.findall(r"[Ll]ost (\d+) (?:events|samples)", self.errors))


class Peer(Other):
    """A tool of libbpf-tools."""

    def __init__(self, tool, *options, **more):
        super().__init__(peer(tool), *options, **more)


# Arguments with which tools of libbpf-tools print each second.
EACH_SECOND = {"softirqs": ("1",), "tcptop": ("-C", "1")}


def peer_command(tool):
    return (tool, *EACH_SECOND.get(tool, ()))


def starts(*command, **more):
    """Whether a tool runs on this kernel: it loads programs, and does not exit soon afterwards."""
    with contextlib.suppress(AssertionError), Other(*command, **more) as tried:
        time.sleep(0.3)
        return not tried.ended()
    return False


def peer_starts(tool):
    return pathlib.Path("/usr/sbin", tool).exists() and starts(peer(tool), *peer_command(tool)[1:])


# ---- bpf(2), for information that /proc lacks ----

BPF = {"x86_64": 321, "aarch64": 280}
PROG_GET_FD_BY_ID, OBJ_GET_INFO_BY_FD = 13, 15


def program_info(number):
    """struct bpf_prog_info of a program id: its name, instructions after the verifier, and bytes of machine code."""
    bpf = ctypes.CDLL(None, use_errno=True).syscall
    call = BPF[platform.machine()]
    ask = ctypes.create_string_buffer(number.to_bytes(4, sys.byteorder), 128)
    fd = bpf(call, PROG_GET_FD_BY_ID, ask, len(ask))
    if fd < 0:
        raise OSError(ctypes.get_errno(), "BPF_PROG_GET_FD_BY_ID")
    info = ctypes.create_string_buffer(256)
    ask = ctypes.create_string_buffer(16)
    ask[0:4], ask[4:8] = fd.to_bytes(4, sys.byteorder), len(info).to_bytes(4, sys.byteorder)
    ask[8:16] = ctypes.addressof(info).to_bytes(8, sys.byteorder)
    try:
        if bpf(call, OBJ_GET_INFO_BY_FD, ask, len(ask)):
            raise OSError(ctypes.get_errno(), "BPF_OBJ_GET_INFO_BY_FD")
    finally:
        os.close(fd)
    jited, xlated = (int.from_bytes(info[at : at + 4], sys.byteorder) for at in (16, 20))
    name = bytes(info[64:80]).split(b"\0")[0].decode()
    return {"name": name, "instructions": xlated // 8, "machine_bytes": jited}



def commit():
    done = subprocess.run(["git", "-C", HERE, "describe", "--always", "--dirty"], capture_output=True, text=True)
    return done.stdout.strip() or "unknown"
