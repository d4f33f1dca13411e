# SPDX-License-Identifier: GPL-2.0-or-later
"""lab.py: helpers of the live tests: network namespaces, tools and traffic in them, and the kernel's counters for
comparison."""

import calendar
import collections
import contextlib
import ctypes
import dataclasses
import functools
import itertools
import json
import os
import pathlib
import re
import select
import shutil
import signal
import subprocess
import sys
import tempfile
import time
import unittest

import unseen

NETTRACE = os.path.abspath(os.environ.get("NETTRACE", pathlib.Path(__file__).parents[2] / "build/nettrace"))
PATIENCE = 30  # seconds, for operations without another limit
NOBODY = 65534
ROOT = pathlib.Path(__file__).resolve().parents[2]
EVERY = re.findall(r"^TOOL\((\w+)\)$", (ROOT / "cmd/tools.def").read_text(), re.MULTILINE)


def has_rows(tool):
    """Whether the tool has rows, by the schema of its lines."""
    return "row" in json.loads((ROOT / f"docs/schema/{tool}.json").read_text())["$defs"]


SNAPSHOTS = ("sockets",)  # their rows come at the end
TOOLS = tuple(tool for tool in EVERY if has_rows(tool) and tool not in SNAPSHOTS)
TOTALS = tuple(tool for tool in EVERY if tool not in (*TOOLS, *SNAPSHOTS))  # including tools without sockets
# Every tool, with its required arguments, or with those that let it see the traffic maker; a snapshot waits for the end.
NEEDED = {"netqtop": ("-n", "lo"), "dns": ("--port", "1-65535"), **dict.fromkeys(SNAPSHOTS, ("--duration=1h",))}
COMMANDS = {tool: (tool, *NEEDED.get(tool, ())) for tool in EVERY}
# The names of the links to the program.
LINKS = (*EVERY, *re.findall(r"^LINK\((\w+), ", (ROOT / "cmd/links.def").read_text(), re.MULTILINE))
LOOPBACK = {4: "127.0.0.1", 6: "::1"}
BOTH = ("--ipv4", "--ipv6")

# ---- running programs ----


@dataclasses.dataclass
class Finished:
    """A program that has ended: its exit status in the form of a shell, and its output."""

    code: int
    output: bytes
    errors: str

    @property
    def lines(self):
        return self.output.decode().splitlines()

    @property
    def objects(self):
        return [json.loads(line) for line in self.output.splitlines()]

    @property
    def rows(self):
        """The events among the lines of JSON; not those about losses and empty intervals."""
        return [object for object in self.objects if "tool" in object and "lost" not in object]

    @property
    def losses(self):
        return [object for object in self.objects if "lost" in object and "rows" not in object]

    @property
    def ledger(self):
        """The numbers in the last line of --verbose."""
        found = re.search(
            r"seen (?P<seen>\d+) = filtered (?P<filtered>\d+) \+ sent (?P<sent>\d+) \+ lost (?P<lost>\d+)"
            r".*; printed (?P<printed>\d+)$",
            self.errors,
            re.MULTILINE,
        )
        if not found:
            raise AssertionError(f"no ledger line in: {self.errors}")
        ledger = {name: int(number) for name, number in found.groupdict().items()}
        if ledger["seen"] != ledger["filtered"] + ledger["sent"] + ledger["lost"]:
            raise AssertionError(f"the ledger does not add up: {found.group()}")
        return ledger


def shell_status(returncode):
    return returncode if returncode >= 0 else 128 - returncode


def run(*command, limit=PATIENCE, **more):
    """Runs a program to its end."""
    more = {"stdin": subprocess.DEVNULL, "stdout": subprocess.PIPE, "stderr": subprocess.PIPE, **more}
    done = subprocess.run([str(word) for word in command], timeout=limit, check=False, **more)
    return Finished(shell_status(done.returncode), done.stdout or b"", (done.stderr or b"").decode())


def must(*command, **more):
    """Runs a program, which must succeed. Returns its output."""
    done = run(*command, **more)
    if done.code:
        raise AssertionError(f"{command}: exit {done.code}: {done.errors}")
    return done.output.decode()


def as_nobody(*command, capabilities=()):
    """Another user, with these ambient capabilities ("bpf")."""
    sets = ",".join(["-all", *(f"+{name}" for name in capabilities)])
    kept = [f"--inh-caps={sets}", f"--ambient-caps={sets}"] if capabilities else []
    return ["setpriv", f"--reuid={NOBODY}", f"--regid={NOBODY}", "--clear-groups", *kept, "--", *command]


def as_tracer(*command):
    """Another user, with only the capabilities that tracing needs."""
    return as_nobody(*command, capabilities=("bpf", "perfmon"))


def wait_for(condition, what, limit=PATIENCE):
    end = time.monotonic() + limit
    while not condition():
        if time.monotonic() > end:
            raise AssertionError(f"waited {limit} s for {what}")
        time.sleep(0.01)


class Running:
    """A program with its output in files, so that no pipe fills up. At the end of `with` it is killed, unless it has
    ended."""

    def __init__(self, *command, **more):
        self._output, self._errors = tempfile.TemporaryFile(), tempfile.TemporaryFile()
        more = {"stdin": subprocess.DEVNULL, "stdout": self._output, "stderr": self._errors, **more}
        self.process = subprocess.Popen([str(word) for word in command], **more)
        self.finished, self.told = None, False

    def __enter__(self):
        return self

    def __exit__(self, *exception):
        if exception[0]:
            self.process.kill()
        self.end()

    @property
    def pid(self):
        return self.process.pid

    def so_far(self):
        """Its stdout so far."""
        return os.pread(self._output.fileno(), 1 << 30, 0)

    def errors_so_far(self):
        return os.pread(self._errors.fileno(), 1 << 20, 0)

    def wait(self, limit=PATIENCE):
        """Waits for its own end."""
        if not self.finished:
            try:
                code = self.process.wait(limit)
            except subprocess.TimeoutExpired:
                self.process.kill()
                self.process.wait()
                raise
            with self._output, self._errors:
                self._errors.seek(0)
                self._output.seek(0)
                self.finished = Finished(shell_status(code), self._output.read(), self._errors.read().decode())
        return self.finished

    def tell(self, how=signal.SIGINT):
        """Sends it a signal, once."""
        if not self.told and not self.finished and self.process.poll() is None:
            self.process.send_signal(how)
        self.told = True

    def end(self, how=signal.SIGINT):
        """Ends it by a signal, and waits."""
        self.tell(how)
        return self.wait()

    def __getattr__(self, name):  # the results, after its end
        if name.startswith("_") or not self.__dict__.get("finished"):
            raise AttributeError(name)
        return getattr(self.finished, name)


class Held(Running):
    """A traffic maker that has opened its connections of --hold and waits."""

    def __init__(self, *command, **more):
        super().__init__(*command, stdin=subprocess.PIPE, **more)
        wait_for(lambda: b"ready" in self.so_far() or self.process.poll() is not None, "the held connections")

    def release(self):
        """Releases it, and returns its report."""
        self.process.stdin.close()
        done = self.wait()
        if done.code:
            raise AssertionError(f"traffic: exit {done.code}: {done.errors}")
        return json.loads(done.lines[-1])


class Tool(Running):
    """A tool of nettrace; `with` waits until it has attached. `enter` precedes its command."""

    def __init__(self, tool, *options, enter=(), **more):
        self.name = f"{tool} {options}"
        self.ready, report = os.pipe()
        try:
            super().__init__(*enter, NETTRACE, tool, "--ready-fd", report, *options, pass_fds=[report], **more)
        finally:
            os.close(report)

    def __enter__(self):
        if not self.report(only=1):
            self.process.kill()
            done = self.wait()
            raise AssertionError(f"{self.name}: exit {done.code} before it was ready: {done.errors[-500:]}")
        return self

    def report(self, only=100, limit=PATIENCE):
        """The bytes that it writes to --ready-fd, up to the end or the limit."""
        got = b""
        with open(self.ready, "rb", buffering=0) as ready:
            while len(got) < only and select.select([ready], [], [], limit)[0]:
                more = ready.read(only)
                if not more:
                    return got
                got += more
        if len(got) < only:
            raise AssertionError(f"{self.name}: --ready-fd has reported {got!r}, and is still open")
        return got


@contextlib.contextmanager
def side_by_side(tools):
    """Tools that start together: attached inside the `with`, ended after it."""
    with contextlib.ExitStack() as stack:
        for tool in tools:
            stack.push(tool)
        for tool in tools:
            tool.__enter__()
        yield
        for tool in tools:
            tool.tell()


@functools.cache
def machine():
    """The answers of `nettrace doctor` about this kernel."""
    return json.loads(run(NETTRACE, "doctor", "--json", "tcplife").lines[0])


def errors_of_open(finished):
    """The stderr of `tcplife --open`, except the warning that some kernels cause at the start."""
    warning = "" if machine()["map_iterators"] else r"tcplife: warning: [^\n]* the open sessions that no process holds\n"
    found = re.match(warning, finished.errors)
    if not found:
        raise AssertionError(f"{warning!r} is not told: {finished.errors}")
    return finished.errors[found.end() :]


# ---- network namespaces ----


def set_namespace(file):
    """os.setns() of Python 3.12."""
    if ctypes.CDLL(None, use_errno=True).setns(file.fileno(), 0):
        raise OSError(ctypes.get_errno(), "setns")


class Namespace:
    """A network namespace with its loopback interface up."""

    numbers = itertools.count(1)

    def __enter__(self):
        self.name = f"nt-{os.getpid()}-{next(self.numbers)}"
        self.path = f"/run/netns/{self.name}"
        must("ip", "netns", "add", self.name)
        must("ip", "-n", self.name, "link", "set", "lo", "up")
        self.inode = os.stat(self.path).st_ino
        return self

    def __exit__(self, *exception):
        must("ip", "netns", "del", self.name)

    @property
    def enter(self):
        """Precedes a command to run it inside. Unlike `ip netns exec`, this keeps the mounts."""
        return ["nsenter", f"--net={self.path}", "--"]

    @contextlib.contextmanager
    def inside(self):
        """Moves this thread inside for the `with` block; sockets that it creates stay inside."""
        with open("/proc/thread-self/ns/net", "rb") as before, open(self.path, "rb") as there:
            set_namespace(there)
            try:
                yield
            finally:
                set_namespace(before)

    def run(self, *command, **more):
        return run(*self.enter, *command, **more)

    def trace(self, tool, *options, **more):
        """A tool that runs inside and prints JSON of this namespace only; a filter excludes the others."""
        return Tool(tool, "--json", "--debug", "--netns", self.inode, *options, enter=self.enter, **more)

    def tool(self, tool, *options, **more):
        """A tool that runs inside with the given options."""
        return Tool(tool, *options, enter=self.enter, **more)

    def traffic(self, *options, through=(), **more):
        """Makes traffic; returns its report."""
        return json.loads(must(*self.enter, *through, NETTRACE, "traffic", "--json", *options, **more))

    def hold(self, *options, through=(), **more):
        """Traffic that waits with the connections of --hold open."""
        return Held(*self.enter, *through, NETTRACE, "traffic", "--json", "--hold-until-stdin", *options, **more)

    def counters(self):
        """The kernel's counters of this namespace: {"RetransSegs": 3, ...}."""
        counters = collections.Counter()
        lines = must(*self.enter, "cat", "/proc/net/netstat", "/proc/net/snmp").splitlines()
        for names, values in zip(lines[::2], lines[1::2]):
            group, *names = names.split()
            if group in ("Tcp:", "TcpExt:"):
                counters.update(dict(zip(names, map(int, values.split()[1:]))))
        return counters

    @contextlib.contextmanager
    def counting(self):
        """The growth of the kernel's counters; readable after the `with`."""
        grown, before = collections.Counter(), self.counters()
        yield grown
        after = self.counters()
        grown.update({name: after[name] - before[name] for name in after})


# ---- cgroups ----


@contextlib.contextmanager
def cgroup(*below):
    """Creates a cgroup (v2) and one or more below it: the directories, outermost first."""
    mounts = [line.split() for line in pathlib.Path("/proc/mounts").read_text().splitlines()]
    root = next((mount[1] for mount in mounts if mount[2] == "cgroup2"), None)
    if not root:
        raise unittest.SkipTest("no cgroup v2 is mounted")
    directories = [pathlib.Path(root, f"nettrace-live-{os.getpid()}")]
    for name in below:
        directories.append(directories[-1] / name)
    with contextlib.ExitStack() as stack:
        for directory in directories:
            directory.mkdir()
            stack.callback(directory.rmdir)
        yield directories


def in_cgroup(directory, *command):
    return ["sh", "-c", 'echo $$ > "$0" && exec "$@"', directory / "cgroup.procs", *command]


# ---- tests ----


def need(program):
    """The path of a program that a test requires."""
    path = shutil.which(program, path=os.environ["PATH"] + ":/usr/sbin:/sbin")
    if not path:
        raise unittest.SkipTest(f"no program {program}")
    return path


def too_long(*_):
    raise TimeoutError("the test takes too long")


class Trial(unittest.TestResult):
    """Keeps the results of a test until it is known whether they count."""

    def __init__(self):
        super().__init__()
        self.reported = []

    def __getattribute__(self, name):
        method = super().__getattribute__(name)
        if not name.startswith("add") and name not in ("startTest", "stopTest"):
            return method

        def report(*arguments):
            self.reported.append((name, arguments))
            return method(*arguments)

        return report

    def pass_on(self, result):
        for name, arguments in self.reported:
            getattr(result, name)(*arguments)


class LiveTest(unittest.TestCase):
    """A test with a network namespace of its own, self.space, and a time limit.

    A failed test during which events occurred that no BPF program sees (unseen.py) runs again: its result means
    nothing."""

    limit = 60
    maxDiff = None
    attempts = 5
    events = unseen.FILTERS

    def run(self, result=None):
        result = result if result is not None else self.defaultTestResult()
        with unseen.Unseen(self.events) as self.unseen:
            for attempt in range(self.attempts):
                self.unseen.clear()
                trial = Trial()
                super().run(trial)
                hidden = sum(self.unseen.count().values())
                if trial.wasSuccessful() or not hidden or attempt + 1 == self.attempts:
                    break
                print(f"{self.id()}: again: no BPF program can have seen {hidden} of its events", file=sys.stderr)
        trial.pass_on(result)
        return result

    @classmethod
    def setUpClass(cls):
        if os.geteuid() != 0:
            raise unittest.SkipTest("not root")
        for program in ("ip", "nsenter", "setpriv"):
            need(program)
        if not os.access(NETTRACE, os.X_OK):
            raise AssertionError(f"no program {NETTRACE}: build it, or name it in NETTRACE")

    def setUp(self):
        signal.signal(signal.SIGALRM, too_long)
        signal.alarm(self.limit)
        self.addCleanup(signal.alarm, 0)
        self.space = self.enterContext(Namespace())

    def assert_account(self, traced, count):
        """The tool's account has exactly this number of events in its namespace, none lost and all printed."""
        ledger = traced.ledger
        self.assertEqual(ledger["lost"], 0, traced.errors)
        self.assertEqual(traced.losses, [])
        self.assertEqual(len(traced.rows), count, traced.errors)
        self.assertEqual((ledger["sent"], ledger["printed"]), (count, count), traced.errors)

    def assert_common(self, row, tool, report, owners=("exact", "inherited")):
        """Compares the members of every event with the traffic maker's report of itself."""
        self.assertEqual(row["tool"], tool)
        self.assertEqual(row["netns"], self.space.inode, row)
        self.assertIn(row["family"], (4, 6))
        self.assertEqual(row["laddr"], LOOPBACK[row["family"]], row)
        self.assertIn(row["owner"], owners, row)
        names = {report["client_pid"]: "nt-client", report["server_pid"]: "nt-server"}
        names.update({pid: "nt-forked" for pid in report["fork_pids"]})
        self.assertEqual(row["comm"], names.get(row["pid"]), row)
        self.assertEqual((row["tid"], row["uid"]), (row["pid"], 0), row)
        self.assertGreater(row["cgroup_id"], 0, row)
        self.assertLess(abs(nanoseconds(row["ts"]) - time.time_ns()), PATIENCE * 10**9, row)


def nanoseconds(timestamp):
    """RFC 3339 with nine decimals, in UTC, as nanoseconds since 1970."""
    found = re.fullmatch(r"(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d)\.(\d{9})Z", timestamp)
    if not found:
        raise AssertionError(f"not a timestamp: {timestamp}")
    return calendar_seconds(found[1]) * 10**9 + int(found[2])


@functools.lru_cache
def calendar_seconds(text):
    return calendar.timegm(time.strptime(text, "%Y-%m-%dT%H:%M:%S"))


def count_by(rows, *names):
    """The number of rows for each combination of values."""
    return collections.Counter(tuple(row[name] for name in names) for row in rows)


def split_lives(rows):
    """The rows of each socket from its begin to its end: the kernel reuses addresses."""
    lives, open_now = [], {}
    for row in rows:
        life = open_now.setdefault(row["skaddr"], [])
        life.append(row)
        if row["newstate"] == "CLOSE":
            lives.append(open_now.pop(row["skaddr"]))
    return lives, open_now


def main():
    unittest.main(verbosity=2)
