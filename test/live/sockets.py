# SPDX-License-Identifier: GPL-2.0-or-later
"""sockets.py: sockets of a test in a network namespace, and processes and threads that use them."""

import contextlib
import ctypes
import errno
import json
import os
import pathlib
import socket
import struct
import threading
import time
import traceback

import lab

FAMILY = {4: socket.AF_INET, 6: socket.AF_INET6}
MPTCP = 262  # IPPROTO_MPTCP
CLOSE = 7  # TCP_CLOSE, a state
SO_ATTACH_FILTER, SO_DETACH_FILTER = 26, 27


def family_of(address):
    return FAMILY[6 if ":" in address else 4]


# ---- connections ----


def listen(space, family=4, backlog=64, protocol=0):
    """A listener in the namespace, on a port that the kernel chooses."""
    with space.inside():
        listener = socket.socket(FAMILY[family], socket.SOCK_STREAM, protocol)
    listener.bind((lab.LOOPBACK[family], 0))
    listener.listen(backlog)
    return listener


def connect(space, listener, protocol=0, timeout=lab.PATIENCE):
    """A client of the listener, connected."""
    with space.inside():
        client = socket.socket(listener.family, socket.SOCK_STREAM, protocol)
    client.settimeout(timeout)
    client.connect(listener.getsockname())
    return client


@contextlib.contextmanager
def connection(space, family=4):
    """Two connected, blocking sockets of this process: the client's, the server's."""
    with listen(space, family) as listener:
        client = connect(space, listener, timeout=None)
        server, _ = listener.accept()
    with client, server:
        yield client, server


def forge(space, sender, receiver, flags=0x04, ahead=0, ttl=64):
    """A segment without data in the name of a connected socket, by default a reset. TCP repair shows its next sequence
    number; ahead: how far the segment lies beyond it."""
    TCP_REPAIR, TCP_REPAIR_QUEUE, TCP_QUEUE_SEQ, TCP_SEND_QUEUE = 19, 20, 21, 2
    sender.setsockopt(socket.IPPROTO_TCP, TCP_REPAIR, 1)
    sender.setsockopt(socket.IPPROTO_TCP, TCP_REPAIR_QUEUE, TCP_SEND_QUEUE)
    number = sender.getsockopt(socket.IPPROTO_TCP, TCP_QUEUE_SEQ) & 0xFFFFFFFF
    sender.setsockopt(socket.IPPROTO_TCP, TCP_REPAIR, -1)
    (here, port), (there, peer) = sender.getsockname(), receiver.getsockname()
    number = (number + ahead) & 0xFFFFFFFF
    header = struct.pack("!HHIIHHHH", port, peer, number, 0, 0x5000 | flags, 0, 0, 0)
    total = sum(struct.unpack("!16H", socket.inet_aton(here) + socket.inet_aton(there) + struct.pack("!HH", 6, 20) + header))
    total = (total & 0xFFFF) + (total >> 16)
    header = header[:16] + struct.pack("!H", ~(total + (total >> 16)) & 0xFFFF) + header[18:]
    with space.inside(), socket.socket(socket.AF_INET, socket.SOCK_RAW, socket.IPPROTO_TCP) as raw:
        raw.setsockopt(socket.IPPROTO_IP, socket.IP_TTL, ttl)
        raw.bind((here, 0))
        raw.sendto(header, (there, 0))


def receive(end, size):
    """Reads exactly `size` bytes."""
    while size:
        got = len(end.recv(min(size, 1 << 20)))
        if not got:
            raise AssertionError(f"the connection has ended, {size} bytes too early")
        size -= got


def reset(connected):
    """Closes the socket with a RST."""
    connected.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, b"\1\0\0\0\0\0\0\0")
    connected.close()


def drop(end, everything):
    """Sets or removes a filter of one instruction, `ret 0`, which drops all packets for the socket."""
    code = ctypes.create_string_buffer(struct.pack("HBBI", 0x06, 0, 0, 0))
    program = struct.pack("HP", 1, ctypes.addressof(code))
    end.setsockopt(socket.SOL_SOCKET, SO_ATTACH_FILTER if everything else SO_DETACH_FILTER, program)


def dissolve(connected):
    """connect(AF_UNSPEC): disconnects the socket."""
    address = ctypes.create_string_buffer(16)  # sa_family 0
    if ctypes.CDLL(None, use_errno=True).connect(connected.fileno(), address, 16):
        raise OSError(ctypes.get_errno(), "connect(AF_UNSPEC)")


def port_of(end):
    return end.getsockname()[1]


def state_of(connected):
    return connected.getsockopt(socket.IPPROTO_TCP, socket.TCP_INFO, 1)[0]


# ---- attempts to connect, in the namespace of this process ----


def closed_port(address):
    """A port without a listener."""
    with socket.socket(family_of(address)) as made:
        made.bind((address, 0))
        return port_of(made)


def attempt(address, port, blocking=True, made=None):
    """Connects; returns the socket and the name of the errno, or "ok"."""
    made = made or socket.socket(family_of(address))
    made.setblocking(blocking)
    try:
        made.connect((address, port))
    except OSError as error:
        return made, errno.errorcode[error.errno]
    return made, "ok"


def settled(made, address, port, limit=lab.PATIENCE):
    """Calls connect repeatedly, as programs do, until the error is not EALREADY."""
    end = time.monotonic() + limit
    while time.monotonic() < end:
        how = attempt(address, port, False, made)[1]
        if how not in ("EALREADY", "EINPROGRESS"):
            return how
        time.sleep(0.01)
    raise AssertionError(f"connecting to {address}: nothing has happened")


# ---- processes and threads ----


class Child:
    """A child process, with another name if given; it runs work() and exits."""

    def __init__(self, name, work):
        self.pid = os.fork()
        if self.pid == 0:
            try:
                if name:
                    pathlib.Path("/proc/self/comm").write_text(name)
                work()
                os._exit(0)
            except BaseException:
                traceback.print_exc()
            finally:
                os._exit(1)

    def __enter__(self):
        return self

    def __exit__(self, *exception):
        _, status = os.waitpid(self.pid, 0)
        if status and not exception[0]:
            raise AssertionError(f"the child ended with {status}")


def work_inside(space, work):
    """Calls work() in a child process inside the namespace. Returns (the process, the result)."""
    reading, writing = os.pipe()

    def work_and_tell():
        with open(writing, "w", encoding="utf-8") as report:
            json.dump(work(), report)

    with space.inside():
        child = Child(None, work_and_tell)
    os.close(writing)
    with child, open(reading, encoding="utf-8") as report:
        told = report.read()
    return child.pid, json.loads(told)


class Blocked(threading.Thread):
    """A thread that blocks in work(); inside `with`, it certainly does."""

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
    """The clock of the tools' times."""
    return time.clock_gettime_ns(time.CLOCK_BOOTTIME)
