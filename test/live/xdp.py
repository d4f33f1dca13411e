# SPDX-License-Identifier: GPL-2.0-or-later
"""xdp.py: XDP programs that return one action, attached to an interface by bpf(2)."""

import contextlib
import ctypes
import os
import socket
import struct

DROP = 1  # enum xdp_action
GENERIC, DRIVER = 2, 4  # XDP_FLAGS_SKB_MODE, XDP_FLAGS_DRV_MODE
BPF, PROG_LOAD, LINK_CREATE = 321, 5, 28  # of x86-64, enum bpf_cmd
PROG_TYPE_XDP, ATTACH_XDP = 6, 37
MOV_R0, EXIT = 0xB7, 0x95


def bpf(command, attributes):
    buffer = ctypes.create_string_buffer(attributes, 128)
    made = ctypes.CDLL(None, use_errno=True).syscall(BPF, command, buffer, 128)
    if made < 0:
        raise OSError(ctypes.get_errno(), "bpf")
    return made


@contextlib.contextmanager
def attached(space, name, action, mode):
    code = ctypes.create_string_buffer(struct.pack("<BBhiBBhi", MOV_R0, 0, 0, action, EXIT, 0, 0, 0))
    license_text = ctypes.create_string_buffer(b"GPL")
    program = bpf(PROG_LOAD, struct.pack("<IIQQ", PROG_TYPE_XDP, 2, ctypes.addressof(code), ctypes.addressof(license_text)))
    with space.inside():
        link = bpf(LINK_CREATE, struct.pack("<IIII", program, socket.if_nametoindex(name), ATTACH_XDP, mode))
    try:
        yield
    finally:
        os.close(link)
        os.close(program)
