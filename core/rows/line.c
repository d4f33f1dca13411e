/* SPDX-License-Identifier: GPL-2.0-or-later */
/* line.c: how one event of one of several tools reads. */
#include "core/rows/line.h"

#include "core/base/terminal.h"
#include "core/rows/story.h"

const struct tool *lines_tool(const struct lines *lines, const struct event *event)
{
	return lines->tools[event->tool].options->tool;
}

void line_colour(struct lines *lines, struct text *text, bool alarm)
{
	if (lines->colours)
		text_string(text, alarm ? screen_alarm : screen_plain);
}

bool line_words(struct lines *lines, struct text *text, const struct event *event, size_t size, bool *alarm)
{
	struct rows *rows = &lines->tools[event->tool].rows;

	event = rows_derive(rows, event, &size);
	if (!event)
		return false;
	rows->printer.rows++;
	*alarm = story_words(text, lines_tool(lines, event)->story, event, size);
	return true;
}

bool line_json(struct lines *lines, struct text *text, const struct event *event, size_t size)
{
	struct rows *rows = &lines->tools[event->tool].rows;
	struct text *own = &rows->printer.text;
	bool any;

	rows_take(rows, event, size);
	any = own->length > 0;
	text_bytes(text, own->data, own->length);
	own->length = 0;
	return any;
}
