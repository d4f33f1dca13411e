/* SPDX-License-Identifier: GPL-2.0-or-later */
/* blocks.c: the totals of an interval on stdout. */
#include "core/totals/blocks.h"

#include <string.h>

#include "core/base/clock.h"
#include "core/kernel/loadavg.h"
#include "core/print/table.h"

static const struct block plain;

struct view {
	struct printer *printer;
	struct summary *summary;
	const struct block *block;
	struct total *totals;
	size_t count, shown; /* --rows: the number of printed rows */
	struct field split;  /* with block->split only */
	struct field above;  /* with block->above only */
};

static void put_time(struct text *text, const struct options *options, uint64_t now)
{
	if (options->time_iso)
		text_end(text, clock_put_iso(text_room(text, CLOCK_ISO), now));
	else
		clock_local(text, now, 0);
}

static void put_loadavg(struct text *text, const struct options *options, uint64_t now)
{
	const char *load = loadavg_at(now);

	put_time(text, options, now);
	text_string(text, " loadavg: ");
	text_printable(text, load, strlen(load), 0); /* a recording may have any bytes */
	text_string(text, "\n\n");
}

static bool differ(const struct field *field, const struct event *a, const struct event *b)
{
	return memcmp((const char *)a + field->off, (const char *)b + field->off, field->size) != 0;
}

/* Prints the line above a block. Counts printed once, at the end, have it with -T only. */
static void put_stamp(const struct view *view)
{
	struct printer *printer = view->printer;
	const struct options *options = printer->options;
	const struct block *block = view->block;

	if (block->stamp) {
		if (options->time_iso)
			put_time(&printer->text, options, printer->now);
		else
			clock_format(&printer->text, printer->now, block->stamp);
		text_char(&printer->text, '\n');
		return;
	}
	if (!options->interval && !options->time && tool_summary_flag(options->tool))
		return;
	if (printer->blocks)
		text_char(&printer->text, '\n');
	if (block->loadavg_unless && !(block->loadavg_unless & options->settings.flags)) {
		put_loadavg(&printer->text, options, printer->now);
	} else if (options->time) {
		put_time(&printer->text, options, printer->now);
		text_char(&printer->text, '\n');
	}
}

/* Replaces titles and widths of some columns. */
static void change_columns(struct printer *printer, const struct column *others)
{
	for (size_t i = 0; i < printer->columns.count; i++) {
		for (const struct column *other = others; other && other->name; other++) {
			if (strcmp(printer->columns.fields[i].name, other->name))
				continue;
			printer->columns.fields[i].title = other->title;
			printer->columns.fields[i].width = printer->columns.fields[i].wide = other->width;
		}
	}
}

static uint64_t split_value(const struct view *view, const struct total *total)
{
	bool known;

	return view->block->split ? field_number(&view->split, total->event, &known) : 0;
}

/* Prints the rows with this value of the split field, with a heading and their sums. */
static void put_table(const struct view *view, uint64_t value)
{
	const struct summary *summary = view->summary;
	struct total all = { 0 };
	size_t rows = 0;

	for (size_t i = 0; i < view->count; i++) {
		if (split_value(view, &view->totals[i]) != value)
			continue;
		if (!rows++ && !view->block->no_header)
			printer_header(view->printer);
		if (i < view->shown)
			total_print(view->printer, &view->totals[i], NULL);
		if (view->block->total)
			totals_add_row(summary_fields(summary), &all, &view->totals[i]);
	}
	if (!rows || !view->block->total)
		return;
	if (view->printer->options->tool->totals->finish)
		view->printer->options->tool->totals->finish(view->printer->options, all.event,
							     view->printer->columns.interval);
	total_print(view->printer, &all, "Total");
	view->printer->rows--; /* the sums are no counted row */
	totals_release(&all);
}

/* Prints the value above its first table, if there are several values. */
static void put_above(const struct view *view, uint64_t value, const struct event **last)
{
	const struct field *above = &view->above;
	const struct event *event = NULL;
	bool several = false;

	for (size_t i = 0; i < view->count; i++) {
		const struct total *total = &view->totals[i];

		if (!event && split_value(view, total) == value)
			event = total->event;
		several |= differ(above, view->totals[0].event, total->event);
	}
	if (several && (!*last || differ(above, *last, event))) {
		field_write(&view->printer->text, above, &(struct field_row){ .event = event, .size = UINT16_MAX },
			    AS_COLUMN, 0);
		text_char(&view->printer->text, '\n');
	}
	*last = event;
}

/* Prints a table for each value of the split field, in ascending order. */
static void put_tables(struct view *view)
{
	const struct event *last = NULL;
	uint64_t value = 0;
	size_t tables = 0;

	for (bool more = true; more;) {
		uint64_t next = UINT64_MAX;

		more = false;
		for (size_t i = 0; i < view->count; i++) {
			uint64_t each = split_value(view, &view->totals[i]);

			if ((!tables || each > value) && each < next) {
				next = each;
				more = true;
			}
		}
		if (!more)
			return;
		value = next;
		if (tables++)
			text_char(&view->printer->text, '\n');
		if (view->block->above)
			put_above(view, value, &last);
		if (view->block->captions) {
			text_string(&view->printer->text, view->block->captions[value]);
			text_char(&view->printer->text, '\n');
		}
		printer_choose(view->printer);
		change_columns(view->printer, value == view->block->second_value ? view->block->second : NULL);
		put_table(view, value);
	}
}

/* Prints a rule of dashes as wide as the heading. */
static void put_rule(struct printer *printer)
{
	struct text *text = &printer->text;
	size_t from = text->length, cells;

	table_header(&printer->columns, &printer->text);
	cells = text_cells(text, from) - 1; /* without the newline */
	text->length = from;
	while (cells--)
		text_char(text, '-');
	text_char(text, '\n');
}

static void put_block(struct view *view)
{
	put_stamp(view);
	if (view->block->split) {
		put_tables(view);
	} else if (view->count) {
		put_table(view, 0);
	} else if (!view->block->no_header) {
		printer_header(view->printer);
	}
	if (view->block->rule)
		put_rule(view->printer);
}

/* Moves omitted rows after view->count: the summary still owns them. */
static void finish_rows(struct view *view)
{
	const struct options *options = view->printer->options;
	size_t kept = 0;

	for (size_t i = 0; i < view->count; i++) {
		struct total total = view->totals[i];

		if (!options->tool->totals->finish(options, total.event, view->printer->columns.interval))
			continue;
		view->totals[i] = view->totals[kept];
		view->totals[kept++] = total;
	}
	view->count = kept;
}

size_t blocks_print(struct summary *summary, struct printer *printer)
{
	const struct options *options = printer->options;
	struct view view = { .printer = printer,
			     .summary = summary,
			     .block = options->tool->totals->block ? options->tool->totals->block : &plain };

	view.totals = summary_sort(summary, options->sort, &view.count);
	if (options->tool->totals->finish)
		finish_rows(&view);
	view.shown = options->rows && view.count > options->rows ? (size_t)options->rows : view.count;
	printer->left_out = view.count - view.shown;
	if (!view.block->total)
		view.count = view.shown;
	if (view.block->split)
		view.split = field_named(options->tool, view.block->split);
	if (view.block->above)
		view.above = field_named(options->tool, view.block->above);
	if (options->format == FORMAT_TABLE) {
		put_block(&view);
	} else {
		if (!printer->blocks)
			printer_header(printer);
		for (size_t i = 0; i < view.shown; i++) {
			/* The time of a row is the end of its interval. */
			if (options->format == FORMAT_CSV && !options->csv_classic)
				view.totals[i].event->ts = printer->now;
			total_print(printer, &view.totals[i], NULL);
		}
	}
	printer->blocks++;
	return view.shown;
}
