# SPDX-License-Identifier: GPL-2.0-or-later
"""pagefault.py: memory whose first use by the kernel blocks until the test continues, which suspends a system call in
progress."""

import ctypes
import fcntl
import mmap
import os
import select
import socket
import struct

USERFAULTFD = 323 if os.uname().machine == "x86_64" else 282
API, REGISTER, ZEROPAGE = 0xC018AA3F, 0xC020AA00, 0xC020AA04  # ioctls of linux/userfaultfd.h
VERSION, MISSING = 0xAA, 1
libc = ctypes.CDLL(None, use_errno=True)


class Page:
    """One page that is missing until let_go()."""

    def __init__(self):
        self.memory = mmap.mmap(-1, mmap.PAGESIZE)
        self.anchor = ctypes.c_char.from_buffer(self.memory)
        self.address = ctypes.addressof(self.anchor)
        self.fd = libc.syscall(USERFAULTFD, os.O_CLOEXEC)
        if self.fd < 0:
            raise OSError(ctypes.get_errno(), "userfaultfd")
        fcntl.ioctl(self.fd, API, bytearray(struct.pack("QQQ", VERSION, 0, 0)))
        fcntl.ioctl(self.fd, REGISTER, bytearray(struct.pack("QQQQ", self.address, mmap.PAGESIZE, MISSING, 0)))

    def wait_used(self, patience):
        """Waits until a thread blocks on the page."""
        if not select.select([self.fd], [], [], patience)[0]:
            raise AssertionError("the page was not used")

    def let_go(self):
        fcntl.ioctl(self.fd, ZEROPAGE, bytearray(struct.pack("QQQq", self.address, mmap.PAGESIZE, 0, 0)))

    def accept(self, listener):
        """Accepts the next connection of a listener. accept() writes the peer's address to this page, as its last step."""
        length = ctypes.c_uint32(16)
        fd = libc.accept4(listener.fileno(), ctypes.c_void_p(self.address), ctypes.byref(length), 0)
        if fd < 0:
            raise OSError(ctypes.get_errno(), "accept4")
        return socket.socket(fileno=fd)

    def __enter__(self):
        return self

    def __exit__(self, *exception):
        os.close(self.fd)  # releases waiting threads too
