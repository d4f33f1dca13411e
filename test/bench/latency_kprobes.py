# SPDX-License-Identifier: GPL-2.0-or-later
"""One-byte round trips on loopback, next to tools that use kprobes or fentry. These are tcptop of libbpf-tools and
its tcprtt (fentry, for each received segment). They run on a kernel that supports both: Debian's 6.1, emulated. Time on an
emulated CPU means nothing, so the section counts instructions of the kernel and both ends. Counts are the same in each run, but
do not show how long an instruction waits."""

import json
import os

import bench
import lab

KERNEL = "bookworm"
BOOT = 300  # limit in seconds; it takes 20


def measure(_):
    peers = [f"/usr/sbin/{tool}" for tool in lab.COMMANDS if os.path.exists(f"/usr/sbin/{tool}")]
    programs = " ".join((str(bench.LOAD), bench.peer("tcprtt"), *peers))
    said = lab.must(bench.ROOT / "test/kernels/run", "--run", bench.HERE / "latency_kprobes.sh", programs, KERNEL, limit=BOOT)
    starting, took = said.count(": starts|1"), {}
    for line in said.splitlines():
        _, found, result = line.partition("result|")
        if found:
            kind, report = result.split("|")
            took.setdefault(kind, []).append(json.loads(report)["median_ns"])  # 1 ns each

    def more(kind):
        return [with_it - without for with_it, without in zip(took[kind], took["without"])]

    yield bench.Figure("a round trip without a tracer", "instructions", took["without"], digits=0)
    for what, ours, peer, name in (
        ("tcptop", "nettrace_tcptop", "kprobes_tcptop", "tcptop by kprobes"),
        ("tcptop and tcpsubnet", "nettrace_both", "kprobes_tcptop", "tcptop by kprobes"),
        ("tcptop", "nettrace_tcptop", "fentry_tcprtt", "tcprtt by fentry"),
    ):
        yield bench.Figure(f"extra per round trip with {what}", "instructions", more(ours), more(peer), name, digits=0)
    yield bench.Figure("tools of libbpf-tools that start there", "", [], [starting], f"of {len(peers)}", digits=0)
