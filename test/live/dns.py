# SPDX-License-Identifier: GPL-2.0-or-later
"""dns.py: a DNS server for tests, and a client that queries it and reads the answer through a given system call."""

import os
import socket
import struct
import threading

from sockets import family_of

A, CNAME, AAAA = 1, 5, 28
POINTER_TO_QUESTION = b"\xc0\x0c"
MOST = 4096
SO_RCVBUFFORCE = 33


def name_bytes(name):
    labels = [label.encode() for label in name.split(".")]
    return b"".join(bytes([len(label)]) + label for label in labels) + b"\0"


def record(owner, kind, data, ttl=60):
    return owner + struct.pack("!HHIH", kind, 1, ttl, len(data)) + data


def question(name, kind, number=1):
    return struct.pack("!HHHHHH", number, 0x0100, 1, 0, 0, 0) + name_bytes(name) + struct.pack("!HH", kind, 1)


def failure(asked, code):
    """An answer without records, with this code."""
    return asked[:2] + struct.pack("!HHHHH", 0x8180 | code, 1, 0, 0, 0) + asked[12:]


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


def asked_name(message):
    """The name and the type in a query."""
    labels, at = [], 12
    while message[at]:
        labels.append(message[at + 1 : at + 1 + message[at]].decode())
        at += 1 + message[at]
    return ".".join(labels), struct.unpack_from("!H", message, at + 1)[0]


class Responder:
    """Answers every query by the first label of its name, until the end of `with`: nx, fail, silent, slow (50 ms), big
    (too long for UDP), or with addresses. Its sockets are in the network namespace of the thread that makes it. `asked`: names and types."""

    DELAY = 0.05

    def __init__(self, *addresses, port=53):
        self.asked, self.stopping = [], False
        self.sockets, self.threads = [], []
        for address in addresses:
            for kind, serve in ((socket.SOCK_DGRAM, self.serve), (socket.SOCK_STREAM, self.serve_stream)):
                server = socket.socket(family_of(address), kind)
                server.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
                # The default has room for some 270 queries, while this thread waits for a CPU.
                server.setsockopt(socket.SOL_SOCKET, SO_RCVBUFFORCE, 1 << 22)
                server.bind((address, port))
                server.settimeout(0.05)
                if kind == socket.SOCK_STREAM:
                    server.listen()
                self.sockets.append(server)
                self.threads.append(threading.Thread(target=serve, args=(server,)))

    def __enter__(self):
        for thread in self.threads:
            thread.start()
        return self

    def __exit__(self, *exception):
        self.stopping = True
        for thread in self.threads:
            thread.join()
        for server in self.sockets:
            server.close()

    def reply(self, message):
        """The answer, or None; and the delay before it."""
        name, kind = asked_name(message)
        self.asked.append((name, kind))
        first = name.split(".")[0]
        if first.startswith("silent"):
            return None, 0
        if first.startswith(("nx", "fail")):
            return failure(message, 3 if first.startswith("nx") else 2), 0
        addresses = {A: ["192.0.2.1", "192.0.2.2"], AAAA: ["2001:db8::1"]}.get(kind, [])
        return answer(message, addresses), self.DELAY if first.startswith("slow") else 0

    def serve(self, server):
        while not self.stopping:
            try:
                message, who = server.recvfrom(MOST)
            except TimeoutError:
                continue
            reply, delay = self.reply(message)
            if reply:
                if asked_name(message)[0].startswith("big"):
                    reply = message[:2] + b"\x83\x80" + message[4:]  # TC
                threading.Timer(delay, server.sendto, (reply, who)).start() if delay else server.sendto(reply, who)

    def serve_stream(self, server):
        """One message of each connection. `big` has 200 records, in several segments."""
        while not self.stopping:
            try:
                client, _ = server.accept()
            except TimeoutError:
                continue
            with client:
                client.settimeout(5)
                message = client.recv(MOST)[2:]
                reply, _ = self.reply(message)
                if asked_name(message)[0].startswith("big"):
                    reply = answer(message, [f"192.0.2.{i}" for i in range(200)])
                if reply:
                    client.sendall(struct.pack("!H", len(reply)) + reply)


# A client for another process: sends a query by TCP for each name, each over a connection of its own.
ASK_STREAM = """
import socket, struct, sys
server, kind, *names = sys.argv[1:]
for number, name in enumerate(names):
    client = socket.create_connection((server, 53), 1)
    labels = b"".join(bytes([len(label)]) + label.encode() for label in name.split("."))
    query = struct.pack("!HHHHHH", number, 256, 1, 0, 0, 0) + labels + struct.pack("!BHH", 0, int(kind), 1)
    client.sendall(struct.pack("!H", len(query)) + query)
    while client.recv(4096):
        pass
"""

# A client for another process: sends a query of a type for each name to a server, each from a socket of its own.
ASK = """
import socket, struct, sys
server, kind, patience, *names = sys.argv[1:]
family = socket.AF_INET6 if ":" in server else socket.AF_INET
clients = []
for number, name in enumerate(names):
    client = socket.socket(family, socket.SOCK_DGRAM)
    client.settimeout(float(patience))
    labels = b"".join(bytes([len(label)]) + label.encode() for label in name.split("."))
    client.sendto(struct.pack("!HHHHHH", number, 256, 1, 0, 0, 0) + labels + struct.pack("!BHH", 0, int(kind), 1), (server, 53))
    clients.append(client)
for client in clients:
    try:
        client.recv(4096)
    except TimeoutError:
        pass
"""
