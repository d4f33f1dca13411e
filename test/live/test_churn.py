#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""test_churn.py: many connections at full speed: events = rows + losses, exactly."""

import json
import math
import signal

import lab

# 300,000 connections, in namespaces of their own.
ROUNDS = 3
CONNECTIONS = 100000
CHANGES = {"tcpstates": 10, "tcplife": 2}  # rows of one connection
OF_LISTENER = {"tcpstates": 2, "tcplife": 0}


class Churn(lab.LiveTest):
    limit = 280

    def churn(self, tool, space):
        self.unseen.clear()
        with space.trace(tool) as traced:
            report = space.traffic(f"--churn={CONNECTIONS}", limit=100)
        rate = CONNECTIONS / report["churn_seconds"]
        lines, losses = traced.output.count(b"\n"), self.losses_in(traced.output)
        ledger = traced.ledger
        print(f"{tool}: {rate:,.0f} connections/s, {lines - len(losses):,} rows, {ledger['lost']:,} lost")
        happened = CHANGES[tool] * report["established"] + OF_LISTENER[tool] * report["listeners"]
        self.assertEqual(lines - len(losses), ledger["printed"])
        self.assertEqual(ledger["printed"] + ledger["lost"], ledger["seen"] - ledger["filtered"])
        return traced, losses, happened

    @staticmethod
    def losses_in(output):
        """The reports of losses in the stream, found without parsing a gigabyte of JSON."""
        found, at = [], output.find(b'"lost":')
        while at >= 0:
            start, end = output.rfind(b"\n", 0, at) + 1, output.find(b"\n", at)
            found.append(json.loads(output[start:end]))
            at = output.find(b'"lost":', end)
        return found

    def assert_told(self, traced, losses):
        """Losses are reported on stderr and in the stream, and the last report of both equals the ledger."""
        lost = traced.ledger["lost"]
        self.assertEqual(losses[-1]["lost"] if losses else 0, lost)
        told = [int(line.split("lost ")[1].split()[0]) for line in traced.errors.splitlines() if ": lost " in line]
        self.assertEqual(sum(told), lost, traced.errors)

    def rounds(self, tool, missing_at_least):
        """Events = rows + losses + events that no BPF program sees (unseen.py)."""
        for _ in range(ROUNDS):
            with lab.Namespace() as space:
                traced, losses, happened = self.churn(tool, space)
            self.assert_told(traced, losses)
            self.assertLessEqual(traced.ledger["printed"], happened)
            missing = happened - traced.ledger["printed"] - traced.ledger["lost"]
            unseen = self.unseen.count()["inet_sock_set_state"]
            if unseen:
                print(f"{tool}: no BPF program can have seen {unseen} changes; {missing} rows are missing")
            self.assertLessEqual(missing, unseen)
            self.assertGreaterEqual(missing, missing_at_least)

    def test_tcpstates(self):
        self.rounds("tcpstates", 0)

    def test_tcplife(self):
        """A missed state change is a loss, but not each would have been a row."""
        self.rounds("tcplife", -math.inf)

    def test_small_ring(self):
        """A ring of 1 MiB and a stopped reader: certain losses, all of them reported."""
        connections = 30000
        with self.space.trace("tcpstates", "--ring-size=1") as traced:
            traced.process.send_signal(signal.SIGSTOP)
            report = self.space.traffic(f"--churn={connections}")
            traced.process.send_signal(signal.SIGCONT)
        happened = CHANGES["tcpstates"] * connections + OF_LISTENER["tcpstates"] * report["listeners"]
        ledger = traced.ledger
        self.assertGreater(ledger["lost"], 0)
        self.assertEqual(len(traced.rows), ledger["printed"])
        self.assertEqual(ledger["printed"] + ledger["lost"], happened)
        self.assert_told(traced, traced.losses)


if __name__ == "__main__":
    lab.main()
