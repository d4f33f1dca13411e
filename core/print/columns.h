/* SPDX-License-Identifier: GPL-2.0-or-later */
/* columns.h: the prepared columns of a printer, for every format. */
#ifndef NETTRACE_PRINT_COLUMNS_H
#define NETTRACE_PRINT_COLUMNS_H

#include "core/model/options.h"
#include "core/print/fields.h"

#define COLUMNS_MOST 112
#define COLUMN_TEXT  64 /* of the text before a value */
#define COLUMN_ROOM  (FIELD_ROOM + 4 * COLUMN_TEXT + INT8_MAX)

/* A field, prepared for writing. */
struct ready_column {
	const struct field *field;
	struct field fallback; /* written if the value is unknown; without a kind: ... */
	const char *absent;    /* ... this text is */
	const char *after;     /* after the padding, or the part; NULL: nothing */
	char before[COLUMN_TEXT];
	uint8_t before_length, absent_length;
	bool is_short; /* field_put() can write it */
	bool never;    /* has no value: container lookups are disabled, or an earlier row shows it (field.once) */
	bool ascii;    /* a byte is a column of a terminal */
	bool shorten;  /* text beyond the width is cut */
	bool part;     /* suffix of the previous column: " (value)", if known */
	uint8_t cells; /* longer text is truncated; 0: never */
	int16_t width; /* 0: no padding; negative: right-aligned */
};

struct columns {
	const struct options *options;
	struct field fields[COLUMNS_MOST]; /* completed; only those shown in this format */
	size_t count;
	struct ready_column ready[COLUMNS_MOST]; /* prepared from the fields before the first row */
	size_t n_ready;                          /* 0: not prepared */
	const struct field *stack, *histogram;   /* among the fields; NULL: none */
	char tool[COLUMN_TEXT];                  /* JSON: the tool's name, escaped */
	uint8_t tool_length;
	bool totals;       /* rows are totals ... */
	uint64_t interval; /* ... of this length, ns ... */
	bool partial;      /* ... shorter than the option's: the run ended */
	size_t window;     /* width that histograms fit; 0: any */
};

/* The options' style of values; the width of a field in a table. */
enum writing columns_writing(const struct columns *columns);
int columns_width(const struct columns *columns, const struct field *field);
/* Prepares the columns for rows. */
void columns_make(struct columns *columns);
/* Appends a row with its newline. */
void columns_row(const struct columns *columns, struct text *text, const struct field_row *row);

#endif
