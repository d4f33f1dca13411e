/* SPDX-License-Identifier: GPL-2.0-or-later */
/* journal.h: events as entries of the systemd journal (-Y). */
#ifndef NETTRACE_PRINT_JOURNAL_H
#define NETTRACE_PRINT_JOURNAL_H

#include "core/print/fields.h"

struct journal_rows {
	const struct tool *tool;
	int fd;
	uint64_t lost;                  /* entries that the full journald refused */
	uint64_t hurry;                 /* until then (ns of CLOCK_BOOTTIME), a slow journald gets no waiting time */
	struct field *fields, *message; /* end with a NULL name */
	struct text entry, value;
};

/* False: no journald listens, see *error. */
bool journal_rows_start(struct journal_rows *rows, const struct tool *tool, struct error *error);
void journal_rows_add(struct journal_rows *rows, const struct event *event, size_t size);
/* Reports lost entries, and closes the socket. */
void journal_rows_stop(struct journal_rows *rows);

#endif
