#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""test_sockmap.py: the bytes of a connection that a BPF sockmap may have moved past TCP are unknown; those of its
neighbours are TCP's."""

import contextlib
import ctypes
import socket
import struct

import lab
import pinned
import sockets

SOCKMAP, SK_MSG, MSG_VERDICT = 15, 16, 7  # map type, program type, attach type
PROG_ATTACH, REDIRECT, INGRESS = 8, 60, 1  # commands of bpf(2); bpf_msg_redirect_map() and its flag
SIZE = 100_000


def instruction(code, destination=0, source=0, immediate=0):
    return struct.pack("BBhi", code, source << 4 | destination, 0, immediate)


class Sockmap:
    """Two sockets: what is sent on one arrives at the other (slot 1), without TCP."""

    def __init__(self):
        self.map = pinned.bpf(pinned.MAP_CREATE, struct.pack("IIIII", SOCKMAP, 4, 4, 2, 0))

    def redirect(self):
        code = b"".join((
            instruction(0x18, 2, 1, self.map), instruction(0),  # r2 = the map
            instruction(0xB7, 3, immediate=1), instruction(0xB7, 4, immediate=INGRESS),
            instruction(0x85, immediate=REDIRECT), instruction(0x95),
        ))
        text, gpl = ctypes.create_string_buffer(code), ctypes.create_string_buffer(b"GPL")
        words = (SK_MSG, len(code) // 8, ctypes.addressof(text), ctypes.addressof(gpl), 0, 0, 0, 0, 0, b"", 0, MSG_VERDICT)
        program = pinned.bpf(pinned.PROG_LOAD, struct.pack("IIQQIIQII16sII", *words))
        pinned.bpf(PROG_ATTACH, struct.pack("IIII", self.map, program, MSG_VERDICT, 0))

    def add(self, slot, added):
        pair = ctypes.create_string_buffer(struct.pack("II", slot, added.fileno()))
        at = ctypes.addressof(pair)
        pinned.bpf(pinned.MAP_UPDATE, struct.pack("IxxxxQQQ", self.map, at, at + 4, 0))

    def remove(self, slot):
        key = ctypes.create_string_buffer(struct.pack("I", slot))
        pinned.bpf(pinned.MAP_DELETE, struct.pack("IxxxxQ", self.map, ctypes.addressof(key)))


class Bytes(lab.LiveTest):
    @contextlib.contextmanager
    def traced(self, expected):
        """The bytes of each close, by role, are (sent, received) of `expected`."""
        with self.space.trace("tcplife") as lives, self.space.trace("tcptracer") as closes:
            yield
        rows = [*lives.rows, *(row for row in closes.rows if row["type"] == "close")]
        self.assertEqual(len(rows), 4)
        server = {row["lport"] for row in lives.rows if row["role"] == "server"}
        for row in rows:
            role = "server" if row["lport"] in server else "client"
            self.assertEqual((row["tx_bytes"], row["rx_bytes"]), expected[role], row)

    def check_redirected(self, end):
        sockmap = Sockmap()
        sockmap.redirect()
        with self.traced({"client": (None, None), "server": (None, None)}):
            with sockets.connection(self.space) as (client, server):
                sockmap.add(0, client)
                sockmap.add(1, server)
                client.send(bytes(SIZE))
                sockets.receive(server, SIZE)
                end(sockmap, client, server)

    def test_client_closes(self):
        self.check_redirected(lambda sockmap, client, server: client.close())

    def test_server_closes(self):
        self.check_redirected(lambda sockmap, client, server: server.close())

    def test_reset(self):
        self.check_redirected(lambda sockmap, client, server: sockets.reset(client))

    def test_removed(self):
        """Sockets that have left the map."""

        def remove(sockmap, *_):
            sockmap.remove(0)
            sockmap.remove(1)

        self.check_redirected(remove)

    def check_counted(self, listener, accept_protocol=0):
        with self.traced({"client": (SIZE, 3), "server": (3, SIZE)}):
            with sockets.connect(self.space, listener, accept_protocol) as client, listener.accept()[0] as server:
                client.send(bytes(SIZE))
                sockets.receive(server, SIZE)
                server.send(b"got")
                sockets.receive(client, 3)

    def test_listener_in_a_sockmap(self):
        """As for programs that choose among listeners: connections are counted by TCP."""
        sockmap = Sockmap()
        with sockets.listen(self.space) as listener:
            sockmap.add(0, listener)
            self.check_counted(listener)

    def test_mptcp(self):
        """A listener of MPTCP with a client of TCP, and with one of its own."""
        with sockets.listen(self.space, protocol=sockets.MPTCP) as listener:
            self.check_counted(listener)
            self.check_counted(listener, sockets.MPTCP)


if __name__ == "__main__":
    lab.main()
