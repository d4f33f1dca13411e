/* SPDX-License-Identifier: GPL-2.0-or-later */
/* live_help.c: the status line of the live screen, and its help. */
#include "core/totals/live_help.h"

#define SECOND 1000000000ULL

const struct live_key *live_key(const struct live *live, char key)
{
	for (const struct live_key *each = live->keys; each->key; each++) {
		if (each->key == key)
			return each;
	}
	return NULL;
}

/* Appends "sort: tx  " if the tool names it. */
static void put_chosen(struct text *text, const struct live *live, int what, unsigned int index, const char *title)
{
	for (const struct live_key *each = live->keys; each->key; each++) {
		if ((int)each->what != what || each->index != index)
			continue;
		text_string(text, title);
		text_string(text, each->name);
		text_string(text, "  ");
		return;
	}
}

/* Appends "t tx  r rx  ". */
static void put_keys(struct text *text, const struct live *live, int what, const char *title)
{
	for (const struct live_key *each = live->keys; each->key; each++) {
		if ((int)each->what != what)
			continue;
		if (title)
			text_string(text, title);
		title = NULL;
		text_char(text, each->key);
		text_char(text, ' ');
		text_string(text, each->name);
		text_string(text, "  ");
	}
}

void live_status(struct text *text, const struct live_state *state)
{
	const struct live *live = state->tool->totals->live;

	if (state->frozen)
		text_string(text, "FROZEN  ");
	put_chosen(text, live, LIVE_SORT, state->sort, "sort: ");
	put_chosen(text, live, LIVE_GROUP, state->group, "group: ");
	if (state->message) {
		text_bytes(text, state->message, state->length);
		return;
	}
	if (!state->keys) {
		text_string(text, "Ctrl-C quits");
		return;
	}
	text_string(text, state->frozen ? "?:help  space:continue  q:quit  " : "?:help  space:freeze  q:quit  ");
	put_keys(text, live, LIVE_SORT, "| sort by  ");
	put_keys(text, live, LIVE_GROUP, "| group by  ");
}

static void put_line(struct text *text, const char *key, const char *what, const char *name)
{
	text_string(text, "  ");
	text_string(text, key);
	text_string(text, what);
	text_string(text, name);
	text_char(text, '\n');
}

void live_help(struct text *text, const struct tool *tool)
{
	text_string(text, tool->name);
	text_string(text, ": ");
	text_string(text, tool->summary);
	text_string(text, "\n\n");
	for (const struct live_key *each = tool->totals->live->keys; each->key; each++)
		put_line(text, (const char[]){ each->key, '\0' },
			 each->what == LIVE_SORT ? "      sort, largest first, by " : "      group by ", each->name);
	put_line(text, "space  freeze", " or continue: ", "later totals appear after that");
	put_line(text, live_key(tool->totals->live, 'h') ? "?" : "? h",
		 live_key(tool->totals->live, 'h') ? "      " : "    ", "this help");
	put_line(text, "q", "      ", "quit (Ctrl-C, too)");
	text_string(text, "\nAny key returns.\n");
}

void live_waiting(struct text *text, const struct live_state *state)
{
	text_string(text, "tracing; the first totals appear after ");
	if (state->every % SECOND)
		text_decimal(text, state->every, SECOND, 3);
	else
		text_unsigned(text, state->every / SECOND);
	text_string(text, " s\n");
}
