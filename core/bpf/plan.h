/* SPDX-License-Identifier: GPL-2.0-or-later */
/* plan.h: which program serves each hook: the best one that this kernel has and has not refused yet. No side effects.
 */
#ifndef NETTRACE_BPF_PLAN_H
#define NETTRACE_BPF_PLAN_H

#include "core/tool.h"
#include <stdbool.h>
#include <stddef.h>
#include "core/kernel/kernel.h"
#include "core/model/options.h"

/* What became of a program. */
enum fate {
	NOT_REFUSED, /* or not tried: a better one serves */
	NO_TARGET,   /* the kernel does not have what it is to be attached to, or no means to reach it */
	AT_LOAD,     /* refused */
	AT_ATTACH,   /* refused */
	EXCLUDED,    /* not to be used: --without */
	SKIPPED,     /* not to be used: --rung */
};

enum { PLAN_NONE = -1, ALT_ITEMS = sizeof(((struct hook *)0)->alts) / sizeof(char *) };

struct choice {
	int alt;       /* index into hook.alts; PLAN_NONE: the hook stays unserved */
	int arguments; /* of the chosen target */
	enum fate fates[ALT_ITEMS];
	int refused[ALT_ITEMS]; /* negative errno with which the kernel refused a program; 0: not tried or fine */
};

struct plan {
	struct hook hooks[HOOK_ITEMS + 1]; /* ends with a NULL name */
	size_t count;                      /* of hooks */
	size_t owners;                     /* of them, the first ones: not the tool's own */
	struct choice choices[HOOK_ITEMS];
};

/* What the planner wants to know of a target: its number of arguments, or less than 0 (see kernel_arguments). `program`
 * is the name in hook.alts; NULL-safe section lookup is the caller's. */
typedef int plan_question(void *context, const char *program);

/* An empty plan for these hooks, of which it takes a copy. */
void plan_start(struct plan *plan, const struct hook *hooks);
/* The tool flags ask for this hook. */
bool plan_has_hook(const struct hook *hook, uint32_t flags);
/* Chooses anew for every hook. Returns the first required hook that nothing can serve, or NULL: the plan stands. */
const struct hook *plan_choose(struct plan *plan, uint32_t flags, plan_question *question, void *context);
/* The kernel refused this program: it will not be chosen again. False: it was not part of the plan. */
bool plan_refuse(struct plan *plan, const char *program, enum fate fate, int error);
/* This program will never be chosen. fate: EXCLUDED or SKIPPED */
void plan_exclude(struct plan *plan, size_t i, int alt, enum fate fate);
/* The program that serves hook i, or NULL. */
const char *plan_program(const struct plan *plan, size_t i);

/* The program, of this section, is among the names. */
bool is_excluded(const char *without, const char *program, const char *section);
/* Of a hook's n programs, of these sections, i is not what was asked for. */
bool is_below_rung(const char *rung, const char *const *programs, const char *const *sections, size_t n, size_t i);
/* Marks what of the plan's programs is not to be used, or not `only`, unless NULL. section() knows their sections. */
void exclusions_plan(struct plan *plan, const struct exclusions *crossings, const char *only,
		     const char *(*section)(void *context, const char *program), void *context);
/* Takes from *kernel what is among them. */
void exclusions_apply(struct kernel *kernel, const char *without);
/* Writes those names that this tool can do without into *known. Returns where in `without` the first other one begins;
 * NULL: there is none. */
const char *exclusions_known(char *known, size_t size, const char *without, const struct tool *tool);
/* The same for the names of a rung, or its number. */
const char *exclusions_known_rungs(char *known, size_t size, const char *rung, const struct tool *tool);

#endif
