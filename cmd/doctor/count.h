/* SPDX-License-Identifier: GPL-2.0-or-later */
/* count.h: counters over JSON lines that nettrace wrote: keys and values, no general parser. */
#ifndef NETTRACE_DOCTOR_COUNT_H
#define NETTRACE_DOCTOR_COUNT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define COUNT_MEASURED 8

/* The terms of expected numbers. */
struct known {
	const char *report; /* the line of `nettrace traffic --json` */
	struct {
		const char *name;
		uint64_t value;
	} measured[COUNT_MEASURED]; /* ends with a NULL name */
};

/* The value of "key" in a line: of a string without quotes and still escaped, of an array up to its end. False: no such
 * key. */
bool count_value(const char *line, const char *key, const char **value, size_t *length);
/* The same as a number. False: no number. */
bool count_number(const char *line, const char *key, uint64_t *number);
/* Evaluates an expression like "2*connect+refuse-3*reset": numbers, and names in the report or in .measured. False: an
 * unknown name, or a negative sum. */
bool count_expression(const char *expression, const struct known *known, uint64_t *sum);
/* Whether the line matches all parts of "key=value key=value|other key=@name"; @ refers to a number in the report. */
bool count_matches(const char *line, const char *select, const struct known *known);
/* Whether the array in the report contains the number. */
bool count_in_array(const char *report, const char *key, uint64_t number);

#endif
