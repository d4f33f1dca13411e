#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""test_night.py: conditions of a process that runs for a night: nohup, closed descriptors, limits, blocked readers, a
terminal that hangs up, another clock."""

import fcntl
import os
import pathlib
import pty
import re
import resource
import signal
import subprocess
import sys
import tempfile
import time

import lab

AT_ONCE = 0.6  # s: a write is interrupted each 0.1 s
SOON = 5  # s: 3 for a slow reader, and the end
TOLD = re.compile(r"nobody reads it, and the end was asked for")


def ignoring(*signals):
    """For preexec_fn: as nohup and a shell's background jobs start a program."""

    def ignore():
        for name in signals:
            signal.signal(name, signal.SIG_IGN)

    return ignore


class Signals(lab.LiveTest):
    def test_ignored_ones_stay_ignored(self):
        """Ignored signals stay ignored, except the last, which ends it; the command inherits the original actions."""
        ours = (signal.SIGHUP, signal.SIGINT, signal.SIGQUIT)
        with self.space.trace("tcplife", preexec_fn=ignoring(*ours)) as traced:
            for how in ours:
                traced.process.send_signal(how)
            time.sleep(0.3)
            self.space.traffic("--connect=3")
            self.assertIsNone(traced.process.poll())
            traced.end(signal.SIGTERM)
        self.assertEqual((traced.code, len(traced.rows)), (0, 6))

    def test_a_command_gets_what_we_got(self):
        script = "import signal; print([signal.getsignal(n) == signal.SIG_IGN for n in (1, 2, 13, 17, 25)])"
        command = (lab.NETTRACE, "tcpstates", "--netns=1", "--json", "--", sys.executable, "-c", script)
        every = tuple(signal.Signals(number) for number in (1, 2, 13, 17, 25))
        # Python itself ignores SIGPIPE and SIGXFSZ; SIGHUP, SIGINT and SIGCHLD must differ.
        done = self.space.run(*command, restore_signals=False, preexec_fn=ignoring(*every))
        self.assertEqual((done.code, done.output), (0, b"[True, True, True, True, True]\n"), done.errors)
        done = self.space.run(*command)
        self.assertEqual((done.code, done.output), (0, b"[False, False, True, False, True]\n"), done.errors)

    def test_proofs_end_in_a_background_job(self):
        done = self.space.run(lab.NETTRACE, "doctor", "--prove", "softirqs", preexec_fn=ignoring(signal.SIGINT))
        self.assertEqual(done.code, 0, done.output + done.errors.encode())

    def test_a_second_signal_ends_at_once(self):
        ours, theirs = os.pipe()
        with open(ours, "rb"), self.space.trace("tcpstates", stdout=theirs) as traced:
            os.close(theirs)
            self.space.traffic("--churn=2003")
            time.sleep(0.3)
            traced.process.send_signal(signal.SIGINT)
            time.sleep(0.2)
            began = time.monotonic()
            traced.process.send_signal(signal.SIGINT)
            traced.wait()
            self.assertLess(time.monotonic() - began, AT_ONCE)
        self.assertEqual(traced.code, 1)


class Readers(lab.LiveTest):
    """Readers that live, but read little or nothing."""

    def full(self, *options, how=None, **more):
        """A tool with rows for a pipe that is not read, after a signal to end; the duration, s."""
        ours, theirs = os.pipe()
        with open(ours, "rb"), self.space.trace("tcpstates", *options, stdout=theirs, **more) as traced:
            os.close(theirs)
            began = time.monotonic()
            self.space.traffic("--churn=2003")
            if how:
                time.sleep(0.3)
                began = time.monotonic()
                traced.process.send_signal(how)
            traced.wait()
            took = time.monotonic() - began
        self.assertEqual(traced.code, 1)
        return traced, took

    def test_signals_and_duration(self):
        for how in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            with self.subTest(how.name):
                traced, took = self.full(how=how)
                self.assertLess(took, SOON)
                self.assertRegex(traced.errors, TOLD)
        traced, took = self.full("--duration=1.5")
        self.assertLess(took, 1.5 + SOON)
        self.assertRegex(traced.errors, TOLD)

    def test_messages_in_the_same_pipe(self):
        _, took = self.full(how=signal.SIGINT, stderr=subprocess.STDOUT)
        self.assertLess(took, SOON)

    def test_a_flood_into_a_slow_pipe(self):
        """A recording with totals; the reader takes 20 kB a second, and traffic continues."""
        ours, theirs = os.pipe()
        slow = "import os, time\nwhile os.read(0, 2000): time.sleep(0.1)"
        churn = ("sh", "-c", 'while "$0" traffic --churn=2003 >/dev/null; do :; done', lab.NETTRACE)
        with subprocess.Popen([sys.executable, "-c", slow], stdin=ours) as reader:
            os.close(ours)
            with lab.Running(*self.space.enter, *churn) as flood:
                with self.space.tool("record", "-o", "-", "tcpstates,tcptop", stdout=theirs) as traced:
                    os.close(theirs)
                    time.sleep(3)
                    began = time.monotonic()
                    traced.process.send_signal(signal.SIGTERM)
                    traced.wait()
                    took = time.monotonic() - began
                flood.tell(signal.SIGTERM)
            reader.kill()
        self.assertLess(took, SOON)
        self.assertEqual(traced.code, 1)
        self.assertRegex(traced.errors, TOLD)

    def test_a_reader_that_only_was_late(self):
        """All rows arrive: delayed ones are not lost."""
        for nonblocking in (False, True):
            with self.subTest(nonblocking=nonblocking), tempfile.TemporaryDirectory() as directory:
                file = pathlib.Path(directory, "recording")
                ours, theirs = os.pipe()
                if nonblocking:
                    fcntl.fcntl(theirs, fcntl.F_SETFL, os.O_NONBLOCK)
                late = 'import sys, time\ntime.sleep(1)\nsys.stdout.buffer.write(sys.stdin.buffer.read())'
                with open(file, "wb") as to, subprocess.Popen([sys.executable, "-c", late], stdin=ours, stdout=to):
                    os.close(ours)
                    filters = ("--netns", self.space.inode)
                    with self.space.tool("record", "-o", "-", "tcpstates", *filters, stdout=theirs) as traced:
                        os.close(theirs)
                        report = self.space.traffic("--churn=5003")
                self.assertEqual(traced.code, 0, traced.errors)
                done = lab.run(lab.NETTRACE, "replay", file, "--json")
                changes = 10 * report["established"] + 2 * report["listeners"]
                self.assertEqual((done.code, len(done.rows)), (0, changes), done.errors)


class Inherited(lab.LiveTest):
    def test_closed_descriptors(self):
        """Rows never land in the next opened file, which is the recording."""
        with tempfile.TemporaryDirectory() as directory:
            file = pathlib.Path(directory, "recording")
            script = 'exec "$0" tcplife --netns "$1" --record "$2" -- "$0" traffic --connect=5 <&- >&- 2>&-'
            done = self.space.run("sh", "-c", script, lab.NETTRACE, self.space.inode, file)
            self.assertEqual(done.code, 0)
            done = lab.run(lab.NETTRACE, "replay", file, "--json")
        self.assertEqual((done.code, len(done.rows)), (0, 10), done.errors)

    def test_a_limit_on_files(self):
        """SIGXFSZ becomes a reported error."""

        def limit():
            signal.signal(signal.SIGXFSZ, signal.SIG_DFL)
            resource.setrlimit(resource.RLIMIT_FSIZE, (8192, 8192))

        with tempfile.TemporaryFile() as file:
            with self.space.tool("tcpstates", "--json", stdout=file, preexec_fn=limit) as traced:
                self.space.traffic("--connect=101")
                traced.wait(10)
        self.assertEqual(traced.code, 1)
        self.assertRegex(traced.errors, "File too large")

    def test_a_time_namespace(self):
        """In a namespace with another boot time: times are right, and rows come in time."""
        other = ("unshare", "--time", "--boottime", "100000", "--monotonic", "50000", "--fork", "--kill-child")
        with lab.Tool("trace", "--json", "--netns", self.space.inode, enter=(*self.space.enter, *other)) as traced:
            self.space.traffic("--connect=3")
            lab.wait_for(lambda: b'"tcplife"' in traced.so_far(), "rows", limit=3)
            child = pathlib.Path(f"/proc/{traced.pid}/task/{traced.pid}/children").read_text().split()[0]
            os.kill(int(child), signal.SIGINT)
            traced.wait()
        self.assertGreater(len(traced.rows), 0)
        for row in traced.rows:
            self.assertLess(abs(lab.nanoseconds(row["ts"]) - time.time_ns()), lab.PATIENCE * 10**9, row)

    def test_a_terminal_that_goes_away(self):
        """The recording continues, although the screen is gone."""
        with tempfile.TemporaryDirectory() as directory:
            file = pathlib.Path(directory, "recording")
            ours, terminal = pty.openpty()
            options = ("--netns", self.space.inode, "--record", file)
            with self.space.tool("tcplife", *options, stdout=terminal, preexec_fn=ignoring(signal.SIGHUP)) as traced:
                os.close(terminal)
                os.read(ours, 4096)
                os.close(ours)
                time.sleep(0.3)
                self.space.traffic("--connect=5")
                time.sleep(0.3)
                self.assertIsNone(traced.process.poll())
                traced.end()
            self.assertEqual(traced.code, 1)
            self.assertRegex(traced.errors, "writing the output: Input/output error")
            done = lab.run(lab.NETTRACE, "replay", file, "--json")
        self.assertEqual((done.code, len(done.rows)), (0, 10), done.errors)


if __name__ == "__main__":
    lab.main()
