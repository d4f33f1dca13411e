/* SPDX-License-Identifier: GPL-2.0-or-later */
/* ladder_tell.c: which rung serves each hook of a running tool, and what is missed by it. */
#include <string.h>

#include "core/ladder.h"
#include "core/say.h"
#include "core/stack.h"

static void tell_rungs(const struct session *session)
{
	for (size_t i = 0; i < session->plan.count; i++) {
		const struct hook *hook = &session->plan.hooks[i];
		const char *program = plan_program(&session->plan, i);

		if (program)
			say("hook %s: %s (%s)", hook->name, ladder_section(session, program), program);
		for (int alt = 0; alt < ALT_ITEMS && hook->alts[alt]; alt++)
			if (session->plan.choices[i].refused[alt])
				say("hook %s: %s (%s) %s: %s", hook->name, ladder_section(session, hook->alts[alt]),
				    hook->alts[alt],
				    session->plan.choices[i].fates[alt] == CROSSED_OUT ? "crossed out"
										       : "not to be had here",
				    strerror(-session->plan.choices[i].refused[alt]));
	}
}

/* The kernel has what the hook is for, but would not load or attach a program there. */
static bool was_refused(const struct choice *choice)
{
	for (int alt = 0; alt < ALT_ITEMS; alt++)
		if (choice->fates[alt] == AT_LOAD || choice->fates[alt] == AT_ATTACH)
			return true;
	return false;
}

/* Optional hooks that nothing serves are told once, and only where the user could miss something by it. */
static void tell_missing(const struct session *session, const struct options *options)
{
	for (size_t i = 0; i < session->plan.count; i++) {
		const struct hook *hook = &session->plan.hooks[i];
		bool wanted = plan_wants(hook, options->settings.flags);
		const char *why = was_refused(&session->plan.choices[i]) && kernel_is_locked_down()
					  ? " (lockdown=confidentiality)"
					  : "";
		int alt = session->plan.choices[i].alt;

		if (wanted && hook->without && alt == PLAN_NONE)
			say("note: this kernel or these privileges do not give %s%s", hook->without, why);
		if (hook->lesser && alt != PLAN_NONE && (alt + 1 == ALT_ITEMS || !hook->alts[alt + 1]))
			say("note: this kernel or these privileges do not give %s%s", hook->lesser, why);
	}
}

/* The walk over open sockets goes by the processes that hold them. */
static void tell_hidden(const struct session *session)
{
	for (size_t i = 0; i < session->plan.count; i++) {
		if (session->plan.hooks[i].use != RUN_AT_START || !session->links[i] || !kernel_hides_processes())
			continue;
		say("note: in a pid namespace, as of a container, sockets older than the trace are missed, or have no "
		    "owner, "
		    "if their process is outside of it (--pid host)");
		return;
	}
}

void ladder_tell(const struct session *session, const struct options *options)
{
	if (options->verbose)
		tell_rungs(session);
	tell_missing(session, options);
	tell_hidden(session);
	if (session->tool->symbols[0])
		stack_note();
}
