#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""listening.py: listens as it is told on stdin, a line of JSON each, and answers with a line of JSON: {"pid", "tid",
"port", "ret"}. Sockets stay open until the end of stdin."""

import ctypes
import json
import mmap
import os
import socket
import struct
import sys
import threading

SETUP, ENTER = 425, 426  # io_uring's system calls, on every architecture
LISTEN = 57  # IORING_OP_LISTEN, since 6.11
GETEVENTS = 1
ASYNC = 1 << 4  # a thread of the kernel's own makes it
KINDS = {
    "tcp": (socket.SOCK_STREAM, 0),
    "mptcp": (socket.SOCK_STREAM, 262),
    "udp": (socket.SOCK_DGRAM, 0),
    "raw": (socket.SOCK_RAW, socket.IPPROTO_TCP),
}
FAMILIES = {4: (socket.AF_INET, "127.0.0.1"), 6: (socket.AF_INET6, "::1"), "unix": (socket.AF_UNIX, None)}

libc = ctypes.CDLL(None, use_errno=True)


def result(value):
    return value if value >= 0 else -ctypes.get_errno()


class Ring:
    """An io_uring for one request at a time."""

    def __init__(self):
        params = ctypes.create_string_buffer(120)
        self.fd = libc.syscall(SETUP, 1, params)
        if self.fd < 0:
            raise OSError(ctypes.get_errno(), "io_uring_setup")
        entries = struct.unpack_from("II", params)
        submit, complete = struct.unpack_from("7I", params, 40), struct.unpack_from("6I", params, 80)
        size = max(submit[6] + 4 * entries[0], complete[5] + 16 * entries[1])
        self.queues = mmap.mmap(self.fd, size, offset=0)
        self.request = mmap.mmap(self.fd, 64, offset=0x10000000)
        self.tail, self.head, self.mask, self.results = submit[1], complete[0], complete[2], complete[5]

    def number(self, at):
        return struct.unpack_from("I", self.queues, at)[0]

    def listen(self, fd, backlog, flags=0):
        struct.pack_into("BBHiQQi", self.request, 0, LISTEN, flags, 0, fd, 0, 0, backlog)
        struct.pack_into("I", self.queues, self.tail, self.number(self.tail) + 1)
        if libc.syscall(ENTER, self.fd, 1, 1, GETEVENTS, None, 0) != 1:
            raise OSError(ctypes.get_errno(), "io_uring_enter")
        head = self.number(self.head)
        at = self.results + 16 * (head & self.number(self.mask))
        struct.pack_into("I", self.queues, self.head, head + 1)
        return struct.unpack_from("i", self.queues, at + 8)[0]


class Listener:
    def __init__(self):
        self.sockets, self.ring = {}, None

    def new(self, family, kind="tcp", port=None, peer=None):
        """A socket, bound to a port if there is one, and connected if it has a peer."""
        number, address = FAMILIES[family]
        made = socket.socket(number, *KINDS[kind])
        if family == "unix":
            made.bind("")  # a name that the kernel chooses
            return made
        made.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        if port is not None:
            made.bind((address, port))
        if peer is not None:
            made.connect((address, peer))
        return made

    def listen(self, name, backlog=None, ring=False, fd=None, **new):
        """Listens on the socket of this name, which is made if there is none yet; or on that descriptor. No backlog:
        only makes it."""
        if fd is None:
            if name not in self.sockets:
                self.sockets[name] = self.new(**new)
            fd = self.sockets[name].fileno()
        if ring and not self.ring:
            self.ring = Ring()
        ret = None
        if backlog is not None:
            flags = ASYNC if ring == "async" else 0
            ret = self.ring.listen(fd, backlog, flags) if ring else result(libc.listen(fd, backlog))
        made = self.sockets.get(name)
        port = made.getsockname()[1] if made and made.family != socket.AF_UNIX else None
        return {"pid": os.getpid(), "tid": threading.get_native_id(), "ret": ret, "port": port}

    def answer(self, told):
        """Does what one line of stdin says; in a thread of its own, if asked for."""
        answers = []
        in_thread = told.pop("thread", False)
        work = threading.Thread(target=lambda: answers.append(self.listen(**told)))
        if in_thread:
            work.start()
            work.join()
        else:
            work.run()
        print(json.dumps(answers[0]), flush=True)


def main():
    listener = Listener()
    print("ready", flush=True)
    for line in sys.stdin:
        listener.answer(json.loads(line))


if __name__ == "__main__":
    main()
