#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""test_bpf_refused.py: calls of bpf() that the kernel refuses, each in turn, for each tool and for all in one process
(test/refuse/refuse.c): the rows are right, or a message reports what is missing."""

import collections
import errno
import os
import pathlib
import re
import tempfile

import lab

REFUSED = os.environ.get("REFUSED", lab.ROOT / "build/test/nettrace_refused")
RECORDED = ",".join(lab.TOOLS)
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
# Fast, and equal each time. Retransmissions take long, so only their own tool gets some: the number of drops and
# retransmissions before the connection ends varies.
TRAFFIC = ("--connect=1", "--refuse=1", "--ipv4")
OF_RETRANSMISSIONS = ("--retransmit=1", "--ipv4")


def key(row):
    """The part of a row that is equal for equal traffic, with fallbacks too."""
    return tuple(row.get(name) for name in ("tool", "comm", "oldstate", "newstate", "type", "role", "result", "state"))


class Refused(lab.LiveTest):
    limit = 560
    attempts = 1

    def setUp(self):
        super().setUp()
        self.directory = pathlib.Path(self.enterContext(tempfile.TemporaryDirectory()))
        self.file = self.directory / "all.rec"

    def traced(self, words, **environment):
        """The exit status of a run, its messages, and its rows by key (of a recording: the number for each tool)."""
        command = [*self.space.enter, REFUSED, *words, "--netns", self.space.inode, "--", lab.NETTRACE, "traffic"]
        command += OF_RETRANSMISSIONS if words[0] == "tcpretrans" else TRAFFIC
        self.file.unlink(missing_ok=True)
        done = lab.run(*command, env={**os.environ, **environment})
        if words[0] != "record":
            return done, collections.Counter(key(row) for row in done.rows)
        told = lab.run(lab.NETTRACE, "replay", self.file, "--info").output.decode() if self.file.exists() else ""
        return done, collections.Counter({(tool,): int(count) for tool, count in re.findall(r"^(\w+) +events (\d+)", told, re.M)})

    def problem(self, usual, done, rows):
        """Returns None, or the fault of a run with a refused call."""
        said = re.findall(r"^(\w+): (?:error|warning): (.+)$", done.errors, re.M)
        if done.code not in (0, 3) or "Sanitizer" in done.errors:
            return f"exit {done.code}"
        if done.code == 3:
            return None if said else "exit 3 without a word"
        if any("internal" in text for _, text in said):
            return "internal error"
        for tool in {name[0] for name in (usual - rows) | (rows - usual)}:
            if not any(tool in (name, text.split()[0]) or "cannot walk" in text or "loss counters" in text for name, text in said):
                return f"{tool}: other rows than usual, and nothing is said: {usual - rows} missing, {rows - usual} more"
        return None

    def check(self, *words):
        counts = self.directory / "counts"
        self.traced(words)  # the first run may be slow
        done, usual = self.traced(words, REFUSE_COUNTS=str(counts))
        self.assertEqual((done.code, bool(usual)), (0, True), done.errors)
        tried = 0
        for line in counts.read_text().splitlines():
            command, calls = map(int, line.split())
            answers = ANSWERS.get(command, OTHERS)
            for call in range(1, calls + 1):
                refusal = f"{command}:{call}:{call}:{answers[call % len(answers)]}"
                done, rows = self.traced(words, REFUSE=refusal)
                problem = self.problem(usual, done, rows)
                tried += 1
                with self.subTest(refusal=refusal, words=words):
                    self.assertIsNone(problem, done.errors)
        self.assertGreater(tried, 20)
        return tried

    def test_all_attach(self):
        """All in one process, where the attachment of each program is refused in turn: no program writes to a ring
        without a reader."""
        counts = self.directory / "counts"
        words = ("record", "-o", self.file, RECORDED)
        done, usual = self.traced(words, REFUSE_COUNTS=str(counts))
        self.assertEqual(done.code, 0, done.errors)
        self.assertGreater(sum(usual.values()), 20)
        made = dict(tuple(map(int, line.split())) for line in counts.read_text().splitlines())
        command = LINK_CREATE if made.get(LINK_CREATE, 0) > made.get(RAW_TRACEPOINT_OPEN, 0) else RAW_TRACEPOINT_OPEN
        for call in range(1, made[command] + 1):
            last = call if call % 3 else call + 2
            done, rows = self.traced(words, REFUSE=f"{command}:{call}:{last}:{errno.E2BIG}")
            with self.subTest(first=call, last=last):
                self.assertIsNone(self.problem(usual, done, rows), f"{done.errors}{usual} {rows}")


def each(tool):
    def test(self):
        self.check(*lab.COMMANDS[tool], "--json")

    return test


for name in lab.TOOLS:
    setattr(Refused, f"test_{name}", each(name))
setattr(Refused, "test_trace", lambda self: self.check("trace", "--json"))
setattr(Refused, "test_record", lambda self: self.check("record", "-o", self.file, RECORDED))
