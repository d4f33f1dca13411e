/* SPDX-License-Identifier: GPL-2.0-or-later */
/* crossings.h: what is not to be used although the kernel has it (--without, --rung): so that each lower rung can be
 * run.
 */
#ifndef NETTRACE_BPF_CROSSINGS_H
#define NETTRACE_BPF_CROSSINGS_H

#include <stdbool.h>
#include <stddef.h>

#include "core/kernel/kernel.h"
#include "core/bpf/plan.h"
#include "core/tool.h"

struct crossings {
	/* With commas between: programs; kinds of section (fexit, iter); sk_storage, tag_slots, map_iterators,
	 * task_btf, cast and trampolines of struct kernel. NULL: none. */
	const char *without;
	/* A number: each hook begins with its so many-th program, or with its last; or programs and kinds of section
	 * with commas between: each hook that has some of them has no others. NULL: all. */
	const char *rung;
};

/* The program, of this section, is among the names. */
bool crossed_out(const char *without, const char *program, const char *section);
/* Of a hook's n programs, of these sections, i is not what was asked for. */
bool passed_over(const char *rung, const char *const *programs, const char *const *sections, size_t n, size_t i);
/* Marks what of the plan's programs is not to be used, or not `only`, unless NULL. section() knows their sections. */
void crossings_plan(struct plan *plan, const struct crossings *crossings, const char *only,
		    const char *(*section)(void *context, const char *program), void *context);
/* Takes from *kernel what is among them. */
void crossings_apply(struct kernel *kernel, const char *without);
/* Writes those names that this tool can do without into *known. Returns the first other one, until the next call; NULL:
 * there is none. */
const char *crossings_known(char *known, size_t size, const char *without, const struct tool *tool);
/* The same for the names of a rung, or its number. */
const char *rungs_known(char *known, size_t size, const char *rung, const struct tool *tool);

#endif
