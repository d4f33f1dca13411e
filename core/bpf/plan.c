/* SPDX-License-Identifier: GPL-2.0-or-later */
/* plan.c: which program serves each hook. */
#include "core/bpf/plan.h"

#include <errno.h>
#include <string.h>

void plan_start(struct plan *plan, const struct hook *hooks)
{
	memset(plan, 0, sizeof(*plan));
	plan->hooks = hooks;
	while (plan->count < HOOK_ITEMS && hooks[plan->count].name)
		plan->choices[plan->count++].alt = PLAN_NONE;
}

bool plan_wants(const struct hook *hook, uint32_t flags)
{
	return (hook->flag & flags) == hook->flag && !(hook->unless & flags);
}

const struct hook *plan_choose(struct plan *plan, uint32_t flags, plan_question *question, void *context)
{
	const struct hook *unserved = NULL;

	for (size_t i = 0; i < plan->count; i++) {
		const struct hook *hook = &plan->hooks[i];
		struct choice *choice = &plan->choices[i];

		choice->alt = PLAN_NONE;
		choice->arguments = 0;
		if (!plan_wants(hook, flags))
			continue;
		for (int alt = 0; alt < ALT_ITEMS && hook->alts[alt] && choice->alt == PLAN_NONE; alt++) {
			int arguments;

			if (choice->refused[alt])
				continue;
			arguments = question(context, hook->alts[alt]);
			if (arguments < 0 || (arguments && arguments == hook->lacking)) {
				choice->refused[alt] = arguments == -1 ? -ENOENT : arguments < 0 ? arguments : -ENODATA;
				choice->fates[alt] = NO_TARGET;
				continue;
			}
			choice->alt = alt;
			choice->arguments = arguments;
		}
		if (choice->alt == PLAN_NONE && !hook->without && !unserved)
			unserved = hook;
	}
	return unserved;
}

bool plan_refuse(struct plan *plan, const char *program, enum fate fate, int error)
{
	for (size_t i = 0; i < plan->count; i++) {
		const char *chosen = plan_program(plan, i);

		if (chosen && !strcmp(chosen, program)) {
			plan->choices[i].refused[plan->choices[i].alt] = error ? error : -EINVAL;
			plan->choices[i].fates[plan->choices[i].alt] = fate;
			return true;
		}
	}
	return false;
}

void plan_cross_out(struct plan *plan, size_t i, int alt, enum fate fate)
{
	plan->choices[i].refused[alt] = -ECANCELED;
	plan->choices[i].fates[alt] = fate;
}

const char *plan_program(const struct plan *plan, size_t i)
{
	int alt = plan->choices[i].alt;

	return alt == PLAN_NONE ? NULL : plan->hooks[i].alts[alt];
}
