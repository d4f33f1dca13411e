/* SPDX-License-Identifier: GPL-2.0-or-later */
/* printer.h: events as rows on stdout: table, wide table, CSV or JSON lines, all views of its members. */
#ifndef NETTRACE_PRINT_PRINTER_H
#define NETTRACE_PRINT_PRINTER_H

#include "core/print/columns.h"
#include "core/print/fields.h"
#include "core/model/options.h"

struct printer {
	const struct options *options;
	struct columns columns;
	struct text text; /* rows that are not written yet: always whole ones */
	uint64_t first_ts;
	uint64_t rows;
	uint64_t now;      /* when the interval ended that rows are totals of */
	uint64_t blocks;   /* of totals so far */
	uint64_t left_out; /* rows of the last of them that --rows left out */
	int fd;
	int error; /* errno of the first write that failed; then nothing is written any more */
};

/* Picks for the options' format the columns of the tool, or (JSON) its members, the common ones first; totals: those of
 * its totals. fd: where rows go; -1: they stay in printer->text, for the caller to take. */
void printer_start(struct printer *printer, const struct options *options, bool totals, int fd);
/* Picks them again. */
void printer_choose(struct printer *printer);
void printer_free(struct printer *printer);
/* The heading, where the format has one and the user wants it. */
void printer_header(struct printer *printer);
/* One row. */
void printer_row(struct printer *printer, const struct event *event, size_t size);
/* The same where more is known than the event. */
void printer_field_row(struct printer *printer, struct field_row *row);
/* Writes it once there is much. */
void printer_flush_if_full(struct printer *printer);
/* Writes what waits, whole rows at a time. False: it failed, now or before; see error. */
bool printer_flush(struct printer *printer);

#endif
