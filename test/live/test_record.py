#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""test_record.py: recordings: a replay prints what the run printed, byte for byte, in every format, for any user; and
the recordings of a killed run and of a full disk."""

import collections
import os
import pathlib
import re
import signal
import sys
import tempfile

import lab

sys.path.insert(0, str(lab.ROOT / "test/hostile"))
import recording  # noqa: E402  # pylint: disable=wrong-import-position

FORMATS = ((), ("--wide",), ("--csv",), ("--json",))
TRAFFIC = ("--connect=7", "--refuse=3", "--reset=2", "--overflow=3", "--dns=3", "--dns-fail=2", *lab.BOTH)
LOSSES = ("--retransmit=1", "--synack=1")

# The options of each tool, besides formats, that mean the same live and replayed.
RUNS = {
    "dns": (("--port", "1-65535"), ("--port", "1-65535", "--fail", "-w"), ("--port", "1-65535", "-c")),
    "drops": ((), ("-t", "--explain"), ("--all",), ("-c",), ("--layer", "socket,tcp", "-w")),
    "netqtop": (("-n", "lo", "--interval", "0.2"), ("-n", "lo", "-t", "--interval", "0.1")),
    "sockets": (("--duration=1h",), ("-l", "--duration=1h"), ("--diff=1",)),
    "softirqs": (("--interval", "0.2"), ("-T", "-C", "--interval", "0.2"), ("-d", "--per-cpu"), ("--latency", "-dN")),
    "solisten": ((), ("-T", "--show-netns", "--show-ret")),
    "tcpaccept": ((), ("-T", "-t")),
    "tcpconnect": ((), ("-xdLU", "-t"), ("-c",), ("-c", "--interval", "0.2")),
    "tcpconnlat": ((), ("-T", "-L"), ("--dist",), ("--dist", "--interval", "0.2"), ("0.01",)),
    "tcpdrop": ((), ("--no-stack", "-t"), ("--all",), ("-c",), ("--reason", "NO_SOCKET,LISTEN_OVERFLOW")),
    "tcplife": ((), ("-T", "-t"), ("--open",)),
    "tcpretrans": ((), ("-lsx", "-t"), ("-c",)),
    "tcprst": ((), ("--sent", "-t"), ("-c",)),
    "tcpstates": ((), ("-T", "-t"), ("--no-header",), ("--comm", "nt-c*")),
    "tcpsubnet": (("--interval", "0.2"), ("--rx", "-fK", "--interval", "0.3", "127.0.0.0/8,::/0")),
    "tcptop": (("--interval", "0.2"), ("-S", "--sort", "sent", "-r", "3", "--interval", "0.2")),
    "tcptracer": ((), ("--verbose", "-t")),
    "udptop": (("--interval", "0.2"), ("-S", "--sort", "sent", "-r", "3", "--interval", "0.2")),
}
# The format that is refused with an option, because it would change nothing.
APART = {("tcpconnlat", "--dist"): "--wide", ("tcpdrop", "-c"): "--wide", ("drops", "-c"): "--wide", ("tcpsubnet", "-fK"): "--json"}


def replay(file, *options, **more):
    """A replay by an unprivileged user, who only needs read permission for the file."""
    os.chmod(file, 0o644)
    return lab.run(*lab.as_nobody(lab.NETTRACE, "replay", file, *options), **more)


def ordered(output):
    """The output of a run or a replay, with each socket's address as the number of its first place: a recording has
    other addresses than the kernel."""
    seen = {}
    return re.sub(rb"\b[89a-f][0-9a-f]{15}\b", lambda found: b"%016d" % seen.setdefault(found.group(), len(seen)), output)


class Recorded(lab.LiveTest):
    """A test with a directory that other users may read, for its recording."""

    limit = 120

    def setUp(self):
        super().setUp()
        self.folder = pathlib.Path(self.enterContext(tempfile.TemporaryDirectory()))
        os.chmod(self.folder, 0o755)
        self.file = self.folder / "recording"


class Record(Recorded):
    limit = 180

    def traffic(self, tool):
        self.space.traffic(*TRAFFIC, *(LOSSES if tool in ("tcpretrans",) else ()))

    def check_run(self, tool, options):
        """One run prints in one format and is recorded; the replay prints the same, and other formats."""
        recordable = [*options, "--record", self.file]
        apart = {APART.get((tool, option)) for option in options}
        for form in [each for each in FORMATS if not apart.intersection(each)]:
            with self.subTest(tool=tool, options=options, format=form):
                with self.space.tool(tool, *recordable, *form) as traced:
                    self.traffic(tool)
                done = replay(self.file, *(option for option in options if option != "--duration=1h"), *form)
                self.assertEqual(ordered(done.output).decode(), ordered(traced.output).decode())
                self.assertEqual((done.code, done.errors), (0, ""))
                self.assertGreater(len(done.output.splitlines()), 0 if form == ("--json",) else 1)

    def test_every_recording_has_every_tool(self):
        self.assertEqual(sorted(RUNS), sorted(lab.COMMANDS))


def add_tests(tool):
    def test(self):
        for options in RUNS[tool]:
            self.check_run(tool, options)

    test.__doc__ = f"{tool}: a replay is what the run was, in every format."
    setattr(Record, f"test_{tool}", test)


for each in RUNS:
    add_tests(each)


class Files(Recorded):
    def test_kill_9(self):
        """Everything written before the kill is readable; the missing rest is reported."""
        with self.space.tool("tcpstates", "--record", self.file) as traced:
            self.space.traffic("--connect=7")
            lab.wait_for(lambda: b"LAST_ACK" in traced.so_far(), "the rows")
            size = self.file.stat().st_size
            lab.wait_for(lambda: self.file.stat().st_size > size or size > 1500, "the block")
            traced.end(signal.SIGKILL)
        done = replay(self.file)
        self.assertEqual(done.code, 1)
        self.assertIn("without an end", done.errors)
        self.assertEqual(ordered(done.output), ordered(traced.output))

    def test_full_disk(self):
        """The error is reported, the run ends with 1, and the written part is intact."""
        small = self.folder / "small"
        small.mkdir()
        lab.must("mount", "-t", "tmpfs", "-o", "size=64k,mode=755", "none", small)
        self.addCleanup(lab.must, "umount", small)
        with self.space.tool("tcpstates", "--record", small / "recording") as traced:
            self.space.traffic("--connect=1009")
            self.space.traffic("--connect=1009")
            self.space.traffic("--connect=1009")
            traced.wait()
        self.assertEqual(traced.code, 1, traced.errors)
        self.assertIn("No space left on device", traced.errors)
        done = replay(small / "recording")
        self.assertEqual(done.code, 1)
        self.assertRegex(done.errors, r"ends at byte \d+ without an end")
        self.assertTrue(ordered(traced.output).startswith(ordered(done.output)))
        self.assertGreater(len(done.lines), 1000)

    def test_nowhere(self):
        """A file that cannot be opened is an error before anything is attached; a file of another format stays
        unchanged."""
        other = self.folder / "other"
        other.write_text("not a recording, but somebody's")
        for path, message in (
            (self.folder / "no" / "folder", "No such file or directory"),
            (self.folder, "Is a directory"),
            (other, "is not a nettrace recording"),
        ):
            done = lab.run(lab.NETTRACE, "tcpstates", "--record", path)
            self.assertEqual((done.code, done.output), (1, b""))
            self.assertIn(message, done.errors)
            self.assertEqual(len(done.errors.splitlines()), 1)
        self.assertEqual(other.read_text(), "not a recording, but somebody's")

    def refused(self, path, message):
        done = lab.run(lab.NETTRACE, "tcpstates", "--record", path, "--duration=0.1")
        self.assertEqual(done.code, 1, done.errors)
        self.assertIn(message, done.errors)

    def test_folders_of_others(self):
        """In a directory that others can write, links are not followed, and other users' files are refused."""
        os.chmod(self.folder, 0o1777)
        secret = self.folder / "secret"
        secret.touch()
        for name in ("link", "parts.2"):
            (self.folder / name).symlink_to(secret)
        (self.folder / "theirs").touch()
        os.chown(self.folder / "theirs", lab.NOBODY, lab.NOBODY)
        os.link(secret, self.folder / "another-name")
        self.refused(self.folder / "link", "a symbolic link, in a folder that others can write to")
        self.refused(self.folder / "theirs", "belongs to somebody else")
        self.refused(self.folder / "another-name", "belongs to somebody else")
        done = lab.run(lab.NETTRACE, "tcpstates", "--record", self.folder / "parts", "--max-size=4M", "--duration=0.1")
        self.assertEqual(done.code, 1)
        self.assertIn("parts.2: a symbolic link", done.errors)
        self.assertEqual(secret.stat().st_size, 0)
        self.assertEqual(lab.run(lab.NETTRACE, "tcpstates", "--record", self.folder / "new", "--duration=0.1").code, 0)

    def test_two_recorders(self):
        """The second recorder is refused, and the recording of the first is intact."""
        with self.space.tool("tcpstates", "--record", self.file) as traced:
            self.refused(self.file, "another nettrace is recording to it")
            self.space.traffic("--connect=3")
        done = replay(self.file)
        self.assertEqual((done.code, ordered(done.output)), (0, ordered(traced.output)), done.errors)

    def test_no_kernel_address(self):
        """Even with the privilege to see kernel addresses, the recording does not contain them."""
        with self.space.tool("tcpdrop", "--record", self.file, "--json") as traced:
            self.space.traffic("--refuse=3", *lab.BOTH)
        self.assertTrue(any("+0x" in line for row in traced.rows for line in row["stack"]), traced.output[:2000])
        for _, content in recording.read(self.file):
            for at in range(0, len(content) - 7, 8):
                word = content[at : at + 8]
                self.assertFalse(word[4:] == b"\xff\xff\xff\xff" and word[3] & 0x80 and word[:4] != b"\xff" * 4, word)

    def test_full_device(self):
        with self.space.tool("tcpstates", "--record", "/dev/full") as traced:
            self.space.traffic("--connect=1")
            traced.wait()
        self.assertEqual(traced.code, 1)
        self.assertRegex(traced.errors, r"/dev/full: No space left on device")

    def test_limit(self):
        """Overwritten parts: the newest remain, in order, within the size limit."""
        with self.space.tool("tcpstates", "--csv", "--record", self.file, "--max-size", "4M") as traced:
            for _ in range(3):
                self.space.traffic("--connect=20011", limit=lab.PATIENCE * 2)
        taken = sum(path.stat().st_size for path in self.folder.iterdir())
        self.assertLessEqual(taken, 4 << 20)
        self.assertEqual(len(list(self.folder.iterdir())), 4)
        self.assertIn("recording.1: Permission denied", replay(self.file).errors)
        for path in self.folder.iterdir():
            path.chmod(0o644)
        done = replay(self.file, "--csv", "--no-header")
        self.assertEqual(done.code, 0, done.errors)
        self.assertIn("the recording starts late", done.errors)
        columns = [line.split(b",") for line in done.output.splitlines()]
        last = [line.split(b",") for line in traced.output.splitlines()[-len(columns) :]]
        self.assertEqual([line[1:] for line in columns], [line[1:] for line in last])  # all but the socket's address
        self.assertGreater(len(done.lines), 100_000)


class Asking(Recorded):
    """Options of a replay whose data the run recorded without the option."""

    def test_filters(self):
        """Each filter selects the same from the recording as live."""
        filters = (
            ("--comm", "nt-c*"),
            ("-4",),
            ("-6",),
            ("--laddr", "::1"),
            ("--raddr", "127.0.0.0/8"),
            ("--uid", "0"),
            ("--uid", "1-4000000"),
            ("--netns", self.space.inode),
            ("--netns", "1"),
            ("--comm", "?t-server", "-6"),
        )
        live = [self.space.tool("tcpretrans", "--json", "-lsx", *each) for each in filters]
        with lab.side_by_side([self.space.tool("tcpretrans", "--record", self.file), *live]):
            self.space.traffic("--retransmit=2", "--synack=1", *lab.BOTH)
        for each, traced in zip(filters, live):
            with self.subTest(filter=each):
                done = replay(self.file, "--json", "-lsx", *each)
                self.assertEqual(done.code, 0, done.errors)
                self.assertEqual(timeless(done.rows), timeless(traced.rows))
        self.assertEqual(len(replay(self.file, "--json", "--netns", self.space.inode).rows), len(live[-3].rows))
        self.assertEqual(len(replay(self.file, "--json", "--netns", 1).rows), 0)

    def test_summaries_of_rows(self):
        with self.space.tool("tcpdrop", "--record", self.file) as traced:
            self.space.traffic("--refuse=17", *lab.BOTH)
        done = replay(self.file, "-c", "--json")
        self.assertEqual([(row["reason"], row["count"]) for row in done.rows], [("NO_SOCKET", 17)] * 2, traced.errors)
        self.assertEqual([row["partial"] for row in done.rows], [False] * 2)
        done = replay(self.file, "-c", "--json", "--interval", "3600")
        self.assertEqual([(row["count"], row["partial"]) for row in done.rows], [(17, True)] * 2)

    def test_what_is_not_there(self):
        with self.space.tool("tcplife", "--record", self.file):
            self.space.traffic("--connect=3")
        done = replay(self.file, "--open")
        self.assertEqual(done.code, 0)
        self.assertIn("the recording was made without --open", done.errors)
        for options, message in (
            (("tcpdrop",), "tcpdrop was not recorded (the recording has tcplife)"),
            (("--duration", "1"), "--duration: of no use where a recording is replayed"),
            (("--nonsense",), "--nonsense: no such option"),
            (("--", "true"), "no command can be run"),
        ):
            done = replay(self.file, *options)
            self.assertEqual((done.code, done.output), (2, b""))
            self.assertIn(message, done.errors)

    def test_interfaces(self):
        with self.space.tool("netqtop", "-n", "lo", "--record", self.file):
            self.space.traffic("--connect=3")
        self.assertEqual(replay(self.file, "--json", "-n", "lo").rows, replay(self.file, "--json").rows)
        done = replay(self.file, "-n", "lo,eth7")
        self.assertEqual((done.code, done.output), (2, b""))
        self.assertIn("-n eth7: not in this recording (it has lo)", done.errors)

    def test_sessions_of_states(self):
        """tcplife from a recording of tcpstates: the same sessions, except for data that state changes lack."""
        told = ("pid", "comm", "uid", "netns", "family", "laddr", "lport", "raddr", "rport", "role", "state")
        live = self.space.trace("tcplife")
        with lab.side_by_side([self.space.tool("tcpstates", "--record", self.file), live]):
            self.space.traffic(*TRAFFIC, "--server-first=5")
        done = replay(self.file, "tcplife", "--json")
        self.assertEqual(done.code, 0)
        self.assertIn("reconstructing it from tcpstates (without bytes", done.errors)
        mine = sorted(({key: row[key] for key in told} for row in done.rows), key=str)
        self.assertEqual(mine, sorted(({key: row[key] for key in told} for row in live.rows), key=str))
        self.assertGreater(len(mine), 40)
        durations = collections.defaultdict(list)  # sessions of one pair of ends, in order
        for row in live.rows:
            durations[row["laddr"], row["lport"], row["rport"]].append(row["duration_ns"])
        for row in done.rows:
            self.assertIsNone(row["tx_bytes"])
            lasted = durations[row["laddr"], row["lport"], row["rport"]].pop(0)
            self.assertAlmostEqual(row["duration_ns"], lasted, delta=5_000_000)

    def test_streams(self):
        """A recording can be read from a pipe; a reader that exits is no error; a full disk is one."""
        with self.space.tool("tcpstates", "--record", self.file) as traced:
            self.space.traffic("--connect=7")
        os.chmod(self.file, 0o644)
        with open(self.file, "rb") as recording:
            done = lab.run(lab.NETTRACE, "replay", "-", stdin=recording)
        self.assertEqual(ordered(done.output), ordered(traced.output))
        done = lab.run("sh", "-c", f"{lab.NETTRACE} replay {self.file} | head -n 1")
        self.assertEqual((done.code, len(done.lines), done.errors), (0, 1, ""))
        with open("/dev/full", "wb") as full:
            done = lab.run(lab.NETTRACE, "replay", self.file, stdout=full)
        self.assertEqual(done.code, 1)
        self.assertIn("No space left on device", done.errors)

    def test_slow_reader(self):
        """A pipe is full for a while: nothing is lost."""
        record = f"{lab.NETTRACE} record -o - tcpstates --netns=/proc/self/ns/net -- {lab.NETTRACE} traffic --connect=1500"
        done = self.space.run("sh", "-c", f"{record} | (sleep 2; cat >{self.file})")
        self.assertEqual(done.code, 0, done.errors)
        self.assertGreater(self.file.stat().st_size, 2 * 65536)  # what a pipe holds
        done = replay(self.file, "tcpstates", "--json")
        self.assertEqual((len(done.rows), done.errors), (1500 * 10 + 2, ""))

    def test_info(self):
        with self.space.tool("tcpstates", "--record", self.file):
            self.space.traffic("--connect=7")
        text = replay(self.file, "--info").output.decode()
        self.assertIn(os.uname().release, text)
        self.assertIn(os.uname().nodename, text)
        self.assertRegex(text, r"(?m)^tcpstates +events 72, .* lost 0$")


class Several(Recorded):
    """Several tools in one recording."""

    def test_timeline(self):
        """A replay is the timeline that was shown; each of its tools can be replayed alone."""
        for form in ((), ("--csv",), ("--json",), ("--flow",)):
            with self.subTest(format=form):
                with self.space.tool("trace", *form, "--record", self.file) as traced:
                    self.space.traffic(*TRAFFIC)
                done = replay(self.file, "trace", *form)
                self.assertEqual((done.code, done.errors), (0, ""))
                self.assertEqual(ordered(done.output).decode(), ordered(traced.output).decode())
                self.assertGreater(len(done.lines), 100)
                one = replay(self.file, "tcpstates", "--json").rows
                self.assertGreater(len(one), 100)
                self.assertEqual({row["tool"] for row in one}, {"tcpstates"})

    def test_record(self):
        """nettrace record prints nothing, and records everything that the tools can report: results, open sessions,
        totals."""
        tools = "tcpstates,tcpconnect,tcplife,tcpdrop,tcptop,softirqs"
        with self.space.tool("record", "-o", self.file, "--netns", self.space.inode, tools) as traced:
            hold = self.space.hold("--hold=3")
            self.space.traffic(*TRAFFIC)
            lab.wait_for(lambda: self.file.stat().st_size > 20000, "a second")
            traced.end()
        with hold:
            hold.release()
        self.assertEqual((traced.code, traced.output), (0, b""), traced.errors)
        self.assertRegex(lab.errors_of_open(traced), r"^record: note: [^\n]*: \d+ events, \d+ bytes\n$")
        self.assertEqual(len(replay(self.file, "tcplife", "--open", "--json").rows), 6 + len(replay(self.file, "tcplife", "--json").rows))
        results = {row["result"] for row in replay(self.file, "tcpconnect", "--json").rows}
        self.assertTrue({"ok", "refused"} <= results, results)
        top = replay(self.file, "tcptop", "--json").rows
        states = replay(self.file, "tcpstates", "--json").rows
        self.assertTrue({row["lport"] for row in top} <= {row["lport"] for row in states})
        self.assertEqual({row["partial"] for row in top} | {True}, {True, False})
        whole = replay(self.file, "tcptop", "--interval", "3600", "--json").rows
        self.assertEqual(sum(row["tx_bytes"] for row in whole), sum(row["tx_bytes"] for row in top))
        self.assertEqual(replay(self.file).output, replay(self.file, "trace").output)

    def test_streams(self):
        done = self.space.run(
            "sh", "-c",
            f"{lab.NETTRACE} record -o - tcpstates --netns {self.space.inode} -- {lab.NETTRACE} traffic --connect=7 | "
            f"{lab.NETTRACE} replay - --json",
        )
        self.assertEqual(len(done.rows), 72, done.errors)

    def test_diff(self):
        """New rows of the second recording, and tools that only one of them has."""
        files = [self.folder / "good", self.folder / "bad"]
        for file, tools, traffic in ((files[0], "tcplife", ()), (files[1], "tcplife,tcpdrop", ("--refuse=40",))):
            done = self.space.run(
                lab.NETTRACE, "record", "-o", file, "--netns", self.space.inode, tools, "--",
                lab.NETTRACE, "traffic", "--connect=20", *traffic,
            )
            self.assertEqual(done.code, 0, done.errors)
        done = lab.run(lab.NETTRACE, "diff", "--json", *files)
        self.assertEqual((done.code, done.errors), (0, ""))
        changes = {(row["tool"], row["what"], row["value"]): (row["a_rows"], row["b_rows"]) for row in done.rows}
        self.assertEqual(changes["tcplife", "error", "ECONNREFUSED"], (0, 40), changes)
        self.assertEqual({tool for tool, _, _ in changes}, {"tcplife"})
        self.assertIn("tcpdrop: only in B\n", lab.run(lab.NETTRACE, "diff", *files).output.decode())

    def test_part_of_it(self):
        """A compressed recording, from one time to another."""
        with self.space.tool("tcplife", "--record", self.file):
            self.space.traffic("--connect=5")
        os.chmod(self.file, 0o644)
        packed = self.folder / "packed"
        for program in ("gzip", "lz4"):
            packed.write_bytes(lab.run(program, "-c", self.file).output)
            self.assertEqual(replay(packed).output, replay(self.file).output)
        rows = replay(self.file, "--json").rows
        times = sorted(row["ts"] for row in rows)
        part = replay(self.file, "--json", "--since", times[3], "--until", times[6]).rows
        self.assertEqual(sorted(row["ts"] for row in part), [time for time in times if times[3] <= time <= times[6]])
        outside = replay(self.file, "--json", "--since", "+1h")
        self.assertEqual((outside.code, outside.rows), (0, []))
        self.assertRegex(outside.errors, r"^tcplife: note: no event in this part of the recording: it has events from \d{4}-")
        done = replay(self.file, "--since", "soon")
        self.assertEqual((done.code, done.output), (2, b""))
        self.assertIn("--since soon: not a time", done.errors)

    def test_bad_input(self):
        for options, message in (
            ((), "into which file?"),
            (("-o", self.file), "of which tools?"),
            (("-o", self.file, "tcpstate"), "did you mean tcpstates?"),
            (("-o", self.file, "netqtop"), "which interface?"),
            (("-o", self.file, "tcpstates", "--time=iso"), "--time: no such option"),
        ):
            done = lab.run(lab.NETTRACE, "record", *options)
            self.assertEqual((done.code, done.output, len(done.errors.splitlines())), (2, b"", 1), done.errors)
            self.assertIn(message, done.errors)
            self.assertFalse(self.file.exists())


def timeless(rows):
    """Two programs at one event read the clock one after the other."""
    return [{key: value for key, value in row.items() if key != "ts"} for row in rows]
