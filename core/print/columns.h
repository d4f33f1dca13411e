/* SPDX-License-Identifier: GPL-2.0-or-later */
/* columns.h: a printer's fields, made ready: what a row of them is written from, in every format. */
#ifndef NETTRACE_PRINT_COLUMNS_H
#define NETTRACE_PRINT_COLUMNS_H

#include "core/print/fields.h"

struct printer;

#define COLUMN_TEXT 64 /* of what goes before a value */
#define COLUMN_ROOM (FIELD_ROOM + 4 * COLUMN_TEXT + INT8_MAX)

struct column {
	const struct field *field;
	const struct field *otherwise; /* is written where the value is not known; NULL: */
	const char *absent;            /* ... this is */
	const char *after;             /* behind the padding, or the part; NULL: nothing */
	char before[COLUMN_TEXT];
	uint8_t before_length, absent_length;
	bool is_short; /* field_put() serves */
	bool never;    /* no row has a value: containers are not looked up */
	bool ascii;    /* bytes are columns of a terminal */
	bool part;     /* of the column before: " (value)", if it is known */
	uint8_t cells; /* longer text is cut; 0: never */
	int16_t width; /* 0: no padding; negative: right-aligned */
};

/* Fills printer->columns from printer->fields. */
void columns_make(struct printer *printer);
/* Appends a row, with the end of its line. */
void columns_row(struct printer *printer, const struct field_row *row);

#endif
