/* SPDX-License-Identifier: GPL-2.0-or-later */
/* line.h: the line of one event in a timeline: text, or its tool's JSON. */
#ifndef NETTRACE_ROWS_LINE_H
#define NETTRACE_ROWS_LINE_H

#include "core/rows/rows.h"

struct lines {
	struct line_tool {
		const struct options *options;
		struct rows rows;
		struct field *words; /* of its story, completed; NULL: it has none */
	} * tools;                   /* by event.tool */
	size_t count;
	bool colours;
};

/* Makes ready for so many tools, whose options stay where they are; out of memory ends the program. */
void lines_start(struct lines *lines, const struct options *options, size_t count);
void lines_stop(struct lines *lines);

/* The tool whose event it is. */
const struct tool *lines_tool(const struct lines *lines, const struct event *event);
/* Appends what the event says in words. False: it is no row by itself. alarm: something is wrong. */
bool line_words(struct lines *lines, struct text *text, const struct event *event, size_t size, bool *alarm);
/* Appends the tool's own line of JSON, with its end. False: it is no row by itself. */
bool line_json(struct lines *lines, struct text *text, const struct event *event, size_t size);
/* Appends what gives the text behind it the colour of something wrong, or none; nothing where colours are not wanted.
 */
void line_colour(struct lines *lines, struct text *text, bool alarm);

#endif
