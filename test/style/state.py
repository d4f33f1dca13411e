#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""state.py: prints the process-wide state of core/ and the tools: the writable symbols of their object files (in the
build of $BUILD, by default build/). State of a run belongs in its struct, other state in struct context
(core/base/context.h); exceptions are listed here, each with its reason."""

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
# Symbols of writable sections, except .data.rel.ro, which only the dynamic linker writes.
WRITABLE = re.compile(r"\s\.(?:t?data(?!\.rel\.ro)|t?bss)\S*\s+[0-9a-f]+\s+(?:\.hidden\s+)?(\S+)$|\s\*COM\*\s+[0-9a-f]+\s+(\S+)$")


def state_of(item):
    """Names of writable symbols; those in functions end with a number from the compiler: buffer.0."""
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
            if pathlib.Path(source).exists():  # otherwise its source file no longer exists
                found.update(f"{source} {name}" for name in state_of(item))
    if not found:
        sys.exit(f"state.py: no object files in {build}")
    for each in sorted(found - OF_THE_PROCESS.keys()):
        print(f"{each}: state of the process")
    for each in sorted(OF_THE_PROCESS.keys() - found):
        print(f"{each}: listed in test/style/state.py, but not there")


if __name__ == "__main__":
    main()
