#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""state.py: prints what core/ and the tools keep for the process, by the writable symbols of their object files (in the build
of $BUILD, which is build/ unless it says otherwise). What belongs to a run is in its struct, what a process could want twice
in struct context (core/base/context.h); the rest is listed here, with the reason."""

import os
import pathlib
import re
import subprocess
import sys

PARTS = ("core", "tools")  # the libraries of CMakeLists.txt
OF_THE_PROCESS = {
    "core/base/current.c first": "the context of a process that makes none",
    "core/base/current.c context_current": "which context a thread is in",
    "core/base/terminal.c the_terminal": "there is one, and whatever ends the process gives it back",
    "core/base/terminal.c registered": "atexit() is the process's",
    "core/run/inherited.c before": "signals as they were when the process began",
    "core/run/inherited.c mask": "signals as they were when the process began",
}
# What relocation alone writes to is read-only once the process runs.
WRITABLE = re.compile(r"\s\.(?:t?data(?!\.rel\.ro)|t?bss)\S*\s+[0-9a-f]+\s+(?:\.hidden\s+)?(\S+)$|\s\*COM\*\s+[0-9a-f]+\s+(\S+)$")


def state_of(item):
    """Names of what can be written; those in functions have a number that the compiler gives: buffer.0."""
    for line in subprocess.check_output(["objdump", "--syms", str(item)], text=True).splitlines():
        found = WRITABLE.search(line)
        name = found and (found[1] or found[2])
        if name and not re.match(r"(\.|__odr_asan|\*?\.LASAN)", name) and " d " not in line:
            yield re.sub(r"\.\d+$", "", name)


def main():
    build = pathlib.Path(os.environ.get("BUILD", "build"))
    found = set()
    for part in PARTS:
        folder = build / "CMakeFiles" / f"{part}.dir"
        for item in sorted(folder.rglob("*.c.o")):
            source = str(item.relative_to(folder))[:-2]
            if pathlib.Path(source).exists():  # else of a file that is gone
                found.update(f"{source} {name}" for name in state_of(item))
    if not found:
        sys.exit(f"state.py: no object files in {build}")
    for each in sorted(found - OF_THE_PROCESS.keys()):
        print(f"{each}: state of the process")
    for each in sorted(OF_THE_PROCESS.keys() - found):
        print(f"{each}: listed in test/style/state.py, but not there")


if __name__ == "__main__":
    main()
