# SPDX-License-Identifier: GPL-2.0-or-later
"""pinned.py: BPF maps that a user creates and pins, through bpf(2) alone, in a BPF file system of a private mount
namespace."""

import contextlib
import ctypes
import os
import pathlib
import platform
import struct
import subprocess

BPF = {"x86_64": 321, "aarch64": 280}[platform.machine()]  # the number of the system call
MAP_CREATE, MAP_UPDATE, MAP_DELETE, PROG_LOAD, OBJ_PIN = 0, 2, 3, 5, 6
HASH, ARRAY = 1, 2
SOCKET_FILTER = 1
RETURN_0 = struct.pack("<QQ", 0xB7, 0x95)  # mov r0, 0; exit

libc = ctypes.CDLL(None, use_errno=True)


def bpf(command, attributes):
    buffer = ctypes.create_string_buffer(attributes, max(len(attributes), 128))
    result = libc.syscall(BPF, command, buffer, len(buffer))
    if result < 0:
        raise OSError(ctypes.get_errno(), f"bpf({command})")
    return result


def pin(fd, path):
    name = ctypes.create_string_buffer(os.fsencode(path))
    bpf(OBJ_PIN, struct.pack("QI", ctypes.addressof(name), fd))


class Map:
    """A map that is pinned at a path; usable as an argument."""

    def __init__(self, path, value_size, key_size=8, kind=HASH):
        self.path, self.sizes = path, (key_size, value_size)
        self.fd = bpf(MAP_CREATE, struct.pack("IIIII", kind, key_size, value_size, 1024, 0))
        pin(self.fd, path)

    def __str__(self):
        return str(self.path)

    def add(self, key):
        key, value = (ctypes.create_string_buffer(key.to_bytes(size, "little"), size) for size in self.sizes)
        bpf(MAP_UPDATE, struct.pack("IxxxxQQQ", self.fd, ctypes.addressof(key), ctypes.addressof(value), 0))

    def remove(self, key):
        key = ctypes.create_string_buffer(key.to_bytes(self.sizes[0], "little"), self.sizes[0])
        bpf(MAP_DELETE, struct.pack("IxxxxQ", self.fd, ctypes.addressof(key)))


def pin_program(path):
    """A pinned object that is no map."""
    licence = ctypes.create_string_buffer(b"GPL")
    code = ctypes.create_string_buffer(RETURN_0, len(RETURN_0))
    attributes = struct.pack("IIQQ", SOCKET_FILTER, 2, ctypes.addressof(code), ctypes.addressof(licence))
    fd = bpf(PROG_LOAD, attributes)
    pin(fd, path)
    os.close(fd)


@contextlib.contextmanager
def file_system():
    """A BPF file system in a mount namespace of its own: its directory, as a path of this process."""
    script = "mount -t bpf none /mnt && echo mounted && exec sleep infinity"
    command = ["unshare", "--mount", "--propagation", "private", "sh", "-c", script]
    with subprocess.Popen(command, stdout=subprocess.PIPE) as holder:
        try:
            if holder.stdout.readline() != b"mounted\n":
                raise AssertionError("no BPF file system can be mounted")
            yield pathlib.Path(f"/proc/{holder.pid}/root", "mnt")
        finally:
            holder.kill()
