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
	bool keys;           /* there are some */
	uint64_t every;      /* ns */
	const char *message; /* in place of the keys; NULL: none */
	size_t length;       /* of the message */
};

/* What the tool has this key for; NULL: nothing. */
const struct live_key *live_key(const struct live *live, char key);
/* Appends the status line, what matters most first: a narrow window shows its beginning. */
void live_status(struct text *text, const struct live_state *state);
/* Appends lines that tell what each key does. */
void live_help(struct text *text, const struct tool *tool);
/* Appends what is to be seen before the first interval ends. */
void live_waiting(struct text *text, const struct live_state *state);

#endif
