/* SPDX-License-Identifier: GPL-2.0-or-later */
/* columns.h: the prepared columns of a printer, for every format. */
#ifndef NETTRACE_PRINT_COLUMNS_H
#define NETTRACE_PRINT_COLUMNS_H

#include "core/model/options.h"
#include "core/print/fields.h"

#define COLUMNS_MOST 48
#define COLUMN_TEXT  64 /* of what goes before a value */
#define COLUMN_ROOM  (FIELD_ROOM + 4 * COLUMN_TEXT + INT8_MAX)

/* A field, ready to be written. */
struct ready_column {
	const struct field *field;
	struct field fallback; /* is written where the value is not known; without a kind: */
	const char *absent;    /* ... this is */
	const char *after;     /* behind the padding, or the part; NULL: nothing */
	char before[COLUMN_TEXT];
	uint8_t before_length, absent_length;
	bool is_short; /* field_put() serves */
	bool never;    /* no row has a value: containers are not looked up */
	bool ascii;    /* bytes are columns of a terminal */
	bool part;     /* of the column before: " (value)", if it is known */
	uint8_t cells; /* longer text is cut; 0: never */
	int16_t width; /* 0: no padding; negative: right-aligned */
};

struct columns {
	const struct options *options;
	struct field fields[COLUMNS_MOST]; /* completed; only those shown in this format */
	size_t count;
	struct ready_column
		ready[COLUMNS_MOST];           /* what rows are written from; made of the fields when there is a row */
	size_t n_ready;                        /* 0: not made yet */
	const struct field *stack, *histogram; /* those of the fields; NULL: none */
	char tool[COLUMN_TEXT];                /* JSON: the name of the tool, ready */
	uint8_t tool_length;
	bool totals;       /* rows are totals ... */
	uint64_t interval; /* ... of this length, ns ... */
	bool partial;      /* ... which is less than was asked for: the end came before */
};

/* How the options' format writes values; how many columns a field has in a table. */
enum writing columns_writing(const struct columns *columns);
int columns_width(const struct columns *columns, const struct field *field);
/* Makes ready what rows are written from. */
void columns_make(struct columns *columns);
/* Appends a row, with the end of its line. */
void columns_row(const struct columns *columns, struct text *text, const struct field_row *row);

#endif
