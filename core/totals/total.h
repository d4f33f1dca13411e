/* SPDX-License-Identifier: GPL-2.0-or-later */
/* total.h: one row of totals: sums, latest values and order. */
#ifndef NETTRACE_TOTALS_TOTAL_H
#define NETTRACE_TOTALS_TOTAL_H

#include "core/print/printer.h"

#define TOTALS_FIELDS 48
#define TOTALS_KEY    128

/* A row: the latest event of its key, with the SUM fields of all of them. */
struct total {
	uint64_t count, hash;
	uint64_t rank;       /* what the running totals_sort() goes by */
	struct event *event; /* tool->image.event_size bytes, the tail zero where the event was shorter */
	size_t size;         /* of the latest event as it came */
	uint64_t *slots;     /* of the F_LOG2 field; NULL: none */
	unsigned char key[TOTALS_KEY];
};

/* What a tool's totals are made of. */
struct totals_fields {
	struct field fields[TOTALS_FIELDS]; /* completed */
	size_t count;
	size_t event_size;
	const struct field *log2;   /* of fields; NULL: none */
	bool counts;                /* there is an F_COUNT */
	const struct field *weight; /* of fields: what an event counts as; NULL: 1 */
};

void totals_fields(struct totals_fields *fields, const struct tool *tool);
/* Adds an event of `size` bytes, or a row, to *total, which starts as zeroes. */
void totals_add_event(const struct totals_fields *fields, struct total *total, const struct event *event, size_t size);
void totals_add_row(const struct totals_fields *fields, struct total *total, const struct total *row);
/* Prints it as a row; label: in a table, what stands in the first column instead of its value (NULL: nothing). */
void total_print(struct printer *printer, const struct total *total, const char *label);
/* Frees what *total holds. */
void totals_release(struct total *total);
/* Most first by this sort (struct member), equal ones by key, so the order is stable; without fields to sort by: by
 * count, or by key where nothing is counted. */
void totals_sort(const struct totals_fields *fields, struct total *totals, size_t count, unsigned int sort);

#endif
