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
	bool keys;           /* the terminal has keys */
	bool containers;     /* rows can be grouped by container */
	bool typing;         /* a filter is being typed */
	const char *filter;  /* "": none */
	uint64_t every;      /* ns between pictures */
	bool whole;          /* each picture has all since the start */
	const char *message; /* instead of the keys; NULL: none */
	size_t length;       /* of the message */
};

/* A key of every tool. */
#define LIVE_KEY_CONTAINERS 'n'

/* The tool's action for this key; NULL: none. */
const struct live_key *live_key(const struct tool *tool, int key);
/* Appends the status line, most important first: a narrow window shows only its start. */
void live_status(struct text *text, const struct live_state *state);
/* Appends the keys and their actions, in lines of at most `columns`. */
void live_help(struct text *text, const struct live_state *state, size_t columns);
/* Appends the picture before the first interval ends. */
void live_waiting(struct text *text, const struct live_state *state);

#endif
