/* SPDX-License-Identifier: GPL-2.0-or-later */
/* outcome.h: filters by what became of what a row is about: its error, how long it took, what it carried. The user half
 * asks them, of a run and of a replay. */
#ifndef NETTRACE_PRINT_OUTCOME_H
#define NETTRACE_PRINT_OUTCOME_H

#include "core/model/options.h"
#include "core/print/fields.h"

/* The members of a tool that tell of it; without a kind where it has none. */
struct outcome_fields {
	struct field error, result, time, tx, rx, retrans;
};

void outcome_fields(struct outcome_fields *fields, const struct tool *tool);
/* Something is asked for. */
bool outcome_is_asked(const struct outcome *outcome);
/* The event is what was asked for; what is not known is not. */
bool outcome_matches(const struct outcome *outcome, const struct outcome_fields *fields, const struct event *event,
		     size_t size);

#endif
