/* SPDX-License-Identifier: GPL-2.0-or-later */
/* survey.c: a survey of the programs that serve each hook of a tool on this kernel. */
#include "core/bpf/survey.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "core/bpf/plan.h"
#include "core/bpf/attach.h"
#include "core/bpf/libbpf_log.h"
#include "core/bpf/object.h"
#include "core/model/owner_hooks.h"

/* Attaches once and detaches again; session->plan has the result. */
static bool try_once(struct session *session, struct options *options, const char *only)
{
	int error;

	*session = (struct session){ .tool = options->tool, .options = options, .survey = true, .only_program = only };
	libbpf_log_start(options->verbose);
	attach_open(session);
	attach_plan(session);
	error = kernel_detect(&session->kernel);
	if (error) {
		session->failed.error = error;
		snprintf(session->failed.what, sizeof(session->failed.what), "the kernel's types (BTF)");
		session_leave(session);
		return false;
	}
	exclusions_apply(&session->kernel, options->exclusions.without);
	if (!attach_alone(session, options))
		return false;
	session_leave(session);
	return true;
}

static void list_rungs(struct survey *survey, struct options *options)
{
	struct session session = { .tool = survey->tool, .options = options };
	bool open = attach_open(&session);

	tool_hooks(survey->table, survey->tool, open ? attach_has_program : NULL, &session);
	for (const struct hook *hook = survey->table; hook->name; hook++) {
		struct hook_survey *found = &survey->hooks[survey->n_hooks++];

		found->hook = hook;
		found->serves = PLAN_NONE;
		for (int alt = 0; alt < ALT_ITEMS && hook->alts[alt]; alt++) {
			struct rung *rung = &found->rungs[found->n_rungs++];

			rung->program = hook->alts[alt];
			if (open)
				snprintf(rung->section, sizeof(rung->section), "%s",
					 object_section(session.object, hook->alts[alt]));
		}
	}
	if (open)
		session_leave(&session);
}

static void add_choice(struct hook_survey *found, const struct session *session, size_t i)
{
	const struct choice *choice = &session->plan.choices[i];

	found->serves = session->failed.error ? PLAN_NONE : choice->alt;
	for (size_t alt = 0; alt < found->n_rungs; alt++) {
		struct rung *rung = &found->rungs[alt];

		rung->fate = choice->fates[alt];
		rung->error = choice->refused[alt];
		if (session->failed.error && rung->fate == NOT_REFUSED) {
			rung->fate = AT_LOAD;
			rung->error = session->failed.error;
		}
	}
}

/* The tool flags that select the hook. */
static uint32_t flags_for(const struct hook *hook, uint32_t usual)
{
	return (usual | hook->flag) & ~hook->unless;
}

void survey_tool(struct survey *survey, const struct tool *tool, const struct exclusions *exclusions)
{
	bool seen[HOOK_ITEMS] = { false };
	struct session session;
	struct options options;
	uint32_t usual;

	*survey = (struct survey){ .tool = tool, .works = true };
	options_init(&options, tool);
	options.exclusions = *exclusions;
	usual = options.settings.flags;
	list_rungs(survey, &options);
	for (size_t pass = 0; pass <= survey->n_hooks; pass++) {
		/* The default flags first; then the flags of each remaining hook. */
		uint32_t flags = pass ? flags_for(survey->hooks[pass - 1].hook, usual) : usual;

		if (pass && seen[pass - 1])
			continue;
		options.settings.flags = flags;
		if (!try_once(&session, &options, NULL)) {
			survey->error = session.failed.error;
			snprintf(survey->what, sizeof(survey->what), "%s", session.failed.what);
		}
		for (size_t i = 0; i < survey->n_hooks; i++) {
			if (seen[i] || !plan_has_hook(survey->hooks[i].hook, flags))
				continue;
			seen[i] = true;
			add_choice(&survey->hooks[i], &session, i);
			if (survey->hooks[i].serves == PLAN_NONE && !survey->hooks[i].hook->optional)
				survey->works = false;
		}
	}
	for (size_t i = 0; i < survey->n_hooks; i++) /* try_once() sets the flag */
		survey->hooks[i].unneeded = survey->hooks[i].hook->unless & options.settings.flags & OWNERS_LOOKED_AT;
	options_free(&options);
	if (survey->error)
		survey->works = false;
}

/* Tries one program separately. */
static void try_alone(struct rung *rung, size_t i, size_t alt, struct options *options)
{
	struct session session;

	try_once(&session, options, rung->program);
	rung->fate = session.plan.choices[i].fates[alt];
	rung->error = session.plan.choices[i].refused[alt];
	if (session.failed.error && rung->fate == NOT_REFUSED) {
		rung->fate = AT_LOAD;
		rung->error = session.failed.error;
	}
	rung->loads_alone = rung->fate == NOT_REFUSED;
}

void survey_rungs(struct survey *survey, const struct tool *tool, const struct exclusions *exclusions)
{
	struct options options;
	char older[600];
	uint32_t usual;

	survey_tool(survey, tool, exclusions);
	options_init(&options, tool);
	options.exclusions = *exclusions;
	usual = options.settings.flags;
	snprintf(older, sizeof(older), "sk_storage,%s", exclusions->without ? exclusions->without : "");
	for (size_t i = 0; i < survey->n_hooks; i++) {
		struct hook_survey *found = &survey->hooks[i];

		options.settings.flags = flags_for(found->hook, usual);
		for (size_t alt = 0; alt < found->n_rungs; alt++) {
			struct rung *rung = &found->rungs[alt], again = *rung;

			options.exclusions.without = exclusions->without;
			try_alone(rung, i, alt, &options);
			if (rung->fate != AT_LOAD)
				continue;
			options.exclusions.without = older;
			try_alone(&again, i, alt, &options);
			again.older = again.loads_alone;
			if (again.loads_alone)
				*rung = again;
		}
	}
	options_free(&options);
}
