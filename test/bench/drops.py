# SPDX-License-Identifier: GPL-2.0-or-later
"""BPF time of drops for a UDP datagram on loopback that is read, and for one that finds a full receive buffer: a row each.
It includes the cost of the kernel's measuring (kernel.bpf_stats_enabled): some 20 ns for each run of a program. The message
of TCP that is not dropped is in messages: no program runs for it."""

import contextlib
import socket

import bench
import tools

DATAGRAMS = 20_000
COMMANDS = {"drops": ("drops",), "drops --explain": ("drops", "--explain"), "drops -c": ("drops", "-c")}


@contextlib.contextmanager
def ends(space, size):
    """A bound socket with a receive buffer of this size, and a connected one."""
    with space.inside():
        server, client = (socket.socket(socket.AF_INET, socket.SOCK_DGRAM) for _ in range(2))
    with server, client:
        server.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, size)
        server.bind(("127.0.0.1", 0))
        client.connect(server.getsockname())
        yield server, client


def read(space):
    with ends(space, 1 << 20) as (server, client):
        for _ in range(DATAGRAMS):
            client.send(b"x")
            server.recv(1)
    return DATAGRAMS


def drop(space):
    """Only the first datagrams find room, which are one in a thousand."""
    with ends(space, 0) as (_, client):
        for _ in range(DATAGRAMS):
            client.send(b"x")
    return DATAGRAMS


def measure(rounds):
    for event, make in (("datagram that is read", read), ("datagram that finds a full receive buffer", drop)):
        runs = bench.alternate(
            rounds,
            **{name: lambda command=command: tools.of_event(bench.Ours, command, make) for name, command in COMMANDS.items()},
        )
        for name in COMMANDS:
            yield bench.Figure(f"BPF time per {event}: {name}", "ns", runs[name], digits=0)
