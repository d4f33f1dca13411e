/* SPDX-License-Identifier: GPL-2.0-or-later */
/* fields.h: the fields that every event has, and how the value of any field is written. */
#ifndef NETTRACE_PRINT_FIELDS_H
#define NETTRACE_PRINT_FIELDS_H

#include "core/print/kinds.h"

/* The common JSON keys in their order, then the columns of -T, -t and --containers; ends with a NULL name. */
extern const struct field common_fields[];

/* A tool's field completed: where it is a view of a common one (same name, no kind of its own), kind and place come
 * from there. Ends the program when there is no such common field: a table in cmd/ is wrong. */
struct field field_complete(const struct field *field);

/* Appends the value. False, nothing appended: it is not known. AS_COLUMN cuts text to `cells` columns (0: never). */
bool field_write(struct text *text, const struct field *field, const struct field_row *row, enum writing how,
		 size_t cells);
/* The same where there is room for FIELD_ROOM bytes, for fields that never need more: the end, or NULL. */
#define FIELD_ROOM 192
bool field_is_short(const struct field *field);
char *field_put(char *to, const struct field *field, const struct field_row *row, enum writing how, size_t cells);
/* Makes the field of an event, all of which must be there, not known. */
void field_set_unknown(const struct field *field, struct event *event);
static inline bool field_is_histogram(const struct field *field)
{
	return kind_rows[field->kind].is_histogram;
}

#endif
