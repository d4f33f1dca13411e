/* SPDX-License-Identifier: GPL-2.0-or-later */
/* printer.h: events as rows on stdout: table, wide table, CSV or JSON lines, all views of its members. */
#ifndef NETTRACE_PRINT_PRINTER_H
#define NETTRACE_PRINT_PRINTER_H

#include "core/print/columns.h"
#include "core/print/fields.h"
#include "core/model/ledger.h"
#include "core/model/options.h"

struct printer {
	const struct options *options;
	struct columns columns;
	struct text text; /* unwritten rows, always whole ones */
	uint64_t first_ts;
	uint64_t rows;
	uint64_t now;           /* the end of the interval of the totals */
	uint64_t blocks;        /* of totals so far */
	struct ledger reported; /* with the losses that were reported (core/run/losses.h) */
	int fd;
	int error; /* errno of the first failed write; afterwards nothing is written */
};

/* Picks the columns of the tool or (JSON) its members, the common ones first; totals: those of its totals. fd:
 * destination of rows; -1: rows stay in printer->text, for the caller. */
void printer_start(struct printer *printer, const struct options *options, bool totals, int fd);
/* Picks the columns again, after a change of the options. */
void printer_choose(struct printer *printer);
void printer_free(struct printer *printer);
/* Prints the heading, if the format has one and the user wants it. */
void printer_header(struct printer *printer);
void printer_row(struct printer *printer, const struct event *event, size_t size);
/* Prints a row with more input than its event. */
void printer_field_row(struct printer *printer, struct field_row *row);
/* Flushes if the text is long. */
void printer_flush_if_full(struct printer *printer);
/* Writes the pending rows, whole ones. False: a write failed, now or earlier; see error. */
bool printer_flush(struct printer *printer);

#endif
