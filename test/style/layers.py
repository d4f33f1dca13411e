#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""layers.py: the order of the layers, by includes (docs/design.md, "Layers"). A folder includes its own files and those
of folders before it; prints violations."""

import pathlib
import re
import sys

CORE = "base model kernel names print totals rows record bpf cli run".split()
PROBES = "kernel lib owner tcp".split()
SHARED = {"probes/wire.h", "probes/filter.h"}  # both halves include these
NEVER = {"bpf": {"print", "totals", "rows", "record"}}  # the source of events and their output: they meet in run/
LIBBPF = ("core/bpf/", "core/kernel/", "core/names/enum")
TOOL_ROOMS = ("core/tool.h", "core/names/", "core/model/", "core/base/")  # what a tool of cmd/ may use, and its event


def room(path):
    return path.split("/")[1] if path.count("/") > 1 else ""


def tool_of(file):
    """The tool of a file in cmd/: TOOL.c, TOOL_PART.c; "" elsewhere."""
    return "" if room(file) else pathlib.Path(file).stem.split("_")[0]


def events_of(file):
    """The tools whose events a tool knows: its own, and those that it reconstructs from."""
    return [tool_of(file), *re.findall(r"^extern const struct tool (\w+);$", pathlib.Path(file).read_text(), re.M)]


def is_allowed(file, included, tools):
    """Whether `file` may include `included`, both from the top of the tree."""
    half, other = file.split("/")[0], included.split("/")[0]
    inside, towards = room(file), room(included)
    if half == "core" and other == "core":
        if not towards:
            return True  # tool.h is the top of the layers
        return inside and CORE.index(towards) <= CORE.index(inside) and towards not in NEVER.get(inside, ())
    if half == "core":
        return included in SHARED
    if half == "probes" and other == "probes":
        if included in SHARED or not inside:
            return True
        return bool(towards) and PROBES.index(towards) <= PROBES.index(inside)
    if half == "probes":
        return False
    if half == "cmd" and tool_of(file) in tools:
        return included.startswith((*TOOL_ROOMS, f"cmd/{tool_of(file)}_")) or included in SHARED or \
            pathlib.Path(included) in [pathlib.Path(f"probes/{event}.h") for event in events_of(file)]
    return not included.endswith(".bpf.h")


def main():
    tools = re.findall(r"^TOOL\((.*)\)$", pathlib.Path("cmd/tools.def").read_text(), re.M)
    wrong = []
    for path in sorted(path for half in ("core", "probes", "cmd") for path in pathlib.Path(half).rglob("*.[ch]")):
        text = path.read_text()
        for included in re.findall(r'^#include "(.*)"$', text, re.M):
            if not is_allowed(str(path), included, tools):
                wrong.append(f"{path} includes {included}")
        if re.search(r"^#include <(bpf/|linux/bpf)", text, re.M) and path.parts[0] != "probes" \
                and not str(path).startswith(LIBBPF):
            wrong.append(f"{path} includes libbpf")
    print("\n".join(wrong))
    return bool(wrong)


if __name__ == "__main__":
    sys.exit(main())
