/* SPDX-License-Identifier: GPL-2.0-or-later */
/* journal.c: events as entries of the systemd journal. */
#include "core/print/journal.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "core/base/clock.h"
#include "core/print/journal_socket.h"
#include "core/base/message.h"
#include "core/base/error.h"

#define PATIENCE 200           /* ms */
#define HURRY    1000000000ULL /* ns */

bool journal_rows_start(struct journal_rows *rows, const struct tool *tool, struct error *error)
{
	*rows = (struct journal_rows){ .tool = tool,
				       .fd = journal_open(JOURNAL_SOCKET),
				       .fields = fields_of_columns(tool, tool->journal->fields),
				       .message = fields_of_columns(tool, tool->journal->message) };
	return rows->fd >= 0 || error_set(error, EXIT_FAILED, "--journal: %s: %s (is systemd-journald running?)",
					  JOURNAL_SOCKET, strerror(errno));
}

static void add_field(struct journal_rows *rows, const char *name, size_t from)
{
	journal_field(&rows->entry, name, rows->value.data + from, rows->value.length - from);
	rows->value.length = from;
}

static void add_number(struct journal_rows *rows, const char *name, uint64_t value)
{
	text_unsigned(&rows->value, value);
	add_field(rows, name, 0);
}

/* Replaces the '%' of a name by the family: OBJECT_%_SOURCE_ADDRESS. */
static const char *family_name(struct text *name, const char *title, int family)
{
	const char *percent = strchr(title, '%');

	name->length = 0;
	if (percent) {
		text_bytes(name, title, (size_t)(percent - title));
		text_string(name, family == 6 ? "IPV6" : "IPV4");
		title = percent + 1;
	}
	text_bytes(name, title, strlen(title) + 1);
	return name->data;
}

static void add_message(struct journal_rows *rows, const struct field_row *row)
{
	for (const struct field *field = rows->message; field->name; field++) {
		if (rows->value.length)
			text_char(&rows->value, ' ');
		if (field->before)
			text_string(&rows->value, field->before);
		if (!field_write(&rows->value, field, row, AS_COLUMN, 0))
			text_char(&rows->value, '-');
	}
	add_field(rows, "MESSAGE", 0);
}

/* Waits for a busy journald, but only once in HURRY for one that hangs: the ring must not fill meanwhile. */
static void send_entry(struct journal_rows *rows)
{
	uint64_t now = clock_boot();

	if (!journal_send(rows->fd, &rows->entry, now < rows->hurry ? 0 : PATIENCE))
		return;
	rows->lost++;
	rows->hurry = now + HURRY;
}

void journal_rows_add(struct journal_rows *rows, const struct event *event, size_t size)
{
	const struct field_row row = { .event = event, .size = size };
	struct text name = { 0 };

	journal_field(&rows->entry, "SYSLOG_IDENTIFIER", rows->tool->name, strlen(rows->tool->name));
	add_number(rows, "PRIORITY", 5);
	add_number(rows, "_SOURCE_REALTIME_TIMESTAMP", clock_wall_us(event->ts));
	for (const struct field *field = rows->fields; field->name; field++) {
		/* From root, journald itself adds the fields of OBJECT_PID. */
		if (!strcmp(field->title, "OBJECT_COMM") && geteuid() == 0)
			continue;
		if (field_write(&rows->value, field, &row, AS_COLUMN, 0))
			add_field(rows, family_name(&name, field->title, event->family), 0);
	}
	add_message(rows, &row);
	send_entry(rows);
	text_free(&name);
}

void journal_rows_stop(struct journal_rows *rows)
{
	if (rows->lost)
		print_warning("lost %llu journal entries: journald did not take them", (unsigned long long)rows->lost);
	if (rows->fd >= 0)
		close(rows->fd);
	free(rows->fields);
	free(rows->message);
	text_free(&rows->entry);
	text_free(&rows->value);
}
