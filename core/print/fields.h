/* SPDX-License-Identifier: GPL-2.0-or-later */
/* fields.h: the members that every event has, views of a tool's members, and the formatting of their values. */
#ifndef NETTRACE_PRINT_FIELDS_H
#define NETTRACE_PRINT_FIELDS_H

#include "core/print/kinds.h"

/* The JSON keys of all events in their order; and the columns of those, then of -T, -t and --containers. End with a
 * NULL name. */
extern const struct member common_members[];
extern const struct column common_columns[];

/* A member without a kind is the tool's of this name, or the common one (tool NULL: only those); a column is completed
 * by its member and the common column of its name. End the program when there is none: a table in cmd/ is wrong. */
struct field field_of_member(const struct tool *tool, const struct member *member);
struct field field_of_column(const struct tool *tool, const struct column *column);
/* All of these, ending with a NULL name, for the caller to free(). Columns of texts only have no kind. */
struct field *fields_of_columns(const struct tool *tool, const struct column *columns);
/* The member of this name, as above. */
struct field field_named(const struct tool *tool, const char *name);

/* Appends the heading of a column. */
void field_title(struct text *text, const struct field *field);
/* Appends the value. False, nothing appended: it is not known. AS_COLUMN cuts text to `cells` columns (0: never). */
bool field_write(struct text *text, const struct field *field, const struct field_row *row, enum writing how,
		 size_t cells);
/* The same where there is room for FIELD_ROOM bytes, for fields that never need more: the end, or NULL. */
#define FIELD_ROOM 192
bool field_is_short(const struct field *field);
char *field_put(char *to, const struct field *field, const struct field_row *row, enum writing how, size_t cells);

static inline bool field_is_histogram(const struct field *field)
{
	return kind_rows[field->kind].is_histogram;
}

#endif
