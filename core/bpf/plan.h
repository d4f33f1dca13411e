/* SPDX-License-Identifier: GPL-2.0-or-later */
/* plan.h: the choice of the program that serves each hook: the best one that this kernel supports and has not refused
 * yet. No side effects. */
#ifndef NETTRACE_BPF_PLAN_H
#define NETTRACE_BPF_PLAN_H

#include "core/tool.h"
#include <stdbool.h>
#include <stddef.h>
#include "core/kernel/kernel.h"
#include "core/model/options.h"

/* The result for a program. */
enum fate {
	NOT_REFUSED, /* or not tried: a better one serves */
	NO_TARGET,   /* the kernel lacks the attach target, or the means to attach to it */
	AT_LOAD,     /* refused */
	AT_ATTACH,   /* refused */
	EXCLUDED,    /* excluded by --without */
	SKIPPED,     /* below the rung of --rung */
};

enum { PLAN_NONE = -1, ALT_ITEMS = sizeof(((struct hook *)0)->alts) / sizeof(char *) };

struct choice {
	int alt;       /* index into hook.alts; PLAN_NONE: no program serves the hook */
	int arguments; /* of the chosen target */
	enum fate fates[ALT_ITEMS];
	int refused[ALT_ITEMS]; /* negative errno of the kernel's refusal; 0: not tried, or accepted */
};

struct plan {
	struct hook hooks[HOOK_ITEMS + 1]; /* ends with a NULL name */
	size_t count;                      /* of hooks */
	size_t owners;                     /* of owners, the first ones: not the tool's own */
	struct choice choices[HOOK_ITEMS];
};

/* The planner's query about a target: returns its number of arguments, or a negative value (see kernel_arguments()).
 * program: the name in hook.alts; the callee handles a program without a section. */
typedef int plan_question(void *context, const char *program);

/* Initializes an empty plan with a copy of these hooks. */
void plan_start(struct plan *plan, const struct hook *hooks);
/* Whether the tool flags select this hook. */
bool plan_has_hook(const struct hook *hook, uint32_t flags);
/* Chooses a program for every hook. Returns the first required hook without one, or NULL on success. */
const struct hook *plan_choose(struct plan *plan, uint32_t flags, plan_question *question, void *context);
/* Records that the kernel refused this program, so that it is never chosen again. False: it is not part of the plan. */
bool plan_refuse(struct plan *plan, const char *program, enum fate fate, int error);
/* Excludes this program from the choice. fate: EXCLUDED or SKIPPED. */
void plan_exclude(struct plan *plan, size_t i, int alt, enum fate fate);
/* The program that serves hook i, or NULL. */
const char *plan_program(const struct plan *plan, size_t i);

/* Whether the names include the program or its section. */
bool is_excluded(const char *without, const char *program, const char *section);
/* Whether program i, of a hook's n programs in these sections, is outside the requested rung. */
bool is_below_rung(const char *rung, const char *const *programs, const char *const *sections, size_t n, size_t i);
/* Marks the excluded programs of the plan, and all except `only`, unless NULL. section() returns a program's
 * section. */
void exclusions_plan(struct plan *plan, const struct exclusions *crossings, const char *only,
		     const char *(*section)(void *context, const char *program), void *context);
/* Clears the excluded features in *kernel. */
void exclusions_apply(struct kernel *kernel, const char *without);
/* Copies the names that this tool knows to *known. Returns the first unknown one, as a pointer into `without`; NULL:
 * none. */
const char *exclusions_known(char *known, size_t size, const char *without, const struct tool *tool);
/* The same for the names of a rung, or its number. */
const char *exclusions_known_rungs(char *known, size_t size, const char *rung, const struct tool *tool);

#endif
