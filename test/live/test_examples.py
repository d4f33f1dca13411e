#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""test_examples.py: the examples of the manual: docs/pages has their commands (lines "@run"), docs/pages/TOOL.run their
output. Each runs again: the rows must be the same except for their numbers.

  test_examples.py --update   runs them, and records their output"""

import collections
import pathlib
import re
import shlex
import sys

import lab

PAGES = pathlib.Path(__file__).parents[2] / "docs" / "pages"
# These count events of the whole machine: only their heading is compared.
OF_THE_MACHINE = ("softirqs",)
# On a slow machine these have more than one interval.
INTERVALS = ("tcptop", "tcpsubnet", "netqtop")


def examples():
    """{tool: its examples}, from all pages."""
    found = collections.defaultdict(list)
    for page in sorted(PAGES.glob("*.txt")):
        for example in re.findall(r"^@run (.*)$", page.read_text(), re.MULTILINE):
            tool = example.split()[0]
            if example not in found[tool]:
                found[tool].append(example)
    return found


def recorded(tool):
    """The recorded output of each."""
    text = (PAGES / f"{tool}.run").read_text()
    parts = re.split(r"^= (.*)\n", text, flags=re.MULTILINE)[1:]
    return {name: "".join(line[1:] + "\n" for line in body.splitlines()) for name, body in zip(parts[::2], parts[1::2])}


DATE = re.compile("^(Mon|Tue|Wed|Thu|Fri|Sat|Sun) (Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec) ")


def shape(tool, text):
    """The distinct rows without numbers and days; stacks, which depend on the kernel, are omitted."""
    lines = [line for line in text.splitlines() if not line.startswith("\t")]
    if tool in OF_THE_MACHINE:
        lines = [line for line in lines if line.startswith("SOFTIRQ") or "distribution" in line][:1]
    plain = (re.sub(r"\b[0-9a-f]{16}\b|[0-9]+(\.[0-9]+)?( (us|ms|s)\b)?", "0", DATE.sub("day ", line)) for line in lines)
    counts = collections.Counter(re.sub(r" +", " ", line) for line in plain)
    return set(counts) if tool in INTERVALS else counts


class Examples(lab.LiveTest):
    limit = 300

    def run_example(self, example):
        """Runs "TOOL OPTION... -- TRAFFIC" as a user would, in a network namespace."""
        command, traffic = (shlex.split(part) for part in example.split(" -- "))
        here = [] if command[0] in ("softirqs", "netqtop") else ["--netns", self.space.inode]
        done = self.space.run(lab.NETTRACE, *command, *here, "--", lab.NETTRACE, "traffic", *traffic)
        self.assertEqual(done.code, 0, (example, done.errors))
        return done.output.decode()

    def test_every_example(self):
        self.assertLessEqual(set(lab.COMMANDS), set(examples()))
        for tool, commands in examples().items():
            self.assertEqual(sorted(commands), sorted(recorded(tool)), tool)
            for example in commands:
                # Sockets of the example before would be in a snapshot.
                with self.subTest(example=example), lab.Namespace() as self.space:
                    printed = self.run_example(example)
                    self.assertEqual(shape(tool, printed), shape(tool, recorded(tool)[example]), printed)

    def update(self):
        for tool, commands in examples().items():
            text = "".join(
                f"= {example}\n" + "".join(f"\t{line}\n" for line in self.run_example(example).splitlines())
                for example in commands
            )
            (PAGES / f"{tool}.run").write_text(text)


def update():
    test = Examples("update")
    Examples.setUpClass()
    with lab.Namespace() as test.space:
        test.update()


if __name__ == "__main__":
    update() if sys.argv[1:] == ["--update"] else lab.main()
