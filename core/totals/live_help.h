/* SPDX-License-Identifier: GPL-2.0-or-later */
/* live_help.h: the status line and help of the live screen. */
#ifndef NETTRACE_TOTALS_LIVE_HELP_H
#define NETTRACE_TOTALS_LIVE_HELP_H

#include "core/base/text.h"
#include "core/totals/live_keys.h"

struct live_state {
	const struct tool *tool;
	const struct live_keys *keys;
	unsigned int sort, group;
	bool frozen;
	bool no_keys;        /* the terminal sends none */
	bool typing;         /* a filter is being typed */
	const char *filter;  /* "": none */
	uint64_t every;      /* ns between pictures */
	const char *message; /* instead of the keys; NULL: none */
	size_t length;       /* of the message */
};

/* Appends the status line, most important first: a window of few columns shows only its first items. */
void live_status(struct text *text, const struct live_state *state, size_t columns);
/* Appends the keys and their actions, in lines of at most `columns`. */
void live_help(struct text *text, const struct live_state *state, size_t columns);
/* Appends the picture before the first interval ends. */
void live_waiting(struct text *text, const struct live_state *state);

#endif
