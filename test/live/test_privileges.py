#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""test_privileges.py: the remaining capabilities of a running tool, its work with them, and the results of the least
privileges."""

import os
import pathlib
import platform
import re
import shutil
import signal
import tempfile

import lab

CAP_KILL, CAP_BPF = 1 << 5, 1 << 39
SETS = ("CapInh", "CapPrm", "CapEff", "CapBnd", "CapAmb")
VERSION = tuple(map(int, platform.release().split(".")[:2]))
# Older kernels check the capability at each bpf().
NEEDED = CAP_BPF if VERSION < (5, 19) else 0


def parse(status):
    """The capabilities and NoNewPrivs of a /proc/PID/status."""
    lines = dict(line.split(":\t", 1) for line in status.splitlines() if ":\t" in line)
    return {name: int(lines[name], 16) for name in (*SETS, "NoNewPrivs")}


def status_of(pid):
    return parse(pathlib.Path(f"/proc/{pid}/status").read_text())


def left(capabilities, bounding=0):
    sets = dict.fromkeys(SETS, 0)
    return {**sets, "CapPrm": capabilities, "CapEff": capabilities, "CapBnd": bounding, "NoNewPrivs": 1}


class Given(lab.LiveTest):
    """Capabilities that are dropped when everything is attached."""

    def test_every_tool(self):
        for tool, command in lab.COMMANDS.items():
            with self.subTest(tool), self.space.tool(*command, "--json") as traced:
                self.assertEqual(status_of(traced.pid), left(NEEDED))
                traced.end()
                self.assertEqual((traced.code, traced.errors), (0, ""))

    def test_keep_caps(self):
        with self.space.tool("tcpstates", "--keep-caps") as traced:
            self.assertEqual(status_of(traced.pid), status_of("self"))
            self.assertNotEqual(status_of(traced.pid)["CapEff"], 0)

    def test_a_command_keeps_what_the_user_had(self):
        """Signals reach a command of any user, which needs CAP_KILL."""
        trap = 'trap "exit 5" TERM; echo on; sleep 20 & wait'
        script = f"cat /proc/$$/status; exec setpriv --reuid=65534 sh -c '{trap}'"
        with self.space.tool("tcpstates", "--json", "--netns", self.space.inode, "--", "sh", "-c", script) as traced:
            lab.wait_for(lambda: b"on\n" in traced.so_far(), "the command")
            self.assertEqual(status_of(traced.pid), left(NEEDED | CAP_KILL))
            traced.end(signal.SIGTERM)
        self.assertEqual((traced.code, traced.errors), (5, ""))
        self.assertEqual(parse(traced.output.decode()), status_of("self"))

    def test_a_command_may_be_setuid(self):
        with tempfile.TemporaryDirectory() as directory:
            os.chmod(directory, 0o755)
            setuid = pathlib.Path(directory, "id")
            shutil.copy(lab.need("id"), setuid)
            setuid.chmod(0o4755)
            done = lab.run(*lab.as_tracer(lab.NETTRACE, "tcpstates", "--json", "--netns=1", "--", setuid, "-u"))
        self.assertEqual((done.code, done.output, done.errors), (0, b"0\n", ""))

    def test_what_reads_maps_later(self):
        """The ledger, and walks at each interval and at the end."""
        with self.space.trace("tcpstates") as states, self.space.trace("tcplife", "--open") as life:
            with self.space.trace("tcpconnect") as connects, self.space.trace("tcptop", "0.2") as top:
                with self.space.hold("--hold=3", "--connect=7", "--bytes=10007") as traffic:
                    lab.wait_for(lambda: b"tx_bytes" in top.so_far(), "the first interval")
                    life.end()
                    report = traffic.release()
        self.assert_account(states, 2 + (7 + 3) * 10)
        self.assertEqual(len(life.rows), 2 * 3)
        self.assertEqual(len(connects.rows), 7 + 3)
        self.assertEqual(connects.ledger["lost"], 0)
        sent = sum(row["tx_bytes"] for row in top.rows)
        self.assertEqual(sent, report["bytes_client"] + report["bytes_server"])

    def test_an_attempt_that_waits_at_the_end(self):
        """A walk over all sockets reports them."""
        script = (
            "import socket, sys; low = socket.socket(); low.bind(('127.0.0.1', 0)); low.listen(0); "
            "full = [socket.socket() for _ in range(4)]; [s.setblocking(False) for s in full]; "
            "[s.connect_ex(low.getsockname()) for s in full]; print('ready', flush=True); sys.stdin.read()"
        )
        with self.space.trace("tcpconnect", "-x") as connects:
            with lab.Held(*self.space.enter, "python3", "-c", script) as clients:
                connects.end()
                clients.process.stdin.close()
        self.assertEqual(len(connects.rows), 4)
        self.assertIn(None, [row["result"] for row in connects.rows])

# What tools miss without CAP_NET_ADMIN, which programs at cgroups need.
NEED_NET_ADMIN = {
    "drops": ["the owners of new UDP sockets"],
    "udptop": ["peers of sockets that are not connected, and datagrams that no process reads",
               "the owners of new sockets that only receive"],
}


class Least(lab.LiveTest):
    """As another user with CAP_BPF and CAP_PERFMON alone."""

    limit = 120
    rows = {
        "solisten": 1,
        "tcpaccept": 7,
        "tcpconnect": 7 + 5,
        "tcpconnlat": 7 + 5,
        "tcpdrop": 5,
        "tcplife": 2 * 7 + 5,
        "tcpstates": 2 + 7 * 10 + 5 * 2,
        "tcptracer": 4 * 7,
    }

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.directory = tempfile.TemporaryDirectory()
        cls.addClassCleanup(cls.directory.cleanup)
        os.chmod(cls.directory.name, 0o755)
        cls.copy = pathlib.Path(cls.directory.name, "nettrace")
        shutil.copy(lab.NETTRACE, cls.copy)

    def tool(self, tool, *options):
        enter = [*self.space.enter, *lab.as_tracer()]
        return lab.Tool(tool, "--json", *options, enter=enter)

    def test_what_is_left(self):
        for tool, command in lab.COMMANDS.items():
            with self.subTest(tool), self.tool(*command) as traced:
                bounding = status_of("self")["CapBnd"]  # to empty it needs CAP_SETPCAP
                self.assertEqual(status_of(traced.pid), left(NEEDED, bounding))

    def test_own_traffic(self):
        tools = {tool: self.tool(tool, "--debug", "--netns", self.space.inode) for tool in self.rows}
        with lab.side_by_side(tools.values()):
            report = self.space.traffic("--connect=7", "--refuse=5", through=lab.as_nobody())
        for tool, traced in tools.items():
            with self.subTest(tool):
                self.assert_account(traced, self.rows[tool])
                if tool not in ("tcpdrop", "solisten"):
                    pids = {report["client_pid"], report["server_pid"]}
                    self.assertLessEqual({row["pid"] for row in traced.rows}, pids)
                    self.assertEqual({row["uid"] for row in traced.rows}, {lab.NOBODY})
                    self.assertLessEqual({row["owner"] for row in traced.rows}, {"exact", "inherited"})

    def test_totals(self):
        with self.tool("tcptop", "--netns", self.space.inode) as top, self.tool("tcpsubnet") as subnet:
            with self.tool("softirqs") as softirqs, self.tool("netqtop", "-n", "lo") as queues:
                report = self.space.traffic("--connect=7", "--bytes=10007", through=lab.as_nobody())
        total = report["bytes_client"] + report["bytes_server"]
        self.assertEqual(sum(row["tx_bytes"] for row in top.rows), total)
        self.assertEqual({row["uid"] for row in top.rows}, {lab.NOBODY})
        self.assertGreaterEqual(sum(row["tx_bytes"] for row in subnet.rows), total)
        self.assertGreater(sum(row["count"] for row in softirqs.rows if row["softirq"] == "net_rx"), 7)
        received = [row["packets"] for row in queues.rows if row["direction"] == "rx"]
        self.assertGreater(sum(received), 7 * 4)
        self.assertEqual([traced.errors for traced in (top, subnet, softirqs, queues)], [""] * 4)

    def test_retransmissions(self):
        """With root's traffic: only root attaches the filters that lose segments."""
        with self.tool("tcpretrans", "--debug", "--netns", self.space.inode) as traced, self.space.counting() as grown:
            self.space.traffic("--retransmit=3")
        self.assert_account(traced, grown["RetransSegs"])

    def test_nothing_is_lost_of_other_users(self):
        """The walk over all open sockets sees root's."""
        with self.space.hold("--hold=3") as traffic:
            with self.tool("tcplife", "--open", "--netns", self.space.inode) as life:
                pass
            report = traffic.release()
        owners = lab.count_by(life.rows, "pid", "uid", "owner")
        self.assertEqual(owners, {(report[name], 0, "exact"): 3 for name in ("client_pid", "server_pid")})
        self.assertEqual(lab.errors_of_open(life), "")

    def test_what_is_lost_is_told(self):
        """The kernel's addresses are unavailable: one line in one tool, none in others."""
        lines = lab.must(*lab.as_tracer("head", "-n", "100", "/proc/kallsyms")).splitlines()
        hidden = all(line.startswith("0000000000000000") for line in lines)
        for tool, command in lab.COMMANDS.items():
            with self.subTest(tool), self.tool(*command) as traced:
                if tool == "tcpdrop":
                    self.space.traffic("--refuse=5", through=lab.as_nobody())
                traced.end()
            if tool == "sockets":
                self.assertRegex(traced.errors, r"\Asockets: warning: cannot enter all network namespaces: [^\n]*CAP_SYS_ADMIN\)\n\Z")
                continue
            missing = re.findall(rf"^{tool}: warning: unavailable [^:]*: (.*)\n", traced.errors, re.MULTILINE)
            self.assertEqual(missing, NEED_NET_ADMIN.get(tool, []))
            others = re.sub(r".* unavailable .*\n", "", traced.errors)
            if tool not in ("tcpdrop", "tcprst", "drops"):
                self.assertEqual(others, "")
                continue
            if hidden:
                self.assertRegex(others, rf"\A{tool}: warning: no kernel symbols[^\n]*cap_syslog[^\n]*\n\Z")
            for row in traced.rows:
                self.assertRegex(row["location"], "^0x" if hidden else r"^\w+\+0x")

    def test_a_pid_namespace_hides_processes(self):
        """Older sockets of outside processes are missing, which is reported. New ones have their owner."""
        enter = [*self.space.enter, "unshare", "--pid", "--fork", "--kill-child"]
        with self.space.hold("--hold=3") as traffic:
            with lab.Tool("tcplife", "--open", "--json", "--netns", self.space.inode, enter=enter) as life:
                report = self.space.traffic("--connect=7")
                inside = pathlib.Path(f"/proc/{life.pid}/task/{life.pid}/children").read_text().split()[0]
                os.kill(int(inside), signal.SIGINT)
                life.wait()
            traffic.release()
        self.assertRegex(lab.errors_of_open(life), r"\Atcplife: warning: running in a PID namespace: sockets [^\n]*\(run with --pid=host\)\n"
                         r"tcplife: note: running in a PID namespace: process IDs [^\n]*\(run with --pid=host\)\n\Z")
        owners = lab.count_by(life.rows, "pid", "owner")
        self.assertEqual(owners, {(report[name], "exact"): 7 for name in ("client_pid", "server_pid")})

    def test_cap_syslog_gives_the_names(self):
        enter = [*self.space.enter, *lab.as_nobody(capabilities=("bpf", "perfmon", "syslog"))]
        with lab.Tool("tcpdrop", "--json", "--netns", self.space.inode, enter=enter) as traced:
            bounding = status_of("self")["CapBnd"]
            self.assertEqual(status_of(traced.pid), left(NEEDED, bounding))
            self.space.traffic("--refuse=5")
        self.assertEqual((len(traced.rows), traced.errors), (5, ""))
        for row in traced.rows:
            self.assertRegex(row["location"], r"^\w+\+0x")


if __name__ == "__main__":
    lab.main()
