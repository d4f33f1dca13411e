# SPDX-License-Identifier: GPL-2.0-or-later
"""The stripped static binary with all tools, against the dynamic binaries of the same tools in libbpf-tools."""

import os
import pathlib

import bench
import lab

MOST = 3.5  # MB


def measure(_):
    peers = [path for tool in lab.COMMANDS if (path := pathlib.Path("/usr/sbin", tool)).exists()]
    ours, theirs = os.path.getsize(lab.NETTRACE) / 1e6, sum(path.stat().st_size for path in peers) / 1e6
    names = " ".join(path.name for path in peers)
    yield bench.Figure(f"binary, {len(lab.COMMANDS)} tools", "MB", [ours], [theirs], f"({names})", at_most=MOST,
                       by_value=True)
