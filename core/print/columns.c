/* SPDX-License-Identifier: GPL-2.0-or-later */
/* columns.c: rows, in every format: the hot path, with core/print/field_put.c and core/base/put.h. What can be known
 * before the first row is: the text between values, which values are short and plain ASCII, and how far each column is
 * padded. Room is made once a row; a value of another kind makes its own. */
#include "core/print/columns.h"

#include <string.h>

#include "core/print/printer.h"
#include "core/base/put.h"
#include "core/base/message.h"

/* ---- before the first row ---- */

static void add_text(char *to, uint8_t *length, const char *text)
{
	size_t more = strlen(text);

	if (*length + more > COLUMN_TEXT)
		say_exit(EXIT_FAILED, "internal: a column has more text around it than there is room for: %s", text);
	memcpy(to + *length, text, more);
	*length = (uint8_t)(*length + more);
}

static const struct field *find(const struct field *fields, const char *name)
{
	while (name && fields->name && strcmp(fields->name, name))
		fields++;
	return name && fields->name ? fields : NULL;
}

static struct column *add_column(struct printer *printer, const struct field *field)
{
	struct column *column = &printer->columns[printer->n_columns++];

	*column = (struct column){ .field = field, .is_short = field_is_short(field), .absent = "" };
	column->never = field->kind == F_CONTAINER && !printer->options->containers;
	return column;
}

static void make_json(struct printer *printer)
{
	printer->tool_length = 0;
	add_text(printer->tool, &printer->tool_length, ",\"tool\":\"");
	add_text(printer->tool, &printer->tool_length, printer->options->tool->name);
	add_text(printer->tool, &printer->tool_length, "\"");
	for (size_t i = 0; i < printer->count; i++) {
		struct column *column = add_column(printer, &printer->fields[i]);

		column->absent = "null";
		add_text(column->before, &column->before_length, i ? ",\"" : "{\"");
		add_text(column->before, &column->before_length, column->field->name);
		add_text(column->before, &column->before_length, "\":");
	}
}

static void make_csv(struct printer *printer)
{
	for (size_t i = 0; i < printer->count; i++) {
		struct column *column = add_column(printer, &printer->fields[i]);

		add_text(column->before, &column->before_length, i ? "," : "");
	}
}

/* A column and the parts glued to it: padded as one, where another follows; the last one of a row stays as long as it
 * is, but for numbers, which are aligned by their end. */
static void make_table(struct printer *printer)
{
	const struct field *main = NULL, *last = NULL;

	for (size_t i = 0; i < printer->count; i++)
		if (printer->fields[i].kind != F_STACK && !printer->fields[i].glued)
			last = &printer->fields[i];
	for (size_t i = 0; i < printer->count; i++) {
		const struct field *field = &printer->fields[i];
		struct column *column;
		int width;

		if (field->kind == F_STACK)
			continue;
		column = add_column(printer, field);
		column->part = main && field->glued;
		if (column->part) {
			column->ascii = column[-1].ascii && field->kind != F_TEXT;
			column->width = column[-1].width;
			column->after = column[-1].after;
			column[-1].width = 0;
			column[-1].after = NULL;
			continue;
		}
		main = field;
		width = printer_width(printer, field);
		column->absent = "-";
		column->otherwise = find(printer->options->tool->fields, field->otherwise);
		column->ascii = field->kind != F_TEXT && !column->otherwise;
		column->cells = field->cut ? (uint8_t)(width < 0 ? -width : width) : 0;
		column->width = (int16_t)(main == last && width > 0 ? 0 : width);
		column->after = field->after;
		add_text(column->before, &column->before_length, i ? " " : "");
		add_text(column->before, &column->before_length, field->before ? field->before : "");
	}
}

void columns_make(struct printer *printer)
{
	printer->n_columns = 0;
	printer->stack = printer->histogram = NULL;
	for (size_t i = 0; i < printer->count; i++) {
		if (printer->fields[i].kind == F_STACK)
			printer->stack = &printer->fields[i];
		if (field_is_histogram(&printer->fields[i]))
			printer->histogram = &printer->fields[i];
	}
	if (printer->options->format == FORMAT_JSON)
		make_json(printer);
	else if (printer->options->format == FORMAT_CSV)
		make_csv(printer);
	else
		make_table(printer);
}

/* ---- a row ---- */

/* Anything that is no short value: leaves the row's room, and comes back with new room. */
static char *put_long(struct printer *printer, const struct column *column, const struct field_row *row, char *to)
{
	struct text *text = &printer->text;
	enum writing how = printer_writing(printer);

	text_end(text, to);
	if (row->label && column == printer->columns)
		text_string(text, row->label);
	else if (!field_write(text, column->field, row, how, column->cells) &&
		 !(column->otherwise && field_write(text, column->otherwise, row, how, 0)))
		text_string(text, column->absent);
	return text_room(text, printer->n_columns * COLUMN_ROOM);
}

static char *put_value(struct printer *printer, const struct column *column, const struct field_row *row,
		       enum writing how, char *to)
{
	char *end;

	if (column->never)
		return put_string(to, column->absent);
	if (!column->is_short || row->label)
		return put_long(printer, column, row, to);
	end = field_put(to, column->field, row, how, column->cells);
	if (end)
		return end;
	return column->otherwise ? put_long(printer, column, row, to) : put_string(to, column->absent);
}

/* " (value)" behind a value; nothing where it is not known. */
static char *put_part(struct printer *printer, const struct column *column, const struct field_row *row, char *to)
{
	struct text *text = &printer->text;
	size_t before;

	text_end(text, to);
	before = text->length;
	text_string(text, " (");
	if (field_write(text, column->field, row, AS_COLUMN, 0)) {
		text_string(text, column->field->after ? column->field->after : "");
		text_char(text, ')');
	} else {
		text->length = before;
	}
	return text_room(text, printer->n_columns * COLUMN_ROOM);
}

/* What interval tools say of the interval. */
static char *put_interval(const struct printer *printer, char *to)
{
	to = put_unsigned(put_string(to, ",\"interval_ns\":"), printer->interval);
	return put_string(to, printer->partial ? ",\"partial\":true" : ",\"partial\":false");
}

/* The column that began at `from` gets its width. */
static char *pad(const struct column *column, bool ascii, char *from, char *to)
{
	size_t cells = 0, wanted = (size_t)(column->width < 0 ? -column->width : column->width);

	for (const char *at = from; !ascii && at < to; at++)
		cells += (*at & 0xc0) != 0x80; /* characters, not bytes */
	if (ascii)
		cells = (size_t)(to - from);
	if (cells >= wanted)
		return to;
	if (column->width < 0) {
		memmove(from + (wanted - cells), from, (size_t)(to - from));
		memset(from, ' ', wanted - cells);
		return to + (wanted - cells);
	}
	return put_spaces(to, wanted - cells);
}

void columns_row(struct printer *printer, const struct field_row *row)
{
	struct text *text = &printer->text;
	enum writing how = printer_writing(printer);
	char *to = text_room(text, printer->n_columns * COLUMN_ROOM);
	size_t from = 0;

	for (const struct column *column = printer->columns, *last = column + printer->n_columns; column < last;
	     column++) {
		if (column->part) {
			to = put_part(printer, column, row, to);
		} else {
			memcpy(to, column->before, COLUMN_TEXT / 2);
			if (column->before_length > COLUMN_TEXT / 2)
				memcpy(to, column->before, COLUMN_TEXT);
			to += column->before_length;
			from = (size_t)(to - text->data);
			to = put_value(printer, column, row, how, to);
		}
		if (column->width)
			to = pad(column, column->ascii && !row->label, text->data + from, to);
		if (column->after)
			to = put_string(to, column->after);
		if (how == AS_JSON && column == printer->columns) {
			memcpy(to, printer->tool, COLUMN_TEXT);
			to += printer->tool_length;
			if (printer->totals)
				to = put_interval(printer, to);
		}
	}
	if (how == AS_JSON)
		*to++ = '}';
	*to++ = '\n';
	text_end(text, to);
}
