/* SPDX-License-Identifier: GPL-2.0-or-later */
/* live_help.c: the status line of the live screen, and its help. */
#include "core/totals/live_help.h"

#include <string.h>

#define SECOND 1000000000ULL
#define INDENT 10 /* of the help's second column */

/* The members that are added up to the order, or the number of events. */
static void put_members(struct text *text, const struct tool *tool, unsigned int sort)
{
	const char *count = NULL;
	size_t before = text->length;

	for (const struct member *member = tool_totals_members(tool); member->name; member++) {
		if (member->kind == F_COUNT)
			count = member->name;
		if (!(member->sorts & 1U << sort) || member->kind == F_RATE || member->kind == F_PER_S)
			continue;
		if (text->length > before)
			text_char(text, '+');
		text_string(text, member->name);
	}
	if (text->length == before)
		text_string(text, count ? count : "none");
}

static void put_sort(struct text *text, const struct live_state *state)
{
	const char *name = live_name(state->keys, LIVE_SORT, state->sort);

	text_string(text, "sort: ");
	if (name)
		text_string(text, name);
	else
		put_members(text, state->tool, state->sort);
	text_string(text, "  ");
}

static void put_group(struct text *text, const struct live_state *state)
{
	const char *name = live_name(state->keys, LIVE_GROUP, state->group);

	if (!name)
		return;
	text_string(text, "group: ");
	text_string(text, name);
	text_string(text, "  ");
}

/* ---- the status line ---- */

/* Appends "| sort by  s sent  r received  ". */
static void put_keys(struct text *text, const struct live_state *state, int what, const char *title)
{
	size_t before = text->length;

	text_string(text, title);
	for (const struct live_key *each = state->keys->each; each->key; each++) {
		if ((int)each->what != what)
			continue;
		text_char(text, each->key);
		text_char(text, ' ');
		text_string(text, each->name);
		text_string(text, "  ");
	}
	if (text->length == before + strlen(title))
		text->length = before;
}

static void put_filter(struct text *text, const struct live_state *state)
{
	if (!state->typing && !*state->filter)
		return;
	text_string(text, "filter: ");
	text_printable(text, state->filter, strlen(state->filter), 0);
	text_string(text, state->typing ? "_  " : "  ");
}

/* Removes whole items, which two blanks separate, until the line fits. */
static void remove_last_items(struct text *text, size_t columns)
{
	while (text_cells(text, 0) > columns) {
		size_t end = text->length;

		while (end && text->data[end - 1] == ' ')
			end--;
		text->length = end;
		if (text_cells(text, 0) <= columns)
			return;
		while (end > 2 && (text->data[end - 1] != ' ' || text->data[end - 2] != ' '))
			end--;
		if (end <= 2)
			return;
		text->length = end - 2;
	}
}

void live_status(struct text *text, const struct live_state *state, size_t columns)
{
	if (state->typing) {
		put_filter(text, state);
		text_string(text, "enter:done  esc:all rows");
		return;
	}
	if (state->frozen)
		text_string(text, "FROZEN  ");
	put_sort(text, state);
	put_group(text, state);
	put_filter(text, state);
	if (state->message) {
		text_bytes(text, state->message, state->length);
		return;
	}
	if (state->no_keys) {
		text_string(text, "Ctrl-C quits");
		return;
	}
	text_string(text, "?:help  q:quit  /:filter  ");
	text_string(text, state->frozen ? "space:continue  " : "space:freeze  ");
	put_keys(text, state, LIVE_SORT, "| sort by  ");
	put_keys(text, state, LIVE_GROUP, "| group by  ");
	put_keys(text, state, LIVE_SHOW, "| show  ");
	remove_last_items(text, columns);
}

/* ---- the help ---- */

/* Appends items that end with two blanks, "s sent  r received  ", in lines behind an indented title. */
static void put_items(struct text *text, const char *title, const struct text *items, size_t columns)
{
	const char *item = items->data, *end = items->data + items->length;
	size_t from = text->length;

	text_string(text, title);
	text_pad(text, from, INDENT);
	while (item < end) {
		const char *next = memmem(item, (size_t)(end - item), "  ", 2);
		size_t length = (size_t)(next - item);

		if (text_cells(text, from) + length > columns && text_cells(text, from) > INDENT) {
			text_char(text, '\n');
			from = text->length;
			text_pad(text, from, INDENT);
		}
		text_bytes(text, item, length + 2);
		item = next + 2;
	}
	text_char(text, '\n');
}

static void put_choices(struct text *text, const struct live_state *state, int what, const char *title, size_t columns)
{
	struct text items = { 0 };

	put_keys(&items, state, what, "");
	if (items.length)
		put_items(text, title, &items, columns);
	text_free(&items);
}

static void put_line(struct text *text, const char *keys, const char *what)
{
	size_t from = text->length;

	text_string(text, keys);
	text_pad(text, from, INDENT);
	text_string(text, what);
	text_char(text, '\n');
}

void live_help(struct text *text, const struct live_state *state, size_t columns)
{
	text_string(text, state->tool->name);
	text_string(text, ": ");
	text_string(text, state->tool->summary);
	text_string(text, "\n\n");
	put_choices(text, state, LIVE_SORT, "sort by", columns);
	put_choices(text, state, LIVE_GROUP, "group by", columns);
	put_choices(text, state, LIVE_SHOW, "show", columns);
	put_line(text, "/", "type words: only rows with all of them; esc: all");
	put_line(text, "arrows", "scroll, PgUp PgDn Home End too");
	put_line(text, "space", "freeze; again: show the latest totals");
	put_line(text, live_key(state->keys, 'h') ? "?" : "? h", "this help");
	put_line(text, "q", "quit (Ctrl-C, too)");
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
