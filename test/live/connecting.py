# SPDX-License-Identifier: GPL-2.0-or-later
"""connecting.py: attempts to connect, by a process inside a network namespace; and places there that never answer."""

import ctypes
import errno
import json
import os
import socket
import time
import traceback

import lab

CLONE_NEWNET = 0x40000000
libc = ctypes.CDLL(None, use_errno=True)


def inside(space, function):
    """Calls the function in a child process inside the namespace: (its process, what it returns)."""
    reading, writing = os.pipe()
    child = os.fork()
    if not child:
        try:
            os.close(reading)
            with open(space.path, "rb") as file:
                if libc.setns(file.fileno(), CLONE_NEWNET):
                    raise OSError(ctypes.get_errno(), "setns")
            with open(writing, "w", encoding="utf-8") as report:
                json.dump(function(), report)
            os._exit(0)
        except BaseException:
            traceback.print_exc()
        finally:
            os._exit(1)
    os.close(writing)
    with open(reading, encoding="utf-8") as report:
        text = report.read()
    if os.waitpid(child, 0)[1]:
        raise AssertionError("the process in the namespace has failed")
    return child, json.loads(text)


def family_of(address):
    return socket.AF_INET6 if ":" in address else socket.AF_INET


def listener(address, backlog=64):
    made = socket.socket(family_of(address))
    made.bind((address, 0))
    made.listen(backlog)
    return made, made.getsockname()[1]


def closed_port(address):
    """A port that nobody listens on."""
    with socket.socket(family_of(address)) as made:
        made.bind((address, 0))
        return made.getsockname()[1]


def attempt(address, port, blocking=True, made=None):
    """Connects; returns the socket and the name of the errno, or "ok"."""
    made = made or socket.socket(family_of(address))
    made.setblocking(blocking)
    try:
        made.connect((address, port))
    except OSError as error:
        return made, errno.errorcode[error.errno]
    return made, "ok"


def settled(made, address, port, limit=lab.PATIENCE):
    """Calls connect again, as programs do, until it says something else than EALREADY."""
    end = time.monotonic() + limit
    while time.monotonic() < end:
        how = attempt(address, port, False, made)[1]
        if how not in ("EALREADY", "EINPROGRESS"):
            return how
        time.sleep(0.01)
    raise AssertionError(f"connecting to {address}: nothing has happened")


NOWHERE = {4: "10.77.0.2", 6: "fd77::2"}  # a neighbour that takes everything and says nothing
NOBODY = {4: "10.77.0.3", 6: "fd77::3"}  # no neighbour at all
SETTINGS = """
cd /proc/sys/net
echo 1 >ipv4/tcp_syn_retries
! [ -e ipv4/tcp_syn_linear_timeouts ] || echo 0 >ipv4/tcp_syn_linear_timeouts
echo 100 >ipv4/neigh/silent/retrans_time_ms
echo 100 >ipv6/neigh/silent/retrans_time_ms
"""
NO_ROUTE = {4: "10.78.0.1", 6: "fd78::1"}


def add_silence(space):
    """A network of those, in the namespace; and connecting takes three seconds to time out."""
    ip = ("ip", "-n", space.name)
    lab.must(*ip, "link", "add", "silent", "type", "veth", "peer", "name", "deaf")
    for link in ("silent", "deaf"):
        lab.must(*ip, "link", "set", link, "up")
    lab.must(*ip, "address", "add", "10.77.0.1/24", "dev", "silent")
    lab.must(*ip, "address", "add", "fd77::1/64", "dev", "silent", "nodad")
    for family, bits in ((4, 32), (6, 128)):
        neighbour = (NOWHERE[family], "lladdr", "02:00:00:00:00:01", "dev", "silent", "nud", "permanent")
        lab.must(*ip, "neighbour", "add", *neighbour)
        lab.must(*ip, f"-{family}", "route", "add", "unreachable", f"{NO_ROUTE[family]}/{bits}")
    # Two SYNs: from 6.5 on there would be a third. Nobody is found out in a third of a second.
    lab.must(*space.enter, "sh", "-c", SETTINGS)
