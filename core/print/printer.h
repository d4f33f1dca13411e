/* SPDX-License-Identifier: GPL-2.0-or-later */
/* printer.h: events as rows on stdout: table, wide table, CSV or JSON lines, all from one table of fields. */
#ifndef NETTRACE_PRINT_PRINTER_H
#define NETTRACE_PRINT_PRINTER_H

#include "core/print/columns.h"
#include "core/print/fields.h"
#include "core/base/json.h"
#include "core/model/ledger.h"
#include "core/cli/parse.h"
#include "core/totals/total.h"

#define PRINTER_FIELDS 48

struct printer {
	const struct options *options;
	struct field fields[PRINTER_FIELDS]; /* completed; only those shown in this format */
	size_t count;
	struct column columns[PRINTER_FIELDS]; /* what rows are written from; made of the fields when there is one */
	size_t n_columns;                      /* 0: not made yet */
	const struct field *stack, *histogram; /* those of the fields; NULL: none */
	char tool[COLUMN_TEXT];                /* JSON: the name of the tool, ready */
	uint8_t tool_length;
	struct text text; /* rows that are not written yet: always whole ones */
	uint64_t first_ts;
	uint64_t rows;
	bool totals;       /* rows are totals ... */
	uint64_t interval; /* ... of so many ns ... */
	bool partial;      /* ... which is less than was asked for: the end came before */
	uint64_t now;      /* when it ended */
	uint64_t blocks;   /* of totals so far */
	uint64_t left_out; /* rows of the last of them that --rows left out */
	int fd;
	int error; /* errno of the first write that failed; then nothing is written any more */
};

/* Picks the fields for the options' format, in the order of the tool's table (JSON: the common keys first). fd: where
 * rows go; -1: they stay in printer->text, for the caller to take. */
void printer_start(struct printer *printer, const struct options *options, const struct field *fields, int fd);
/* The same fields, or others, from now on. */
void printer_choose(struct printer *printer, const struct field *fields);
void printer_free(struct printer *printer);
/* How its format writes values; the columns of a field. */
enum writing printer_writing(const struct printer *printer);
int printer_width(const struct printer *printer, const struct field *field);
/* The heading, where the format has one and the user wants it. */
void printer_header(struct printer *printer);
/* One row. */
void printer_row(struct printer *printer, const struct event *event, size_t size);
/* One row of totals; label: in a table, what stands in the first column instead of its value (NULL: nothing). */
void printer_total(struct printer *printer, const struct total *total, const char *label);
/* JSON only: the ledger as a line of its own, when events were lost; its keys are loss_keys. when: ns. */
void printer_loss(struct printer *printer, const struct ledger *ledger, uint64_t when);
extern const struct json_key loss_keys[];
/* Writes it once there is much. */
void printer_look(struct printer *printer);
/* Writes what waits, whole rows at a time. False: it failed, now or before; see error. */
bool printer_flush(struct printer *printer);

#endif
