/* SPDX-License-Identifier: GPL-2.0-or-later */
/* printer.c: events as rows on stdout. */
#include "core/print/printer.h"

#include <string.h>

#include "core/base/must.h"
#include "core/base/output.h"
#include "core/print/table.h"

/* Written in pieces of about this size: one system call for hundreds of rows. */
#define ENOUGH (64 * 1024)

static enum where place(const struct options *options)
{
	if (options->format == FORMAT_JSON)
		return IN_JSON;
	if (options->format == FORMAT_CSV)
		return IN_CSV;
	return options->wide ? IN_WIDE : IN_TABLE;
}

static bool has(const struct printer *printer, const char *name)
{
	for (size_t i = 0; i < printer->columns.count; i++)
		if (!strcmp(printer->columns.fields[i].name, name))
			return true;
	return false;
}

static void add(struct printer *printer, const struct field *field)
{
	struct field whole = field_complete(field);
	uint32_t flags = printer->options->settings.flags;

	if (!(whole.where & place(printer->options)) || (whole.kind == F_RELATIVE && !printer->options->timestamp))
		return;
	if (whole.kind == F_CONTAINER && place(printer->options) != IN_JSON && !printer->options->containers)
		return;
	/* JSON has every key always, so that readers need not know the options; but a histogram is of one unit. */
	if ((place(printer->options) != IN_JSON || field_is_histogram(&whole)) &&
	    ((whole.flag & flags) != whole.flag || (whole.unless & flags)))
		return;
	if (place(printer->options) == IN_JSON && has(printer, whole.name))
		return;
	if (printer->columns.count == COLUMNS_MOST)
		bug("more fields than a row has room for");
	printer->columns.fields[printer->columns.count++] = whole;
}

static bool declares(const struct field *fields, const char *name)
{
	while (fields->name && strcmp(fields->name, name))
		fields++;
	return fields->name != NULL;
}

/* Those that are there besides the tool's: in JSON the keys that every event has, the columns of -T and -t elsewhere.
 * Of totals, only the time. */
static void add_common(struct printer *printer, const struct field *fields)
{
	const struct options *options = printer->options;
	bool few = printer->columns.totals || !is_about_sockets(options->tool);

	if (place(options) == IN_JSON && few) {
		add(printer, &common_fields[0]);
	} else if (place(options) == IN_JSON) {
		for (const struct field *field = common_fields; field->name; field++)
			add(printer, field);
	} else if (printer->columns.totals) {
		/* In a table it stands above the block. */
		if (options->time && place(options) == IN_CSV)
			add(printer, &(struct field){ "time" });
	} else if (!declares(fields, "time")) {
		if (options->time)
			add(printer, &(struct field){ "time" });
		if (!declares(fields, "timestamp"))
			add(printer, &(struct field){ "timestamp" });
	}
}

/* Behind everything, so that the columns before stay where they are. */
static void add_containers(struct printer *printer)
{
	for (const struct field *field = common_fields; field->name; field++)
		if (field->kind == F_CONTAINER && is_about_sockets(printer->options->tool))
			add(printer, field);
}

void printer_choose(struct printer *printer, const struct field *fields)
{
	printer->columns.count = 0;
	printer->columns.n_ready = 0;
	add_common(printer, fields);
	for (const struct field *field = fields; field->name; field++) {
		add(printer, field);
		if (!strcmp(field->name, "time"))
			add(printer, &(struct field){ "timestamp" });
	}
	add_containers(printer);
}

void printer_start(struct printer *printer, const struct options *options, const struct field *fields, int fd)
{
	memset(printer, 0, sizeof(*printer));
	printer->options = printer->columns.options = options;
	printer->fd = fd;
	printer->columns.totals = fields == tool_totals(options->tool);
	printer_choose(printer, fields);
}

void printer_free(struct printer *printer)
{
	text_free(&printer->text);
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
		text_csv_string(&printer->text, printer->columns.fields[i].title,
				strlen(printer->columns.fields[i].title));
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
