#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""circles.py: prints circles of files of the user half, by includes and by the symbols that their object files share
(in the build of $BUILD, by default build/); --arrows prints the references that form them."""

import collections
import os
import pathlib
import re
import subprocess
import sys

PARTS = ("core", "applets", "tools")  # the libraries of CMakeLists.txt


def by_includes():
    arrows = collections.defaultdict(dict)
    for path in (path for half in ("core", "cmd") for path in pathlib.Path(half).rglob("*.[ch]")):
        for included in re.findall(r'^#include "((?:core|cmd)/.*)"$', path.read_text(), re.M):
            arrows[str(path)][included] = "#include"
    return arrows


def by_symbols(build):
    """A reference to a function or variable of another file. libbpf, not the caller of that name, calls a replacement
    of its functions (linked with --wrap)."""
    home, uses = {}, collections.defaultdict(set)
    for part in PARTS:
        folder = build / "CMakeFiles" / f"{part}.dir"
        for item in sorted(folder.rglob("*.c.o")):
            source = str(item.relative_to(folder))[:-2]
            for line in subprocess.check_output(["nm", str(item)], text=True).splitlines():
                *_, kind, name = line.split()
                if kind == "U":
                    uses[source].add(name)
                elif kind in "TDRBCV":
                    home[name] = source
    if not home:
        sys.exit(f"circles.py: no object files in {build}")
    arrows = collections.defaultdict(dict)
    for source, names in uses.items():
        for name in sorted(names):
            if home.get(name, source) != source:
                arrows[source].setdefault(home[name], name)
    return arrows


def circles(arrows):
    """Strongly connected files (Tarjan)."""
    index, low, stack, found = {}, {}, [], []

    def visit(file):
        index[file] = low[file] = len(index)
        stack.append(file)
        for other in arrows.get(file, ()):
            if other not in index:
                visit(other)
                low[file] = min(low[file], low[other])
            elif other in stack:
                low[file] = min(low[file], index[other])
        if low[file] == index[file]:
            start = stack.index(file)
            if len(stack) - start > 1:
                found.append(sorted(stack[start:]))
            del stack[start:]

    for file in list(arrows):
        if file not in index:
            visit(file)
    return found


def main():
    build = pathlib.Path(os.environ.get("BUILD", "build"))
    for how, arrows in (("includes", by_includes()), ("calls", by_symbols(build))):
        for circle in circles(arrows):
            print(f"by {how}: {' '.join(circle)}")
            for file in circle if "--arrows" in sys.argv else ():
                for other, why in arrows[file].items():
                    if other in circle:
                        print(f"    {file} -> {other}: {why}")


if __name__ == "__main__":
    main()
