/* SPDX-License-Identifier: GPL-2.0-or-later */
/* survey.h: a survey, by trying, of the programs that serve each hook of a tool on this kernel with these privileges,
 * and of the refusals. */
#ifndef NETTRACE_BPF_SURVEY_H
#define NETTRACE_BPF_SURVEY_H

#include "core/bpf/plan.h"
#include "core/tool.h"

struct rung {
	const char *program;
	char section[64];
	enum fate fate;   /* why it does not serve */
	int error;        /* negative errno with fate */
	bool loads_alone; /* survey_rungs(): it loads and attaches separately, ... */
	bool older;       /* ... but only as on a kernel whose tracing programs may not use socket storage */
};

struct hook_survey {
	const struct hook *hook;
	bool unneeded; /* on this kernel rows check what the hook would find */
	int serves;    /* index of the rung; PLAN_NONE: none */
	size_t n_rungs;
	struct rung rungs[ALT_ITEMS];
};

struct survey {
	const struct tool *tool;
	struct hook table[HOOK_ITEMS + 1]; /* its hooks; ends with a NULL name */
	size_t n_hooks;
	struct hook_survey hooks[HOOK_ITEMS];
	int error; /* negative errno: no program loads, because of `what` */
	char what[160];
	bool works; /* a program serves every required hook */
};

/* Loads, attaches and detaches. Includes hooks that only an option of the tool selects. *exclusions: names of this tool
 * only. */
void survey_tool(struct survey *survey, const struct tool *tool, const struct exclusions *exclusions);
/* The same, but also tries every program of every hook separately: fate and error are those of that try. */
void survey_rungs(struct survey *survey, const struct tool *tool, const struct exclusions *exclusions);

#endif
