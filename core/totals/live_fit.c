/* SPDX-License-Identifier: GPL-2.0-or-later */
/* live_fit.c: the columns of a table, fitted to the width of a window. */
#include "core/totals/live_fit.h"

#include <stdlib.h>
#include <string.h>

/* Widths below which nothing is recognized: of an address with its port, and of other text. */
#define ADDRESS_LEAST 12
#define TEXT_LEAST    10
/* Longer text is no name. */
#define SENTENCE 48
/* Columns of keys stay at the left while the others scroll, if they take at most this part of the window. */
#define STAY_PART 3

void live_fit_forget(struct live_fit *fit)
{
	memset(fit->widest, 0, sizeof(fit->widest));
}

void live_fit_free(struct live_fit *fit)
{
	text_free(&fit->value);
}

/* ---- widths ---- */

static size_t length_of(const char *text)
{
	return text ? strlen(text) : 0;
}

/* Columns of the terminal, with the blank before it. */
static size_t cells_of(const struct columns *columns, size_t i)
{
	const struct field *field = &columns->fields[i];

	return (size_t)abs(columns_width(columns, field)) + length_of(field->before) + length_of(field->after) +
	       (i > 0);
}

static size_t all_cells(const struct columns *columns)
{
	size_t cells = 0;

	for (size_t i = 0; i < columns->count; i++)
		cells += cells_of(columns, i);
	return cells;
}

/* Columns of the terminal that values do not need. */
static size_t slack_of(const struct live_fit *fit, const struct columns *columns, size_t i)
{
	int width = abs(columns_width(columns, &columns->fields[i]));

	return width > fit->content[i] ? (size_t)(width - fit->content[i]) : 0;
}

static void set_width(struct field *field, int width, bool right)
{
	field->width = field->wide = (int8_t)(right ? -width : width);
}

static int cells_of_value(struct live_fit *fit, const struct field *field, const struct total *total)
{
	struct field_row row = { .event = total->event, .size = total->size, .count = total->count };

	fit->value.length = 0;
	return field_write(&fit->value, field, &row, AS_COLUMN, 0) ? (int)text_cells(&fit->value, 0) : 1;
}

/* As wide as its title and its values, and as the tool says. A column that always cuts its text keeps its width. */
static void widen(struct live_fit *fit, struct columns *columns, size_t i, const struct total *rows, size_t count)
{
	struct field *field = &columns->fields[i];
	int declared = columns_width(columns, field), widest = (int)strlen(field->title);
	int most = field->truncate ? abs(declared) : INT8_MAX;

	if (fit->widest[i] > widest)
		widest = fit->widest[i];
	for (size_t row = 0; row < count; row++) {
		int cells = cells_of_value(fit, field, &rows[row]);

		if (cells > widest)
			widest = cells;
	}
	if (widest > most)
		widest = most;
	fit->widest[i] = fit->content[i] = widest;
	set_width(field, widest > abs(declared) ? widest : abs(declared), declared < 0);
}

/* ---- columns that are out of the window ---- */

/* Rows are sorted by the sums of these, or by the number of events. */
static bool is_sorted_by(const struct printer *printer, const struct field *field)
{
	const struct columns *columns = &printer->columns;
	unsigned int bit = 1U << printer->options->sort;

	if (field->sorts & bit)
		return true;
	for (size_t i = 0; i < columns->count; i++)
		if (columns->fields[i].sorts & bit)
			return false;
	return field->kind == F_COUNT;
}

static void leave_out(struct live_fit *fit, struct columns *columns, size_t i)
{
	columns->count--;
	memmove(&columns->fields[i], &columns->fields[i + 1], (columns->count - i) * sizeof(columns->fields[0]));
	memmove(&fit->content[i], &fit->content[i + 1], (columns->count - i) * sizeof(fit->content[0]));
}

/* Columns of the terminal without slack. */
static size_t content_cells(const struct live_fit *fit, const struct columns *columns)
{
	size_t cells = all_cells(columns);

	for (size_t i = 0; i < columns->count; i++)
		cells -= slack_of(fit, columns, i);
	return cells;
}

/* The number of columns at the left that stay: those of keys, while they are narrow. */
static size_t that_stay(const struct columns *columns, size_t width)
{
	size_t cells = 0, i = 0;

	for (; i < columns->count; i++) {
		const struct field *field = &columns->fields[i];

		cells += cells_of(columns, i);
		if (field->merge != KEY || kind_rows[field->kind].is_counted || cells > width / STAY_PART)
			break;
	}
	return i;
}

/* Omits those that the user has scrolled out; not more than it takes until the rest fits. */
static void scroll_out(struct live_fit *fit, struct printer *printer)
{
	struct columns *columns = &printer->columns;
	size_t i = that_stay(columns, fit->width), out = 0;

	while (out < fit->left && i + 1 < columns->count && content_cells(fit, columns) > fit->width) {
		if (is_sorted_by(printer, &columns->fields[i])) {
			i++;
			continue;
		}
		leave_out(fit, columns, i);
		out++;
	}
	fit->left = out;
}

/* ---- shorter text ---- */

static bool is_text(const struct field *field)
{
	const struct kind_row *kind = &kind_rows[field->kind];

	return kind->sizes == SIZES_TEXT || field->n_names || field->kind == F_ENUM || field->kind == F_SYMBOL ||
	       field->kind == F_CONTAINER;
}

/* The width below which it is never cut; 0: not text. Its title is never cut either. */
static int least_width(const struct field *field)
{
	int title = (int)strlen(field->title);
	int least = kind_rows[field->kind].is_address ? ADDRESS_LEAST : is_text(field) ? TEXT_LEAST : 0;

	return least && title > least ? title : least;
}

static size_t least_cells(const struct live_fit *fit, const struct columns *columns)
{
	size_t cells = content_cells(fit, columns);

	for (size_t i = 0; i < columns->count; i++) {
		int least = least_width(&columns->fields[i]);

		if (least && fit->content[i] > least)
			cells -= (size_t)(fit->content[i] - least);
	}
	return cells;
}

static void drop_at_right(struct live_fit *fit, struct printer *printer)
{
	struct columns *columns = &printer->columns;

	for (size_t i = columns->count; i-- > 1 && least_cells(fit, columns) > fit->width;) {
		if (is_sorted_by(printer, &columns->fields[i]))
			continue;
		leave_out(fit, columns, i);
		fit->right++;
	}
}

/* The widest column that may become shorter; NULL: none. */
static struct field *widest_of(struct columns *columns, bool addresses)
{
	struct field *found = NULL;

	for (size_t i = 0; i < columns->count; i++) {
		struct field *field = &columns->fields[i];
		int width = columns_width(columns, field);

		if (kind_rows[field->kind].is_address != addresses || !least_width(field) ||
		    width <= least_width(field))
			continue;
		if (!found || width > columns_width(columns, found))
			found = field;
	}
	return found;
}

/* Takes slack from the left on, as much as it takes. */
static void narrow(const struct live_fit *fit, struct columns *columns)
{
	for (size_t i = 0, cells = all_cells(columns); i < columns->count && cells > fit->width; i++) {
		struct field *field = &columns->fields[i];
		int width = columns_width(columns, field);
		size_t slack = slack_of(fit, columns, i), over = cells - fit->width;

		slack = slack < over ? slack : over;
		set_width(field, abs(width) - (int)slack, width < 0);
		cells -= slack;
	}
}

static void shorten(struct live_fit *fit, struct columns *columns)
{
	for (size_t cells = all_cells(columns); cells > fit->width; cells--) {
		struct field *field = widest_of(columns, false);

		/* Sentences are cut before addresses are, and names after them. */
		if (!field || columns_width(columns, field) <= SENTENCE)
			field = widest_of(columns, true);
		if (!field)
			field = widest_of(columns, false);
		if (!field)
			return;
		set_width(field, columns_width(columns, field) - 1, false);
		field->shorten = fit->shortened = true;
	}
}

/* ---- */

static void mark(const struct printer *printer, struct terminal_marks *marks)
{
	const struct columns *columns = &printer->columns;
	size_t at = 0;

	marks->count = 0;
	for (size_t i = 0; i < columns->count && marks->count < TERMINAL_MARKS; i++) {
		const struct field *field = &columns->fields[i];
		size_t end = at + cells_of(columns, i) - length_of(field->after), title = strlen(field->title);

		if (is_sorted_by(printer, field)) {
			size_t from = columns_width(columns, field) < 0 ? end - title
									: at + (i > 0) + length_of(field->before);

			marks->each[marks->count].from = from;
			marks->each[marks->count++].to = from + title;
		}
		at += cells_of(columns, i);
	}
}

void live_fit(struct live_fit *fit, struct printer *printer, const struct total *rows, size_t count,
	      struct terminal_marks *marks)
{
	struct columns *columns = &printer->columns;

	fit->right = 0;
	fit->shortened = false;
	for (size_t i = 0; i < columns->count; i++)
		widen(fit, columns, i, rows, count);
	scroll_out(fit, printer);
	drop_at_right(fit, printer);
	narrow(fit, columns);
	shorten(fit, columns);
	columns->n_ready = 0;
	mark(printer, marks);
}
