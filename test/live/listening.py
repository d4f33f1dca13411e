#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""listening.py: listens as requested by lines of JSON on stdin, and answers each with a line of JSON: {"pid", "tid",
"port", "ret"}; as another user, if its number is an argument. Sockets stay open until the end of stdin."""

import ctypes
import json
import os
import socket
import sys
import threading

from uring import ASYNC, Ring, libc

KINDS = {
    "tcp": (socket.SOCK_STREAM, 0),
    "mptcp": (socket.SOCK_STREAM, 262),
    "udp": (socket.SOCK_DGRAM, 0),
    "raw": (socket.SOCK_RAW, socket.IPPROTO_TCP),
}
FAMILIES = {4: (socket.AF_INET, "127.0.0.1"), 6: (socket.AF_INET6, "::1"), "unix": (socket.AF_UNIX, None)}


def result(value):
    return value if value >= 0 else -ctypes.get_errno()


class Listener:
    def __init__(self):
        self.sockets, self.ring = {}, None

    def new(self, family, kind="tcp", port=None, peer=None):
        """A socket, bound if it has a port, and connected if it has a peer."""
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
        """Listens on the socket of this name, created if needed; or on that descriptor. Without a backlog it only
        creates the socket."""
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
        """Executes one line of stdin, in a thread of its own if requested."""
        answers = []
        in_thread = told.pop("thread", False)
        work = threading.Thread(target=lambda: answers.append(self.listen(**told)))
        if in_thread:
            work.start()
            work.join()
        else:
            work.run()
        print(json.dumps(answers[0]), flush=True)


def become(user):
    """Called after all imports: that user may not be able to read these files."""
    os.setgroups([])
    os.setresgid(user, user, user)
    os.setresuid(user, user, user)


def main():
    if sys.argv[1:]:
        become(int(sys.argv[1]))
    listener = Listener()
    print("ready", flush=True)
    for line in sys.stdin:
        listener.answer(json.loads(line))


if __name__ == "__main__":
    main()
