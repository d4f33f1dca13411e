#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""test_tcpretrans.py: tcpretrans: every segment that the kernel retransmits in known traffic, with the cause."""

import collections
import json
import socket
import struct
import threading
import time

import lab
import sockets

TRAFFIC = ("--retransmit=3", "--syn=5", "--synack=2", "--fast=7", "--drop=11", "--connect=13")

TCP_REPAIR, TCP_REPAIR_QUEUE, TCP_QUEUE_SEQ, TCP_RECV_QUEUE, TCP_SEND_QUEUE = 19, 20, 21, 1, 2


class Tcpretrans(lab.LiveTest):
    def check_row(self, row, report):
        """Ends and process; a SYN-ACK has no sequence number. The tool's proof checks causes on each kernel."""
        port, client = ("lport", "rport") if row["kind"] == "S" else ("rport", "lport")
        self.assertEqual(row[port], report["server_port"], row)
        self.assertGreater(row[client], 0, row)
        self.assertEqual(row["raddr"], lab.LOOPBACK[row["family"]])
        self.assertEqual(row["comm"], "nt-server" if row["kind"] == "S" else "nt-client")
        self.assertEqual(row["kind"], "S" if row["cause"] == "SYN-ACK" else "R", row)
        self.assertEqual(row["seq"] is None, row["kind"] == "S", row)

    def test_rows_probes_and_counts(self):
        """Rows, rows with -l, and counts, of the same traffic."""
        with self.space.counting() as counters, self.space.trace("tcpretrans") as traced:
            with self.space.trace("tcpretrans", "-l") as probes, self.space.trace("tcpretrans", "-c") as summary:
                report = self.space.traffic(*TRAFFIC, *lab.BOTH)
        self.check_kernel(traced.rows, counters)
        self.assert_account(traced, counters["RetransSegs"])
        for row in traced.rows:
            self.assert_common(row, "tcpretrans", report, ("exact",))
            self.check_row(row, report)
        for row in probes.rows:
            self.assertEqual(row["kind"], {"TLP": "L", "SYN-ACK": "S"}.get(row["cause"], "R"), row)
        self.assert_account(probes, len(traced.rows))
        self.check_summary(summary, traced.rows)

    def check_kernel(self, rows, counters):
        """Segments by cause, against the kernel's counters."""
        segments = collections.Counter()
        for row in rows:
            segments[row["cause"]] += row["segments"]
            self.assertEqual(row["segments"] > 0, row["err"] is None, row)
        self.assertEqual(sum(segments.values()), counters["RetransSegs"] - counters["TCPRetransFail"], segments)
        self.assertEqual(segments["FAST"], counters["TCPFastRetrans"], segments)
        without_congestion = segments["PMTU"] + segments["TFO"]  # counted as if a timeout had preceded
        self.assertEqual(segments["SLOWSTART"] + without_congestion, counters["TCPSlowStartRetrans"], segments)
        self.assertLessEqual(segments["TLP"], counters["TCPLossProbes"], segments)
        timeouts = sum(row["cause"] in ("RTO", "SYN", "SYN-ACK") for row in rows)
        self.assertEqual(timeouts, counters["TCPTimeouts"], segments)

    def check_summary(self, summary, rows):
        expected = collections.Counter()
        for row in rows:
            expected[row["laddr"], row["lport"], row["raddr"], row["rport"]] += row["segments"]
        counted = {(row["laddr"], row["lport"], row["raddr"], row["rport"]): row["count"] for row in summary.rows}
        self.assertEqual(counted, expected)
        counts = [row["count"] for row in summary.rows]
        self.assertEqual(counts, sorted(counts, reverse=True))

    def test_counts_at_intervals(self):
        """A summary each interval and one at the end add up."""
        with self.space.trace("tcpretrans", "-c", "--interval=0.2") as summary:
            report = self.space.traffic("--retransmit=5")
        self.assertEqual(sum(row["count"] for row in summary.rows), report["retransmits_client"])
        self.assertGreater(len(summary.rows), 5)
        for line in summary.lines:
            self.assertIn("ts", json.loads(line))

    # ---- every cause ----

    def test_packets_of_several_segments(self):
        """After a timeout, lost segments are retransmitted in packets of many segments; the kernel counts segments."""
        lab.must("ip", "-n", self.space.name, "link", "set", "lo", "mtu", "1500")
        with sockets.connection(self.space) as (client, server):
            with self.space.trace("tcpretrans") as traced, self.space.trace("tcpretrans", "-c") as summary:
                with self.space.counting() as counters:
                    sockets.drop(server, True)
                    sender = threading.Thread(target=client.sendall, args=(b"x" * 700_000,))
                    sender.start()
                    time.sleep(0.4)
                    sockets.drop(server, False)
                    sockets.receive(server, 700_000)
                    sender.join()
        causes = lab.count_by(traced.rows, "cause")
        self.check_kernel(traced.rows, counters)
        self.assertGreater(causes["RTO",], 0)
        self.assertGreater(causes["SLOWSTART",], 0)
        self.assertEqual(sum(row["count"] for row in summary.rows), counters["RetransSegs"])
        self.assertGreater(counters["RetransSegs"], len(traced.rows))

    def test_smaller_mtu(self):
        """A router reports that the packets exceed the next MTU: they are retransmitted at once, without a timer."""
        with lab.Namespace() as router, lab.Namespace() as server:
            join(self.space, router, "10.71.0", 1500)
            join(server, router, "10.72.0", 1280)
            lab.must(*router.enter, "sysctl", "-qw", "net.ipv4.ip_forward=1")
            with server.inside():
                listener = socket.create_server(("0.0.0.0", 0))
            with listener, self.space.trace("tcpretrans") as traced, self.space.counting() as counters:
                with self.space.inside():
                    client = socket.create_connection(("10.72.0.1", sockets.port_of(listener)))
                with client, listener.accept()[0] as accepted:
                    client.sendall(b"x" * 100_000)
                    sockets.receive(accepted, 100_000)
        self.check_kernel(traced.rows, counters)
        self.assertEqual({cause for (cause,) in lab.count_by(traced.rows, "cause")} - {"TLP"}, {"PMTU"})
        self.assertEqual(counters["TCPTimeouts"], 0)

    def test_closed_window(self):
        """The receiver closes its window before data in flight: the timer then sends a probe, which is no timeout."""
        with sockets.connection(self.space) as (client, server):
            with self.space.trace("tcpretrans") as traced, self.space.counting() as counters:
                sockets.drop(server, True)
                client.sendall(b"x" * 1000)
                close_window(self.space, server)
                before = self.space.counters()["RetransSegs"]
                lab.wait_for(lambda: self.space.counters()["RetransSegs"] > before + 2, "retransmissions")
        self.check_kernel(traced.rows, counters)
        self.assertGreater(lab.count_by(traced.rows, "cause")["ZEROWIN",], 1)
        self.assertEqual(counters["TCPTimeouts"], 0)

    def test_fast_open_refused(self):
        """A server that rejects data in a SYN receives it again after its answer."""
        lab.must(*self.space.enter, "sysctl", "-qw", "net.ipv4.tcp_fastopen=5")  # clients, without a cookie
        with sockets.listen(self.space) as listener, self.space.trace("tcpretrans") as traced:
            with self.space.counting() as counters, self.space.inside(), socket.socket() as client:
                client.sendto(b"x" * 500, socket.MSG_FASTOPEN, listener.getsockname())
                with listener.accept()[0] as accepted:
                    sockets.receive(accepted, 500)
        self.check_kernel(traced.rows, counters)
        self.assertEqual(lab.count_by(traced.rows, "cause", "segments"), {("TFO", 1): 1})


# ---- conditions of the causes ----


def join(space, router, net, mtu):
    """A veth pair between the namespace (address .1) and the router (.2, with this MTU), its default route."""
    name = f"v{net.split('.')[1]}"
    peer = ("name", name, "mtu", str(mtu), "netns", router.name)
    lab.must("ip", "-n", space.name, "link", "add", name, "type", "veth", "peer", *peer)
    for each, last in ((space, 1), (router, 2)):
        lab.must("ip", "-n", each.name, "addr", "add", f"{net}.{last}/24", "dev", name)
        lab.must("ip", "-n", each.name, "link", "set", name, "up")
    lab.must("ip", "-n", space.name, "route", "add", "default", "via", f"{net}.2")


def close_window(space, server):
    """An ACK with window 0, as if the socket had sent it. IPv4."""
    (here, port), (there, peer) = server.getsockname(), server.getpeername()
    server.setsockopt(socket.IPPROTO_TCP, TCP_REPAIR, 1)
    numbers = []
    for queue in (TCP_SEND_QUEUE, TCP_RECV_QUEUE):
        server.setsockopt(socket.IPPROTO_TCP, TCP_REPAIR_QUEUE, queue)
        numbers.append(server.getsockopt(socket.IPPROTO_TCP, TCP_QUEUE_SEQ) & 0xFFFFFFFF)
    server.setsockopt(socket.IPPROTO_TCP, TCP_REPAIR, -1)  # off, without a window probe
    header = struct.pack("!HHIIHHHH", port, peer, *numbers, 0x5010, 0, 0, 0)
    ends = socket.inet_aton(here) + socket.inet_aton(there)
    total = sum(struct.unpack("!16H", ends + struct.pack("!HH", 6, len(header)) + header))
    total = (total & 0xFFFF) + (total >> 16)
    header = header[:16] + struct.pack("!H", ~(total + (total >> 16)) & 0xFFFF) + header[18:]
    with space.inside(), socket.socket(socket.AF_INET, socket.SOCK_RAW, socket.IPPROTO_TCP) as raw:
        raw.bind((here, 0))
        raw.sendto(header, (there, 0))


if __name__ == "__main__":
    lab.main()
