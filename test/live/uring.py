# SPDX-License-Identifier: GPL-2.0-or-later
"""uring.py: an io_uring through raw system calls, for requests that `nettrace traffic` does not make."""

import ctypes
import mmap
import os
import socket
import struct

SETUP, ENTER, REGISTER = 425, 426, 427  # on every architecture
REGISTER_FILES, UNREGISTER_FILES = 2, 3
NOP, ACCEPT, CONNECT, LISTEN = 0, 13, 16, 57  # LISTEN since 6.11
ASYNC = 1 << 4  # flag of a request: a kernel thread executes it
MULTISHOT = 1  # of an accept
GETEVENTS = 1
libc = ctypes.CDLL(None, use_errno=True)


def call(*arguments):
    result = libc.syscall(*(ctypes.c_long(argument) for argument in arguments))
    if result < 0:
        raise OSError(ctypes.get_errno(), "io_uring")
    return result


def socket_address(family, address, port):
    """In the kernel's form: a struct sockaddr_in or sockaddr_in6."""
    raw, host = struct.pack("=H", family) + struct.pack("!H", port), socket.inet_pton(family, address)
    raw += b"\0" * 4 + host + b"\0" * 4 if family == socket.AF_INET6 else host + b"\0" * 8
    return ctypes.create_string_buffer(raw, len(raw))


class Ring:
    """Submits requests one by one, and waits for their results."""

    def __init__(self, entries=64):
        parameters = (ctypes.c_uint32 * 30)()
        self.fd = call(SETUP, entries, ctypes.addressof(parameters))
        sq_entries, cq_entries = parameters[0], parameters[1]
        self.sq = dict(zip(("head", "tail", "mask", "entries", "flags", "dropped", "array"), parameters[10:17]))
        self.cq = dict(zip(("head", "tail", "mask", "entries", "overflow", "cqes"), parameters[20:26]))
        size = max(self.sq["array"] + sq_entries * 4, self.cq["cqes"] + cq_entries * 16)
        self.rings = mmap.mmap(self.fd, size, offset=0)  # IORING_FEAT_SINGLE_MMAP
        self.requests = mmap.mmap(self.fd, sq_entries * 64, offset=0x10000000)

    def __enter__(self):
        return self

    def __exit__(self, *exception):
        os.close(self.fd)
        self.rings.close()
        self.requests.close()

    def number(self, offset):
        return struct.unpack_from("I", self.rings, offset)[0]

    def submit(self, opcode, fd=-1, flags=0, priority=0, offset=0, address=0, length=0, slot=0):
        """One request; `slot`: an accept stores its file in this slot (from 1) of the ring's table, instead of a
        descriptor."""
        tail = self.number(self.sq["tail"])
        index = tail & self.number(self.sq["mask"])
        self.requests[index * 64 : index * 64 + 64] = struct.pack(
            "=BBHiQQiIQHHiQQ", opcode, flags, priority, fd, offset, address, length, 0, 0, 0, 0, slot, 0, 0
        )
        struct.pack_into("I", self.rings, self.sq["array"] + index * 4, index)
        struct.pack_into("I", self.rings, self.sq["tail"], tail + 1)
        if call(ENTER, self.fd, 1, 0, 0, 0, 0) != 1:
            raise AssertionError("io_uring has not taken the request")

    def result(self):
        """The result of the next completed request."""
        head = self.number(self.cq["head"])
        while head == self.number(self.cq["tail"]):
            call(ENTER, self.fd, 0, 1, GETEVENTS, 0, 0)
        place = self.cq["cqes"] + (head & self.number(self.cq["mask"])) * 16
        struct.pack_into("I", self.rings, self.cq["head"], head + 1)
        return struct.unpack_from("QiI", self.rings, place)[1]

    # Each of these waits for the completion and returns its result: a negative errno on failure.

    def request(self, opcode, *how, **more):
        self.submit(opcode, *how, **more)
        return self.result()

    def accept(self, listener, flags=0, slot=0):
        return self.request(ACCEPT, listener.fileno(), flags, slot=slot)

    def connect(self, made, address, port, flags=0):
        where = socket_address(made.family, address, port)
        at = ctypes.addressof(where)
        return self.request(CONNECT, made.fileno(), flags, offset=ctypes.sizeof(where), address=at)

    def listen(self, fd, backlog, flags=0):
        return self.request(LISTEN, fd, flags, length=backlog)

    def accept_all(self, listener):
        """One request with a result for each connection."""
        self.submit(ACCEPT, listener.fileno(), priority=MULTISHOT)

    def table(self, size):
        """Registers an empty table of files."""
        slots = (ctypes.c_int32 * size)(*[-1] * size)
        call(REGISTER, self.fd, REGISTER_FILES, ctypes.addressof(slots), size)

    def table_off(self):
        """Closes the files in it."""
        call(REGISTER, self.fd, UNREGISTER_FILES, 0, 0)
