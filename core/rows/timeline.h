/* SPDX-License-Identifier: GPL-2.0-or-later */
/* timeline.h: the events of several tools as one stream of rows in the order of their times, wherever they come from.
 *
 * Rows are in order as long as no event comes more than TIMELINE_SLACK after it happened: the ring has the order in
 * which CPUs took their places in it, which is a moment after they had read the clock. One that comes later still is
 * printed as soon as it is there, and told of at the end. */
#ifndef NETTRACE_ROWS_TIMELINE_H
#define NETTRACE_ROWS_TIMELINE_H

#include "core/rows/line.h"
#include "core/rows/reorder.h"
#include "core/rows/rows.h"

#define TIMELINE_SLACK 100000000ULL /* ns */
#define TIMELINE_FLOW  1            /* flag of the timeline's options: rows are grouped by connection */

/* A row: what all events have, and what the user half makes of the rest. */
struct timeline_event {
	struct event common; /* ts: when it happened (struct story) */
	char tool[16];
	char what[232];
};

struct flows;

struct timeline {
	struct rows *out; /* of the timeline's own options: where everything is printed */
	struct lines lines;
	struct reorder reorder;
	struct flows *flows; /* NULL: rows as they come */
};

/* options[0 .. count - 1]: the tools', each with a story; they stay the caller's. out: rows_start() of the timeline's
 * own options. */
void timeline_start(struct timeline *timeline, struct rows *out, const struct options *options, size_t count);
/* Takes an event as the kernel half made it; the memory stays the caller's. False: no more are wanted. */
bool timeline_add(struct timeline *timeline, const struct event *event, size_t size);
/* Prints what is in order, now that all of the ring has been taken that was in it at `now` (ns); 0: that is not known,
 * only what has been taken. */
void timeline_release(struct timeline *timeline, uint64_t now);
/* Prints the rest, and tells what was out of order. */
void timeline_end(struct timeline *timeline);
/* The printer of a tool's own rows, for reports about the tool (losses_report); then call timeline_collect(). */
struct printer *timeline_printer(struct timeline *timeline, size_t tool);
/* Moves what the tools' printers have to out's. */
void timeline_collect(struct timeline *timeline);
void timeline_stop(struct timeline *timeline);

#endif
