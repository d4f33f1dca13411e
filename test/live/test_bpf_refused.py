#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""test_bpf_refused.py: calls of bpf() that the kernel refuses, each in turn, for each tool and for all in one process
(test/refuse/refuse.c): the rows are right, or a message reports what is missing."""

import collections
import concurrent.futures
import errno
import os
import pathlib
import queue
import re
import tempfile

import lab
import sockets

REFUSED = os.environ.get("REFUSED", lab.ROOT / "build/test/nettrace_refused")
FILE = "FILE"  # in words: the recording
ALL = ("record", "-o", FILE, ",".join(lab.TOOLS))
# The kernel's errors for each bpf() command (enum bpf_cmd of linux/bpf.h), in turn; 524: ENOTSUPP, internal to the
# kernel.
MAP_CREATE, PROG_LOAD, RAW_TRACEPOINT_OPEN, LINK_CREATE, ITER_CREATE = 0, 5, 17, 28, 33
ANSWERS = {
    MAP_CREATE: (errno.ENOMEM, errno.EPERM, errno.EINVAL),
    PROG_LOAD: (errno.EINVAL, errno.EPERM, errno.ENOMEM, errno.EACCES),
    RAW_TRACEPOINT_OPEN: (errno.E2BIG, errno.ENOMEM, 524, errno.EBUSY),
    LINK_CREATE: (errno.E2BIG, errno.ENOMEM, 524, errno.EBUSY),
    ITER_CREATE: (errno.ENOMEM, errno.EINVAL),
}
OTHERS = (errno.EPERM, errno.ENOMEM)
# In one process, tools share what these make. What the other commands do to a tool, its own run shows. NETTRACE_LONG=1
# refuses them here too, which takes longer.
SHARED = set() if os.environ.get("NETTRACE_LONG") else set(ANSWERS)
# Fast, and equal each time. Retransmissions take long, and their number varies, so only their own tool gets some, and
# its rows are compared with the kernel's counter.
TRAFFIC = ("--connect=1", "--refuse=1", "--ipv4")
OTHER = {
    "tcpretrans": ("--retransmit=1", "--ipv4"),
    "dns": ("--dns=1", "--dns-fail=1", "--ipv4"),
    "udptop": ("--dns=2", "--ipv4"),
}
# Of a snapshot: the connection that Place holds. Those in TIME_WAIT remain from other runs.
ONLY = {"sockets": ("--state=established",)}
# They count what happens on the whole machine or device, so only the names of their rows are equal.
COUNTERS = ("netqtop", "softirqs")
NAMES = ("tool", "comm", "oldstate", "newstate", "type", "role", "result", "state", "subnet", "device", "direction")
BYTES = ("rx_bytes", "tx_bytes")  # of tools that add up


def key(row):
    """The part of a row that is equal for equal traffic, with fallbacks too."""
    return tuple(row.get(name) for name in (*NAMES, *(BYTES if row["tool"] in lab.TOTALS else ())))


def rows_of(tool, done):
    if tool == "softirqs":
        return collections.Counter({("softirqs", "some"): 1} if done.rows else {})
    return collections.Counter(map(key, done.rows))


NOT_TRACED = 125  # the tool's own failure when it runs a command
WORKERS = 4  # a run mostly waits: for the kernel when it attaches and detaches, and for its traffic


class Place:
    """Where one worker's runs take place: a namespace and files of its own."""

    def __init__(self, test, number):
        self.space = test.enterContext(lab.Namespace())
        self.file = test.directory / f"{number}.rec"
        test.enterContext(sockets.connection(self.space))

    def traced(self, words, **environment):
        """The result of a run, and its rows by key (of a recording: the number for each tool)."""
        words = [self.file if word is FILE else word for word in words]
        if words[0] not in COUNTERS:
            words += "--netns", self.space.inode
        command = [*self.space.enter, REFUSED, *words, "--", lab.NETTRACE, "traffic"]
        command += OTHER.get(words[0], TRAFFIC)
        self.file.unlink(missing_ok=True)
        with self.space.counting() as counters:
            done = lab.run(*command, env={**os.environ, **environment})
        if words[0] == "tcpretrans":
            sent = counters["RetransSegs"] - counters["TCPRetransFail"]
            missing = sent - sum(row["segments"] for row in done.rows)
            return done, collections.Counter({("tcpretrans", "some"): bool(done.rows), ("tcpretrans", "missing"): missing})
        if words[0] != "record":
            return done, rows_of(words[0], done)
        told = lab.run(lab.NETTRACE, "replay", self.file, "--info").output.decode() if self.file.exists() else ""
        return done, collections.Counter({(tool,): int(count) for tool, count in re.findall(r"^(\w+) +events (\d+)", told, re.M)})


class Refused(lab.LiveTest):
    limit = 560
    attempts = 1

    def setUp(self):
        super().setUp()
        self.directory = pathlib.Path(self.enterContext(tempfile.TemporaryDirectory()))
        self.places = queue.SimpleQueue()
        for number in range(WORKERS):
            self.places.put(Place(self, number))

    def traced(self, words, **environment):
        place = self.places.get()
        try:
            return place.traced(words, **environment)
        finally:
            self.places.put(place)

    def usual(self, words):
        """The rows of a run without refusals, and its calls: (command, number)."""
        counts = self.directory / "counts"
        self.traced(words)  # the first run may be slow
        for _ in range(lab.LiveTest.attempts):
            self.unseen.clear()
            done, usual = self.traced(words, REFUSE_COUNTS=str(counts))
            if not self.hidden():
                break
        self.assertEqual((done.code, bool(usual), usual["tcpretrans", "missing"]), (0, True, 0), done.errors)
        return usual, [tuple(map(int, line.split())) for line in counts.read_text().splitlines()]

    def problem(self, usual, done, rows):
        """Returns None, or the fault of a run with a refused call."""
        said = re.findall(r"^(\w+): (?:error|warning): (.+)$", done.errors, re.M)
        if done.code not in (0, NOT_TRACED) or "Sanitizer" in done.errors:
            return f"exit {done.code}"
        if done.code == NOT_TRACED:
            return None if said else "an exit without a word"
        if any("internal" in text for _, text in said):
            return "internal error"
        for tool in {name[0] for name in (usual - rows) | (rows - usual)}:
            if not any(tool in (name, text.split()[0]) or "cannot walk" in text or "loss counters" in text for name, text in said):
                return f"{tool}: other rows than usual, and nothing is said: {usual - rows} missing, {rows - usual} more"
        return None

    def refuse_each(self, words, usual, refusals):
        with concurrent.futures.ThreadPoolExecutor(WORKERS) as pool:
            runs = [pool.submit(self.traced, words, REFUSE=refusal) for refusal in refusals]
            results = [run.result() for run in runs]
        hidden = self.hidden()
        for refusal, (done, rows) in zip(refusals, results):
            if hidden and self.problem(usual, done, rows):
                done, rows = self.looked_at_again(words, usual, refusal)
            with self.subTest(refusal=refusal):
                self.assertIsNone(self.problem(usual, done, rows), done.errors)

    def hidden(self):
        """The number of events that no BPF program can have seen (unseen.py): with them a problem means nothing."""
        return sum(self.unseen.count().values())

    def looked_at_again(self, words, usual, refusal):
        """The result of the first run without a problem, or without hidden events; as often as LiveTest tries."""
        for _ in range(lab.LiveTest.attempts):
            self.unseen.clear()
            done, rows = self.traced(words, REFUSE=refusal)
            if not self.problem(usual, done, rows) or not self.hidden():
                break
        return done, rows

    def check(self, *words, only=()):
        usual, calls = self.usual(words)
        refusals = [
            f"{command}:{call}:{call}:{answers[call % len(answers)]}"
            for command, count in calls
            if not only or command in only
            for answers in [ANSWERS.get(command, OTHERS)]
            for call in range(1, count + 1)
        ]
        self.assertGreater(len(refusals), 20)
        self.refuse_each(words, usual, refusals)

    def test_all_attach(self):
        """All in one process, where the attachment of each program is refused in turn: no program writes to a ring
        without a reader."""
        usual, calls = self.usual(ALL)
        self.assertGreater(sum(usual.values()), 20)
        made = dict(calls)
        command = LINK_CREATE if made.get(LINK_CREATE, 0) > made.get(RAW_TRACEPOINT_OPEN, 0) else RAW_TRACEPOINT_OPEN
        last = [call if call % 3 else call + 2 for call in range(1, made[command] + 1)]
        self.refuse_each(ALL, usual, [f"{command}:{call}:{last}:{errno.E2BIG}" for call, last in enumerate(last, 1)])


def each(tool):
    def test(self):
        self.check(*lab.COMMANDS[tool], *ONLY.get(tool, ()), "--json")

    return test


for name in lab.EVERY:
    setattr(Refused, f"test_{name}", each(name))
setattr(Refused, "test_trace", lambda self: self.check("trace", "--json", only=SHARED))
setattr(Refused, "test_record", lambda self: self.check(*ALL, only=SHARED))
