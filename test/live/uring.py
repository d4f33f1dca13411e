# SPDX-License-Identifier: GPL-2.0-or-later
"""uring.py: single requests to connect through io_uring, in this process."""

import ctypes
import mmap
import socket
import struct

SETUP, ENTER = 425, 426  # system calls, the same everywhere
GETEVENTS = 1
OP_CONNECT = 16
ASYNC = 1 << 4  # by a thread of its own
RINGS, ENTRIES = 0, 0x10000000  # offsets of the parts to map
libc = ctypes.CDLL(None, use_errno=True)


def connect(made, address, port, flags=0):
    """Connects through a ring of its own; returns what the completion says: 0 or a negative errno."""
    v6 = made.family == socket.AF_INET6
    raw, host = struct.pack("=H", made.family) + struct.pack("!H", port), socket.inet_pton(made.family, address)
    raw += b"\0" * 4 + host + b"\0" * 4 if v6 else host + b"\0" * 8
    where = ctypes.create_string_buffer(raw, len(raw))
    parameters = ctypes.create_string_buffer(120)
    ring = libc.syscall(SETUP, 1, parameters)
    if ring < 0:
        raise OSError(ctypes.get_errno(), "io_uring_setup")
    sq = struct.unpack_from("10I", parameters, 40)  # head, tail, mask, entries, flags, dropped, array
    cq = struct.unpack_from("10I", parameters, 80)  # head, tail, mask, entries, overflow, cqes
    with mmap.mmap(ring, 4096, offset=RINGS) as rings, mmap.mmap(ring, 4096, offset=ENTRIES) as entries:
        struct.pack_into("=BBHiQQ", entries, 0, OP_CONNECT, flags, 0, made.fileno(), len(raw), ctypes.addressof(where))
        struct.pack_into("I", rings, sq[6], 0)
        struct.pack_into("I", rings, sq[1], 1)
        if libc.syscall(ENTER, ring, 1, 1, GETEVENTS, None, 0) != 1:
            raise OSError(ctypes.get_errno(), "io_uring_enter")
        result = struct.unpack_from("=Qi", rings, cq[5])[1]
    socket.close(ring)
    return result
