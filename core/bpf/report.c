/* SPDX-License-Identifier: GPL-2.0-or-later */
/* report.c: the rung of each hook of a running tool, and what the user misses. */
#include <string.h>

#include "core/bpf/attach.h"
#include "core/bpf/object.h"
#include "core/names/enums.h"
#include "core/base/message.h"
#include "core/names/stack.h"

static void report_rung(const struct hook *hook, const char *program, const char *section, enum fate fate, int error)
{
	if (fate == EXCLUDED || fate == SKIPPED)
		print_note("hook %s: %s (%s) %s", hook->name, section, program,
			   fate == EXCLUDED ? "excluded" : "skipped");
	else
		print_note("hook %s: %s (%s) unavailable: %s", hook->name, section, program, strerror(-error));
}

static void report_rungs(const struct session *session)
{
	for (size_t i = 0; i < session->plan.count; i++) {
		const struct hook *hook = &session->plan.hooks[i];
		const struct choice *choice = &session->plan.choices[i];
		const char *program = plan_program(&session->plan, i);

		if (program)
			print_note("hook %s: %s (%s)", hook->name, object_section(session->object, program), program);
		for (int alt = 0; alt < ALT_ITEMS && hook->alts[alt]; alt++)
			if (choice->refused[alt])
				report_rung(hook, hook->alts[alt], object_section(session->object, hook->alts[alt]),
					    choice->fates[alt], choice->refused[alt]);
	}
}

/* Whether the kernel has the target, but refused to load or attach a program. */
static bool was_refused(const struct choice *choice)
{
	for (int alt = 0; alt < ALT_ITEMS; alt++)
		if (choice->fates[alt] == AT_LOAD || choice->fates[alt] == AT_ATTACH)
			return true;
	return false;
}

/* What the user misses because of hook i, or NULL. */
static const char *missing(const struct session *session, size_t i, uint32_t flags)
{
	const struct hook *hook = &session->plan.hooks[i];
	int alt = session->plan.choices[i].alt;

	if (alt == PLAN_NONE)
		return plan_has_hook(hook, flags) ? hook->optional : NULL;
	return hook->lacks[alt];
}

/* Reports what is missing once, also where several hooks lack the same. */
static void report_missing(const struct session *session, const struct options *options)
{
	const char *where = options->exclusions.without || options->exclusions.rung
				    ? "with the programs that were asked for"
				    : "on this kernel (or without more privileges)";
	uint32_t flags = options->settings.flags;

	for (size_t i = 0; i < session->plan.count; i++) {
		const char *what = missing(session, i, flags), *other;
		const char *why = was_refused(&session->plan.choices[i]) && kernel_is_locked_down()
					  ? " (lockdown=confidentiality)"
					  : "";

		for (size_t before = 0; what && before < i; before++)
			if ((other = missing(session, before, flags)) && !strcmp(what, other))
				what = NULL;
		if (what)
			print_warning("unavailable %s: %s%s", where, what, why);
	}
}

/* Reports that the walk over open sockets, which goes through processes, cannot see all of them. */
static void report_hidden(const struct session *session)
{
	for (size_t i = 0; i < session->plan.count; i++) {
		if (session->plan.hooks[i].use != RUN_AT_START || !session->links[i] || !kernel_hides_processes())
			continue;
		print_warning("running in a PID namespace: sockets %s of processes outside it are missing or have no "
			      "owner (run with --pid=host)",
			      session->plan.hooks[i].rerun_each_interval ? "(accepted, or older than the trace)"
									 : "(older than the trace)");
		return;
	}
}

static void report_nameless(const struct tool *tool)
{
	const char *type, *title = enums_missing(tool, &type);

	if (title)
		print_warning("unavailable on this kernel: %s: it has no enum %s", title, type);
}

void report_session(const struct session *session, const struct options *options)
{
	if (options->verbose)
		report_rungs(session);
	report_missing(session, options);
	report_nameless(session->tool);
	report_hidden(session);
	if (session->tool->lookup && session->tool->lookup->symbols[0])
		stack_warn_no_symbols();
}
