#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""test_doctor.py: nettrace doctor: every tool and hook, as root and with fewer privileges; its proofs, and faults that
it must detect."""

import ctypes
import os
import pathlib
import platform
import re
import struct
import time

import lab

TOOLS = re.findall(r"TOOL\((\w+)\)", (pathlib.Path(__file__).parents[2] / "cmd/tools.def").read_text())
TWO = ("setpriv", f"--reuid={lab.NOBODY}", f"--regid={lab.NOBODY}", "--clear-groups", "--inh-caps=-all,+bpf,+perfmon",
       "--ambient-caps=-all,+bpf,+perfmon", "--")
SYS_BPF = {"x86_64": 321, "aarch64": 280}[platform.machine()]
PROG_GET_NEXT_ID, LINK_GET_NEXT_ID = 11, 31


def bpf_ids(command):
    """The ids of all programs or links in the kernel, as bpftool lists them."""
    ids, last = set(), 0
    libc = ctypes.CDLL(None, use_errno=True)
    while True:
        attributes = ctypes.create_string_buffer(struct.pack("III", last, 0, 0), 64)
        if libc.syscall(SYS_BPF, command, attributes, 64):
            return ids
        last = struct.unpack_from("II", attributes)[1]
        ids.add(last)


class Doctor(lab.LiveTest):
    limit = 180

    def doctor(self, *options, through=(), **more):
        return lab.run(*through, lab.NETTRACE, "doctor", *options, limit=120, **more)

    def nothing_stays(self):
        """Programs and links of other tests' tools come and go; those of this doctor must vanish with its process."""
        return bpf_ids(LINK_GET_NEXT_ID), bpf_ids(PROG_GET_NEXT_ID)

    def assert_all_named(self, done):
        about = {kind: [o for o in done.objects if o["about"] == kind] for kind in ("machine", "hook", "tool")}
        self.assertEqual(len(about["machine"]), 1)
        self.assertEqual([o["tool"] for o in about["tool"]], TOOLS)
        self.assertEqual(sum(map(len, about.values())), len(done.objects))
        for name in TOOLS:
            hooks = [o for o in about["hook"] if o["tool"] == name]
            self.assertGreater(len(hooks), 0, name)
            for hook in hooks:
                self.assertGreater(len(hook["rungs"]), 0, hook)
                serving = [rung["program"] for rung in hook["rungs"] if rung["state"] == "serves"]
                self.assertEqual(serving, [hook["program"]] if hook["program"] else [], hook)
        return about

    def test_root(self):
        before = self.nothing_stays()
        done = self.doctor("--json")
        self.assertEqual((done.code, done.errors), (0, ""))
        about = self.assert_all_named(done)
        self.assertTrue(all(o["works"] for o in about["tool"]))
        self.assertTrue(all(hook["program"] for hook in about["hook"]), "every hook is served here")
        machine = about["machine"][0]
        self.assertEqual((machine["kernel"], machine["architecture"]), (os.uname().release, os.uname().machine))
        self.assertEqual(machine["btf_bytes"], os.stat("/sys/kernel/btf/vmlinux").st_size)
        self.assertEqual(machine["root"], True)
        self.assert_gone(before)

    def assert_gone(self, before):
        """Waits until only earlier objects are attached; the kernel frees asynchronously."""
        lab.wait_for(lambda: not self.nothing_stays()[0] - before[0], "links to go")
        lab.wait_for(lambda: not self.nothing_stays()[1] - before[1], "programs to go")

    def test_table(self):
        """The table fits 80 columns."""
        done, of_json = self.doctor(), self.doctor("--json")
        self.assertEqual(done.code, 0, done.errors)
        self.assertEqual([line for line in done.lines if len(line) > 80], [])
        head = next(i for i, line in enumerate(done.lines) if line.startswith("TOOL "))
        self.assertRegex(done.lines[head], r"^TOOL +HOOK +RUNG +PROGRAM$")
        tool, found = None, []
        for line in done.lines[head + 1 :]:
            row = re.fullmatch(r"(\w+| ) {1,11}(\S.*?)  +(\w+) +(\w+)", line)
            if row and not line.startswith(" " * 13):
                tool = row[1] if row[1].strip() else tool
                found.append((tool, row[2], row[3], row[4]))
        expected = [(o["tool"], o["hook"], o["rung"].split("/")[0], o["program"]) for o in of_json.objects
                    if o["about"] == "hook"]
        self.assertEqual(found, expected)

    def test_lockdown(self):
        """Unknown differs from none."""
        at = "/sys/kernel/security"
        for mount in (f"umount -q {at}", f"umount -q {at}; mount -t securityfs none {at}"):
            lsm = 'test -e /sys/kernel/security/lsm && echo yes >&2; cat /sys/kernel/security/lockdown >&2; exec "$@"'
            done = self.doctor("tcplife", through=("unshare", "--mount", "sh", "-c", f"{mount}; {lsm}", "sh"))
            self.assertEqual(done.code, 0, done.errors)
            told = re.search(r"(?m)^lockdown +(.*)$", done.output.decode())[1]
            chosen = re.search(r"\[(\w+)\]", done.errors)
            if "yes" not in done.errors:
                self.assertEqual(told, "not known; mount -t securityfs securityfs /sys/kernel/security")
            else:
                self.assertEqual(told, chosen[1] if chosen else "none: not in this kernel")

    def test_nobody(self):
        done = self.doctor("--json", through=lab.as_nobody())
        self.assertEqual((done.code, done.errors), (3, ""))
        about = self.assert_all_named(done)
        self.assertFalse(any(o["works"] for o in about["tool"]))
        self.assertEqual({o["error"] for o in about["tool"]}, {"EPERM"})
        for hook in about["hook"]:
            self.assertIsNone(hook["program"])
            for rung in hook["rungs"]:
                if rung["state"] == "refused at load":
                    self.assertIn("setcap cap_bpf,cap_perfmon+ep " + os.path.realpath(lab.NETTRACE), rung["remedy"])
                    self.assertIn("capabilities: {add: [BPF, PERFMON]}", rung["remedy"])
        table = self.doctor("tcplife", through=lab.as_nobody())
        self.assertEqual(table.code, 3)
        self.assertIn("remedy: run as root, or: setcap cap_bpf,cap_perfmon+ep", table.output.decode())
        self.assertIn("tcplife DOES NOT WORK HERE", table.output.decode())
        self.assertTrue(table.lines[-1].startswith("verdict: no tool works here: bpf(): EPERM (run as root, or: setcap"))

    def test_reader_ends(self):
        """The doctor is silent about it, as other programs are."""
        done = lab.run("sh", "-c", f"{lab.NETTRACE} doctor tcplife | head -1", limit=120)
        self.assertEqual((len(done.lines), done.errors), (1, ""))

    def test_two_capabilities(self):
        done = self.doctor("--json", through=TWO)
        self.assertEqual((done.code, done.errors), (0, ""))
        about = self.assert_all_named(done)
        self.assertTrue(all(o["works"] for o in about["tool"]))
        self.assertEqual(about["machine"][0]["capabilities"], "perfmon, bpf")
        self.assertEqual(about["machine"][0]["root"], False)
        # The preferred program of every hook is the same as root's, with two exceptions. Only root may read the numbers
        # of tracepoints of system calls: without them a program runs at the end of all calls, or none. Programs at
        # cgroups need CAP_NET_ADMIN.
        others = {
            ("drops", "drops_owner"): None,
            ("udptop", "sent_cast"): "sent_length_cast",
            ("udptop", "received_cast"): "received_length_cast",
            ("udptop", "made_cast"): None,
        }
        root = self.assert_all_named(self.doctor("--json"))
        expected = [(hook["tool"], hook["program"].replace("_call_cast", "_cast")) for hook in root["hook"]]
        self.assertEqual(
            [(hook["tool"], hook["program"]) for hook in about["hook"]],
            [(tool, others.get((tool, program), program)) for tool, program in expected],
        )

    def test_every_rung_by_itself(self):
        done = self.doctor("--all-rungs", "--json")
        self.assertEqual(done.code, 0, done.errors)
        hooks = [o for o in done.objects if o["about"] == "hook"]
        machine = done.objects[0]
        for hook in hooks:
            for rung in hook["rungs"]:
                kind, _, target = rung["rung"].partition("/")
                needs = "trampolines" if kind in ("fexit", "fentry") else None
                if target == "bpf_sk_storage_map":
                    needs = "map_iterators"
                fine = rung["state"] in ("serves", "works", "works without sk_storage")
                self.assertEqual(fine, not needs or machine[needs], (hook["tool"], rung))

    def test_bad_input(self):
        for options, word in (
            (["nonsense"], "no such tool"),
            (["traffic"], "no such tool"),
            (["--without=nonsense"], "not a program"),
            (["--without=fexit,,iter"], "not a program"),
            (["--without=accept_cast", "tcplife"], "not a program"),
            (["--without"], "argument is missing"),
            (["--nonsense"], "no such option"),
            (["--prove", "--all-rungs"], "not together"),
            (["--rung=2", "--all-rungs"], "not together"),
            (["--rung=kprobe"], "not a program"),
            (["--rung=5"], "not a program"),
            (["--rung="], "not a program"),
        ):
            with self.subTest(options):
                done = self.doctor(*options)
                self.assertEqual((done.code, done.output), (2, b""), done.errors)
                self.assertRegex(done.errors, rf"^nettrace doctor: error: .*{word}.*\n$")
        for option in ("--without=transition", "--rung=transition", "--rung=kprobe", "--rung=0"):
            done = lab.run(lab.NETTRACE, "tcplife", option, "--duration", "0.1")
            self.assertEqual((done.code, done.output), (2, b""), done.errors)

    def test_crossed_out(self):
        done = self.doctor("--json", "--without=transition", "tcpstates", "tcplife")
        self.assertEqual(done.code, 3)
        works = {o["tool"]: o["works"] for o in done.objects if o["about"] == "tool"}
        self.assertEqual(works, {"tcpstates": False, "tcplife": True})

    # ---- --prove ----

    def proofs(self, done):
        return {o["tool"]: o for o in done.objects if o["about"] == "proof"}

    def assert_proved(self, done, tools, partly=()):
        self.assertEqual(done.errors, "")
        proofs = self.proofs(done)
        self.assertEqual({tool: proof["verdict"] for tool, proof in proofs.items()},
                         {**dict.fromkeys(tools, "proved"), **dict.fromkeys(partly, "partly")})
        self.assertEqual(done.code, 0)
        for proof in proofs.values():
            self.assertEqual((proof["lost"], proof["wrong_owners"], proof["wrong"]), (0, 0, None))
            for count in proof["counts"]:
                right = count["seen"] >= count["expected"] if count["at_least"] else count["seen"] == count["expected"]
                self.assertTrue(count["right"] and (right or count["excused"]), (proof["tool"], count))
                self.assertTrue(proof["tool"] in partly or not count["excused"], (proof["tool"], count))
        return proofs

    def test_prove(self):
        """Both families, in a namespace of its own; the sums equal the traffic's report."""
        before = self.nothing_stays()
        start = time.monotonic()
        done = self.doctor("--prove", "--json")
        took = time.monotonic() - start
        proofs = self.assert_proved(done, TOOLS)
        traffic = next(o for o in done.objects if o["about"] == "traffic")
        self.assertEqual((traffic["own_namespace"], traffic["socket_filters"], traffic["io_uring"]), (True,) * 3)
        reports = dict(zip((4, 6), traffic["reports"]))
        self.assertEqual(len(traffic["reports"]), 2)
        for family, report in reports.items():
            seen = {
                (tool, count["what"]): count["seen"]
                for tool, proof in proofs.items()
                for count in proof["counts"]
                if count["family"] == family
            }
            unsent = report["unreachable"] + report["uring_unreachable"]
            self.assertEqual(seen["tcpconnect", "all rows"], report["connects"] + unsent)
            self.assertEqual(seen["tcpaccept", "all rows"], report["accepted"])
            self.assertEqual(seen["tcplife", "bytes of clients"], report["bytes_client"])
            self.assertEqual(seen["solisten", "in vain"], 2)
            for name in ("connect", "refuse", "reset", "retransmit", "synack", "overflow", "uring_accept", "bad_listen", "unreachable",
                         "uring_unreachable"):
                self.assertGreater(report[name], 0)
        self.assertLess(took, 60)
        self.assert_gone(before)

    def test_prove_in_here(self):
        """With two capabilities: on the existing loopback interface, next to other traffic."""
        with lab.Tool("tcplife", "--json", "--netns", self.space.inode, enter=self.space.enter) as other:
            done = self.space.run(*TWO, lab.NETTRACE, "doctor", "--prove", "--json", limit=120)
            self.space.traffic("--connect=3")
            other.end()
        self.assert_proved(done, TOOLS, partly=("drops", "udptop"))  # their programs at cgroups need CAP_NET_ADMIN
        traffic = next(o for o in done.objects if o["about"] == "traffic")
        self.assertFalse(traffic["own_namespace"])
        self.assertGreater(len(other.rows), 100)  # the other traffic was present

    def test_prove_nobody(self):
        done = self.doctor("--prove", "--json", "tcplife", "tcpdrop", through=lab.as_nobody())
        self.assertEqual(done.code, 3, done.errors)
        for proof in self.proofs(done).values():
            self.assertEqual(proof["verdict"], "cannot")
            self.assertIn("setcap", proof["wrong"])

    def test_lower_rungs_are_proved_too(self):
        """The second and the last program of each hook give equal counts, also as before 5.11."""
        last = dict.fromkeys(("drops", "solisten", "tcpdrop", "tcprst", "udptop"), "partly")
        for options, others, status in (
            (["--rung=2"], {"udptop": "partly"}, 0),
            (["--rung=4"], last, 0),
            # The last programs of udptop are for 6.3 and later.
            (["--rung=4", "--without=sk_storage,task_btf,cast"], {**last, "udptop": "cannot"}, 3),
        ):
            with self.subTest(options):
                done = self.doctor("--prove", "--json", *options)
                proofs = self.proofs(done)
                self.assertEqual({tool: proof["verdict"] for tool, proof in proofs.items()},
                                 {**dict.fromkeys(TOOLS, "proved"), **others})
                self.assertEqual((done.code, done.errors), (status, ""))

    def test_sabotage(self):
        """Excluded programs make wrong counts, which the doctor reports."""
        done = self.doctor("--prove", "--json", "--without=consume_cast,consume_helper", "tcpdrop", "tcplife")
        self.assertEqual(done.code, 1, done.errors)
        proofs = self.proofs(done)
        self.assertEqual((proofs["tcpdrop"]["verdict"], proofs["tcplife"]["verdict"]), ("WRONG", "proved"))
        wrong = {(count["what"], count["family"]): count for count in proofs["tcpdrop"]["counts"] if not count["right"]}
        self.assertEqual({what for what, _ in wrong}, {"LISTEN_OVERFLOW", "ListenOverflows", "all rows"})
        for family in (4, 6):
            count = wrong["LISTEN_OVERFLOW", family]
            self.assertEqual((count["expected"], count["seen"]), (3, 0))
        # The second run, alone, was no better.
        self.assertIn("LISTEN_OVERFLOW (IPv6) 0 of 3", proofs["tcpdrop"]["first_try"])
        table = self.doctor("--prove", "--without=consume_cast,consume_helper", "tcpdrop")
        self.assertEqual(table.code, 1)
        self.assertRegex(table.output.decode(), r"(?m)^tcpdrop +WRONG +LISTEN_OVERFLOW \(IPv4\) 0 of 3;")

    def test_sabotage_of_listens(self):
        done = self.doctor("--prove", "--json", "--without=listen_call_cast,listen_cast,listen_helper", "solisten")
        self.assertEqual(done.code, 1, done.errors)
        wrong = {count["what"]: (count["expected"], count["seen"]) for count in self.proofs(done)["solisten"]["counts"]
                 if not count["right"]}
        self.assertEqual(wrong["in vain"], (2, 0))

    def test_prove_table(self):
        done = self.doctor("--prove", "tcpstates", "tcpaccept")
        self.assertEqual(done.code, 0, done.errors)
        self.assertEqual([line for line in done.lines if len(line) > 80], [])
        self.assertRegex(done.output.decode(), r"(?m)^tcpaccept +proved +all rows (\d+) of \1; accepted \1 of \1;")


if __name__ == "__main__":
    lab.main()
