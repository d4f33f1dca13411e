/* SPDX-License-Identifier: GPL-2.0-or-later */
/* live_view.c: the totals of an interval as one table that fits a window. */
#include "core/totals/live_view.h"
#include "core/base/must.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "core/totals/blocks.h"
#include "core/totals/by.h"
#include "core/totals/live_keys.h"

#define IN_TABLES (IN_TABLE | IN_WIDE)

/* Shows totals of this tool: in one table that has all rows, so that sorting compares them. */
static void set_tool(struct live_picture *picture, const struct tool *tool)
{
	picture->tool = *tool;
	picture->totals = *tool->totals;
	if (picture->totals.block) {
		picture->block = *picture->totals.block;
		picture->block.split = picture->block.above = NULL;
		picture->block.captions = NULL;
		picture->block.no_header = picture->block.total = picture->block.rule = false;
		picture->totals.block = &picture->block;
	}
	picture->tool.totals = &picture->totals;
	picture->tool.columns = picture->totals.columns = picture->columns;
}

void live_picture_sort(struct live_picture *picture, unsigned int sort)
{
	picture->sort = sort;
	picture->options.sort = live_has_sort(picture->grouped.tool, sort) ? sort : 0;
	picture->first = 0;
}

void live_picture_start(struct live_picture *picture, const struct options *asked)
{
	picture->asked = asked;
	picture->grouped = picture->options = *asked;
	picture->grouped.by = NULL;
	picture->options.tool = &picture->tool;
	picture->options.rows = 0; /* take_rows() counts them */
	set_tool(picture, asked->tool);
	live_picture_sort(picture, asked->sort);
	printer_start(&picture->printer, &picture->options, true, -1);
	printer_start(&picture->whole, &picture->options, true, -1);
}

void live_picture_free(struct live_picture *picture)
{
	printer_free(&picture->printer);
	printer_free(&picture->whole);
	live_fit_free(&picture->fit);
	free(picture->grouped.by);
}

/* ---- groups ---- */

void live_picture_group(struct live_picture *picture, unsigned int group)
{
	free(picture->grouped.by);
	picture->grouped = *picture->asked;
	picture->grouped.by = NULL;
	if (group >= LIVE_BY)
		by_regroup(&picture->grouped, picture->asked, group - LIVE_BY);
	picture->group = group;
	picture->first = picture->fit.left = 0;
	set_tool(picture, picture->grouped.tool);
	live_picture_sort(picture, picture->sort);
}

void live_picture_show(struct live_picture *picture, uint32_t flag)
{
	picture->options.settings.flags ^= flag;
	picture->first = picture->fit.left = 0;
}

/* Adds rows with the name of their group. */
static void add_named_rows(const struct live_picture *picture, struct summary *to, const struct summary *rows)
{
	size_t own = tool_row_size(picture->asked->tool), size = tool_row_size(picture->grouped.tool), count;
	const struct total *totals = summary_rows(rows, &count);
	struct event *event = must(malloc(size));

	for (size_t i = 0; i < count; i++) {
		struct total row = totals[i];

		memcpy(event, row.event, own);
		memset((char *)event + own, 0, size - own);
		row.event = event;
		row.size = size;
		by_derive(&picture->grouped, event);
		summary_add_row(to, &row);
	}
	free(event);
}

struct summary *live_picture_rows(const struct live_picture *picture, const struct summary *rows)
{
	bool by = picture->group >= LIVE_BY;
	struct summary *made =
		summary_new(picture->grouped.tool, by ? 0 : picture->group, !by && picture->asked->containers);

	if (by)
		add_named_rows(picture, made, rows);
	else
		summary_add_all(made, rows);
	return made;
}

/* ---- columns ---- */

/* Whether the one table has this column of CSV, because the tool's tables show it in another place. */
static bool is_added(const struct live_picture *picture, const struct field *field)
{
	const struct live *live = picture->totals.live;

	for (size_t i = 0; live && i < sizeof(live->added) / sizeof(live->added[0]) && live->added[i]; i++)
		if (!strcmp(live->added[i], field->name))
			return true;
	return false;
}

/* A group of the tool has the columns of its KEYs, in full width, and of what is added up, or follows from that. False:
 * the column is omitted. */
static bool choose_column(const struct live_picture *picture, struct column *column)
{
	struct field field = field_of_column(picture->grouped.tool, column);
	const struct kind_row *kind = &kind_rows[field.kind];
	bool sorted_by = field.sorts & 1U << picture->options.sort;

	if (is_added(picture, &field))
		column->where = field.where | IN_TABLES;
	if (!picture->group || picture->group >= LIVE_BY || sorted_by || field.merge == SUM || kind->is_counted)
		return true;
	if (field.merge == LATEST)
		return picture->totals.finish != NULL;
	if (column->as || field.kind == F_FAMILY || !(field.groups & 1U << picture->group))
		return false;
	column->where = field.where | IN_TABLES;
	return true;
}

static void choose_columns(struct live_picture *picture)
{
	const struct column *from = tool_totals_columns(picture->grouped.tool);
	struct column *to = picture->columns;

	picture->options.containers = picture->asked->containers && picture->group < LIVE_BY;
	picture->options.columns = picture->group ? NULL : picture->asked->columns;
	for (; from->name; from++) {
		if (to == picture->columns + COLUMNS_MOST)
			bug("more columns than a row has room for");
		*to = *from;
		to += choose_column(picture, to);
	}
	*to = (struct column){ 0 };
	printer_choose(&picture->printer);
	printer_choose(&picture->whole);
}

/* Forgets the widths if the columns or the window are others than before. */
static void keep_widths(struct live_picture *picture, size_t width)
{
	uint64_t layout = ((uint64_t)picture->options.settings.flags << 32) + (width << 8) + (picture->group << 4) +
			  picture->options.sort;

	if (layout != picture->layout)
		live_fit_forget(&picture->fit);
	picture->layout = layout;
	picture->fit.width = width;
}

/* ---- rows ---- */

static bool has_word(const struct text *row, const char *word, size_t length)
{
	for (size_t i = 0; i + length <= row->length; i++)
		if (!strncasecmp(row->data + i, word, length))
			return true;
	return false;
}

/* Whether the row has all words of the filter, in full, however much of it the window shows. */
static bool matches(struct live_picture *picture, const struct total *total)
{
	struct text *text = &picture->whole.text;
	const char *word = picture->filter;
	size_t length;

	text->length = 0;
	if (*word)
		total_print(&picture->whole, total, NULL);
	for (; *word; word += length) {
		word += strspn(word, " ");
		length = strcspn(word, " ");
		if (!has_word(text, word, length))
			return false;
	}
	return true;
}

/* Moves the rows that the filter and --rows leave to the front. */
static struct total *take_rows(struct live_picture *picture, struct summary *rows, size_t *count)
{
	struct total *totals = blocks_rows(rows, &picture->printer, count);
	size_t kept = 0;

	for (size_t i = 0; i < *count; i++) {
		struct total total = totals[i];

		if (!matches(picture, &total))
			continue;
		totals[i] = totals[kept]; /* behind the others: the summary still owns it */
		totals[kept++] = total;
	}
	*count = picture->asked->rows && picture->asked->rows < kept ? (size_t)picture->asked->rows : kept;
	return totals;
}

/* ---- the picture ---- */

static void put_number(struct text *text, const char *before, size_t number)
{
	text_string(text, before);
	text_unsigned(text, number);
}

/* Says which part of the whole is shown. */
static void put_position(struct live_picture *picture, const char *unit, size_t shown, size_t count)
{
	struct text *text = &picture->printer.text;
	const struct live_fit *fit = &picture->fit;

	text_string(text, count ? unit : "no rows");
	if (count) {
		put_number(text, " ", picture->first + (shown > 0));
		put_number(text, "-", picture->first + shown);
		put_number(text, " of ", count);
	}
	if (*picture->filter) {
		text_string(text, " with ");
		text_printable(text, picture->filter, strlen(picture->filter), 0);
	}
	if (fit->left)
		put_number(text, ", columns left: ", fit->left);
	if (fit->right)
		put_number(text, ", columns right: ", fit->right);
	text_char(text, '\n');
}

/* Corrects picture->first: the last page is full. */
static void stop_at_end(struct live_picture *picture, size_t count, size_t shown)
{
	size_t last = count > shown ? count - shown : 0;

	if (picture->first > last)
		picture->first = last;
	picture->page = shown ? shown : 1;
}

/* Prints the table's heading and rows in this number of lines. Returns the number of rows. */
static size_t put_table(struct live_picture *picture, const struct total *totals, size_t count, size_t lines)
{
	struct printer *printer = &picture->printer;
	size_t heading = !printer->options->no_header, room = lines > heading ? lines - heading : 0;
	size_t shown = count <= room ? count : room ? room - 1 : 0;
	bool partly;

	stop_at_end(picture, count, shown);
	live_fit(&picture->fit, printer, totals + picture->first, shown, &picture->marks);
	partly = shown < count || picture->fit.left || picture->fit.right || *picture->filter;
	if (partly && shown == room && shown) {
		shown--;
		stop_at_end(picture, count, shown);
	}
	picture->marks.line = text_lines(&printer->text);
	printer_header(printer);
	if (!heading)
		picture->marks.count = 0;
	for (size_t i = 0; i < shown; i++)
		total_print(printer, &totals[picture->first + i], NULL);
	if (partly && room)
		put_position(picture, "rows", shown, count);
	return shown;
}

/* Prints histograms, which have several lines each, and keeps those lines that the window has room for. */
static size_t put_histograms(struct live_picture *picture, const struct total *totals, size_t count, size_t lines)
{
	struct text *text = &picture->printer.text;
	size_t from = text->length, before = text_lines(text), all, shown, at, end;

	picture->marks.count = 0;
	for (size_t i = 0; i < count; i++)
		total_print(&picture->printer, &totals[i], NULL);
	all = text_lines(text) - before;
	shown = all <= lines ? all : lines ? lines - 1 : 0;
	stop_at_end(picture, all, shown);
	at = text_line(text, from, picture->first);
	end = text_line(text, at, shown);
	memmove(text->data + from, text->data + at, end - at);
	text->length = from + end - at;
	if (lines && (shown < all || *picture->filter))
		put_position(picture, "lines", shown, all);
	return count;
}

static bool has_histogram(const struct columns *columns)
{
	for (size_t i = 0; i < columns->count; i++)
		if (field_is_histogram(&columns->fields[i]))
			return true;
	return false;
}

size_t live_picture_make(struct live_picture *picture, struct summary *rows, uint64_t end, uint64_t interval,
			 struct terminal_size room)
{
	struct printer *printer = &picture->printer;
	struct total *totals;
	size_t count, above;

	printer->now = end;
	printer->columns.interval = picture->whole.columns.interval = interval;
	printer->text.length = 0;
	printer->blocks = 0;
	choose_columns(picture);
	printer->columns.window = room.columns;
	keep_widths(picture, room.columns);
	totals = take_rows(picture, rows, &count);
	blocks_stamp(printer);
	above = text_lines(&printer->text);
	room.rows = room.rows > above ? room.rows - above : 0;
	if (has_histogram(&printer->columns))
		return put_histograms(picture, totals, count, room.rows);
	return put_table(picture, totals, count, room.rows);
}
