/* SPDX-License-Identifier: GPL-2.0-or-later */
/* count.h: counters over JSON lines that nettrace wrote: keys and values, no general parser. */
#ifndef NETTRACE_DOCTOR_COUNT_H
#define NETTRACE_DOCTOR_COUNT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define COUNT_MEASURED 8

/* What expected numbers are made of. */
struct known {
	const char *report; /* the line of `nettrace traffic --json` */
	struct {
		const char *name;
		uint64_t value;
	} measured[COUNT_MEASURED]; /* ends with a NULL name */
};

/* The value of "key" in a line (of a string: without its quotes, escaped as it is; of an array: up to its end). False:
 * the line has no such key. */
bool count_value(const char *line, const char *key, const char **value, size_t *length);
/* The same as a number. False: there is none. */
bool count_number(const char *line, const char *key, uint64_t *number);
/* Adds up an expression like "2*connect+refuse-3*reset": numbers, and names of the report or of what was measured.
 * False: an unknown name, or it would be negative. */
bool count_expression(const char *expression, const struct known *known, uint64_t *sum);
/* The line has all of these: "key=value key=value|other key=@name": @ stands for a number of the report. */
bool count_matches(const char *line, const char *select, const struct known *known);
/* The number is in the array of the report. */
bool count_in_array(const char *report, const char *key, uint64_t number);

#endif
