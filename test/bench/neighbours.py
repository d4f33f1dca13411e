# SPDX-License-Identifier: GPL-2.0-or-later
"""Tools of libbpf-tools, bcc and bpftrace as Debian packages them. First, how many of nettrace's tools each project has
and can start on this kernel. If this kernel has no headers, bcc also runs with those of another one (Debian's 6.1). Then a tool
of each project prints TCP state changes; bpftrace runs test/bench/tcpstates.bt, because its own tools need kprobes. Figures are
rows with the right process, start, memory, connection rate at full speed, and CPU time."""

import contextlib
import os
import pathlib
import platform
import subprocess
import tempfile

import bench
import churn
import lab
import start

ROUNDS = 2  # bcc takes seconds to start; the spread is small
CONNECTIONS = 97
WORDS = {"netqtop-bpfcc": ("-n", "lo"), "tcptop-bpfcc": ("-C", "1")}


@contextlib.contextmanager
def headers():
    """The environment in which bcc compiles: with headers of this kernel, or else of the newest installed one."""
    if pathlib.Path("/lib/modules", platform.release(), "build").exists():
        yield {}
        return
    with tempfile.TemporaryDirectory() as folder:
        for part in ("common", "cloud-*"):
            found = sorted(pathlib.Path("/usr/src").glob(f"linux-headers-*-{part}"))
            subprocess.run(["cp", "-rsf", f"{found[-1]}/.", folder], check=True)
        yield {"env": os.environ | {"BCC_KERNEL_SOURCE": folder}}


def commands(form):
    """The peers' tools of this name."""
    paths = {name: pathlib.Path("/usr/sbin", name) for name in (form.format(tool) for tool in lab.COMMANDS)}
    return [(path, *WORDS.get(name, bench.peer_command(name)[1:])) for name, path in paths.items() if path.exists()]


def right(command, more):
    """% of the rows of connections between two processes that name the socket's process."""
    with lab.Namespace() as space, bench.scratch() as file:
        with bench.Other(*command, stdout=file, **more):
            made = space.traffic("--ipv4", f"--connect={CONNECTIONS}")
            churn.settle(file)
        lines = pathlib.Path(file.name).read_text().splitlines()
    port = str(made["server_port"])
    rows = [words for words in map(str.split, lines) if "->" in words and port in (words[4], words[6])]
    named = [words[1] == str(made["server_pid" if words[4] == port else "client_pid"]) for words in rows]
    return 100 * sum(named) / len(named)


def count_tools(env):
    ours = sum(bench.starts(lab.NETTRACE, *command, stdout=subprocess.DEVNULL) for command in lab.COMMANDS.values())
    for name, form, more in (
        ("libbpf-tools", "{}", {}),
        ("bcc", "{}-bpfcc", {}),
        ("bcc, with headers", "{}-bpfcc", env),
        ("bpftrace", "{}.bt", {}),
    ):
        theirs = sum(bench.starts(*command, stdout=subprocess.DEVNULL, **more) for command in commands(form))
        yield bench.Figure("tools that start on this kernel", "", [ours], [theirs], f"of {len(commands(form))} of {name}",
                           digits=0)


def beside(command, more):
    """The rate of the churn next to the tool, and the tool's rows of it."""
    if command[0] == lab.NETTRACE:
        return churn.beside("tcpstates", bench.Ours, "--verbose")
    return churn.beside("tcpstates", lambda _, stdout: bench.Other(*command, stdout=stdout, **more))


def measure(rounds):
    rounds = min(rounds, ROUNDS)
    with headers() as env, lab.Namespace() as space:
        yield from count_tools(env)
        tracers = {
            "nettrace": ((lab.NETTRACE, "tcpstates"), {}),
            "libbpf-tools": ((bench.peer("tcpstates"),), {}),
            "bcc": ((lab.need("tcpstates-bpfcc"),), env),
            "bpftrace": ((lab.need("bpftrace"), bench.HERE / "tcpstates.bt"), {}),
        }
        owners = {name: right(command, more) for name, (command, more) in tracers.items()}
        started = bench.alternate(rounds, **{
            name: lambda tracer=tracer: start.once(space, *tracer[0], **tracer[1]) for name, tracer in tracers.items()
        })
        churned = bench.alternate(rounds, without=churn.without, **{
            name: lambda tracer=tracer: beside(*tracer) for name, tracer in tracers.items()
        })
    alone = bench.pick(churned["without"], "rate")
    for name in list(tracers)[1:]:
        yield bench.Figure("rows of state changes that name the right process", "%", [owners["nettrace"]], [owners[name]], name,
                           digits=0)
    for title, unit, runs, what, digits in (
        ("from exec to the header", "ms", started, "header", 0),
        ("peak memory while it keeps up", "KiB", churned, "peak", 0),
        ("exit after Ctrl-C", "ms", started, "exit", 0),
        ("churn left", "%", churned, "left", 0),
        ("lost, reported", "events", churned, "lost", 0),
        ("lost, not reported", "events", churned, "silent", 0),
        ("CPU per row into a file", "ns", churned, "cpu", 0),
    ):
        values = {
            name: [100 * run["rate"] / rate for run, rate in zip(churned[name], alone)]
            if what == "left"
            else bench.pick(runs[name], what)
            for name in tracers
        }
        for name in list(tracers)[1:]:
            yield bench.Figure(title, unit, values["nettrace"], values[name], name, digits=digits)
