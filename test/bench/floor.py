# SPDX-License-Identifier: GPL-2.0-or-later
"""floor.py: minimal BPF programs, which show the fixed cost of running a program."""

import ctypes
import os
import platform
import struct

import bench

PROG_LOAD, RAW_TRACEPOINT_OPEN = 5, 17
RAW_TRACEPOINT = 17  # program type with the calling convention of tp_btf programs
KTIME_GET_NS = 5
READ_CLOCK = struct.pack("<BBhi", 0x85, 0, 0, KTIME_GET_NS)  # call
RETURN_0 = struct.pack("<BBhi", 0xB7, 0, 0, 0) + struct.pack("<BBhi", 0x95, 0, 0, 0)


def bpf(command, attributes):
    call = ctypes.CDLL(None, use_errno=True).syscall
    ask = ctypes.create_string_buffer(attributes, 128)
    fd = call(bench.BPF[platform.machine()], command, ask, len(ask))
    if fd < 0:
        raise OSError(ctypes.get_errno(), f"bpf({command})")
    return fd


def program(instructions):
    code, license = ctypes.create_string_buffer(instructions), ctypes.create_string_buffer(b"GPL")
    head = struct.pack("=IIQQ", RAW_TRACEPOINT, len(instructions) // 8, ctypes.addressof(code), ctypes.addressof(license))
    return bpf(PROG_LOAD, head)


def attached(instructions, tracepoint):
    """The program and its link."""
    fd, name = program(instructions), ctypes.create_string_buffer(tracepoint.encode())
    return fd, bpf(RAW_TRACEPOINT_OPEN, struct.pack("=QI", ctypes.addressof(name), fd))


class Floor(bench.Watched):
    """Attaches programs of these instructions to tracepoints, from this process."""

    def __init__(self, instructions, *tracepoints):
        self.pid, self.made = os.getpid(), []
        self.instructions, self.tracepoints = instructions, tracepoints

    def __enter__(self):
        for tracepoint in self.tracepoints:
            self.made += attached(self.instructions, tracepoint)
        return self

    def __exit__(self, *exception):
        for fd in reversed(self.made):
            os.close(fd)
