/* SPDX-License-Identifier: GPL-2.0-or-later */
/* table.c: rows in aligned columns. */
#include "core/print/table.h"

#include <string.h>

static void put_before(const struct columns *columns, struct text *text, size_t i)
{
	if (i)
		text_char(text, ' ');
	if (columns->fields[i].before)
		text_string(text, columns->fields[i].before);
}

/* Pads the column that began at `from` and ends before field `next`. The last column of a row is not padded, unless it
 * is a right-aligned number. */
static void put_after(const struct columns *columns, struct text *text, const struct field *field, size_t from,
		      size_t next)
{
	size_t left = next;

	while (left < columns->count && kind_rows[columns->fields[left].kind].is_below)
		left++;
	if (left < columns->count || columns_width(columns, field) < 0)
		text_pad(text, from, columns_width(columns, field));
	if (field->after)
		text_string(text, field->after);
}

static bool is_glued(const struct columns *columns, size_t i)
{
	return i < columns->count && columns->fields[i].suffix;
}

static const struct field *histogram_of(const struct columns *columns)
{
	for (size_t i = 0; i < columns->count; i++) {
		if (field_is_histogram(&columns->fields[i]))
			return &columns->fields[i];
	}
	return NULL;
}

/* Prints a section for the histogram: its title, then its lines. */
static void put_histogram(const struct columns *columns, struct text *text, const struct field *histogram,
			  const struct field_row *row)
{
	for (size_t i = 0; i < columns->count; i++) {
		const struct field *field = &columns->fields[i];

		if (field == histogram)
			continue;
		text_string(text, i ? ", " : "\n");
		text_string(text, field->name);
		text_string(text, " = ");
		if (!field_write(text, field, row, AS_COLUMN, 0))
			text_char(text, '-');
	}
	if (columns->count > 1)
		text_char(text, '\n');
	field_histogram_lines(text, histogram, row, !columns->options->no_header, columns->window);
}

void table_header(const struct columns *columns, struct text *text)
{
	if (histogram_of(columns))
		return;
	for (size_t i = 0, next; i < columns->count; i = next) {
		const struct field *field = &columns->fields[i];
		size_t from;

		next = i + 1;
		if (kind_rows[field->kind].is_below)
			continue;
		put_before(columns, text, i);
		from = text->length;
		field_title(text, field);
		for (; is_glued(columns, next); next++) {
			if (!*columns->fields[next].title)
				continue;
			text_string(text, " (");
			text_string(text, columns->fields[next].title);
			text_char(text, ')');
		}
		put_after(columns, text, field, from, next);
	}
	text_char(text, '\n');
}

void table_row(const struct columns *columns, struct text *text, const struct field_row *row)
{
	if (columns->histogram) {
		put_histogram(columns, text, columns->histogram, row);
		return;
	}
	columns_row(columns, text, row);
	if (columns->stack) {
		field_stack_lines(text, columns->stack, row);
		text_char(text, '\n');
	}
}
