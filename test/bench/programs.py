# SPDX-License-Identifier: GPL-2.0-or-later
"""The BPF programs of each tool as this kernel runs them: instructions after verification, with bytes of machine code
in brackets."""

import bench
import lab


def measure(_):
    for tool, command in lab.COMMANDS.items():
        with bench.Ours(*command) as traced:
            programs = [bench.program_info(program["prog_id"]) for program in traced.programs()]
        programs.sort(key=lambda program: program["name"])
        each = ", ".join(f"{one['name']} {one['instructions']} ({one['machine_bytes']})" for one in programs)
        yield bench.Figure(tool, "instructions", [sum(one["instructions"] for one in programs)], digits=0, note=each)
