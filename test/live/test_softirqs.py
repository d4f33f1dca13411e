#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""test_softirqs.py: softirqs against the kernel's counts, /proc/softirqs, and libbpf-tools' softirqs."""

import collections
import contextlib
import os
import re
import socket
import threading
import time

import lab
from unseen import Unseen

PACKETS = 10007
CPUS = os.cpu_count()
KINDS = ("hi", "timer", "net_tx", "net_rx", "block", "irq_poll", "tasklet", "sched", "hrtimer", "rcu")
TRACEFS = "mount -t tracefs tracefs /sys/kernel/tracing 2>/dev/null; exec $0 -N"


def kernel_counts():
    """/proc/softirqs: the number of times that each kind has begun on each CPU."""
    with open("/proc/softirqs", encoding="ascii") as file:
        cpus = [int(word[3:]) for word in file.readline().split()]
        counts = collections.Counter()
        for line in file:
            name, *numbers = line.lower().split()
            counts.update({(name[:-1], cpu): int(number) for cpu, number in zip(cpus, numbers)})
    return counts


def by_kind(counts):
    sums = collections.Counter()
    for (kind, _), number in counts.items():
        sums[kind] += number
    return sums


def sum_of(rows, name, kind=None):
    return sum(row[name] for row in rows if kind in (None, row["softirq"]))


class Kernel:
    """The kernel's counts while a tool was attached: at least `least`, at most `most`. The kernel counts a softirq at
    its begin, the tool at its end: one for each kind and CPU may be running at the end. And no BPF program sees some
    of them (unseen.py)."""

    SLACK = 1

    def __init__(self):
        self.before = kernel_counts()
        self.unseen = Unseen({"irq/softirq_exit": ""})

    def attached(self):
        self.begin = kernel_counts()
        self.unseen.clear()

    def ending(self):
        with self.unseen:
            self.end = kernel_counts()
            self.slack = collections.Counter(
                (re.search(r"action=(\w+)", fields)[1].lower(), cpu) for _, cpu, fields in self.unseen.events()
            )

    def ended(self):
        after = kernel_counts()
        self.most = {key: after[key] - self.before[key] for key in after}
        self.least = {key: max(0, self.end[key] - self.begin[key] - self.slack[key] - self.SLACK) for key in after}


class Softirqs(lab.LiveTest):
    def send(self, packets, cpu=None):
        """Packets over loopback. Each causes a softirq when it is sent: net_rx, on the sender's CPU."""
        before = os.sched_getaffinity(0)
        try:
            if cpu is not None:
                os.sched_setaffinity(0, {cpu})
            with self.space.inside(), socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sender:
                for _ in range(packets):
                    sender.sendto(b"x", ("127.0.0.1", 9))
        finally:
            os.sched_setaffinity(0, before)

    @contextlib.contextmanager
    def busy(self):
        """A packet about every millisecond: no interval is without softirqs."""
        done = threading.Event()

        def work():
            while not done.wait(0.001):
                self.send(1)

        thread = threading.Thread(target=work)
        thread.start()
        try:
            yield
        finally:
            done.set()
            thread.join()

    def trace(self, *options):
        return lab.Tool("softirqs", "--json", *options)

    def traced(self, *options, cpu=None):
        """Rows of a run with packets, ended by Ctrl-C, and the kernel's counts."""
        kernel = Kernel()
        with self.trace(*options) as tool:
            kernel.attached()
            self.send(PACKETS, cpu)
            kernel.ending()
        kernel.ended()
        self.assertEqual((tool.code, tool.errors), (0, ""))
        return tool.rows, kernel

    def assert_within(self, counts, kernel):
        for key in counts.keys() | kernel.least.keys():
            if not kernel.least.get(key, 0) <= counts[key] <= kernel.most.get(key, 0):
                self.fail(f"{key}: {counts[key]}, kernel: {kernel.least.get(key)} to {kernel.most.get(key)}")

    def test_counts_are_the_kernels(self):
        rows, kernel = self.traced("-C", "--per-cpu")
        counts = collections.Counter({(row["softirq"], row["cpu"]): row["count"] for row in rows})
        self.assertEqual(len(counts), len(rows))
        self.assert_within(counts, kernel)
        self.assertGreaterEqual(sum_of(rows, "count", "net_rx"), PACKETS)
        self.assertLessEqual({row["softirq"] for row in rows}, set(KINDS))
        # Largest first.
        self.assertEqual([row["count"] for row in rows], sorted((row["count"] for row in rows), reverse=True))

    def test_cpus_together(self):
        rows, kernel = self.traced("-C")
        self.assertEqual({row["cpu"] for row in rows}, {None})
        self.assertEqual(len({row["softirq"] for row in rows}), len(rows))
        kernel.least, kernel.most = by_kind(kernel.least), by_kind(kernel.most)
        self.assert_within(collections.Counter({row["softirq"]: row["count"] for row in rows}), kernel)

    def test_only_these_cpus(self):
        """-c excludes other processes' softirqs, also with the CPUs added up."""
        here, other = 0, CPUS - 1
        rows, kernel = self.traced("-C", "--per-cpu", "-c", here, cpu=here)
        self.assertEqual({row["cpu"] for row in rows}, {here})
        self.assertGreaterEqual(sum_of(rows, "count", "net_rx"), PACKETS)
        kernel.least = {key: least for key, least in kernel.least.items() if key[1] == here}
        self.assert_within(collections.Counter({(row["softirq"], row["cpu"]): row["count"] for row in rows}), kernel)
        self.assertGreater(CPUS, 1)
        rows, kernel = self.traced("-C", "-c", here, cpu=other)
        self.assertLessEqual(sum_of(rows, "count", "net_rx"), kernel.most["net_rx", here])
        self.assertGreaterEqual(kernel.most["net_rx", other], PACKETS)

    def test_no_spike_of_what_was_running(self):
        """libbpf-tools counts the whole uptime for a softirq that was running at the start. A CPU's softirqs do not
        nest, so together they take at most the interval, plus one that began before it. This traffic uses a small
        part of a CPU."""
        with self.busy():
            for _ in range(29):
                done = lab.run(lab.NETTRACE, "softirqs", "--json", "--per-cpu", "0.02", "1")
                self.assertEqual(done.code, 0, done.errors)
                for cpu in range(CPUS):
                    rows = [row for row in done.rows if row["cpu"] == cpu]
                    self.assertLessEqual(sum_of(rows, "total_ns"), max((row["interval_ns"] for row in rows), default=0))

    def test_time_is_plausible(self):
        """A packet over loopback takes some hundred ns to some hundred us."""
        rows, _ = self.traced()
        mean = sum_of(rows, "total_ns", "net_rx") / sum_of(rows, "count", "net_rx")
        self.assertTrue(200 < mean < 500_000, rows)
        self.assertEqual([row["total_ns"] for row in rows], sorted((row["total_ns"] for row in rows), reverse=True))

    def test_latency(self):
        """A packet over loopback is received as soon as it is sent; other softirqs may delay it to ksoftirqd."""
        rows, kernel = self.traced("--latency", "--per-cpu")
        self.assertGreaterEqual(sum_of(rows, "count", "net_rx"), PACKETS)
        mean = sum_of(rows, "total_ns", "net_rx") / sum_of(rows, "count", "net_rx")
        self.assertTrue(50 < mean < 20_000_000, rows)
        # Softirqs raised before the start do not count.
        for row in rows:
            self.assertLessEqual(row["count"], kernel.most[row["softirq"], row["cpu"]])

    def test_histograms(self):
        for options in (("-d",), ("-dN", "--per-cpu"), ("-d", "--latency")):
            rows, _ = self.traced(*options)
            key, unit = ("histogram_ns", 1) if "-dN" in options else ("histogram_us", 1000)
            for row in rows:
                self.assertEqual(sum(slot["count"] for slot in row[key]), row["count"], row)
                # The total is within the limits of the slots.
                self.assertGreaterEqual(row["total_ns"], sum(slot["count"] * slot["from"] for slot in row[key]) * unit)
                self.assertLess(row["total_ns"], sum(slot["count"] * (slot["to"] + 1) for slot in row[key]) * unit)
            self.assertGreaterEqual(sum_of(rows, "count", "net_rx"), PACKETS)

    def test_intervals_do_not_drift(self):
        """Each interval ends late by the delay of timer and scheduler, without shifting the next."""
        interval, number = 50_000_000, 81
        with self.busy(), self.trace("0.05", number) as tool:
            tool.wait()
        self.assertEqual(tool.code, 0, tool.errors)
        blocks = []  # of rows with one length, in ns: after a late one, the next may follow at once
        for length, ts in ((row["interval_ns"], lab.nanoseconds(row["ts"])) for row in tool.rows):
            if not blocks or length != blocks[-1][0]:
                blocks.append((length, ts))
        self.assertEqual(len(blocks), number)
        late, plan = [], 0
        for length, ts in blocks:
            plan += round(length / interval)  # a suspended machine may skip some
            late.append(ts - plan * interval)
        # The minimum delay of each third: load delays many, but not all. Waiting for a whole interval each time would
        # add up the delays: about 0.1 ms, 54 times.
        thirds = [min(late[i : i + number // 3]) for i in range(0, number, number // 3)]
        self.assertLess(abs(thirds[2] - thirds[0]), 4_000_000, late)

    def test_count_ends_it(self):
        with self.busy(), self.trace("0.1", "3") as tool:
            tool.wait(5)
        self.assertEqual(tool.code, 0)
        lengths = {row["interval_ns"] for row in tool.rows}
        self.assertEqual(len(lengths), 3)
        self.assertEqual({row["partial"] for row in tool.rows}, {False})
        self.assertTrue(300_000_000 <= sum(lengths) < 1_000_000_000, lengths)

    def test_the_last_interval_is_partial(self):
        with self.trace("10") as tool:
            start = time.monotonic()
            self.send(PACKETS)
            time.sleep(0.2)
            least = time.monotonic() - start
            tool.end()
        self.assertEqual({row["partial"] for row in tool.rows}, {True})
        self.assertEqual(len({row["interval_ns"] for row in tool.rows}), 1)
        self.assertTrue(least * 1e9 <= tool.rows[0]["interval_ns"] < 10e9, tool.rows[0])
        self.assertGreaterEqual(sum_of(tool.rows, "count", "net_rx"), PACKETS)

    def test_a_run_ends_with_its_interval(self):
        """No extra, empty block if the duration ends with an interval."""
        with self.busy(), self.trace("0.2", "--duration=0.6") as tool:
            tool.wait(5)
        self.assertEqual(len({row["interval_ns"] for row in tool.rows}), 3)
        self.assertEqual({row["partial"] for row in tool.rows}, {False})

    def test_intervals_add_up(self):
        """No softirq is lost between two intervals, unlike in bcc, which reads its table, then clears it."""
        kernel = Kernel()
        with self.trace("--per-cpu") as whole, self.trace("--per-cpu", "0.02") as parts:
            kernel.attached()
            self.send(5 * PACKETS)
            kernel.ending()
            parts.end()
        kernel.ended()
        counts = collections.Counter()
        for row in parts.rows:
            counts[row["softirq"], row["cpu"]] += row["count"]
        self.assertGreater(len({row["interval_ns"] for row in parts.rows}), 3)
        self.assert_within(counts, kernel)
        # The whole run began before and ended after them.
        for row in whole.rows:
            self.assertLessEqual(counts[row["softirq"], row["cpu"]], row["count"])
        ratio = sum_of(parts.rows, "total_ns", "net_rx") / sum_of(whole.rows, "total_ns", "net_rx")
        self.assertTrue(0.7 < ratio < 1.1, ratio)

    def test_contradictions(self):
        bad = (("-C", "-d"), ("-C", "-N"), ("-C", "--dist", "-N"), ("0",), ("1", "0"), ("-c", "x"), ("1", "1", "1"))
        for words in bad:
            done = lab.run(lab.NETTRACE, "softirqs", *words, limit=5)
            self.assertEqual((done.code, done.output), (2, b""), done.errors)
            self.assertRegex(done.errors, r"\Asoftirqs: error: [^\n]+\n\Z")

    def test_libbpf_tools(self):
        """libbpf-tools' softirqs attaches before ours and ends after it: it sees everything that ours does, and further
        softirqs of that time."""
        theirs = [lab.need("unshare"), "--mount", "sh", "-c", TRACEFS, lab.need("/usr/sbin/softirqs")]
        with lab.Running(*theirs) as peer:
            lab.wait_for(lambda: self.is_attached(peer.pid), "libbpf-tools' softirqs")
            with self.trace("-N") as tool:
                self.send(5 * PACKETS)
            peer.end()
        self.assertEqual(peer.code, 0, peer.errors)
        lines = [line.split() for line in peer.lines]
        theirs = {words[0]: int(words[1]) for words in lines if words and words[0] in KINDS}
        ours = {row["softirq"]: row["total_ns"] for row in tool.rows}
        self.assertLessEqual(set(ours), set(theirs))
        # Each reads the clock within the other's reading or outside of it: some ns for each softirq.
        self.assertTrue(0.5 < ours["net_rx"] / theirs["net_rx"] < 1.3, (ours, theirs))

    @staticmethod
    def is_attached(pid):
        """Waits until both programs are attached, which the tool does not announce."""
        links = lab.run("find", f"/proc/{pid}/fd", "-lname", "*bpf*link*", "-o", "-lname", "*raw-tracepoint*").output
        return len(links.splitlines()) >= 2


if __name__ == "__main__":
    lab.main()
