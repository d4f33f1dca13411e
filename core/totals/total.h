/* SPDX-License-Identifier: GPL-2.0-or-later */
/* total.h: one row of totals: sums, latest values and order. */
#ifndef NETTRACE_TOTALS_TOTAL_H
#define NETTRACE_TOTALS_TOTAL_H

#include "core/print/printer.h"

#define TOTALS_FIELDS 112
#define TOTALS_KEY    128

/* A row: the latest event of its key, with the sums over all events in the SUM fields. */
struct total {
	uint64_t count, hash;
	uint64_t rank;       /* the sort key during totals_sort() */
	struct event *event; /* tool_row_size() bytes, zero beyond a shorter event */
	size_t size;         /* of the latest event as received */
	uint64_t *slots;     /* of the F_LOG2 field; NULL: none */
	unsigned char key[TOTALS_KEY];
};

/* The fields of a tool's totals. */
struct totals_fields {
	struct field fields[TOTALS_FIELDS]; /* completed */
	size_t count;
	size_t event_size;
	const struct field *log2;   /* among fields; NULL: none */
	bool counts;                /* one of the fields is F_COUNT */
	const struct field *weight; /* among fields: the count of an event; NULL: 1 */
};

void totals_fields(struct totals_fields *fields, const struct tool *tool);
/* Adds an event of `size` bytes, or a row, to *total, initially all zero. */
void totals_add_event(const struct totals_fields *fields, struct total *total, const struct event *event, size_t size);
void totals_add_row(const struct totals_fields *fields, struct total *total, const struct total *row);
/* Prints the total as a row. label: replaces the value of the first column in a table (NULL: nothing). */
void total_print(struct printer *printer, const struct total *total, const char *label);
/* Frees the contents of *total. */
void totals_release(struct total *total);
/* Sorts by this sort (struct member), largest first; equal rows by key, so the order is stable. Without fields to sort
 * by: by count, or by key if nothing is counted. */
void totals_sort(const struct totals_fields *fields, struct total *totals, size_t count, unsigned int sort);

#endif
