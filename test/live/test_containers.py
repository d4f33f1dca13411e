# SPDX-License-Identifier: GPL-2.0-or-later
"""test_containers.py: --containers shows the container, the pod and the cgroup of each socket, in cgroups with the
names that container runtimes give."""

import contextlib
import os
import pathlib
import tempfile
import unittest

import lab

ID = "3f0c1d6b5a4e29788796a5b4c3d2e1f00f1e2d3c4b5a69788796a5b4c3d2e1f0"
OTHER = "00112233445566778899aabbccddeeff00112233445566778899aabbccddeeff"
POD = "1a2b3c4d-5e6f-4a7b-8c9d-0e1f2a3b4c5d"
SLICE = f"kubepods-burstable-pod{POD.replace('-', '_')}.slice"
SCOPE = f"cri-containerd-{ID}.scope"
KEYS = ("container_id", "pod_uid", "cgroup_path")

# Traffic for a row of each tool, all from the traffic maker.
EVENTS = {
    "dns": ("--dns=3",),
    "solisten": ("--connect=3",),
    "tcpaccept": ("--connect=3",),
    "tcpconnect": ("--connect=3",),
    "tcpconnlat": ("--connect=3",),
    "drops": ("--drop=3",),
    "tcpdrop": ("--drop=3",),
    "tcplife": ("--connect=3",),
    "tcpretrans": ("--retransmit=1",),
    "tcpstates": ("--connect=3",),
    "tcptop": ("--connect=3", "--bytes=30011"),
    "tcpsubnet": ("--connect=3", "--bytes=30011"),
    "tcprst": ("--reset=3",),
    "tcptracer": ("--connect=3",),
    "udptop": ("--dns=3",),
}


def places(traced):
    return {tuple(row[key] for key in KEYS) for row in traced.rows}


def v1_hierarchy():
    """The mount point of a cgroup v1 hierarchy."""
    for line in pathlib.Path("/proc/mounts").read_text().splitlines():
        _, where, kind, options, *_ = line.split()
        if kind == "cgroup" and "pids" in options.split(","):
            return pathlib.Path(where)
    raise unittest.SkipTest("no cgroup v1 is mounted")


class Containers(lab.LiveTest):
    def test_every_tool(self):
        """Cgroups that are created while the tool runs, and deleted before it prints its totals."""
        for tool in sorted({*lab.TOOLS, *lab.TOTALS} - {"netqtop", "softirqs"}):
            with self.subTest(tool):
                with self.space.trace(*lab.COMMANDS[tool], "--containers") as traced:
                    with lab.cgroup(SLICE, SCOPE) as (outer, _, inner):
                        self.space.traffic(*EVENTS[tool], through=lab.in_cgroup(inner))
                self.assertGreater(len(traced.rows), 0, traced.errors)
                self.assertEqual(places(traced), {(ID, POD, f"/{outer.name}/{SLICE}/{SCOPE}")}, traced.rows[:2])

    def test_columns(self):
        """The label is at the end of a row and of a CSV line, and only with the option."""
        with lab.side_by_side(
            [
                table := self.space.tool("tcplife", "--netns", self.space.inode, "--containers"),
                csv := self.space.tool("tcplife", "--netns", self.space.inode, "--containers", "--csv"),
                plain := self.space.tool("tcplife", "--netns", self.space.inode),
                silent := self.space.trace("tcplife"),
            ]
        ):
            with lab.cgroup(f"docker-{ID}.scope") as (_, inner):
                self.space.traffic("--connect=3", through=lab.in_cgroup(inner))
        self.assertEqual([line.split()[-1] for line in table.lines], ["CONTAINER"] + 6 * [ID[:12]])
        self.assertEqual([line.split(",")[-1] for line in csv.lines], ["CONTAINER"] + 6 * [ID[:12]])
        self.assertNotIn(ID[:12], plain.output.decode())
        # All except the new column and the duration, which each run measures itself.
        self.assertEqual(
            [line.rsplit(maxsplit=2)[0] for line in table.lines], [line.rsplit(maxsplit=1)[0] for line in plain.lines]
        )
        self.assertEqual(places(silent), {(None, None, None)})
        self.assertEqual(len(silent.rows), 6)

    def test_older(self):
        """Cgroups older than the trace: with a process, with connections, and empty."""
        with lab.cgroup(f"docker-{ID}.scope", f"docker-{OTHER}.scope") as (_, used, empty):
            with self.space.hold("--hold=3", through=lab.in_cgroup(used)) as held:
                with self.space.trace("tcplife", "--containers", "--open") as traced:
                    self.space.traffic("--connect=5", through=lab.in_cgroup(empty))
                    held.release()
        found = [row["container_id"] for row in traced.rows]
        self.assertEqual((found.count(ID), found.count(OTHER), len(found)), (6, 10, 16))

    def test_none(self):
        """A systemd unit is no container; nor is a cgroup with another name."""
        with self.space.trace("tcplife", "--containers") as traced:
            with self.space.tool("tcplife", "--netns", self.space.inode, "--containers") as table:
                with lab.cgroup("web.service", "jobs") as (outer, unit, jobs):
                    self.space.traffic("--connect=2", through=lab.in_cgroup(unit))
                    self.space.traffic("--connect=3", through=lab.in_cgroup(jobs))
                    self.space.traffic("--connect=5", through=lab.in_cgroup(outer))
        self.assertEqual({row["container_id"] for row in traced.rows}, {None})
        found = [row["cgroup_path"] for row in traced.rows]
        self.assertEqual(
            [found.count(f"/{outer.name}{below}") for below in ("/web.service", "/web.service/jobs", "")], [4, 6, 10]
        )
        last = [line.split()[-1] for line in table.lines]
        self.assertEqual((last.count("web.service"), last.count("-")), (10, 10))

    def test_filtered(self):
        """--cgroup accepts a path or an id, and rows show the matching cgroup."""
        with lab.cgroup(f"docker-{ID}.scope") as (_, inner):
            with lab.side_by_side(
                tools := [
                    self.space.trace("tcplife", "--containers", "--cgroup", by) for by in (inner, inner.stat().st_ino)
                ]
            ):
                self.space.traffic("--connect=3")
                self.space.traffic("--connect=5", through=lab.in_cgroup(inner))
        for traced in tools:
            self.assertEqual([row["container_id"] for row in traced.rows], [ID] * 10)

    def test_counts(self):
        """Each container has counts of its own."""
        with self.space.trace("tcpdrop", "--containers", "--summary") as traced:
            with lab.cgroup(f"docker-{ID}.scope", f"docker-{OTHER}.scope") as (_, one, other):
                self.space.traffic("--drop=3", "--port=29001", through=lab.in_cgroup(one))
                self.space.traffic("--drop=5", "--port=29001", through=lab.in_cgroup(other))
        counts = {ID: 0, OTHER: 0}
        for row in traced.rows:
            counts[row["container_id"]] += row["count"]
        self.assertEqual(counts, {ID: 3, OTHER: 5}, traced.rows)

    def test_v1(self):
        """A container in a cgroup v1 hierarchy only: known through the owner, as long as it runs."""
        group = v1_hierarchy() / f"docker-{os.getpid()}"
        inner = group / ID
        with contextlib.ExitStack() as stack:
            for directory in (group, inner):
                directory.mkdir()
                stack.callback(directory.rmdir)
            with self.space.trace("tcpstates", "--containers") as traced:
                with self.space.hold("--hold=3", through=lab.in_cgroup(inner)) as held:
                    lab.wait_for(lambda: b"ESTABLISHED" in traced.so_far(), "rows")
                    held.release()
        self.assertGreater(len(traced.rows), 12)
        self.assertEqual({(row["container_id"], row["cgroup_path"]) for row in traced.rows}, {(ID, f"/{group.name}/{ID}")})

    def test_recorded(self):
        """A recording has the containers of v2 and v1, with or without the option; the replay needs neither."""
        group = v1_hierarchy() / f"docker-{os.getpid()}"
        inner = group / OTHER
        file = pathlib.Path(self.enterContext(tempfile.TemporaryDirectory()), "recording")
        with contextlib.ExitStack() as stack:
            for directory in (group, inner):
                directory.mkdir()
                stack.callback(directory.rmdir)
            with self.space.trace("tcpstates", "--record", file) as traced:
                with lab.cgroup(f"docker-{ID}.scope") as (_, scope):
                    self.space.traffic("--connect=3", through=lab.in_cgroup(scope))
                with self.space.hold("--hold=2", through=lab.in_cgroup(inner)) as held:
                    lab.wait_for(lambda: len(traced.so_far().splitlines()) > 32, "rows")
                    held.release()
        self.assertEqual(places(traced), {(None, None, None)})
        replayed = lab.run(lab.NETTRACE, "replay", file, "--json", "--containers")
        self.assertEqual((replayed.code, replayed.errors), (0, ""))
        self.assertEqual(len(replayed.rows), len(traced.rows))
        self.assertEqual([row["container_id"] for row in replayed.rows], 32 * [ID] + (len(traced.rows) - 32) * [OTHER])
        plain = lab.run(lab.NETTRACE, "replay", file, "--json")
        # A recording has other addresses of sockets than the kernel.
        self.assertEqual([{**row, "skaddr": None} for row in plain.rows], [{**row, "skaddr": None} for row in traced.rows])

    def test_inside(self):
        """As in an image: another user with two capabilities, a cgroup namespace, no /sys/fs/cgroup."""
        hide = ["unshare", "--cgroup", "--mount", "sh", "-c", 'mount -t tmpfs none /sys/fs/cgroup && exec "$@"', "hide"]
        enter = [*self.space.enter, *hide, *lab.as_tracer()]
        with lab.cgroup(f"docker-{OTHER}.scope") as (outer, used):
            with self.space.hold("--hold=2", through=lab.in_cgroup(used)) as held:
                with lab.Tool(
                    "tcplife", "--json", "--containers", "--open", "--netns", self.space.inode, enter=enter
                ) as traced:
                    inner = outer / SCOPE
                    inner.mkdir()
                    self.space.traffic("--connect=3", through=lab.in_cgroup(inner))
                    inner.rmdir()
                    held.release()
        found = [row["container_id"] for row in traced.rows]
        self.assertEqual((found.count(ID), found.count(OTHER), len(found)), (6, 4, 10), traced.errors)


if __name__ == "__main__":
    lab.main()
