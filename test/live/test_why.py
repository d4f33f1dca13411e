#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""test_why.py: nettrace why: each cause made for it, with its look-alikes, and healthy traffic without findings."""

import contextlib
import os
import socket
import tempfile
import time

import dns
import lab
from sockets import connect, connection, drop, listen, port_of, reset

FINE, TROUBLE = 0, 10


def fill(client):
    """Sends until the kernel takes no more."""
    client.setblocking(False)
    with contextlib.suppress(BlockingIOError):
        while True:
            client.send(b"x" * 65536)
    client.setblocking(True)


class Why(lab.LiveTest):
    @contextlib.contextmanager
    def why(self, *options):
        """Runs it while the caller makes traffic. Fills the dict: the object that it prints, and the exit status."""
        found = {}
        with self.space.trace("why", *options) as traced:
            yield found
        found.update(traced.objects[0], code=traced.code, errors=traced.errors)
        found["trouble"] = {one["code"]: one for one in found["findings"] if one["trouble"]}
        found["notes"] = {one["code"] for one in found["findings"] if not one["trouble"]}
        self.assertEqual(found["code"], TROUBLE if found["trouble"] else FINE, found)
        self.assertEqual(found["verdict"], "trouble" if found["trouble"] else "fine")
        self.assertEqual(found["unchecked"], [], found)

    def test_healthy(self):
        with self.why() as found:
            report = self.space.traffic("--connect=50", "--server-first=20", "--hold=5", "--idle=1", "--bytes=100000")
        self.assertEqual(found["findings"], [])
        ends = 50 + 20 + 5 + 1
        self.assertEqual((found["connected"], found["accepted"], found["failed"]), (ends, ends, 0))
        self.assertEqual(found["tx_bytes"], found["rx_bytes"])
        self.assertEqual(found["tx_bytes"], report["bytes_client"] + report["bytes_server"])

    def test_causes(self):
        """Causes of the traffic maker: all of them, proved, and no other. Its small buffer loses segments, too."""
        with self.why() as found:
            report = self.space.traffic(
                "--connect=5", "--refuse=2", "--overflow=3", "--unread=2", "--killed=1", "--reset=2", "--slow-reader=1",
                "--small-sndbuf=1",
            )
        self.assertEqual(
            {code: one["certainty"] for code, one in found["trouble"].items()},
            dict.fromkeys(
                ("accept_queue_full", "connect_refused", "reset_by_us_unread", "reset_by_us_killed",
                 "reset_by_us_unaccepted", "peer_reads_slowly", "own_sndbuf", "loss_here"),
                "proved",
            ),
        )
        self.assertEqual(found["notes"], {"reset_by_us"})
        full, refused = found["trouble"]["accept_queue_full"], found["trouble"]["connect_refused"]
        self.assertEqual((full["pid"], full["events"]), (report["server_pid"], report["listen_drops"]), full)
        self.assertEqual(refused["connections"], 2)
        self.assertIn(f"{report['filter_drops']} drops", found["trouble"]["loss_here"]["sentence"])
        self.assertIn(f"nobody listens on 127.0.0.1:{report['refused_port']}", refused["sentence"])
        self.assertEqual(found["trouble"]["reset_by_us_unread"]["connections"], 2)

    def test_attempts(self):
        """A SYN that is dropped here, a full queue that explains one, no way, and an attempt that ends at once."""
        with listen(self.space, backlog=0) as full, listen(self.space) as deaf, self.space.inside():
            port = port_of(deaf)
            drop(deaf, True)
            with connect(self.space, full), self.why() as found, contextlib.ExitStack() as stack:
                for address in (deaf.getsockname(), full.getsockname(), deaf.getsockname(), ("10.8.0.1", 80)):
                    client = stack.enter_context(socket.socket())
                    client.setblocking(False)
                    with contextlib.suppress(BlockingIOError, OSError):
                        client.connect(address)
                client.close()
                time.sleep(1.5)
        self.assertEqual(set(found["trouble"]), {"accept_queue_full", "connect_blocked_here", "connect_unreachable"}, found)
        self.assertEqual(found["trouble"]["connect_blocked_here"]["subject"], f"127.0.0.1:{port}")
        self.assertEqual(found["notes"], set())

    def test_silence(self):
        """A SYN to a machine that is not there, and one that ends at once."""
        with contextlib.ExitStack() as stack:
            other = stack.enter_context(lab.Namespace())
            lab.must("ip", "-n", self.space.name, "link", "add", "va", "type", "veth", "peer", "vb", "netns", other.name)
            for space, device in ((self.space, "va"), (other, "vb")):
                lab.must("ip", "-n", space.name, "link", "set", device, "up")
            lab.must("ip", "-n", self.space.name, "addr", "add", "10.9.0.1/24", "dev", "va")
            lab.must("ip", "-n", self.space.name, "neigh", "add", "10.9.0.2", "lladdr", "2:0:0:0:0:2", "dev", "va")
            found = stack.enter_context(self.why())
            with self.space.inside():
                clients = [stack.enter_context(socket.socket()) for _ in range(2)]
            for client, port in zip(clients, (80, 81)):
                client.setblocking(False)
                with contextlib.suppress(BlockingIOError):
                    client.connect(("10.9.0.2", port))
            clients[1].close()
            time.sleep(1.5)
        self.assertEqual(set(found["trouble"]), {"connect_no_answer"}, found)
        self.assertEqual(found["trouble"]["connect_no_answer"]["subject"], "10.9.0.2:80")
        self.assertEqual((found["trouble"]["connect_no_answer"]["events"], found["notes"]), (2, set()))

    @contextlib.contextmanager
    def name_server(self):
        """A name server and its client; ask() sends a query, and answers it with a code. None: it is silent."""
        with self.space.inside():
            server, client = socket.socket(type=socket.SOCK_DGRAM), socket.socket(type=socket.SOCK_DGRAM)
        with server, client:
            server.bind(("127.0.0.1", 53))
            client.connect(("127.0.0.1", 53))

            def ask(name, number, code):
                client.send(dns.question(name, dns.A, number))
                asked, whom = server.recvfrom(dns.MOST)
                if code is not None:
                    server.sendto(dns.failure(asked, code) if code else dns.answer(asked, ["192.0.2.1"]), whom)
                    client.recv(dns.MOST)

            yield ask

    def test_readers_loss_and_names(self):
        """A process that does not read; a socket that drops what it gets; a name server that is silent or fails. Other
        connections and answers are the look-alikes."""
        with connection(self.space) as (client, server), connection(self.space) as (sender, deaf), \
                connection(self.space) as (idle, other), self.name_server() as ask:
            with self.why() as found:
                fill(client)
                drop(deaf, True)
                sender.send(b"x" * 1000)
                idle.send(b"x" * 1000)  # unread, but its window is open
                for number, code in enumerate((0, 2, 3, None), 1):
                    ask(f"name{number}.test", number, code)
                time.sleep(2.2)
                drop(deaf, False)
            self.assertEqual((server.recv(1), other.recv(1)), (b"x", b"x"))
        self.assertEqual(
            set(found["trouble"]),
            {"we_read_slowly", "peer_reads_slowly", "loss_here", "name_no_answer", "name_failed"},
            found,
        )
        self.assertEqual(found["trouble"]["loss_here"]["certainty"], "proved")
        self.assertIn("SOCKET_FILTER", str(found["trouble"]["loss_here"]["evidence"]))
        self.assertEqual(found["trouble"]["we_read_slowly"]["pid"], os.getpid())
        self.assertEqual((found["queries"], found["trouble"]["name_failed"]["events"]), (4, 1))
        self.assertIn("no answer to 1 of 4", found["trouble"]["name_no_answer"]["sentence"])
        self.assertEqual(found["notes"], set())

    def test_targets_and_recordings(self):
        """Only the target counts; a recording gives the same verdicts, also of another target."""
        with tempfile.TemporaryDirectory() as folder:
            file = f"{folder}/rec"
            with listen(self.space) as one, listen(self.space) as two:
                port = port_of(two)
                with self.why(f":{port_of(one)}", "--record", file) as found:
                    with connect(self.space, one), connect(self.space, two) as client:
                        accepted = [listener.accept()[0] for listener in (one, two)]
                        reset(client)
                        with contextlib.suppress(ConnectionError):
                            accepted[1].recv(1)
                        for end in accepted:
                            end.close()
            self.assertEqual(found["findings"], [])
            self.assertEqual((found["connected"], found["accepted"]), (1, 1))
            replayed = lab.run(lab.NETTRACE, "replay", file, "why", f":{port}", "--json")
            self.assertEqual(replayed.code, FINE, replayed.errors)
            (note,) = replayed.objects[0]["findings"]
            self.assertEqual((note["code"], note["trouble"], note["connections"]), ("reset_by_us", False, 1))

    def test_page(self):
        """The page for people fits 80 columns; a command's exit status is that of why, if it found nothing."""
        run = lambda *traffic: self.space.run(lab.NETTRACE, "why", "--netns", self.space.inode, "--", *traffic)
        found = run(lab.NETTRACE, "traffic", "--refuse=1")
        self.assertEqual(found.code, TROUBLE, found.errors)
        self.assertRegex(found.output.decode(), r"^this machine, [0-9.]+ s: TROUBLE FOUND: 1 finding\nseen +0 connections")
        self.assertLessEqual(max(map(len, found.lines)), 80)
        self.assertEqual(run("sh", "-c", "exit 7").code, 7)
