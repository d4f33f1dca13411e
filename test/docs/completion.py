#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""completion.py: completion in bash, zsh and fish: their answers for the beginning of a command line. Completion runs
no program."""

import os
import pathlib
import pty
import re
import select
import shutil
import subprocess
import tempfile
import time
import unittest

ROOT = pathlib.Path(__file__).resolve().parents[2]
SCRIPTS = ROOT / "docs" / "completion"
TOOLS = re.findall(r"^TOOL\((\w+)\)", (ROOT / "cmd" / "tools.def").read_text(), re.MULTILINE)
INTERFACES = sorted(os.listdir("/sys/class/net"))

BASH = r"""
set -u
PATH=$2:$PATH
source "$1"
shift 2
COMP_WORDS=("$@") COMP_CWORD=$(($# - 1)) COMP_LINE="$*" COMP_POINT=${#COMP_LINE}
compopt() { :; }
_nettrace
printf '%s\n' "${COMPREPLY[@]}"
"""


class Completion(unittest.TestCase):
    def setUp(self):
        self.space = pathlib.Path(self.enterContext(tempfile.TemporaryDirectory()))
        trap = self.space / "nettrace"  # a run of the program leaves a trace
        trap.write_text(f"#!/bin/sh\ntouch {self.space}/was-run\n")
        trap.chmod(0o755)
        self.addCleanup(self.assert_not_run)

    def assert_not_run(self):
        self.assertFalse((self.space / "was-run").exists(), "completion has run nettrace")

    def ask(self, *command, **more):
        done = subprocess.run(command, capture_output=True, text=True, timeout=30, check=False, **more)
        self.assertEqual((done.returncode, done.stderr), (0, ""), command)
        return [line for line in done.stdout.splitlines() if line]

    def has(self, words, *wanted):
        for word in wanted:
            self.assertIn(word, words)


class Bash(Completion):
    def complete(self, *words):
        return self.ask("bash", "--norc", "-c", BASH, "bash", SCRIPTS / "nettrace.bash", self.space, *words)

    def test_tools(self):
        self.has(self.complete("nettrace", ""), "help", "doctor", "traffic", "--list", *TOOLS)
        self.assertEqual(self.complete("nettrace", "tcpconnl"), ["tcpconnlat"])
        self.assertEqual(self.complete("nettrace", "help", "netq"), ["netqtop"])

    def test_options(self):
        self.has(self.complete("nettrace", "tcplife", "--"), "--localport", "--rport", "--json", "--open", "--keep-caps")
        self.assertEqual(self.complete("nettrace", "tcplife", "--js"), ["--json"])
        self.assertEqual(self.complete("tcplife", "--js"), ["--json"])
        self.assertEqual(self.complete("nettrace", "traffic", "--multi"), [])
        self.assertEqual(self.complete("nettrace", "traffic", "--refu"), ["--refuse"])

    def test_choices(self):
        choices = ["all", "sent", "received", "retransmits", "srtt"]
        self.assertEqual(self.complete("nettrace", "tcptop", "--sort", ""), choices)
        self.assertEqual(self.complete("nettrace", "tcptop", "--sort", "=", "re"), ["received", "retransmits"])
        self.assertEqual(self.complete("nettrace", "tcptop", "-s", "sr"), ["srtt"])

    def test_names_of_the_machine(self):
        self.assertEqual(self.complete("nettrace", "netqtop", "-n", ""), INTERFACES)
        self.assertEqual(self.complete("nettrace", "netqtop", "--name", "lo"), ["lo"])
        self.assertEqual(self.complete("nettrace", "netqtop", "-n", "lo,lo"), ["lo,lo"])
        self.assertIn(str(os.getpid()), self.complete("nettrace", "tcplife", "-p", ""))
        self.assertEqual(self.complete("nettrace", "tcplife", "--uid", "roo"), ["root"])

    def test_command(self):
        self.assertIn("ls", self.complete("nettrace", "tcplife", "--", "ls"))

    def test_words(self):
        (self.space / "night.rec").touch()
        self.assertEqual(self.complete("nettrace", "replay", f"{self.space}/ni"), [f"{self.space}/night.rec"])
        self.assertEqual(self.complete("nettrace", "replay", "night.rec", "tcpretr"), ["tcpretrans"])
        self.assertEqual(self.complete("nettrace", "trace", "tcpt"), ["tcptracer"])  # tcptop has no rows
        self.assertEqual(self.complete("nettrace", "record", "tcplife,tcpto"), ["tcplife,tcptop"])
        self.assertEqual(self.complete("nettrace", "netqtop", "lo"), ["lo"])
        self.assertEqual(self.complete("nettrace", "help", "gui"), ["guide"])


class Fish(Completion):
    def complete(self, line):
        return [word.split("\t")[0] for word in self.lines(line)]

    def lines(self, line):
        environment = {"HOME": str(self.space), "PATH": f"{self.space}:{os.environ['PATH']}", "TERM": "dumb"}
        script = f"source {SCRIPTS}/nettrace.fish; complete -C '{line}'"
        return self.ask("fish", "--no-config", "-c", script, env=environment)

    def test_all(self):
        self.has(self.complete("nettrace "), "help", "doctor", *TOOLS)
        self.assertEqual(self.complete("nettrace tcpconnl"), ["tcpconnlat"])
        self.has(self.complete("nettrace tcplife --"), "--localport", "--json", "--open")
        self.assertEqual(self.complete("nettrace tcptop --sort=re"), ["--sort=received", "--sort=retransmits"])
        self.assertEqual(self.complete("nettrace netqtop -n "), INTERFACES)
        self.assertNotIn("--open", self.complete("nettrace tcptop --"))
        self.assertEqual(self.complete("nettrace trace tcplife,tcpt"), ["tcplife,tcptracer"])
        self.assertEqual(self.complete("nettrace replay x.rec tcpretr"), ["tcpretrans"])

    def test_values_have_no_help_of_their_option(self):
        for line in self.lines("nettrace tcptop --sort=re"):
            self.assertNotIn("sort by", line)


class Zsh(Completion):
    """zsh completes in its line editor only: on a terminal, with a key that prints the current line."""

    def complete(self, line):
        child, terminal = pty.fork()
        if child == 0:
            os.environ.update(TERM="dumb", PS1="> ", ZDOTDIR=str(self.space), PATH=f"{self.space}:{os.environ['PATH']}")
            os.execvp("zsh", ["zsh", "-f", "-i"])
        try:
            os.write(terminal, f"fpath=({SCRIPTS} $fpath); autoload -Uz compinit && compinit -u -D; "
                     "show() { print -r -- \"<<$BUFFER>>\" }; zle -N show; bindkey ^X show; echo re''ady\n".encode())
            self.read(terminal, "ready")
            os.write(terminal, f"{line}\t\x18".encode())
            return re.search("<<(.*)>>", self.read(terminal, ">>"))[1]
        finally:
            os.write(terminal, b"\x15exit\n")
            os.close(terminal)
            os.waitpid(child, 0)

    def read(self, terminal, wanted):
        seen, end = "", time.monotonic() + 20
        while wanted not in seen and time.monotonic() < end and select.select([terminal], [], [], 20)[0]:
            seen += os.read(terminal, 65536).decode(errors="replace")
        self.assertIn(wanted, seen)
        return seen

    def test_all(self):
        self.assertEqual(self.complete("nettrace tcpconnl"), "nettrace tcpconnlat ")
        self.assertEqual(self.complete("nettrace tcplife --js"), "nettrace tcplife --json ")
        self.assertEqual(self.complete("nettrace tcptop --sort=retr"), "nettrace tcptop --sort=retransmits ")
        self.assertEqual(self.complete("nettrace tcplife --localp"), "nettrace tcplife --localport=")
        self.assertEqual(self.complete("nettrace help tcpretr"), "nettrace help tcpretrans ")
        self.assertEqual(self.complete("nettrace netqtop -n lo").rstrip(" ,"), "nettrace netqtop -n lo")


if __name__ == "__main__":
    for shell in ("bash", "zsh", "fish"):
        if not shutil.which(shell):
            raise SystemExit(f"completion: no {shell}: this test needs it")
    unittest.main()
