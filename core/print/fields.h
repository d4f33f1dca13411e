/* SPDX-License-Identifier: GPL-2.0-or-later */
/* fields.h: the members that every event has, views of a tool's members, and the formatting of their values. */
#ifndef NETTRACE_PRINT_FIELDS_H
#define NETTRACE_PRINT_FIELDS_H

#include "core/print/kinds.h"

/* The JSON keys of all events, in order; and the columns of these members, then of -T, -t and --containers. Both end
 * with a NULL name. */
extern const struct member common_members[];
extern const struct column common_columns[];

/* Completes a member without a kind by the tool's member of this name, or by the common one (tool NULL: only common
 * ones). Completes a column by its member and by the common column of its name. A missing member is a bug in a table of
 * cmd/ and ends the program. */
struct field field_of_member(const struct tool *tool, const struct member *member);
struct field field_of_column(const struct tool *tool, const struct column *column);
/* Completes all columns; ends with a NULL name; the caller frees the array. Columns of texts only have no kind. */
struct field *fields_of_columns(const struct tool *tool, const struct column *columns);
/* The member of this name, as above. */
struct field field_named(const struct tool *tool, const char *name);

/* Appends the heading of a column. */
void field_title(struct text *text, const struct field *field);
/* Appends the value. False, nothing appended: unknown. AS_COLUMN truncates text to `cells` columns (0: never). */
bool field_write(struct text *text, const struct field *field, const struct field_row *row, enum writing how,
		 size_t cells);
/* The same in a buffer of FIELD_ROOM bytes, for fields that always fit. Returns the end, or NULL. */
#define FIELD_ROOM 192
bool field_is_short(const struct field *field);
char *field_put(char *to, const struct field *field, const struct field_row *row, enum writing how, size_t cells);

static inline bool field_is_histogram(const struct field *field)
{
	return kind_rows[field->kind].is_histogram;
}

#endif
