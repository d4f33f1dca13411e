/* SPDX-License-Identifier: GPL-2.0-or-later */
/* table.c: rows in columns. */
#include "core/print/table.h"

#include <string.h>

static void put_before(struct printer *printer, size_t i)
{
	if (i)
		text_char(&printer->text, ' ');
	if (printer->fields[i].before)
		text_string(&printer->text, printer->fields[i].before);
}

/* Pads the column that began at `from` and ends before field `next`; the last column of a row stays as long as it is,
 * but for numbers, which are aligned by their end. */
static void put_after(struct printer *printer, const struct field *field, size_t from, size_t next)
{
	size_t left = next;

	while (left < printer->count && printer->fields[left].kind == F_STACK)
		left++;
	if (left < printer->count || printer_width(printer, field) < 0)
		text_pad(&printer->text, from, printer_width(printer, field));
	if (field->after)
		text_string(&printer->text, field->after);
}

static bool is_glued(const struct printer *printer, size_t i)
{
	return i < printer->count && printer->fields[i].glued;
}

static const struct field *histogram_of(const struct printer *printer)
{
	for (size_t i = 0; i < printer->count; i++) {
		if (field_is_histogram(&printer->fields[i]))
			return &printer->fields[i];
	}
	return NULL;
}

/* A section of its own: what it is of, then its lines. */
static void put_histogram(struct printer *printer, const struct field *histogram, const struct field_row *row)
{
	struct text *text = &printer->text;

	for (size_t i = 0; i < printer->count; i++) {
		const struct field *field = &printer->fields[i];

		if (field == histogram)
			continue;
		text_string(text, i ? ", " : "\n");
		text_string(text, field->name);
		text_string(text, " = ");
		if (!field_write(text, field, row, AS_COLUMN, 0))
			text_char(text, '-');
	}
	if (printer->count > 1)
		text_char(text, '\n');
	field_histogram_lines(text, histogram, row);
}

void table_header(struct printer *printer)
{
	struct text *text = &printer->text;

	if (histogram_of(printer))
		return;
	for (size_t i = 0, next; i < printer->count; i = next) {
		const struct field *field = &printer->fields[i];
		size_t from;

		next = i + 1;
		if (field->kind == F_STACK)
			continue;
		put_before(printer, i);
		from = text->length;
		text_string(text, field->title);
		for (; is_glued(printer, next); next++) {
			if (!*printer->fields[next].title)
				continue;
			text_string(text, " (");
			text_string(text, printer->fields[next].title);
			text_char(text, ')');
		}
		put_after(printer, field, from, next);
	}
	text_char(text, '\n');
}

void table_row(struct printer *printer, const struct field_row *row)
{
	if (printer->histogram) {
		put_histogram(printer, printer->histogram, row);
		return;
	}
	columns_row(printer, row);
	if (printer->stack) {
		field_stack_lines(&printer->text, printer->stack, row);
		text_char(&printer->text, '\n');
	}
}
