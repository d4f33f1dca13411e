/* SPDX-License-Identifier: GPL-2.0-or-later */
/* outcome.h: filters by outcome: error, duration, bytes. The user half applies them, in a run and in a replay. */
#ifndef NETTRACE_PRINT_OUTCOME_H
#define NETTRACE_PRINT_OUTCOME_H

#include "core/model/options.h"
#include "core/print/fields.h"

/* The members of a tool with its outcome; without a kind where the tool has none. */
struct outcome_fields {
	struct field error, result, time, tx, rx, retrans;
};

void outcome_fields(struct outcome_fields *fields, const struct tool *tool);
/* Whether the user asked for an outcome. */
bool outcome_is_asked(const struct outcome *outcome);
/* Whether the event has the outcome; unknown values do not match. */
bool outcome_matches(const struct outcome *outcome, const struct outcome_fields *fields, const struct event *event,
		     size_t size);

#endif
