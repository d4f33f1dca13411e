/* SPDX-License-Identifier: GPL-2.0-or-later */
/* fields.h: the fields that every event has, and the formatting of each kind of field. */
#ifndef NETTRACE_PRINT_FIELDS_H
#define NETTRACE_PRINT_FIELDS_H

#include "core/base/text.h"
#include "core/tool.h"

/* The common JSON keys in their order, then the columns of -T, -t and --containers; ends with a NULL name. */
extern const struct field common_fields[];

/* A tool's field completed: where it is a view of a common one (same name, no kind of its own), kind and place come
 * from there. Ends the program when there is no such common field: a table in cmd/ is wrong. */
struct field field_complete(const struct field *field);

/* What a row needs beyond its event. */
struct field_row {
	const struct event *event;
	size_t size;           /* of the event as it came: fields beyond it are not known */
	uint64_t first_ts;     /* of the first row printed: what F_RELATIVE counts from */
	uint64_t count;        /* F_COUNT */
	const uint64_t *slots; /* F_LOG2; NULL: it counted nothing */
	const char *label;     /* stands in the first column instead of its value; NULL: nothing does */
};

/* How a value is written. */
enum writing {
	AS_COLUMN,
	AS_CSV,
	AS_JSON,
};

/* The number of a field of 1, 2, 4 or 8 bytes; *known: not all bits are set. */
uint64_t field_number(const struct field *field, const struct event *event, bool *known);
/* Appends the value. False, nothing appended: it is not known. AS_COLUMN cuts text to `cells` columns (0: never). */
bool field_write(struct text *text, const struct field *field, const struct field_row *row, enum writing how,
		 size_t cells);
/* The same where there is room for FIELD_ROOM bytes, for fields that never need more: the end, or NULL. */
#define FIELD_ROOM 192
bool field_is_short(const struct field *field);
char *field_put(char *to, const struct field *field, const struct field_row *row, enum writing how, size_t cells);
/* Appends a stack (F_STACK) as lines "\tsymbol+0xoffset\n", and nothing for an empty one. */
void field_stack_lines(struct text *text, const struct field *field, const struct field_row *row);
/* Appends a histogram (F_LOG2, F_HISTOGRAM) as lines. */
void field_histogram_lines(struct text *text, const struct field *field, const struct field_row *row);
/* Makes the field of an event, all of which must be there, not known. */
void field_set_unknown(const struct field *field, struct event *event);
static inline bool field_is_histogram(const struct field *field)
{
	return field->kind == F_LOG2 || field->kind == F_HISTOGRAM;
}

#endif
