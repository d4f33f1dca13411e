/* SPDX-License-Identifier: GPL-2.0-or-later */
/* tally.h: the last line of a table: the number of rows, and of rows for each value of one member. */
#ifndef NETTRACE_ROWS_TALLY_H
#define NETTRACE_ROWS_TALLY_H

#include "core/print/printer.h"
#include "core/totals/summary.h"

#define TALLY_VALUES 16

struct tally {
	struct field field; /* F_NAME; no name: the tool has no such line, or the user wants none */
	uint64_t rows, of[TALLY_VALUES];
};

void tally_start(struct tally *tally, const struct options *options);
void tally_add(struct tally *tally, const struct event *event);
/* Counts the rows of a summary instead. */
void tally_count(struct tally *tally, const struct summary *summary);
/* Prints the line. */
void tally_print(const struct tally *tally, struct printer *printer);

#endif
