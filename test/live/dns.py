# SPDX-License-Identifier: GPL-2.0-or-later
"""dns.py: a DNS server for tests, and a client that queries it and reads the answer through a given system call."""

import os
import socket
import struct

from sockets import family_of

A, CNAME, AAAA = 1, 5, 28
POINTER_TO_QUESTION = b"\xc0\x0c"
MOST = 4096


def name_bytes(name):
    labels = [label.encode() for label in name.split(".")]
    return b"".join(bytes([len(label)]) + label for label in labels) + b"\0"


def record(owner, kind, data, ttl=60):
    return owner + struct.pack("!HHIH", kind, 1, ttl, len(data)) + data


def question(name, kind, number=1):
    return struct.pack("!HHHHHH", number, 0x0100, 1, 0, 0, 0) + name_bytes(name) + struct.pack("!HH", kind, 1)


def answer(asked, addresses, aliases=()):
    """The answer to a question: a chain of aliases, then the addresses of the last one."""
    records, owner = [], POINTER_TO_QUESTION
    for alias in aliases:
        records.append(record(owner, CNAME, name_bytes(alias)))
        owner = name_bytes(alias)
    for address in addresses:
        kind = AAAA if ":" in address else A
        records.append(record(owner, kind, socket.inet_pton(family_of(address), address)))
    head = asked[:2] + struct.pack("!HHHHH", 0x8180, 1, len(records), 0, 0)
    return head + asked[12:] + b"".join(records)


READERS = {
    "recv": lambda client: client.recv(MOST),
    "recvfrom": lambda client: client.recvfrom(MOST)[0],
    "recvmsg": lambda client: client.recvmsg(MOST)[0],
    "read": lambda client: os.read(client.fileno(), MOST),
}


class Server:
    """Answers one question at a time on port 53 of a loopback address, in the network namespace of this process."""

    def __init__(self, address):
        self.family = family_of(address)
        self.socket = socket.socket(self.family, socket.SOCK_DGRAM)
        self.socket.bind((address, 53))

    def look_up(self, name, addresses, aliases=(), reader="recvfrom"):
        """Sends a query and an answer; the client reads the answer through its own system call."""
        asked = question(name, AAAA if ":" in addresses[-1] else A)
        with socket.socket(self.family, socket.SOCK_DGRAM) as client:
            client.connect(self.socket.getsockname()[:2])
            client.send(asked)
            got, who = self.socket.recvfrom(MOST)
            self.socket.sendto(answer(got, addresses, aliases), who)
            if READERS[reader](client) != answer(asked, addresses, aliases):
                raise AssertionError(f"{name}: not the answer")
