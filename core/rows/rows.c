/* SPDX-License-Identifier: GPL-2.0-or-later */
/* rows.c: the output of a tool's events: rows, totals or journal entries. */
#include "core/rows/rows.h"

#include <stdlib.h>
#include <string.h>

#include "core/totals/blocks.h"
#include "core/totals/by.h"
#include "core/base/must.h"
#include "core/base/error.h"

void rows_start(struct rows *rows, const struct options *options, int fd)
{
	bool totals = options_totals(options);

	*rows = (struct rows){ .options = options, .copy = must(malloc(tool_row_size(options->tool))) };
	outcome_fields(&rows->outcome, options->tool);
	/* The tools themselves select the rows of a timeline. */
	rows->by_outcome = outcome_is_asked(&options->outcome) && options->tool->image.object;
	printer_start(&rows->printer, options, totals, fd);
	tally_start(&rows->tally, options);
	if (options->tool->join)
		rows->join = options->tool->join->start(options);
	if (totals) {
		rows->live = live_new(&rows->printer);
		rows->summary =
			rows->live ? live_interval(rows->live) : summary_new(options->tool, 0, options->containers);
	}
}

bool rows_start_journal(struct rows *rows, struct error *error)
{
	return !rows->options->journal || journal_rows_start(&rows->journal, rows->options->tool, error);
}

void rows_begin(struct rows *rows, uint64_t now)
{
	if (rows->summary)
		summary_clear(rows->summary);
	rows->since = now;
}

bool rows_are_enough(const struct rows *rows)
{
	return rows->options->count && rows->outputs >= rows->options->count;
}

/* Events are read-only in the ring: derived members go into a copy. */
static const struct event *derive(struct rows *rows, const struct event *event, size_t *size)
{
	const struct tool *tool = rows->options->tool;

	if (!tool->derive)
		return event;
	if (*size > tool->image.event_size)
		*size = tool->image.event_size;
	memset(rows->copy, 0, tool->image.event_size);
	memcpy(rows->copy, event, *size);
	return tool->derive(rows->options, rows->copy, *size) ? rows->copy : NULL;
}

/* Whether the options select the row; if not, counts it. */
static bool selects(struct rows *rows, const struct event *row, size_t size)
{
	const struct tool *tool = rows->options->tool;

	if ((!tool->join || tool->join->selects(rows->options, row)) &&
	    (!tool->wanted || tool->wanted(rows->options, row)) &&
	    (!rows->by_outcome || outcome_matches(&rows->options->outcome, &rows->outcome, row, size)))
		return true;
	rows->filtered++;
	return false;
}

const struct event *rows_join(struct rows *rows, const struct event *event, size_t *size)
{
	bool left_out = false;

	event = rows->options->tool->join->take(rows->join, event, *size, &left_out);
	*size = rows->options->tool->image.event_size;
	rows->filtered += left_out;
	return event && selects(rows, event, *size) ? event : NULL;
}

const struct event *rows_derive(struct rows *rows, const struct event *event, size_t *size)
{
	if (rows->joined)
		return event;
	if (rows->join)
		return rows_join(rows, event, size);
	event = derive(rows, event, size);
	return event && selects(rows, event, *size) ? event : NULL;
}

const struct event *rows_due(struct rows *rows, uint64_t now, size_t *size)
{
	const struct event *row;

	*size = rows->options->tool->image.event_size;
	while (rows->join && (row = rows->options->tool->join->due(rows->join, now)))
		if (selects(rows, row, *size))
			return row;
	return NULL;
}

/* A copy of the event with the names of its group. */
static const struct event *in_group(struct rows *rows, const struct event *event, size_t *size)
{
	size_t own = rows->options->tool->image.event_size, whole = tool_row_size(rows->options->tool);

	if (*size > own)
		*size = own;
	if (event != rows->copy)
		memcpy(rows->copy, event, *size);
	memset((char *)rows->copy + *size, 0, whole - *size);
	*size = whole;
	by_derive(rows->options, rows->copy);
	return rows->copy;
}

static bool is_quiet(const struct rows *rows)
{
	return rows->options->tool->quiet & rows->options->settings.flags;
}

bool rows_answer_no(const struct rows *rows)
{
	return is_quiet(rows) && !rows->outputs;
}

static void put(struct rows *rows, const struct event *event, size_t size)
{
	if (is_quiet(rows)) {
		rows->outputs++;
		return;
	}
	if (rows->options->journal)
		journal_rows_add(&rows->journal, event, size);
	if (rows->summary && by_derives(rows->options))
		event = in_group(rows, event, &size);
	if (rows->summary) {
		summary_add(rows->summary, event, size);
	} else {
		printer_row(&rows->printer, event, size);
		tally_add(&rows->tally, event);
		rows->outputs++;
	}
}

void rows_pass(struct rows *rows, uint64_t now)
{
	const struct event *row;
	size_t size;

	while (!rows_are_enough(rows) && (row = rows_due(rows, now, &size)))
		put(rows, row, size);
}

void rows_end(struct rows *rows, uint64_t now)
{
	rows_pass(rows, now);
	rows_pass(rows, UINT64_MAX);
}

bool rows_add(struct rows *rows, const struct event *event, size_t size)
{
	if (!rows->joined)
		rows_pass(rows, event->ts);
	if (rows_are_enough(rows))
		return false;
	event = rows_derive(rows, event, &size);
	if (event)
		put(rows, event, size);
	return !rows_are_enough(rows) && !rows->printer.error && !(is_quiet(rows) && rows->outputs);
}

void rows_count_row(struct rows *rows)
{
	rows->printer.rows++;
	rows->outputs++;
	printer_flush_if_full(&rows->printer);
}

static void set_interval(struct rows *rows, uint64_t now, bool partial)
{
	rows->printer.now = now;
	rows->printer.columns.interval = now - rows->since;
	rows->printer.columns.partial = partial;
}

void rows_refresh(struct rows *rows, uint64_t now)
{
	set_interval(rows, now, true);
	live_refresh(rows->live, rows->summary);
}

void rows_interval(struct rows *rows, uint64_t now, bool partial)
{
	set_interval(rows, now, partial);
	if (rows->live) {
		live_add(rows->live, &rows->summary);
	} else {
		tally_count(&rows->tally, rows->summary);
		blocks_print(rows->summary, &rows->printer);
		tally_print(&rows->tally, &rows->printer);
	}
	summary_clear(rows->summary);
	rows->since = now;
	rows->outputs++;
}

void rows_tail(struct rows *rows)
{
	if (!rows->summary)
		tally_print(&rows->tally, &rows->printer);
}

void rows_stop(struct rows *rows)
{
	if (rows->journal.tool)
		journal_rows_stop(&rows->journal);
	if (rows->join)
		rows->options->tool->join->stop(rows->join);
	live_free(rows->live);
	summary_free(rows->summary);
	printer_free(&rows->printer);
	free(rows->copy);
}
