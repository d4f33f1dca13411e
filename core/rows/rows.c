/* SPDX-License-Identifier: GPL-2.0-or-later */
/* rows.c: the output of a tool's events: rows, totals or journal entries. */
#include "core/rows/rows.h"

#include <stdlib.h>
#include <string.h>

#include "core/totals/blocks.h"
#include "core/base/must.h"
#include "core/base/error.h"

void rows_start(struct rows *rows, const struct options *options, int fd)
{
	bool totals = options_totals(options);

	*rows = (struct rows){ .options = options, .copy = must(malloc(options->tool->image.event_size)) };
	printer_start(&rows->printer, options, totals, fd);
	if (totals) {
		rows->summary = summary_new(options->tool, 0, options->containers);
		rows->live = live_new(&rows->printer);
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
const struct event *rows_derive(struct rows *rows, const struct event *event, size_t *size)
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

bool rows_add(struct rows *rows, const struct event *event, size_t size)
{
	if (rows_are_enough(rows))
		return false;
	event = rows_derive(rows, event, &size);
	if (!event)
		return true;
	if (rows->options->tool->quiet & rows->options->settings.flags) {
		rows->outputs++;
		return false;
	}
	if (rows->options->journal)
		journal_rows_add(&rows->journal, event, size);
	if (rows->summary) {
		summary_add(rows->summary, event, size);
	} else {
		printer_row(&rows->printer, event, size);
		rows->outputs++;
	}
	return !rows_are_enough(rows) && !rows->printer.error;
}

void rows_count_row(struct rows *rows)
{
	rows->printer.rows++;
	rows->outputs++;
	printer_flush_if_full(&rows->printer);
}

void rows_interval(struct rows *rows, uint64_t now, bool partial)
{
	rows->printer.now = now;
	rows->printer.columns.interval = now - rows->since;
	rows->printer.columns.partial = partial;
	if (rows->live)
		live_add(rows->live, &rows->summary);
	else
		blocks_print(rows->summary, &rows->printer);
	summary_clear(rows->summary);
	rows->since = now;
	rows->outputs++;
}

void rows_stop(struct rows *rows)
{
	if (rows->journal.tool)
		journal_rows_stop(&rows->journal);
	live_free(rows->live);
	summary_free(rows->summary);
	printer_free(&rows->printer);
	free(rows->copy);
}
