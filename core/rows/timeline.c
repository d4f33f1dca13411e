/* SPDX-License-Identifier: GPL-2.0-or-later */
/* timeline.c: the events of several tools as one stream of rows. */
#include "core/rows/timeline.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/base/clock.h"
#include "core/rows/flows.h"
#include "core/base/message.h"
#include "core/base/terminal.h"
#include "core/model/event_reader.h"
#include "core/rows/story.h"

#define ROOMY 120 /* width of a terminal that shows a row in one line */

/* A terminal too narrow for one line gets two, with ends as wide as most addresses. */
static void fold(struct printer *printer)
{
	for (size_t i = 0; i < printer->columns.count; i++) {
		struct field *field = &printer->columns.fields[i];

		if (field->kind == F_ENDPOINT)
			field->width = field->wide = 15;
		if (!strcmp(field->name, "what"))
			field->before = "\n    ";
	}
}

void timeline_start(struct timeline *timeline, struct rows *out, const struct options *options, size_t count)
{
	const struct terminal screen = { .out = out->printer.fd };
	const char *no_colour = getenv("NO_COLOR");
	bool terminal = out->options->format == FORMAT_TABLE && terminal_is_capable(screen.out);

	*timeline = (struct timeline){ .out = out };
	lines_start(&timeline->lines, options, count);
	for (size_t i = 0; i < count; i++)
		timeline->lines.tools[i].rows.joined = options[i].tool->join;
	timeline->lines.colours = terminal && !(no_colour && *no_colour);
	if (terminal && terminal_size(&screen).columns < ROOMY)
		fold(&out->printer);
	if (out->options->settings.flags & TIMELINE_FLOW)
		timeline->flows = flows_new(&timeline->lines, out);
}

static void push(struct timeline *timeline, const struct event *event, size_t size)
{
	const struct story *story = lines_tool(&timeline->lines, event)->story;

	reorder_push(&timeline->reorder, story ? story_time(story, event, size) : event->ts, event, size);
}

/* Adds the rows of all tools that are due at `now`. */
static void push_due(struct timeline *timeline, uint64_t now)
{
	const struct event *row;
	size_t size;

	for (size_t i = 0; i < timeline->lines.count; i++)
		while ((row = rows_due(&timeline->lines.tools[i].rows, now, &size)))
			push(timeline, row, size);
}

bool timeline_add(struct timeline *timeline, const struct event *event, size_t size)
{
	struct rows *rows;

	if (event->tool >= timeline->lines.count)
		return true; /* a corrupt recording */
	push_due(timeline, event->ts);
	rows = &timeline->lines.tools[event->tool].rows;
	if (rows->join)
		event = rows_join(rows, event, &size);
	if (event)
		push(timeline, event, size);
	return !rows_are_enough(timeline->out);
}

static void put_json(struct timeline *timeline, const struct pending_event *pending)
{
	struct printer *printer = &timeline->out->printer;

	if (line_json(&timeline->lines, &printer->text, pending->event, pending->size))
		rows_count_row(timeline->out);
}

static void put_row(struct timeline *timeline, const struct pending_event *pending)
{
	struct timeline_event row = { .common = *pending->event };
	struct text what = { 0 };
	bool alarm;

	if (line_words(&timeline->lines, &what, pending->event, pending->size, &alarm)) {
		row.common.ts = pending->time;
		snprintf(row.tool, sizeof(row.tool), "%s", lines_tool(&timeline->lines, pending->event)->name);
		snprintf(row.what, sizeof(row.what), "%.*s", (int)what.length, what.data);
		if (alarm)
			line_colour(&timeline->lines, &timeline->out->printer.text, true);
		rows_add(timeline->out, &row.common, sizeof(row));
		if (alarm)
			line_colour(&timeline->lines, &timeline->out->printer.text, false);
	}
	text_free(&what);
}

static void pass_on(struct timeline *timeline, const struct pending_event *pending)
{
	const struct event_reader *reader = timeline->out->options->reader;
	struct rows *rows = &timeline->lines.tools[pending->event->tool].rows;
	size_t size = pending->size;
	const struct event *event = rows_derive(rows, pending->event, &size);

	if (event)
		reader->event(reader->state, rows->options->tool, event, size, pending->time);
}

static void release(struct timeline *timeline, uint64_t until)
{
	struct rows *out = timeline->out;
	int64_t wall = clock_offset();
	struct pending_event pending;

	while (!out->printer.error && !rows_are_enough(out) && reorder_pop(&timeline->reorder, until, &pending)) {
		if (timeline->flows) {
			flows_add(timeline->flows, &pending);
			continue;
		}
		clock_set(pending.wall);
		if (out->options->reader)
			pass_on(timeline, &pending);
		else if (out->options->format == FORMAT_JSON)
			put_json(timeline, &pending);
		else
			put_row(timeline, &pending);
		free(pending.event);
	}
	if (timeline->flows)
		flows_finish(timeline->flows, until);
	clock_set(wall);
}

void timeline_release(struct timeline *timeline, uint64_t now)
{
	uint64_t known = now ? now : timeline->reorder.newest;

	push_due(timeline, now);
	if (known > TIMELINE_SLACK)
		release(timeline, known - TIMELINE_SLACK);
}

void timeline_end(struct timeline *timeline)
{
	push_due(timeline, UINT64_MAX);
	release(timeline, UINT64_MAX);
	if (timeline->reorder.late && !timeline->out->options->reader)
		print_warning("%llu rows are out of order: they came more than %llu ms late",
			      (unsigned long long)timeline->reorder.late, TIMELINE_SLACK / 1000000);
}

struct printer *timeline_printer(struct timeline *timeline, size_t tool)
{
	return &timeline->lines.tools[tool].rows.printer;
}

void timeline_collect(struct timeline *timeline)
{
	for (size_t i = 0; i < timeline->lines.count; i++) {
		struct text *own = &timeline->lines.tools[i].rows.printer.text;

		text_bytes(&timeline->out->printer.text, own->data, own->length);
		own->length = 0;
	}
}

void timeline_stop(struct timeline *timeline)
{
	lines_stop(&timeline->lines);
	reorder_free(&timeline->reorder);
	flows_free(timeline->flows);
}
