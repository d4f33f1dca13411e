#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""sockets: every socket of a namespace, against what ss(8) shows of it."""

import collections
import contextlib
import os
import re
import socket
import threading
import time

import lab
import sockets

STATES = {
    "ESTAB": "ESTABLISHED",
    "SYN-SENT": "SYN_SENT",
    "SYN-RECV": "SYN_RECV",
    "FIN-WAIT-1": "FIN_WAIT1",
    "FIN-WAIT-2": "FIN_WAIT2",
    "TIME-WAIT": "TIME_WAIT",
    "UNCONN": "CLOSE",
    "CLOSE-WAIT": "CLOSE_WAIT",
    "LAST-ACK": "LAST_ACK",
    "LISTEN": "LISTEN",
    "CLOSING": "CLOSING",
}
CLOCK_MONOTONIC_COARSE = 6
TICK_MS = time.clock_getres(CLOCK_MONOTONIC_COARSE) * 1000


def split(end):
    address, port = end.rsplit(":", 1)
    return address.strip("[]"), 0 if port == "*" else int(port)


class Sockets(lab.LiveTest):
    def snapshot(self, *options, code=0):
        done = lab.run(*self.space.enter, lab.NETTRACE, "sockets", "--json", "--netns", self.space.inode, *options)
        self.assertEqual(done.code, code, done.errors)
        return done.rows

    def ss(self, *options):
        """What ss shows, by protocol and ports: (state, receive queue, send queue, the rest)."""
        lines = lab.must(*self.space.enter, lab.need("ss"), "-H", "-O", "-n", "-a", "-t", "-u", *options).splitlines()
        shown = {}
        for line in lines:
            protocol, state, receive, send, local, remote, *more = line.split(None, 6)
            shown[protocol, split(local)[1], split(remote)[1]] = (STATES[state], int(receive), int(send), " ".join(more))
        return shown

    def test_as_ss(self):
        """TCP in many states, UDP: states and queues are those of ss."""
        self.space.run(lab.NETTRACE, "traffic", "--connect=2", *lab.BOTH)
        with self.space.hold("--hold=3", *lab.BOTH) as held, sockets.connection(self.space) as (client, server):
            with self.space.inside():
                udp = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
            with udp, sockets.listen(self.space) as listener, sockets.connect(self.space, listener) as waiting:
                udp.bind(("127.0.0.1", 0))
                with self.space.inside():
                    udp_client = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
                udp_client.sendto(b"x" * 100, udp.getsockname())
                client.send(b"x" * 1234)
                time.sleep(0.1)
                expected = self.ss()
                rows = self.snapshot()
                udp_client.close()
                self.assertIsNotNone(waiting)
            found = {
                (row["protocol"], row["lport"] or 0, row["rport"] or 0): (row["state"], row["recv_queue"], row["send_queue"]) for row in rows
            }
            self.assertEqual(found, {key: value[:3] for key, value in expected.items()})
            kinds = lab.count_by(rows, "kind")
            self.assertEqual(kinds["unaccepted",], 1)
            self.assertGreaterEqual(kinds["time_wait",], 4)
            mine = [row for row in rows if row["pid"] == os.getpid()]
            self.assertGreaterEqual(len(mine), 5)
            unread = [row for row in rows if row["recv_queue"] == 1234]
            self.assertEqual([row["lport"] for row in unread], [sockets.port_of(server)])
            names = lab.count_by(rows, "comm")
            self.assertEqual((names["nt-client",], names["nt-server",]), (6, 8))
            held.release()

    def test_limits(self):
        """A reader that does not read: held up by the peer's window, as long as ss says."""
        with sockets.connection(self.space) as (client, server):
            sender = threading.Thread(target=send_all, args=(client, 8 << 20))
            sender.start()
            time.sleep(1.5)
            before = self.ss("-i", "-m")
            rows = self.snapshot("-i")
            after = self.ss("-i", "-m")
            sockets.receive(server, 8 << 20)
            sender.join()
        row = next(row for row in rows if row["lport"] == sockets_port(before, "rwnd_limited") and row["tx_bytes"])
        key = ("tcp", row["lport"], row["rport"])
        for ours, theirs in (("rwnd_limited_ns", "rwnd_limited"), ("busy_ns", "busy")):
            low, high = (milliseconds(shown[key][3], theirs) for shown in (before, after))
            self.assertLessEqual(low - TICK_MS, row[ours] / 1e6)
            self.assertGreaterEqual(high + TICK_MS, row[ours] / 1e6)
        self.assertEqual(row["limit"], "peer")
        self.assertIn(f" {row['cc']} ", f" {before[key][3]} ")
        self.assertIn(f"minrtt:{row['min_rtt_us'] / 1000:g}", before[key][3])
        self.assertIn(f"cwnd:{row['cwnd']} ", before[key][3])
        memory = re.search(r"skmem:\(r(\d+),rb(\d+),t\d+,tb(\d+),f(\d+),w(\d+)", before[key][3])
        self.assertEqual([row[name] for name in ("rmem", "rcvbuf", "sndbuf", "forward", "wmem")], list(map(int, memory.groups())))
        reader = next(row for row in rows if (row["lport"], row["rport"]) == (key[2], key[1]))
        self.assertEqual(reader["limit"], "reader")

    def test_listeners(self):
        """The queue, its limit, the longest wait, and the SYNs that a full listener drops each second."""
        with sockets.listen(self.space, backlog=4) as listener, contextlib.ExitStack() as clients:
            first = time.monotonic()
            for _ in range(5):
                clients.enter_context(sockets.connect(self.space, listener))
            begun = self.space.counters()["ListenDrops"]
            for _ in range(3):
                with self.space.inside():
                    late = clients.enter_context(socket.socket())
                late.setblocking(False)
                late.connect_ex(listener.getsockname())
            with self.space.counting() as grown:
                before = time.monotonic()
                (row,) = self.snapshot("-l")
                after = time.monotonic()
            self.assertEqual((row["recv_queue"], row["send_queue"], row["fill_percent"]), (5, 4, 125))
            self.assertEqual((row["pid"], row["lport"], row["syn_queue"]), (os.getpid(), sockets.port_of(listener), 0))
            self.assertAlmostEqual(row["oldest_wait_ns"] / 1e9, after - first, delta=after - before)
            self.assertGreaterEqual(row["drops"], begun)
            self.assertGreater(grown["ListenDrops"], 0)
            # SYNs go again a second after the first, and then after two more.
            self.assertLessEqual(row["drop_rate"], 1.1 * grown["ListenDrops"])
            self.assertGreater(row["drop_rate"], 0)

    def test_what_changed(self):
        """--diff: new, gone, changed and unchanged sockets."""
        with contextlib.ExitStack() as stack:
            pairs = [stack.enter_context(sockets.connection(self.space)) for _ in range(3)]
            (same, _), (writes, reads), (ends, _) = pairs
            with self.space.trace("sockets", "--diff=2") as tool:
                writes.send(b"x" * 100)
                sockets.reset(ends)
                new = stack.enter_context(sockets.listen(self.space))
                tool.wait()
            rows = tool.rows
            found = collections.defaultdict(list)
            for row in rows:
                found[row["change"]].append(row)
            port = sockets.port_of
            self.assertEqual(sorted(found), ["changed", "gone", "new"], rows)
            self.assertEqual([row["lport"] for row in found["new"]], [port(new)])
            self.assertEqual(len(found["gone"]), 2)  # both ends
            changed = {row["lport"]: row for row in found["changed"]}
            self.assertEqual(set(changed) & {port(same)}, set())
            self.assertEqual((changed[port(writes)]["tx_grown"], changed[port(writes)]["recv_grown"]), (100, 0))
            server = next(row for row in found["changed"] if row["rport"] == port(writes))
            self.assertEqual((server["rx_grown"], server["recv_grown"], server["recv_queue"]), (100, 100, 100))
            self.assertIsNotNone(reads)

    def test_kinds(self):
        """Sockets without a process: why, and how many."""
        with sockets.listen(self.space) as listener, sockets.connect(self.space, listener), sockets.connection(self.space) as (client, server):
            client.setblocking(False)
            with contextlib.suppress(BlockingIOError):
                while client.send(b"x" * 65536):
                    pass
            client.close()  # the kernel still has to send the rest
            self.assertIsNotNone(server)
            rows = self.snapshot()
            self.assertIn(("FIN_WAIT1", "orphan"), lab.count_by(rows, "state", "kind"))
            table = lab.run(*self.space.enter, lab.NETTRACE, "sockets", "--netns", self.space.inode).output.decode()
        kinds = lab.count_by(rows, "kind")
        self.assertEqual(kinds["unaccepted",], 1)
        total, counts = re.fullmatch(r"sockets: (\d+) \((.*)\)", table.splitlines()[-1]).groups()
        self.assertEqual(int(total), len(rows))
        self.assertEqual(set(counts.split(", ")), {f"{count} {kind}" for (kind,), count in kinds.items()})

    def test_mptcp(self):
        """The MPTCP socket and its subflow, with one owner."""
        with sockets.listen(self.space, protocol=sockets.MPTCP) as listener:
            client = sockets.connect(self.space, listener, sockets.MPTCP)
            server, _ = listener.accept()
            with client, server:
                rows = self.snapshot("--lport", sockets.port_of(client))
        self.assertEqual(sorted(row["kind"] for row in rows), ["mptcp", "subflow"])
        self.assertEqual({row["pid"] for row in rows}, {os.getpid()})

    def test_exit_status(self):
        """For scripts."""
        with sockets.connection(self.space) as (client, server):
            where = ("--lport", sockets.port_of(server))
            quiet = lab.run(*self.space.enter, lab.NETTRACE, "sockets", "-q", *where, "--state", "close-wait")
            self.assertEqual((quiet.code, quiet.output), (1, b""), quiet.errors)
            client.shutdown(socket.SHUT_WR)
            lab.wait_for(lambda: sockets.state_of(server) == 8, "CLOSE_WAIT")
            quiet = lab.run(*self.space.enter, lab.NETTRACE, "sockets", "-q", *where, "--state", "close-wait")
            self.assertEqual((quiet.code, quiet.output), (0, b""), quiet.errors)
            time.sleep(1.1)
            # No data ever came: idle since it began.
            self.assertEqual([len(self.snapshot("--idle", seconds, *where)) for seconds in (1, 60)], [1, 0])

    def test_other_namespaces(self):
        """From outside: each namespace once."""
        with lab.Namespace() as other, sockets.listen(self.space) as one, sockets.listen(other) as two:
            rows = lab.run(lab.NETTRACE, "sockets", "--json", "--state", "listen", "--pid", os.getpid()).rows
            found = sorted((row["netns"], row["lport"]) for row in rows)
            self.assertEqual(found, sorted([(self.space.inode, sockets.port_of(one)), (other.inode, sockets.port_of(two))]))

    def test_sorted(self):
        with sockets.connection(self.space) as (client, server), sockets.connection(self.space) as (second, _):
            client.send(b"x" * 10)
            second.send(b"x" * 1000)
            time.sleep(0.05)
            rows = self.snapshot("--sort", "recv", "--rows", "2")
            self.assertEqual([row["recv_queue"] for row in rows], [1000, 10])
            self.assertIsNotNone(server)


def send_all(end, size):
    end.sendall(b"x" * size)


def sockets_port(shown, word):
    return next(local for (_, local, _), value in shown.items() if word in value[3])


def milliseconds(text, name):
    return int(re.search(rf"\b{name}:(\d+)ms", text)[1])


if __name__ == "__main__":
    lab.main()
