/* SPDX-License-Identifier: GPL-2.0-or-later */
/* columns.c: rows in every format.
 *
 * The hot path, with core/print/kinds.c and core/base/put.h. Computed before the first row: the text between values,
 * the width of each column, and which values are short and plain ASCII. Each row reserves room once; values that are
 * not short reserve their own. */
#include "core/print/columns.h"

#include <string.h>

#include "core/base/put.h"
#include "core/base/must.h"

/* ---- before the first row ---- */

enum writing columns_writing(const struct columns *columns)
{
	enum format format = columns->options->format;

	return format == FORMAT_JSON ? AS_JSON : format == FORMAT_CSV ? AS_CSV : AS_COLUMN;
}

int columns_width(const struct columns *columns, const struct field *field)
{
	return columns->options->wide ? field->wide : field->width;
}

static void add_text(char *to, uint8_t *length, const char *text)
{
	size_t more = strlen(text);

	if (*length + more > COLUMN_TEXT)
		bug("a column has more text around it than there is room for: %s", text);
	memcpy(to + *length, text, more);
	*length = (uint8_t)(*length + more);
}

static struct ready_column *add_column(struct columns *columns, const struct field *field)
{
	struct ready_column *column = &columns->ready[columns->n_ready++];

	*column = (struct ready_column){ .field = field, .is_short = field_is_short(field), .absent = "" };
	column->never = field->kind == F_CONTAINER && !columns->options->containers;
	return column;
}

static void make_json(struct columns *columns)
{
	columns->tool_length = 0;
	add_text(columns->tool, &columns->tool_length, ",\"tool\":\"");
	add_text(columns->tool, &columns->tool_length, columns->options->tool->name);
	add_text(columns->tool, &columns->tool_length, "\"");
	for (size_t i = 0; i < columns->count; i++) {
		struct ready_column *column = add_column(columns, &columns->fields[i]);

		column->absent = "null";
		add_text(column->before, &column->before_length, i ? ",\"" : "{\"");
		add_text(column->before, &column->before_length, column->field->name);
		add_text(column->before, &column->before_length, "\":");
	}
}

static void make_csv(struct columns *columns)
{
	for (size_t i = 0; i < columns->count; i++) {
		struct ready_column *column = add_column(columns, &columns->fields[i]);

		add_text(column->before, &column->before_length, i ? "," : "");
	}
}

/* Lays out a table. A column and its suffix parts are padded as one, if another column follows. The last column of a
 * row is not padded, unless it is a right-aligned number. */
static void make_table(struct columns *columns)
{
	const struct field *main = NULL, *last = NULL;

	for (size_t i = 0; i < columns->count; i++)
		if (!kind_rows[columns->fields[i].kind].is_below && !columns->fields[i].suffix)
			last = &columns->fields[i];
	for (size_t i = 0; i < columns->count; i++) {
		const struct field *field = &columns->fields[i];
		struct ready_column *column;
		int width;

		if (kind_rows[field->kind].is_below)
			continue;
		column = add_column(columns, field);
		column->part = main && field->suffix;
		if (column->part) {
			column->ascii = column[-1].ascii && kind_rows[field->kind].sizes != SIZES_TEXT;
			column->width = column[-1].width;
			column->after = column[-1].after;
			column->shorten = column[-1].shorten;
			column[-1].shorten = false;
			column[-1].width = 0;
			column[-1].after = NULL;
			continue;
		}
		main = field;
		width = columns_width(columns, field);
		column->absent = "-";
		if (field->fallback)
			column->fallback = field_named(columns->options->tool, field->fallback);
		column->ascii = kind_rows[field->kind].sizes != SIZES_TEXT && !field->fallback;
		column->cells = field->truncate ? (uint8_t)(width < 0 ? -width : width) : 0;
		column->width = (int16_t)(main == last && width > 0 ? 0 : width);
		column->shorten = field->shorten;
		column->after = field->after;
		add_text(column->before, &column->before_length, i ? " " : "");
		add_text(column->before, &column->before_length, field->before ? field->before : "");
	}
}

void columns_make(struct columns *columns)
{
	columns->n_ready = 0;
	columns->stack = columns->histogram = NULL;
	for (size_t i = 0; i < columns->count; i++) {
		if (kind_rows[columns->fields[i].kind].is_below)
			columns->stack = &columns->fields[i];
		if (field_is_histogram(&columns->fields[i]))
			columns->histogram = &columns->fields[i];
	}
	if (columns->options->format == FORMAT_JSON)
		make_json(columns);
	else if (columns->options->format == FORMAT_CSV)
		make_csv(columns);
	else
		make_table(columns);
}

/* ---- a row ---- */

/* Writes a value that is not short: releases the row's room, and reserves new room afterwards. */
static char *put_long(const struct columns *columns, struct text *text, const struct ready_column *column,
		      const struct field_row *row, char *to)
{
	enum writing how = columns_writing(columns);

	text_end(text, to);
	if (row->label && column == columns->ready)
		text_string(text, row->label);
	else if (!field_write(text, column->field, row, how, column->cells) &&
		 !(column->fallback.kind && field_write(text, &column->fallback, row, how, 0)))
		text_string(text, column->absent);
	return text_room(text, columns->n_ready * COLUMN_ROOM);
}

static char *put_value(const struct columns *columns, struct text *text, const struct ready_column *column,
		       const struct field_row *row, enum writing how, char *to)
{
	char *end;

	if (column->never)
		return put_string(to, column->absent);
	if (!column->is_short || row->label)
		return put_long(columns, text, column, row, to);
	end = field_put(to, column->field, row, how, column->cells);
	if (end)
		return end;
	return column->fallback.kind ? put_long(columns, text, column, row, to) : put_string(to, column->absent);
}

/* Writes " (value)" after a value, or nothing if it is unknown. */
static char *put_part(const struct columns *columns, struct text *text, const struct ready_column *column,
		      const struct field_row *row, char *to)
{
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
	return text_room(text, columns->n_ready * COLUMN_ROOM);
}

/* The JSON keys of the interval, for totals. */
static char *put_interval(const struct columns *columns, char *to)
{
	const char *group = columns->options->by_name;

	to = put_unsigned(put_string(to, ",\"interval_ns\":"), columns->interval);
	to = put_string(to, columns->partial ? ",\"partial\":true" : ",\"partial\":false");
	return group ? put_quote(put_string(put_string(to, ",\"by\":\""), group), true) : to;
}

/* The first byte after this number of characters. */
static char *after_cells(char *from, const char *to, size_t cells)
{
	while (from < to && cells--)
		do
			from++;
		while (from < to && (*from & 0xc0) == 0x80);
	return from;
}

/* Replaces the middle of an address by "~", because its end is the port; or the end of other text. */
static char *shorten(const struct ready_column *column, char *from, char *to, size_t wanted)
{
	const struct kind_row *kind = &kind_rows[column->field->kind];
	const char *port = kind->has_port
				   ? memrchr(from, column->field->kind == F_ENDPOINT ? ':' : '#', (size_t)(to - from))
				   : NULL;
	size_t tail = port ? (size_t)(to - port) : 0;
	char *cut = after_cells(from, to, wanted > tail + 1 ? wanted - tail - 1 : 0);

	*cut++ = '~';
	memmove(cut, to - tail, tail);
	return cut + tail;
}

/* Pads the column that began at `from` to its width. */
static char *pad(const struct ready_column *column, bool ascii, char *from, char *to)
{
	size_t cells = 0, wanted = (size_t)(column->width < 0 ? -column->width : column->width);

	for (const char *at = from; !ascii && at < to; at++)
		cells += (*at & 0xc0) != 0x80; /* characters, not bytes */
	if (ascii)
		cells = (size_t)(to - from);
	if (cells > wanted && column->shorten)
		return shorten(column, from, to, wanted);
	if (cells >= wanted)
		return to;
	if (column->width < 0) {
		memmove(from + (wanted - cells), from, (size_t)(to - from));
		memset(from, ' ', wanted - cells);
		return to + (wanted - cells);
	}
	return put_spaces(to, wanted - cells);
}

void columns_row(const struct columns *columns, struct text *text, const struct field_row *row)
{
	enum writing how = columns_writing(columns);
	char *to = text_room(text, columns->n_ready * COLUMN_ROOM);
	size_t from = 0;

	for (const struct ready_column *column = columns->ready, *last = column + columns->n_ready; column < last;
	     column++) {
		if (column->part) {
			to = put_part(columns, text, column, row, to);
		} else {
			memcpy(to, column->before, COLUMN_TEXT / 2);
			if (column->before_length > COLUMN_TEXT / 2)
				memcpy(to, column->before, COLUMN_TEXT);
			to += column->before_length;
			from = (size_t)(to - text->data);
			to = put_value(columns, text, column, row, how, to);
		}
		if (column->width)
			to = pad(column, column->ascii && !row->label, text->data + from, to);
		if (column->after)
			to = put_string(to, column->after);
		if (how == AS_JSON && column == columns->ready) {
			memcpy(to, columns->tool, COLUMN_TEXT);
			to += columns->tool_length;
			if (columns->totals)
				to = put_interval(columns, to);
		}
	}
	if (how == AS_JSON)
		*to++ = '}';
	*to++ = '\n';
	text_end(text, to);
}
