/* SPDX-License-Identifier: GPL-2.0-or-later */
/* rows.h: the output of a tool's events: rows, totals or journal entries. */
#ifndef NETTRACE_ROWS_ROWS_H
#define NETTRACE_ROWS_ROWS_H

#include "core/print/journal.h"
#include "core/totals/live.h"
#include "core/print/outcome.h"
#include "core/print/printer.h"
#include "core/rows/tally.h"
#include "core/totals/summary.h"

struct rows {
	const struct options *options;
	struct printer printer;
	struct summary *summary;     /* NULL: rows */
	struct live_view *live;      /* of totals; NULL: blocks follow each other */
	struct journal_rows journal; /* with --journal */
	struct tally tally;
	struct outcome_fields outcome;
	bool by_outcome;    /* an outcome selects rows ... */
	uint64_t filtered;  /* ... and excluded this number */
	void *join;         /* the state of the tool's unfinished rows (struct join); NULL: the tool has none */
	bool joined;        /* events are finished rows of such a tool (core/rows/timeline.c) */
	struct event *copy; /* of the current event, if the tool derives members; tool_row_size() bytes */
	uint64_t outputs;   /* rows or blocks of totals so far, limited by --count */
	uint64_t since;     /* start of the interval */
};

/* fd: destination of rows; a terminal may show them live. */
void rows_start(struct rows *rows, const struct options *options, int fd);
/* Opens the journal if the user asked for it. False: see *error. */
bool rows_start_journal(struct rows *rows, struct error *error);
/* Starts the first interval: earlier events belong to none. */
void rows_begin(struct rows *rows, uint64_t now);
/* Adds an event of the kernel half; the caller keeps the memory. False: the output needs no more events. */
bool rows_add(struct rows *rows, const struct event *event, size_t size);
/* The event with the members that the user half derives, in memory of `rows`. NULL: the event makes no row, or is
 * filtered. */
const struct event *rows_derive(struct rows *rows, const struct event *event, size_t *size);
/* Of a tool with a join: the row that an event of the kernel half completes, or NULL. */
const struct event *rows_join(struct rows *rows, const struct event *event, size_t *size);
/* The next row that is due at `now` (ns; UINT64_MAX: tracing has ended), or NULL. */
const struct event *rows_due(struct rows *rows, uint64_t now, size_t *size);
/* Adds all rows that are due. */
void rows_pass(struct rows *rows, uint64_t now);
/* The same at the end of tracing, where all are due. */
void rows_end(struct rows *rows, uint64_t now);
/* Counts a row that the caller appended to the printer's text. */
void rows_count_row(struct rows *rows);
/* Totals only: ends the interval and prints it. partial: shorter than the option says. */
void rows_interval(struct rows *rows, uint64_t now, bool partial);
/* A live screen of totals that have no interval: shows those so far. */
void rows_refresh(struct rows *rows, uint64_t now);
/* Whether the exit status is the answer (struct tool, .quiet), and it is: no row. */
bool rows_answer_no(const struct rows *rows);
/* Prints what follows the last row. */
void rows_tail(struct rows *rows);
/* Whether the output has reached its --count. */
bool rows_are_enough(const struct rows *rows);
void rows_stop(struct rows *rows);

#endif
