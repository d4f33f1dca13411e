/* SPDX-License-Identifier: GPL-2.0-or-later */
/* printer.c: events as rows on stdout. */
#include "core/printer.h"

#include <errno.h>
#include <poll.h>
#include <string.h>
#include <unistd.h>

#include "core/clock.h"
#include "core/say.h"
#include "core/table.h"

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

void printer_choose(struct printer *printer, const struct field *fields)
{
	printer->count = 0;
	add_common(printer, fields);
	for (const struct field *field = fields; field->name; field++) {
		add(printer, field);
		if (!strcmp(field->name, "time"))
			add(printer, &(struct field){ "timestamp" });
	}
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

static void put_number(struct text *text, const char *key, uint64_t value)
{
	text_string(text, key);
	text_unsigned(text, value);
}

static void csv_row(struct printer *printer, const struct field_row *row)
{
	for (size_t i = 0; i < printer->count; i++) {
		if (i)
			text_char(&printer->text, ',');
		field_write(&printer->text, &printer->fields[i], row, AS_CSV, 0);
	}
	text_char(&printer->text, '\n');
}

static void json_row(struct printer *printer, const struct field_row *row)
{
	struct text *text = &printer->text;

	for (size_t i = 0; i < printer->count; i++) {
		text_string(text, i ? ",\"" : "{\"");
		text_string(text, printer->fields[i].name);
		text_string(text, "\":");
		if (!field_write(text, &printer->fields[i], row, AS_JSON, 0))
			text_string(text, "null");
		if (i)
			continue;
		text_string(text, ",\"tool\":\"");
		text_string(text, printer->options->tool->name);
		text_char(text, '"');
		if (!printer->totals)
			continue;
		put_number(text, ",\"interval_ns\":", printer->interval);
		text_string(text, printer->partial ? ",\"partial\":true" : ",\"partial\":false");
	}
	text_string(text, "}\n");
}

static void put_row(struct printer *printer, struct field_row *row)
{
	if (printer->error)
		return;
	if (!printer->rows++)
		printer->first_ts = row->event->ts;
	row->first_ts = printer->first_ts;
	if (printer->options->format == FORMAT_JSON)
		json_row(printer, row);
	else if (printer->options->format == FORMAT_CSV)
		csv_row(printer, row);
	else
		table_row(printer, row);
	if (printer->text.length >= ENOUGH && printer->fd >= 0)
		printer_flush(printer);
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

void printer_loss(struct printer *printer, const struct ledger *ledger)
{
	struct text *text = &printer->text;

	if (printer->options->format != FORMAT_JSON || printer->error)
		return;
	text_string(text, "{\"ts\":\"");
	clock_rfc3339(text, clock_boot());
	text_string(text, "\",\"tool\":\"");
	text_string(text, printer->options->tool->name);
	put_number(text, "\",\"lost\":", ledger_lost(ledger));
	put_number(text, ",\"lost_ring\":", ledger->counters.lost_ring);
	put_number(text, ",\"lost_missed\":", ledger->missed);
	put_number(text, ",\"lost_map\":", ledger->counters.lost_map);
	put_number(text, ",\"seen\":", ledger->seen);
	put_number(text, ",\"filtered\":", ledger->counters.filtered);
	put_number(text, ",\"printed\":", printer->rows);
	text_string(text, "}\n");
}

bool printer_flush(struct printer *printer)
{
	size_t done = 0;

	while (!printer->error && done < printer->text.length) {
		ssize_t wrote = write(printer->fd, printer->text.data + done, printer->text.length - done);

		if (wrote > 0) {
			done += (size_t)wrote;
		} else if (wrote < 0 && errno == EAGAIN) {
			/* Somebody made the descriptor non-blocking (a shared terminal): wait, never spin. */
			poll(&(struct pollfd){ .fd = printer->fd, .events = POLLOUT }, 1, 1000);
		} else if (wrote == 0 || errno != EINTR) {
			printer->error = wrote ? errno : ENOSPC;
		}
	}
	printer->text.length = 0;
	return !printer->error;
}
