/* SPDX-License-Identifier: GPL-2.0-or-later */
/* plan.c: the choice of the program that serves each hook. */
#include "core/bpf/plan.h"

#include <errno.h>
#include <string.h>
#include <stdio.h>

#include "core/model/owner_hooks.h"

void plan_start(struct plan *plan, const struct hook *hooks)
{
	memset(plan, 0, sizeof(*plan));
	for (; plan->count < HOOK_ITEMS && hooks[plan->count].name; plan->count++) {
		plan->hooks[plan->count] = hooks[plan->count];
		plan->choices[plan->count].alt = PLAN_NONE;
	}
}

bool plan_has_hook(const struct hook *hook, uint32_t flags)
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
		if (!plan_has_hook(hook, flags))
			continue;
		for (int alt = 0; alt < ALT_ITEMS && hook->alts[alt] && choice->alt == PLAN_NONE; alt++) {
			int arguments;

			if (choice->refused[alt])
				continue;
			arguments = question(context, hook->alts[alt]);
			if (arguments < 0 || (arguments && arguments == hook->unusable_args)) {
				choice->refused[alt] = arguments == -1 ? -ENOENT : arguments < 0 ? arguments : -ENODATA;
				choice->fates[alt] = NO_TARGET;
				continue;
			}
			choice->alt = alt;
			choice->arguments = arguments;
		}
		if (choice->alt == PLAN_NONE && !hook->optional && !unserved)
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

void plan_exclude(struct plan *plan, size_t i, int alt, enum fate fate)
{
	plan->choices[i].refused[alt] = -ECANCELED;
	plan->choices[i].fates[alt] = fate;
}

const char *plan_program(const struct plan *plan, size_t i)
{
	int alt = plan->choices[i].alt;

	return alt == PLAN_NONE ? NULL : plan->hooks[i].alts[alt];
}

/* ---- excluded programs and features ---- */

static bool is_word(const char *word, const char *text, size_t length)
{
	return strlen(word) == length && !memcmp(word, text, length);
}

static bool is_among(const char *names, const char *word, size_t length)
{
	for (size_t size; names && *names; names += size + (names[size] == ',')) {
		size = strcspn(names, ",");
		if (size == length && !memcmp(names, word, length))
			return true;
	}
	return false;
}

bool is_excluded(const char *without, const char *program, const char *section)
{
	return is_among(without, program, strlen(program)) || is_among(without, section, strcspn(section, "/"));
}

/* Parses "2"; 0: no number. */
static size_t rung_number(const char *rung)
{
	return rung[0] >= '1' && rung[0] <= '0' + ALT_ITEMS && !rung[1] ? (size_t)(rung[0] - '0') : 0;
}

bool is_below_rung(const char *rung, const char *const *programs, const char *const *sections, size_t n, size_t i)
{
	size_t number = rung ? rung_number(rung) : 0;

	if (!rung || is_excluded(rung, programs[i], sections[i]))
		return false;
	if (number)
		return i + 1 < number && i + 1 < n;
	for (size_t other = 0; other < n; other++)
		if (is_excluded(rung, programs[other], sections[other]))
			return true;
	return false;
}

void exclusions_plan(struct plan *plan, const struct exclusions *crossings, const char *only,
		     const char *(*section)(void *context, const char *program), void *context)
{
	for (size_t i = 0; i < plan->count; i++) {
		const char *const *alts = plan->hooks[i].alts;
		const char *sections[ALT_ITEMS];
		size_t n = 0;

		for (; n < ALT_ITEMS && alts[n]; n++)
			sections[n] = section(context, alts[n]);
		for (size_t alt = 0; alt < n; alt++) {
			if (is_below_rung(crossings->rung, alts, sections, n, alt))
				plan_exclude(plan, i, (int)alt, SKIPPED);
			if (is_excluded(crossings->without, alts[alt], sections[alt]) ||
			    (only && strcmp(only, alts[alt])))
				plan_exclude(plan, i, (int)alt, EXCLUDED);
		}
	}
}

void exclusions_apply(struct kernel *kernel, const char *without)
{
	if (is_among(without, "sk_storage", 10))
		kernel->sk_storage = false;
	if (is_among(without, "tag_slots", 9))
		kernel->tag_slots = false;
	if (is_among(without, "map_iterators", 13))
		kernel->map_iterators = false;
	if (is_among(without, "task_btf", 8))
		kernel->task_btf = false;
	if (is_among(without, "cast", 4))
		kernel->cast = false;
	if (is_among(without, "trampolines", 11))
		kernel->trampolines = false;
}

static const char *const features[] = { "sk_storage",  "tag_slots", "map_iterators", "task_btf", "cast",
					"trampolines", NULL };
static const char *const kinds[] = {
	"tp_btf", "fexit", "tp", "iter", "cgroup_skb", "cgroup", NULL
}; /* of all programs */

static bool is_listed(const char *const *list, const char *name, size_t length)
{
	while (*list && !is_word(*list, name, length))
		list++;
	return *list;
}

static bool is_of(const struct tool *tool, const char *name, size_t length)
{
	struct hook hooks[HOOK_ITEMS + 1];

	tool_hooks(hooks, tool, NULL, NULL);
	for (const struct hook *hook = hooks; hook->name; hook++)
		for (size_t i = 0; i < ALT_ITEMS && hook->alts[i]; i++)
			if (is_word(hook->alts[i], name, length))
				return true;
	return is_listed(kinds, name, length);
}

static const char *add_known(char *known, size_t size, const char *names, const struct tool *tool,
			     const char *const *more)
{
	const char *first = NULL;
	size_t used = 0;

	*known = '\0';
	for (size_t length; names && *names; names += length + (names[length] == ',')) {
		length = strcspn(names, ",");
		if ((is_of(tool, names, length) || is_listed(more, names, length)) && used + length + 2 < size) {
			used += (size_t)snprintf(known + used, size - used, "%s%.*s", used ? "," : "", (int)length,
						 names);
		} else if (!first) {
			first = names;
		}
	}
	return first;
}

const char *exclusions_known(char *known, size_t size, const char *without, const struct tool *tool)
{
	return add_known(known, size, without, tool, features);
}

const char *exclusions_known_rungs(char *known, size_t size, const char *rung, const struct tool *tool)
{
	static const char *const none[] = { NULL };

	if (!rung || !rung_number(rung))
		return add_known(known, size, rung, tool, none);
	snprintf(known, size, "%s", rung);
	return NULL;
}
