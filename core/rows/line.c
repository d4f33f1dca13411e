/* SPDX-License-Identifier: GPL-2.0-or-later */
/* line.c: the line of one event in a timeline. */
#include "core/rows/line.h"
#include "core/base/must.h"

#include <stdlib.h>

#include "core/base/message.h"
#include "core/base/terminal.h"
#include "core/rows/story.h"

void lines_start(struct lines *lines, const struct options *options, size_t count)
{
	*lines = (struct lines){ .tools = must(calloc(count, sizeof(*lines->tools))), .count = count };
	for (size_t i = 0; i < count; i++) {
		const struct story *story = options[i].tool->story;

		lines->tools[i].options = &options[i];
		lines->tools[i].words = story ? fields_of_columns(options[i].tool, story->words) : NULL;
		rows_start(&lines->tools[i].rows, &options[i], -1);
	}
}

void lines_stop(struct lines *lines)
{
	for (size_t i = 0; i < lines->count; i++) {
		rows_stop(&lines->tools[i].rows);
		free(lines->tools[i].words);
	}
	free(lines->tools);
}

const struct tool *lines_tool(const struct lines *lines, const struct event *event)
{
	return lines->tools[event->tool].options->tool;
}

void line_colour(struct lines *lines, struct text *text, bool alarm)
{
	if (lines->colours)
		text_string(text, alarm ? terminal_red : terminal_plain);
}

bool line_words(struct lines *lines, struct text *text, const struct event *event, size_t size, bool *alarm)
{
	struct rows *rows = &lines->tools[event->tool].rows;

	event = rows_derive(rows, event, &size);
	if (!event)
		return false;
	rows->printer.rows++;
	*alarm = story_words(text, lines->tools[event->tool].words, event, size);
	return true;
}

bool line_json(struct lines *lines, struct text *text, const struct event *event, size_t size)
{
	struct rows *rows = &lines->tools[event->tool].rows;
	struct text *own = &rows->printer.text;
	bool any;

	rows_add(rows, event, size);
	any = own->length > 0;
	text_bytes(text, own->data, own->length);
	own->length = 0;
	return any;
}
