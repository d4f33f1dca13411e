/* SPDX-License-Identifier: GPL-2.0-or-later */
/* live_help.h: the status line and help of the live screen. */
#ifndef NETTRACE_TOTALS_LIVE_HELP_H
#define NETTRACE_TOTALS_LIVE_HELP_H

#include "core/base/text.h"
#include "core/tool.h"

struct live_state {
	const struct tool *tool;
	unsigned int sort, group;
	bool frozen;
	bool keys;           /* the tool has keys */
	uint64_t every;      /* ns */
	const char *message; /* instead of the keys; NULL: none */
	size_t length;       /* of the message */
};

/* The tool's action for this key; NULL: none. */
const struct live_key *live_key(const struct live *live, char key);
/* Appends the status line, most important first: a narrow window shows only its start. */
void live_status(struct text *text, const struct live_state *state);
/* Appends a line for each key and its action. */
void live_help(struct text *text, const struct tool *tool);
/* Appends the picture before the first interval ends. */
void live_waiting(struct text *text, const struct live_state *state);

#endif
