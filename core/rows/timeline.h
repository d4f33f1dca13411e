/* SPDX-License-Identifier: GPL-2.0-or-later */
/* timeline.h: the events of several tools as one stream of rows in order of time.
 *
 * Rows are in order if no event arrives more than TIMELINE_SLACK after it happened. A CPU reads the clock a moment
 * before it reserves its record in the ring, so the ring's order differs slightly. A later event is printed as soon as
 * it arrives, and reported at the end. */
#ifndef NETTRACE_ROWS_TIMELINE_H
#define NETTRACE_ROWS_TIMELINE_H

#include "core/rows/line.h"
#include "core/rows/reorder.h"
#include "core/rows/rows.h"

#define TIMELINE_SLACK 100000000ULL /* ns */
#define TIMELINE_FLOW  1            /* flag of the timeline's options: rows are grouped by connection */

/* A row: the common members, and the text that the user half makes of the others. */
struct timeline_event {
	struct event common; /* ts: time of the event (struct story) */
	char tool[16];
	char what[232];
};

struct flows;

struct timeline {
	struct rows *out; /* of the timeline's own options: prints everything */
	struct lines lines;
	struct reorder reorder;
	struct flows *flows; /* NULL: rows in order of time */
};

/* options[0 .. count - 1]: of the tools, each with a story, unless the timeline's own options have a reader, which gets
 * the events instead; the caller keeps them. out: after rows_start() with the timeline's own options. */
void timeline_start(struct timeline *timeline, struct rows *out, const struct options *options, size_t count);
/* Adds an event of the kernel half; the caller keeps the memory. False: the output needs no more events. */
bool timeline_add(struct timeline *timeline, const struct event *event, size_t size);
/* Prints the rows whose order is final, after the caller has emptied the ring as of `now` (ns); 0: time unknown, only
 * the events added so far count. */
void timeline_release(struct timeline *timeline, uint64_t now);
/* Prints the remaining rows and reports those out of order. */
void timeline_end(struct timeline *timeline);
/* The printer of a tool's own rows, for reports about the tool (losses_report); the caller then calls
 * timeline_collect(). */
struct printer *timeline_printer(struct timeline *timeline, size_t tool);
/* Moves the text of the tools' printers to that of `out`. */
void timeline_collect(struct timeline *timeline);
void timeline_stop(struct timeline *timeline);

#endif
