#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""test_peers.py: tcpstates and tcplife against those of libbpf-tools, row by row, on the same traffic."""

import collections
import time

import lab

# The peers need tracefs, and count SYN and FIN as bytes: with 5000 and 2500 bytes the KB are equal.
TRAFFIC = ("--connect=7", "--server-first=5", "--refuse=3", "--reset=11", "--hold=2", "--bytes=5000", *lab.BOTH)
TRACEFS = "mount -t tracefs tracefs /sys/kernel/tracing 2>/dev/null; exec $0 -w"


class Peers(lab.LiveTest):
    def compare(self, tool, of_theirs, of_ours, port):
        """Both trace the same traffic; returns the rows of each as counters. The peers cannot distinguish namespaces:
        rows are selected by ports, which the kernel gives to no client."""
        theirs = [lab.need("unshare"), "--mount", "sh", "-c", TRACEFS, lab.need(f"/usr/sbin/{tool}")]
        with lab.Running(*self.space.enter, *theirs) as peer:
            lab.wait_for(lambda: self.is_polling(peer.pid), f"libbpf-tools' {tool}")
            time.sleep(0.2)
            with self.space.trace(tool) as traced:
                self.space.traffic(f"--port={port}", *TRAFFIC)
            peer.end()
        self.assertEqual(peer.code, 0, peer.errors)
        rows = [dict(zip(of_theirs, line.replace("->", " ").split())) for line in peer.lines[1:]]
        ports = {str(port), str(port + 1)}
        rows = [row for row in rows if ports & {row["lport"], row["rport"]}]
        self.assertEqual(len(rows), len(traced.rows))
        return (
            collections.Counter(tuple(row[name] for name in of_ours) for row in rows),
            collections.Counter(tuple(self.as_theirs(row, name) for name in of_ours) for row in traced.rows),
            rows,
            traced.rows,
        )

    @staticmethod
    def is_polling(pid):
        """The peers do not announce that they are ready; but they open their buffer, with an epoll, after they have
        attached."""
        found = lab.run("find", f"/proc/{pid}/fd", "-lname", "*eventpoll*").output
        return bool(found)

    @staticmethod
    def as_theirs(row, name):
        if name in ("tx", "rx"):
            return f"{row[name + '_bytes'] / 1024:.2f}"
        return str(row[name] or 0)

    def test_tcpstates(self):
        columns = ("skaddr", "pid", "comm", "family", "laddr", "lport", "raddr", "rport", "oldstate", "newstate", "ms")
        theirs, ours, _, _ = self.compare(
            "tcpstates",
            columns,
            ("skaddr", "family", "laddr", "lport", "raddr", "rport", "oldstate", "newstate"),
            62023,
        )
        self.assertEqual(ours, theirs)

    def test_tcplife(self):
        columns = ("pid", "comm", "laddr", "lport", "raddr", "rport", "tx", "rx", "ms")
        theirs, ours, their_rows, our_rows = self.compare(
            "tcplife", columns, ("laddr", "lport", "raddr", "rport", "tx", "rx"), 62029
        )
        self.assertEqual(ours, theirs)
        # Owners: the peer does not know a server that closes first or is reset; where both know an owner, they agree.
        ours = {(row["laddr"], str(row["lport"]), str(row["rport"])): row for row in our_rows}
        for row in their_rows:
            our = ours[row["laddr"], row["lport"], row["rport"]]
            if our["role"] == "client":
                self.assertEqual((str(our["pid"]), our["comm"]), (row["pid"], row["comm"]))


if __name__ == "__main__":
    lab.main()
