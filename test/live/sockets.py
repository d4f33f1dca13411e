# SPDX-License-Identifier: GPL-2.0-or-later
"""sockets.py: sockets of a test's own in a network namespace, and processes and threads that use them."""

import contextlib
import ctypes
import os
import pathlib
import socket
import threading
import time

import lab

ANY = {4: "127.0.0.1", 6: "::1"}
FAMILY = {4: socket.AF_INET, 6: socket.AF_INET6}
MPTCP = 262  # IPPROTO_MPTCP
libc = ctypes.CDLL(None, use_errno=True)


@contextlib.contextmanager
def inside(space):
    """Sockets that this thread makes are in the namespace, and stay there."""

    def enter(descriptor):
        if libc.setns(descriptor, 0):
            raise OSError(ctypes.get_errno(), "setns")

    with open("/proc/thread-self/ns/net") as outside, open(space.path) as path:
        enter(path.fileno())
        try:
            yield
        finally:
            enter(outside.fileno())


def listen(space, family=4, backlog=64, protocol=0):
    """A listener in the namespace, at a port of the kernel's choice."""
    with inside(space):
        listener = socket.socket(FAMILY[family], socket.SOCK_STREAM, protocol)
    listener.bind((ANY[family], 0))
    listener.listen(backlog)
    return listener


def connect(space, listener, protocol=0, **more):
    """A client of the listener, connected (or, not blocking, on its way)."""
    with inside(space):
        client = socket.socket(listener.family, socket.SOCK_STREAM, protocol)
    client.settimeout(more.get("timeout", lab.PATIENCE))
    client.connect(listener.getsockname())
    return client


def reset(connection):
    """Closes it with a RST."""
    connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, b"\1\0\0\0\0\0\0\0")
    connection.close()


def state_of(connection):
    return connection.getsockopt(socket.IPPROTO_TCP, socket.TCP_INFO, 1)[0]


class Child:
    """A process of this one, with a name; it runs work() and ends."""

    def __init__(self, name, work):
        self.pid = os.fork()
        if self.pid == 0:
            try:
                pathlib.Path("/proc/self/comm").write_text(name)
                work()
                os._exit(0)
            finally:
                os._exit(1)

    def __enter__(self):
        return self

    def __exit__(self, *exception):
        _, status = os.waitpid(self.pid, 0)
        if status and not exception[0]:
            raise AssertionError(f"the child ended with {status}")


class Blocked(threading.Thread):
    """A thread that sleeps in work(): inside `with`, it surely does."""

    def __init__(self, work):
        super().__init__()
        self.work, self.result = work, None

    def run(self):
        self.result = self.work()

    def __enter__(self):
        self.start()
        wait = pathlib.Path(f"/proc/self/task/{self.native_id}/wchan")
        lab.wait_for(lambda: "csk_accept" in wait.read_text(), "a thread that waits in accept()")
        return self

    def __exit__(self, *exception):
        self.join()


def ns_now():
    """The clock that the tools' times come from."""
    return time.clock_gettime_ns(time.CLOCK_BOOTTIME)
