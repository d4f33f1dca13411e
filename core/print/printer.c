/* SPDX-License-Identifier: GPL-2.0-or-later */
/* printer.c: events as rows on stdout. */
#include "core/print/printer.h"

#include <string.h>

#include "core/base/must.h"
#include "core/base/output.h"
#include "core/print/choice.h"
#include "core/print/table.h"

/* Flushed in pieces of about this size: one system call for hundreds of rows. */
#define ENOUGH    (64 * 1024)
#define ISO_WIDTH 32 /* 2026-03-05T11:02:07.123456+01:00 */

static enum where place(const struct options *options)
{
	if (options->format == FORMAT_CSV)
		return IN_CSV;
	return options->wide ? IN_WIDE : IN_TABLE;
}

/* CSV is for programs: times have dates, bytes are exact, except in the form of bcc. */
static void set_form(const struct options *options, struct field *field)
{
	bool exact = options->format == FORMAT_CSV && !options->csv_classic;

	if (field->kind == F_TIME && (options->time_iso || exact)) {
		field->iso = true;
		field->width = field->wide = ISO_WIDTH;
	}
	if (options->format == FORMAT_CSV && (field->kind == F_RATE || field->kind == F_PER_S)) {
		field->unit = 0;
		field->title = field->name;
		field->capitals = true;
	}
	if (field->kind == F_KBYTES && exact) {
		field->kind = F_UINT;
		field->title = field->name;
		field->capitals = true;
	}
}

static void add(struct printer *printer, const struct field *field)
{
	if (printer->columns.count == COLUMNS_MOST)
		bug("more fields than a row has room for");
	printer->columns.fields[printer->columns.count] = *field;
	set_form(printer->options, &printer->columns.fields[printer->columns.count++]);
}

static bool has_flags(const struct printer *printer, const struct field *field)
{
	uint32_t flags = printer->options->settings.flags;

	return (field->flag & flags) == field->flag && !(field->unless & flags);
}

/* ---- the keys of JSON ---- */

/* JSON always has every key, so that readers do not depend on options; except what an option asks for. */
static void add_key(struct printer *printer, const struct member *member)
{
	struct field field = field_of_member(printer->options->tool, member);

	if (field.hidden || !has_flags(printer, &field))
		return;
	for (size_t i = 0; i < printer->columns.count; i++)
		if (!strcmp(printer->columns.fields[i].name, field.name))
			return;
	add(printer, &field);
}

/* Picks the common members, containers last. Totals, and tools without sockets, have only the time of them. */
static void choose_keys(struct printer *printer)
{
	const struct tool *tool = printer->options->tool;
	bool few = printer->columns.totals || !is_about_sockets(tool);
	const struct member *member = common_members;

	do
		add_key(printer, member++);
	while (!few && member->name);
	member = printer->columns.totals ? tool_totals_members(tool) : tool->members;
	for (; member && member->name; member++)
		add_key(printer, member);
	for (member = common_members; member->name; member++)
		if (member->kind == F_CONTAINER && is_about_sockets(tool))
			add_key(printer, member);
}

/* ---- columns ---- */

/* Whether CSV with -w has this column of the wide table too: no other shows its member. */
static bool is_extra(const struct printer *printer, const struct field *field)
{
	const struct options *options = printer->options;
	const struct column *column =
		printer->columns.totals ? tool_totals_columns(options->tool) : options->tool->columns;

	if (options->format != FORMAT_CSV || !options->wide || field->where != IN_WIDE)
		return false;
	for (; column->name; column++)
		if (!strcmp(column->name, field->name) && field_of_column(options->tool, column).where & IN_CSV)
			return false;
	return true;
}

static bool is_shown(const struct printer *printer, const struct field *field)
{
	const struct options *options = printer->options;

	return (field->where & place(options) || is_extra(printer, field)) && has_flags(printer, field) &&
	       (field->kind != F_RELATIVE || options->timestamp) && (field->kind != F_CONTAINER || options->containers);
}

static void add_column(struct printer *printer, const struct column *column)
{
	struct field field = field_of_column(printer->options->tool, column);

	if (is_shown(printer, &field))
		add(printer, &field);
}

/* Whether a table of totals is sorted by this column, and neither shows it nor another view of its member. The first
 * view then appears, so that the order is visible. Histograms show no columns. */
static bool is_missed(const struct printer *printer, const struct column *columns, const struct column *column)
{
	const struct tool *tool = printer->options->tool;
	struct field wanted = field_of_column(tool, column), other;

	if (!printer->columns.totals || printer->options->format != FORMAT_TABLE ||
	    !(wanted.sorts & 1U << printer->options->sort))
		return false;
	for (const struct column *each = columns; each->name; each++) {
		other = field_of_column(tool, each);
		if (field_is_histogram(&other) && is_shown(printer, &other))
			return false;
		if (other.off == wanted.off && (is_shown(printer, &other) || each < column))
			return false;
	}
	return true;
}

static void add_named(struct printer *printer, const char *name)
{
	add_column(printer, &(struct column){ name });
}

static bool declares(const struct column *columns, const char *name)
{
	while (columns->name && strcmp(columns->name, name))
		columns++;
	return columns->name != NULL;
}

/* In CSV each row of totals has its interval; in a table the time stands above. */
static bool marks_intervals(const struct options *options)
{
	return options->format == FORMAT_CSV && (options->time || options->interval);
}

/* -T and -t come first, unless the tool places them. In a table of totals the time stands above the block. */
static void add_times(struct printer *printer, const struct column *columns)
{
	const struct options *options = printer->options;

	if (printer->columns.totals) {
		if (marks_intervals(options))
			add_named(printer, "time");
	} else if (!declares(columns, "time")) {
		if (options->time)
			add_named(printer, "time");
		if (!declares(columns, "timestamp"))
			add_named(printer, "timestamp");
	}
}

/* The container stands last, so that the other columns keep their places. */
static void choose_columns(struct printer *printer)
{
	const struct tool *tool = printer->options->tool;
	const struct column *columns = printer->columns.totals ? tool_totals_columns(tool) : tool->columns;

	add_times(printer, columns);
	for (const struct column *column = columns; column->name; column++) {
		struct field field = field_of_column(tool, column);

		if (is_shown(printer, &field) || is_missed(printer, columns, column))
			add(printer, &field);
		if (!strcmp(column->name, "time"))
			add_named(printer, "timestamp");
	}
	if (is_about_sockets(tool) && !declares(columns, "container"))
		add_named(printer, "container");
}

/* Picks the columns that the user names, in that order, after -T and -t. */
static void choose_named(struct printer *printer)
{
	const struct options *options = printer->options;
	size_t length;

	if (printer->columns.totals ? marks_intervals(options) : options->time)
		add_named(printer, "time");
	if (!printer->columns.totals)
		add_named(printer, "timestamp");
	for (const char *name = options->columns;; name += length + 1) {
		struct field field;

		length = strcspn(name, ",");
		if (choice_field(&field, options, name, length, place(options)))
			add(printer, &field);
		if (!name[length])
			return;
	}
}

void printer_choose(struct printer *printer)
{
	printer->columns.count = 0;
	printer->columns.n_ready = 0;
	if (printer->options->format == FORMAT_JSON)
		choose_keys(printer);
	else if (printer->options->columns)
		choose_named(printer);
	else
		choose_columns(printer);
}

void printer_start(struct printer *printer, const struct options *options, bool totals, int fd)
{
	memset(printer, 0, sizeof(*printer));
	printer->options = printer->columns.options = options;
	printer->fd = fd;
	printer->columns.totals = totals;
	printer_choose(printer);
}

void printer_free(struct printer *printer)
{
	text_free(&printer->text);
}

static void put_csv_title(struct text *text, const struct field *field)
{
	struct text title = { 0 };

	field_title(&title, field);
	text_csv_string(text, title.data, title.length);
	text_free(&title);
}

void printer_header(struct printer *printer)
{
	if (printer->options->no_header || printer->options->format == FORMAT_JSON)
		return;
	if (printer->options->format == FORMAT_TABLE) {
		table_header(&printer->columns, &printer->text);
		return;
	}
	for (size_t i = 0; i < printer->columns.count; i++) {
		if (i)
			text_char(&printer->text, ',');
		put_csv_title(&printer->text, &printer->columns.fields[i]);
	}
	text_char(&printer->text, '\n');
}

void printer_flush_if_full(struct printer *printer)
{
	if (printer->text.length >= ENOUGH && printer->fd >= 0)
		printer_flush(printer);
}

void printer_field_row(struct printer *printer, struct field_row *row)
{
	if (printer->error)
		return;
	if (!printer->rows++)
		printer->first_ts = row->event->ts;
	row->first_ts = printer->first_ts;
	if (!printer->columns.n_ready)
		columns_make(&printer->columns);
	if (printer->options->format == FORMAT_TABLE)
		table_row(&printer->columns, &printer->text, row);
	else
		columns_row(&printer->columns, &printer->text, row);
	printer_flush_if_full(printer);
}

void printer_row(struct printer *printer, const struct event *event, size_t size)
{
	printer_field_row(printer, &(struct field_row){ .event = event, .size = size });
}

bool printer_flush(struct printer *printer)
{
	size_t done;

	if (!printer->error)
		printer->error = output_write(printer->fd, printer->text.data, printer->text.length, &done);
	printer->text.length = 0;
	return !printer->error;
}
