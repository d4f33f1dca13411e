#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""completion.py: completion in bash, zsh and fish, typed into each shell on a terminal. Containers, units and named
network namespaces are directories of a mount namespace. Completion may ask nettrace for names, but runs nothing else.
"""

import fcntl
import os
import pathlib
import pty
import re
import select
import shutil
import signal
import struct
import subprocess
import sys
import tempfile
import termios
import time
import unittest

ROOT = pathlib.Path(__file__).resolve().parents[2]
SCRIPTS = ROOT / "docs" / "completion"
NETTRACE = os.environ.get("NETTRACE", str(ROOT / "build" / "nettrace"))
TOOLS = re.findall(r"^TOOL\((\w+)\)", (ROOT / "cmd" / "tools.def").read_text(), re.MULTILINE)
INTERFACES = sorted(os.listdir("/sys/class/net"))
SHELLS = ("bash", "zsh", "fish")
CONTAINER = "3f0c1d6b5a4e29788796a5b4c3d2e1f00f1e2d3c4b5a69788796a5b4c3d2e1f0"
COMM = "nt-complete"  # the name of a process

# What is typed, up to the key Tab, and the line that then stands there (without blanks at its end).
TYPED = (
    # tools, helpers, pages
    ("nettrace tcpconnl", "nettrace tcpconnlat"),
    ("nettrace doct", "nettrace doctor"),
    ("nettrace help guid", "nettrace help guide"),
    ("nettrace help tcpretr", "nettrace help tcpretrans"),
    ("nettrace help movi", "nettrace help moving-from-bcc"),
    ("nettrace help reasons SYN_Q", "nettrace help reasons SYN_QUEUE_FULL"),
    # options and choices
    ("nettrace tcplife --js", "nettrace tcplife --json"),
    ("nettrace tcplife --no-san", "nettrace tcplife --no-sandbox"),
    ("nettrace traffic --uring-m", "nettrace traffic --uring-multishot"),
    ("nettrace tcptop --sort=retr", "nettrace tcptop --sort=retransmits"),
    ("nettrace tcptop --sort sr", "nettrace tcptop --sort srtt"),
    ("nettrace tcptop -s rec", "nettrace tcptop -s received"),
    # files
    ("nettrace replay {space}/ni", "nettrace replay {space}/night.rec"),
    ("nettrace diff {space}/ni", "nettrace diff {space}/night.rec"),
    ("nettrace diff {space}/night.rec {space}/oth", "nettrace diff {space}/night.rec {space}/other.rec"),
    ("nettrace tcplife --output {space}/ni", "nettrace tcplife --output {space}/night.rec"),
    # only tools that are accepted
    ("nettrace trace tcpt", "nettrace trace tcptracer"),  # tcptop has no rows
    ("nettrace trace tcplife,tcpt", "nettrace trace tcplife,tcptracer"),
    ("nettrace trace --tools tcpt", "nettrace trace --tools tcptracer"),
    ("nettrace record tcplife,tcpto", "nettrace record tcplife,tcptop"),
    ("nettrace record do", "nettrace record do"),  # doctor is no tool
    ("nettrace record repl", "nettrace record repl"),
    ("nettrace doctor trac", "nettrace doctor trac"),
    ("nettrace doctor tcpretr", "nettrace doctor tcpretrans"),
    # a recording: its tools, and their options except those of a run
    ("nettrace replay {space}/night.rec tcpretr", "nettrace replay {space}/night.rec tcpretrans"),
    ("nettrace replay {space}/night.rec trac", "nettrace replay {space}/night.rec trace"),
    ("nettrace replay {space}/night.rec doct", "nettrace replay {space}/night.rec doct"),
    ("nettrace replay {space}/night.rec tcplife --min-b", "nettrace replay {space}/night.rec tcplife --min-bytes"),
    ("nettrace replay {space}/night.rec --flo", "nettrace replay {space}/night.rec --flow"),
    ("nettrace replay {space}/night.rec --sinc", "nettrace replay {space}/night.rec --since"),
    ("nettrace replay {space}/night.rec tcplife --durat", "nettrace replay {space}/night.rec tcplife --durat"),
    # what the machine has
    ("nettrace netqtop l", "nettrace netqtop lo"),
    ("nettrace netqtop -n l", "nettrace netqtop -n lo"),
    ("nettrace record -n l", "nettrace record -n lo"),
    ("nettrace tcplife --netns blu", "nettrace tcplife --netns blue"),
    ("nettrace tcplife --uid nobod", "nettrace tcplife --uid nobody"),
    ("nettrace tcplife --uid=nobod", "nettrace tcplife --uid=nobody"),
    ("nettrace tcplife --uid root,nobod", "nettrace tcplife --uid root,nobody"),
    ("nettrace tcplife --comm nt-comp", "nettrace tcplife --comm nt-complete"),
    ("nettrace tcplife --cgroup system.slice/ss", "nettrace tcplife --cgroup system.slice/ssh.service"),
    ("nettrace tcplife --cgroup ssh", "nettrace tcplife --cgroup system.slice/ssh.service"),
    ("nettrace tcplife --cgroup 3f0c", "nettrace tcplife --cgroup system.slice/docker-{container}.scope"),
    ("nettrace tcplife --cgroup=system.slice/ss", "nettrace tcplife --cgroup=system.slice/ssh.service"),
    ("nettrace tcptop -c docker-3", "nettrace tcptop -c system.slice/docker-{container}.scope"),
    # what nettrace lists
    ("nettrace tcpdrop --reason NO_SOCK", "nettrace tcpdrop --reason NO_SOCKET"),
    ("nettrace tcpdrop --reason=NETFILTER_D", "nettrace tcpdrop --reason=NETFILTER_DROP"),
    ("nettrace tcpdrop --reason NO_SOCKET,LISTEN_OV", "nettrace tcpdrop --reason NO_SOCKET,LISTEN_OVERFLOW"),
    ("nettrace tcplife --error ECONNRES", "nettrace tcplife --error ECONNRESET"),
    ("nettrace tcplife --columns pid,srt", "nettrace tcplife --columns pid,srtt_us"),
    ("nettrace trace --columns too", "nettrace trace --columns tool"),
    # a command
    ("nettrace tcplife -- mkfif", "nettrace tcplife -- mkfifo"),
)

# The commands that print the line as it stands, on the key ^X.
START = {
    "bash": (
        ["bash", "--norc", "--noprofile", "-i"],
        "source {scripts}/nettrace.bash; bind 'set enable-bracketed-paste off'; bind 'set bell-style none'; "
        "bind -x '\"\\C-x\": printf \"<<%s>>\\n\" \"$READLINE_LINE\"'; PS1='> '",
    ),
    "zsh": (
        ["zsh", "-f", "-i"],
        "fpath=({scripts} $fpath); autoload -Uz compinit && compinit -u -D; unsetopt beep; "
        "show() {{ print -r -- \"<<$BUFFER>>\" }}; zle -N show; bindkey ^X show",
    ),
    "fish": (
        ["fish", "--no-config", "-i"],
        "source {scripts}/nettrace.fish; set -g fish_autosuggestion_enabled 0; function fish_prompt; echo -n '> '; end; "
        "bind \\cx 'echo \"<<\"(commandline)\">>\"'",
    ),
}


def prepare_machine():
    """In a mount namespace: control groups, named network namespaces, a name of a program."""
    for place in ("/sys/fs/cgroup", "/run"):
        subprocess.run(["mount", "-t", "tmpfs", "nettrace-test", place], check=True)
    groups = pathlib.Path("/sys/fs/cgroup")
    (groups / "cgroup.controllers").touch()
    for group in ("system.slice/ssh.service", f"system.slice/docker-{CONTAINER}.scope", "user.slice"):
        (groups / group).mkdir(parents=True)
    for name in ("blue", "red"):
        pathlib.Path("/run/netns").mkdir(exist_ok=True)
        pathlib.Path("/run/netns", name).touch()


class Typist:
    """A shell on a terminal."""

    def __init__(self, shell, space):
        program, setup = START[shell]
        environment = {"HOME": str(space), "ZDOTDIR": str(space), "PATH": f"{space}:{os.environ['PATH']}", "TERM": "vt100",
                       "LC_ALL": "C.UTF-8", "PS1": "> ", "INPUTRC": os.devnull}
        self.child, self.terminal = pty.fork()
        if self.child == 0:
            os.chdir(space)
            os.execvpe(program[0], program, environment)
        fcntl.ioctl(self.terminal, termios.TIOCSWINSZ, struct.pack("HHHH", 24, 300, 0, 0))
        os.write(self.terminal, (setup.format(scripts=SCRIPTS) + "; echo re''ady\n").encode())
        self.read("ready")

    def read(self, wanted):
        seen, end = "", time.monotonic() + 20
        while not re.search(wanted, seen) and time.monotonic() < end and select.select([self.terminal], [], [], 20)[0]:
            seen += os.read(self.terminal, 65536).decode(errors="replace")
        assert re.search(wanted, seen), f"no {wanted} in {seen[-600:]!r}"
        return seen

    def complete(self, line):
        """Types the line and Tab; returns the line then."""
        os.write(self.terminal, line.encode() + b"\t\x18")
        shown = re.findall(r"<<([^\r\n]*?)>>\r?\n", self.read(r"<<[^\r\n]*>>\r?\n"))[-1]
        os.write(self.terminal, b"\x15")
        return shown

    def end(self):
        os.kill(self.child, signal.SIGKILL)
        os.close(self.terminal)
        os.waitpid(self.child, 0)


class Completion(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.space = pathlib.Path(cls.enterClassContext(tempfile.TemporaryDirectory(prefix="nettrace-completion-")))
        for name in ("night.rec", "other.rec"):
            (cls.space / name).touch()
        # Only questions reach the program.
        (cls.space / "nettrace").write_text(
            f'#!/bin/sh\nfor last; do :; done\n[ "$last" = help ] && exec {NETTRACE} "$@"\necho "$*" >>{cls.space}/was-run\n'
        )
        (cls.space / "nettrace").chmod(0o755)
        program = cls.space / COMM
        shutil.copy(shutil.which("sleep"), program)
        process = subprocess.Popen([program, "600"])
        cls.addClassCleanup(process.wait)
        cls.addClassCleanup(process.kill)

    def check(self, shell, cases):
        values = {"space": self.space, "container": CONTAINER}
        typist = Typist(shell, self.space)
        try:
            for typed, wanted in cases:
                with self.subTest(shell=shell, typed=typed):
                    shown = typist.complete(typed.format(**values)).rstrip(" ,=")
                    self.assertEqual(shown, wanted.format(**values))
        finally:
            typist.end()
        self.assertFalse((self.space / "was-run").exists(), "completion has run nettrace")

    def test_bash(self):
        self.check("bash", TYPED)

    def test_zsh(self):
        self.check("zsh", TYPED)

    def test_fish(self):
        self.check("fish", TYPED)


class Lists(unittest.TestCase):
    """Everything that a shell offers at a place, without a terminal: fish and bash answer so."""

    def setUp(self):
        self.space = pathlib.Path(self.enterContext(tempfile.TemporaryDirectory(prefix="nettrace-completion-")))
        (self.space / "nettrace").symlink_to(NETTRACE)
        self.environment = {"HOME": str(self.space), "PATH": f"{self.space}:{os.environ['PATH']}", "TERM": "dumb"}

    def ask(self, *command):
        done = subprocess.run(command, capture_output=True, text=True, timeout=30, check=False, env=self.environment)
        self.assertEqual((done.returncode, done.stderr), (0, ""), command)
        return [line for line in done.stdout.splitlines() if line]

    def fish(self, line):
        return self.ask("fish", "--no-config", "-c", f"source {SCRIPTS}/nettrace.fish; complete -C '{line}'")

    def bash(self, *words):
        script = 'source "$1"; shift; COMP_WORDS=("$@") COMP_CWORD=$(($# - 1)); compopt() { :; }; _nettrace; printf "%s\\n" "${COMPREPLY[@]}"'
        return self.ask("bash", "--norc", "-uc", script, "bash", SCRIPTS / "nettrace.bash", *words)

    def test_all_tools(self):
        for words in (self.bash("nettrace", ""), [line.split("\t")[0] for line in self.fish("nettrace ")]):
            self.assertLessEqual({"help", "doctor", "traffic", *TOOLS}, set(words))

    def test_recordable(self):
        for command in ("record", "doctor"):
            self.assertEqual(sorted(self.bash("nettrace", command, "")), sorted(TOOLS))

    def test_replayable(self):
        for words in (self.bash("nettrace", "replay", "x.rec", ""), self.fish("nettrace replay x.rec ")):
            self.assertEqual(sorted(words), sorted([*TOOLS, "trace"]))

    def test_interfaces(self):
        self.assertEqual(sorted(self.bash("nettrace", "netqtop", "")), INTERFACES)
        self.assertEqual(sorted(self.fish("nettrace netqtop -n ")), INTERFACES)

    def test_processes(self):
        """A list, because the shell itself starts processes with similar numbers."""
        self.assertIn(str(os.getpid()), self.bash("nettrace", "tcplife", "--pid", ""))
        self.assertIn(str(os.getpid()), self.fish("nettrace tcplife --pid "))

    def test_kernel_reasons(self):
        """All that the kernel's BTF has, and nettrace's own."""
        listed = [line.split()[0] for line in self.ask(NETTRACE, "tcpdrop", "--reason", "help")]
        self.assertLessEqual({"NO_SOCKET", "LISTEN_OVERFLOW"}, set(listed))
        self.assertEqual(set(self.bash("nettrace", "tcpdrop", "--reason", "")), set(listed))
        self.assertEqual(set(self.fish("nettrace tcpdrop --reason ")), set(listed))

    def test_values_have_no_help_of_their_option(self):
        for line in self.fish("nettrace tcptop --sort=re"):
            self.assertNotIn("\t", line)

    def test_another_tools_options(self):
        self.assertNotIn("--open", self.bash("nettrace", "tcptop", "--"))
        self.assertNotIn("--open", [line.split("\t")[0] for line in self.fish("nettrace tcptop --")])


if __name__ == "__main__":
    for shell in SHELLS:
        if not shutil.which(shell):
            raise SystemExit(f"completion: no {shell}: this test needs it")
    if not os.environ.get("IN_NAMESPACE"):
        os.execvpe("unshare", ["unshare", "--map-root-user", "--mount", sys.executable, *sys.argv], {**os.environ, "IN_NAMESPACE": "1"})
    prepare_machine()
    unittest.main()
