/* SPDX-License-Identifier: GPL-2.0-or-later */
/* printer.c: events as rows on stdout. */
#include "core/print/printer.h"

#include <string.h>

#include "core/base/message.h"
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
	for (size_t i = 0; i < printer->count; i++)
		if (!strcmp(printer->fields[i].name, name))
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
	if (printer->count == PRINTER_FIELDS)
		say_exit(EXIT_FAILED, "internal: more fields than a row has room for");
	printer->fields[printer->count++] = whole;
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
	bool few = printer->totals || options->tool->no_sockets;

	if (place(options) == IN_JSON && few) {
		add(printer, &common_fields[0]);
	} else if (place(options) == IN_JSON) {
		for (const struct field *field = common_fields; field->name; field++)
			add(printer, field);
	} else if (printer->totals) {
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

enum writing printer_writing(const struct printer *printer)
{
	enum format format = printer->options->format;

	return format == FORMAT_JSON ? AS_JSON : format == FORMAT_CSV ? AS_CSV : AS_COLUMN;
}

int printer_width(const struct printer *printer, const struct field *field)
{
	return printer->options->wide ? field->wide : field->width;
}

/* Behind everything, so that the columns before stay where they are. */
static void add_containers(struct printer *printer)
{
	for (const struct field *field = common_fields; field->name; field++)
		if (field->kind == F_CONTAINER && !printer->options->tool->no_sockets)
			add(printer, field);
}

void printer_choose(struct printer *printer, const struct field *fields)
{
	printer->count = 0;
	printer->n_columns = 0;
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
	printer->options = options;
	printer->fd = fd;
	printer->totals = fields == options->tool->summary_fields;
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
		table_header(printer);
		return;
	}
	for (size_t i = 0; i < printer->count; i++) {
		if (i)
			text_char(&printer->text, ',');
		text_csv_string(&printer->text, printer->fields[i].title, strlen(printer->fields[i].title));
	}
	text_char(&printer->text, '\n');
}

void printer_look(struct printer *printer)
{
	if (printer->text.length >= ENOUGH && printer->fd >= 0)
		printer_flush(printer);
}

static void put_row(struct printer *printer, struct field_row *row)
{
	if (printer->error)
		return;
	if (!printer->rows++)
		printer->first_ts = row->event->ts;
	row->first_ts = printer->first_ts;
	if (!printer->n_columns)
		columns_make(printer);
	if (printer->options->format == FORMAT_TABLE)
		table_row(printer, row);
	else
		columns_row(printer, row);
	printer_look(printer);
}

void printer_row(struct printer *printer, const struct event *event, size_t size)
{
	put_row(printer, &(struct field_row){ .event = event, .size = size });
}

void printer_total(struct printer *printer, const struct total *total, const char *label)
{
	put_row(printer, &(struct field_row){ .event = total->event,
					      .size = total->size,
					      .count = total->count,
					      .slots = total->slots,
					      .label = label });
}

const struct json_key loss_keys[] = {
	{ "ts", JSON_TIME, .help = "when it was noticed: RFC 3339, ns, UTC" },
	{ "tool", JSON_TEXT, .help = "the tool whose events they are" },
	{ "lost", JSON_NUMBER, .help = "events lost so far: the sum of the next two" },
	{ "lost_ring", JSON_NUMBER, .help = "because the ring was full (--ring-size)" },
	{ "lost_missed", JSON_NUMBER, .help = "because the kernel was in the middle of another one on that CPU" },
	{ "lost_map", JSON_NUMBER,
	  .help = "facts that found no room in a map: rows say less than they could, or are missing" },
	{ "seen", JSON_NUMBER, .help = "events so far: filtered, printed and lost" },
	{ "filtered", JSON_NUMBER, .help = "events that the filters left out" },
	{ "printed", JSON_NUMBER, .help = "rows printed so far" },
	{},
};

void printer_loss(struct printer *printer, const struct ledger *ledger, uint64_t when)
{
	struct json_object line;

	if (printer->options->format != FORMAT_JSON || printer->error)
		return;
	json_begin(&line, &printer->text, loss_keys);
	json_time(&line, "ts", when);
	json_text(&line, "tool", printer->options->tool->name);
	json_number(&line, "lost", ledger_lost(ledger));
	json_number(&line, "lost_ring", ledger->counters.lost_ring);
	json_number(&line, "lost_missed", ledger->missed);
	json_number(&line, "lost_map", ledger->counters.lost_map);
	json_number(&line, "seen", ledger->seen);
	json_number(&line, "filtered", ledger->counters.filtered);
	json_number(&line, "printed", printer->rows);
	json_end(&line);
	text_char(&printer->text, '\n');
}

bool printer_flush(struct printer *printer)
{
	size_t done;

	if (!printer->error)
		printer->error = output_write(printer->fd, printer->text.data, printer->text.length, &done);
	printer->text.length = 0;
	return !printer->error;
}
