#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""denied.py ERRNO COMMAND...: runs COMMAND with a seccomp filter, like a container's, that lets bpf() fail with ERRNO
(a name; "nothing": no filter)."""

import ctypes
import errno
import os
import platform
import struct
import sys

NR_BPF = {"x86_64": 321, "aarch64": 280}[platform.machine()]
PR_SET_SECCOMP, MODE_FILTER = 22, 2
RET_ERRNO, RET_ALLOW = 0x00050000, 0x7FFF0000
LOAD_NUMBER, JUMP_EQUAL, RETURN = 0x20, 0x15, 0x06


class Program(ctypes.Structure):
    _fields_ = [("length", ctypes.c_ushort), ("instructions", ctypes.c_void_p)]


def main():
    denied = 0 if sys.argv[1] == "nothing" else RET_ERRNO | getattr(errno, sys.argv[1])
    instructions = [
        (LOAD_NUMBER, 0, 0, 0),
        (JUMP_EQUAL, 0, 1, NR_BPF),
        (RETURN, 0, 0, denied or RET_ALLOW),
        (RETURN, 0, 0, RET_ALLOW),
    ]
    code = b"".join(struct.pack("HBBI", *instruction) for instruction in instructions)
    program = Program(len(instructions), ctypes.cast(ctypes.create_string_buffer(code), ctypes.c_void_p))
    if ctypes.CDLL(None, use_errno=True).prctl(PR_SET_SECCOMP, MODE_FILTER, ctypes.byref(program), 0, 0):
        raise OSError(ctypes.get_errno(), "seccomp")
    os.execvp(sys.argv[2], sys.argv[2:])


if __name__ == "__main__":
    main()
