/* SPDX-License-Identifier: GPL-2.0-or-later */
/* line.h: the line of one event in a timeline: text, or its tool's JSON. */
#ifndef NETTRACE_ROWS_LINE_H
#define NETTRACE_ROWS_LINE_H

#include "core/rows/rows.h"

struct lines {
	struct line_tool {
		const struct options *options;
		struct rows rows;
		struct field *words; /* of its story, completed; NULL: no story */
	} * tools;                   /* by event.tool */
	size_t count;
	bool colours;
};

/* Prepares lines for `count` tools, whose options stay with the caller. */
void lines_start(struct lines *lines, const struct options *options, size_t count);
void lines_stop(struct lines *lines);

/* The tool of the event. */
const struct tool *lines_tool(const struct lines *lines, const struct event *event);
/* Appends the event in words. False: the event makes no row. alarm: set if something is wrong. */
bool line_words(struct lines *lines, struct text *text, const struct event *event, size_t size, bool *alarm);
/* Appends the tool's own line of JSON with its newline. False: the event makes no row. */
bool line_json(struct lines *lines, struct text *text, const struct event *event, size_t size);
/* Appends the sequence that sets or resets the colour of alarms; nothing if colours are off. */
void line_colour(struct lines *lines, struct text *text, bool alarm);

#endif
