/* SPDX-License-Identifier: GPL-2.0-or-later */
/* blocks.c: the totals of an interval on stdout. */
#include "core/totals/blocks.h"

#include <string.h>

#include "core/base/clock.h"
#include "core/base/json.h"
#include "core/kernel/loadavg.h"
#include "core/print/table.h"

static const struct block *block_of(const struct options *options)
{
	static const struct block plain;

	return options->tool->totals->block ? options->tool->totals->block : &plain;
}

struct view {
	struct printer *printer;
	struct summary *summary;
	const struct block *block;
	struct total *totals;
	size_t count, shown; /* --rows: the number of printed rows */
	struct field split;  /* with block->split only */
	struct field above;  /* with block->above only */
};

static void put_loadavg(struct text *text, const struct options *options, uint64_t now)
{
	const char *load = loadavg_at(now);

	clock_local(text, now, 0, options->time_iso);
	text_string(text, " loadavg: ");
	text_printable(text, load, strlen(load), 0); /* a recording may have any bytes */
	text_string(text, "\n\n");
}

static bool differ(const struct field *field, const struct event *a, const struct event *b)
{
	return memcmp((const char *)a + field->off, (const char *)b + field->off, field->size) != 0;
}

void blocks_stamp(struct printer *printer)
{
	const struct options *options = printer->options;
	const struct block *block = block_of(options);

	if (block->stamp) {
		if (options->time_iso)
			clock_local(&printer->text, printer->now, 0, true);
		else
			clock_format(&printer->text, printer->now, block->stamp);
		text_char(&printer->text, '\n');
		return;
	}
	if (!options->interval && !options->time && !is_interval_tool(options->tool))
		return;
	if (printer->blocks)
		text_char(&printer->text, '\n');
	if (block->loadavg_unless && !(block->loadavg_unless & options->settings.flags)) {
		put_loadavg(&printer->text, options, printer->now);
	} else if (options->time) {
		clock_local(&printer->text, printer->now, 0, options->time_iso);
		text_char(&printer->text, '\n');
	}
}

/* The length of a number's name without its unit: tx of tx_bytes, tx_bytes_per_s and tx (the unit of tcpsubnet -f). */
static size_t without_unit(const char *name)
{
	static const char *const ends[] = { "_per_s", "_bytes" };
	size_t length = strlen(name);

	for (size_t i = 0; i < sizeof(ends) / sizeof(ends[0]); i++) {
		size_t end = strlen(ends[i]);

		if (length > end && !memcmp(name + length - end, ends[i], end))
			length -= end;
	}
	return length;
}

/* The heading of the column that shows a number, in any unit; its key, if none does. */
static void put_heading(struct text *text, const struct printer *printer, const char *name)
{
	size_t length = without_unit(name);

	for (size_t i = 0; i < printer->columns.count; i++) {
		const struct field *field = &printer->columns.fields[i];

		if (without_unit(field->name) != length || memcmp(field->name, name, length) != 0)
			continue;
		field_title(text, field);
		return;
	}
	text_string(text, name);
}

/* Whether the user has chosen the order. */
static bool is_ordered(const struct options *options)
{
	const struct opt *opt = options->tool->opts;

	while (opt && opt->name && strcmp(opt->name, "sort") != 0)
		opt++;
	return options->sort && opt && opt->name;
}

/* Prints by what the rows are sorted, where the user has chosen groups, an order or rates: other tables stay those of
 * bcc. */
static void put_order(const struct view *view)
{
	const struct options *options = view->printer->options;
	const struct totals_fields *fields = summary_fields(view->summary);
	struct text *text = &view->printer->text, order = { 0 };
	bool ranked = false;

	if (options->no_header || view->block->no_header || view->printer->fd < 0 ||
	    (view->block->split && !view->count) || !(options->by_name || options->rate || is_ordered(options)))
		return;
	for (int counts = 0; counts <= 1 && !order.length; counts++) {
		for (size_t i = 0; i < fields->count; i++) {
			const struct field *field = &fields->fields[i];

			if (!(counts ? field->kind == F_COUNT : field->sorts >> options->sort & 1))
				continue;
			ranked = true;
			text_string(&order, order.length ? " + " : "");
			put_heading(&order, view->printer, field->name);
		}
	}
	if (options->by_name) {
		text_string(text, "by ");
		text_string(text, options->by_name);
	}
	if (ranked) {
		text_string(text, options->by_name ? "; most " : "most ");
		text_bytes(text, order.data, order.length);
		text_string(text, " first");
	}
	if (options->by_name || ranked)
		text_char(text, '\n');
	text_free(&order);
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

/* A column that shows a value once shows it in the first row of its table. */
static void show_once(const struct view *view, size_t row)
{
	struct columns *columns = &view->printer->columns;

	for (size_t i = 0; i < columns->n_ready; i++) {
		const struct field *field = columns->ready[i].field;

		if (!field->once)
			continue;
		columns->ready[i].never = false;
		for (size_t other = 0; other < row && !columns->ready[i].never; other++)
			columns->ready[i].never =
				split_value(view, &view->totals[other]) == split_value(view, &view->totals[row]) &&
				!differ(field, view->totals[other].event, view->totals[row].event);
	}
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
		show_once(view, i);
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
	blocks_stamp(view->printer);
	put_order(view);
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

struct total *blocks_rows(struct summary *summary, const struct printer *printer, size_t *count)
{
	const struct options *options = printer->options;
	struct total *totals = summary_sort(summary, options->sort, count);
	size_t kept = 0;

	if (!options->tool->totals->finish)
		return totals;
	for (size_t i = 0; i < *count; i++) {
		struct total total = totals[i];

		if (!options->tool->totals->finish(options, total.event, printer->columns.interval))
			continue;
		totals[i] = totals[kept]; /* behind the others: the summary still owns it */
		totals[kept++] = total;
	}
	*count = kept;
	return totals;
}

const struct json_key empty_keys[] = {
	{ "ts", JSON_TIME, .help = "end of the interval: RFC 3339, with ns, in UTC" },
	{ "tool", JSON_TEXT, .help = "the tool that counted nothing" },
	{ "interval_ns", JSON_NUMBER, .help = "measured length of the interval" },
	{ "partial", JSON_BOOL, .help = "whether the end of the run cut the interval short" },
	{ "rows", JSON_NUMBER, .help = "0: the interval has no rows" },
	{ "lost", JSON_NUMBER, .help = "events lost, as in the last line about losses; 0: none" },
	{ "lost_ring", JSON_NUMBER, .help = "of these, because the ring was full" },
	{ "lost_missed", JSON_NUMBER, .help = "of these, because a probe was re-entered" },
	{ "lost_map", JSON_NUMBER, .help = "map updates that failed" },
	{},
};

/* With it, an interval without rows differs from a tool that has stopped. It has the keys of losses, by which readers
 * know lines that are no rows. */
static void put_empty(struct printer *printer)
{
	const struct ledger *reported = &printer->reported;
	struct json_object line;

	json_begin(&line, &printer->text, empty_keys);
	json_time(&line, "ts", printer->now);
	json_text(&line, "tool", printer->options->tool->name);
	json_number(&line, "interval_ns", printer->columns.interval);
	json_bool(&line, "partial", printer->columns.partial);
	json_number(&line, "rows", 0);
	json_number(&line, "lost", ledger_lost(reported));
	json_number(&line, "lost_ring", reported->counters.lost_ring);
	json_number(&line, "lost_missed", reported->missed);
	json_number(&line, "lost_map", reported->counters.lost_map);
	json_end(&line);
	text_char(&printer->text, '\n');
}

size_t blocks_print(struct summary *summary, struct printer *printer)
{
	const struct options *options = printer->options;
	struct view view = { .printer = printer, .summary = summary, .block = block_of(options) };

	view.totals = blocks_rows(summary, printer, &view.count);
	view.shown = options->rows && view.count > options->rows ? (size_t)options->rows : view.count;
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
			if (options->format == FORMAT_CSV)
				view.totals[i].event->ts = printer->now;
			show_once(&view, i);
			total_print(printer, &view.totals[i], NULL);
		}
	}
	if (options->format == FORMAT_JSON && !view.shown)
		put_empty(printer);
	printer->blocks++;
	return view.shown;
}
