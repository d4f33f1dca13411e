#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""test_maps.py: --cgroupmap and --mntnsmap select the sockets in a user's map, which may change meanwhile. They match
the socket and its owner, whereas bcc's tools match the interrupted process."""

import os

import lab
import pinned

SESSIONS = 7
OPENER, ACCEPTER, LISTENER = 5, 5, 2  # state changes of one socket
HALVES = {
    "client": SESSIONS * OPENER,
    "server": SESSIONS * ACCEPTER + LISTENER,
}
SERVER = """
import socket, sys
family, port, count = int(sys.argv[1]), int(sys.argv[2]), int(sys.argv[3])
with socket.create_server(("", port), family=family) as listener:
    print("listening", flush=True)
    for _ in range(count):
        connection, _ = listener.accept()
        while connection.recv(100):
            pass
        connection.close()
"""
CLIENT = """
import socket, sys
address, port, count = sys.argv[1], int(sys.argv[2]), int(sys.argv[3])
for _ in range(count):
    with socket.create_connection((address, port)) as connection:
        connection.sendall(b"known")
        connection.shutdown(socket.SHUT_WR)
        connection.recv(1)
"""
PORT = 50023
FAMILIES = {4: (2, "127.0.0.1"), 6: (10, "::1")}


class Maps(lab.LiveTest):
    def setUp(self):
        super().setUp()
        self.directory = self.enterContext(pinned.file_system())

    def exchange(self, family, server=(), client=()):
        """SESSIONS sessions, closed by the client first; `server` and `client` precede the commands."""
        number, address = FAMILIES[family]
        serve = (*self.space.enter, *server, "python3", "-c", SERVER, number, PORT, SESSIONS)
        with lab.Running(*serve) as listening:
            lab.wait_for(lambda: listening.so_far() or listening.process.poll() is not None, "the server")
            lab.must(*self.space.enter, *client, "python3", "-c", CLIENT, address, PORT, SESSIONS)
            self.assertEqual(listening.wait().code, 0)

    def half(self, traced, side):
        """These rows are exactly those of one side."""
        self.assert_account(traced, HALVES[side])
        for row in traced.rows:
            self.assertEqual(row["lport"] == PORT, side == "server", row)

    def test_cgroups(self):
        """One side each: most of the server's changes happen while the client runs."""
        with lab.cgroup("client", "server") as (_, client, server):
            keys = {"client": os.stat(client).st_ino, "server": os.stat(server).st_ino}
            maps = {side: pinned.Map(self.directory / side, 8) for side in keys}
            for side, key in keys.items():
                maps[side].add(key)
            for family in FAMILIES:
                tools = {side: self.space.trace("tcpstates", "--cgroupmap", maps[side]) for side in maps}
                with lab.side_by_side(tools.values()):
                    self.exchange(family, lab.in_cgroup(server), lab.in_cgroup(client))
                for side, traced in tools.items():
                    with self.subTest(f"{side} IPv{family}"):
                        self.half(traced, side)
                        self.assertEqual({row["cgroup_id"] for row in traced.rows}, {keys[side]})

    def in_namespace(self):
        """A lasting mount namespace: the prefix of a command that runs in it, and its number."""
        holder = self.enterContext(lab.Running("unshare", "--mount", "--", "sleep", "infinity"))
        here = os.stat("/proc/self/ns/mnt").st_ino
        path = f"/proc/{holder.pid}/ns/mnt"
        lab.wait_for(lambda: os.stat(path).st_ino != here, "a mount namespace")
        return ("nsenter", f"--mount={path}", "--"), os.stat(path).st_ino

    def test_mount_namespaces(self):
        sides = {side: self.in_namespace() for side in ("client", "server")}
        maps = {}
        for side, (_, number) in sides.items():
            maps[side] = pinned.Map(self.directory / side, 4)
            maps[side].add(number)
        for family in FAMILIES:
            tools = {side: self.space.trace("tcpstates", "--mntnsmap", maps[side]) for side in maps}
            life = self.space.trace("tcplife", "--mntnsmap", maps["server"])
            listen = {side: self.space.trace("solisten", "--mntnsmap", maps[side]) for side in maps}
            with lab.side_by_side((*tools.values(), *listen.values(), life)):
                self.exchange(family, sides["server"][0], sides["client"][0])
            for side, traced in tools.items():
                with self.subTest(f"{side} IPv{family}"):
                    self.half(traced, side)
            self.assert_account(life, SESSIONS)
            self.assertEqual({row["role"] for row in life.rows}, {"server"})
            self.assert_account(listen["client"], 0)
            self.assert_account(listen["server"], 1)

    def test_sockets_older_than_the_tool(self):
        """The start finds their owners, with their mount namespaces."""
        enter, number = self.in_namespace()
        inside, outside = pinned.Map(self.directory / "inside", 4), pinned.Map(self.directory / "outside", 4)
        inside.add(number)
        outside.add(os.stat("/proc/self/ns/mnt").st_ino)
        command = (*self.space.enter, *enter, lab.NETTRACE, "traffic", "--json", "--hold-until-stdin", "--hold=5")
        with lab.Held(*command) as traffic:
            tools = [self.space.trace("tcplife", "--open", "--mntnsmap", each) for each in (inside, outside)]
            with lab.side_by_side(tools):
                pass  # no process acts on them: at the end of tracing they are still open
            traffic.release()
        self.assert_account(tools[0], 10)
        self.assertEqual({row["comm"] for row in tools[0].rows}, {"nt-client", "nt-server"})
        self.assert_account(tools[1], 0)

    def test_both(self):
        """With both options, both must match."""
        enter, number = self.in_namespace()
        cgroups, namespaces = pinned.Map(self.directory / "cgroups", 8), pinned.Map(self.directory / "mounts", 4)
        both = ("--cgroupmap", cgroups, "--mntnsmap", namespaces)
        with lab.cgroup("one") as (_, group):
            for in_cgroups, in_namespaces in ((False, False), (True, False), (True, True), (False, True)):
                for change, each, key in (
                    (in_cgroups, cgroups, os.stat(group).st_ino),
                    (in_namespaces, namespaces, number),
                ):
                    each.add(key)
                    if not change:
                        each.remove(key)
                with self.subTest(cgroups=in_cgroups, namespaces=in_namespaces):
                    with self.space.trace("tcplife", *both) as traced:
                        self.space.traffic("--connect=11", through=(*enter, *lab.in_cgroup(group)))
                    self.assert_account(traced, 22 if in_cgroups and in_namespaces else 0)

    def test_changed_meanwhile(self):
        """A key that is added or deleted while the tool runs counts at once."""
        key = os.stat("/proc/self/ns/mnt").st_ino
        chosen = pinned.Map(self.directory / "chosen", 4)
        with self.space.trace("tcplife", "--mntnsmap", chosen) as traced:
            self.space.traffic("--connect=3")
            chosen.add(key)
            report = self.space.traffic("--connect=5", "--ipv6")
            chosen.remove(key)
            self.space.traffic("--connect=7")
        self.assert_account(traced, 10)
        self.assertEqual({row["pid"] for row in traced.rows}, {report["client_pid"], report["server_pid"]})

    def test_every_tool(self):
        """The tool accepts both options, and has no rows outside the maps."""
        cgroups, namespaces = pinned.Map(self.directory / "cgroups", 8), pinned.Map(self.directory / "mounts", 4)
        traffic = ("--connect=3", "--refuse=2", "--drop=2", "--overflow=2", "--dns=3")
        for tool in lab.TOOLS:
            with self.subTest(tool):
                options = [(), ("--mntnsmap", namespaces), ("--cgroupmap", cgroups)]
                tools = [self.space.trace(*lab.COMMANDS[tool], *each) for each in options]
                with lab.side_by_side(tools):
                    self.space.traffic(*traffic)
                self.assertGreater(len(tools[0].rows), 0)
                for traced in tools[1:]:
                    self.assert_account(traced, 0)
                    self.assertGreaterEqual(traced.ledger["filtered"], len(tools[0].rows))

    def test_bad_input(self):
        good = pinned.Map(self.directory / "good", 8)
        bad = {
            "no-such": "No such file or directory",
            "/etc/passwd": "not in a BPF file system, so nothing that is pinned",
            "program": "pinned, but not a map",
            "array": "a map of type 2, not a hash (type 1)",
            "keys": "a hash with keys of 4 and values of 8 bytes, not 8 and 8",
            "values": "a hash with keys of 8 and values of 4 bytes, not 8 and 8",
        }
        pinned.pin_program(self.directory / "program")
        pinned.Map(self.directory / "array", 8, key_size=4, kind=pinned.ARRAY)
        pinned.Map(self.directory / "keys", 8, key_size=4)
        pinned.Map(self.directory / "values", 4)
        for name, message in bad.items():
            path = self.directory / name
            with self.subTest(name):
                done = lab.run(lab.NETTRACE, "tcplife", "--cgroupmap", path)
                self.assertEqual((done.code, done.output), (2, b""))
                self.assertEqual(done.errors, f"tcplife: error: --cgroupmap {path}: {message}\n")
        done = lab.run(lab.NETTRACE, "tcplife", "--mntnsmap", good)
        message = "a hash with keys of 8 and values of 8 bytes, not 8 and 4"
        self.assertEqual((done.code, done.errors), (2, f"tcplife: error: --mntnsmap {good}: {message}\n"))
        done = lab.run(lab.NETTRACE, "tcplife", "--cgroupmap", good, "--cgroupmap", good)
        self.assertEqual((done.code, done.errors), (2, f"tcplife: error: --cgroupmap {good}: only one such map\n"))
        done = lab.run(*lab.as_nobody(lab.NETTRACE), "tcplife", "--cgroupmap", good)
        self.assertIn(done.code, (2, 3), done.errors)
        self.assertEqual(done.errors.count("\n"), 1, done.errors)


if __name__ == "__main__":
    lab.main()
