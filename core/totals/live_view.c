/* SPDX-License-Identifier: GPL-2.0-or-later */
/* live_view.c: the totals of an interval as a block that fits a window. */
#include "core/totals/live_view.h"
#include "core/base/must.h"

#include <string.h>

#include "core/base/message.h"
#include "core/totals/blocks.h"

#define IN_TABLES (IN_TABLE | IN_WIDE)

void live_picture_start(struct live_picture *picture, const struct options *asked)
{
	picture->asked = asked;
	picture->options = *asked;
	picture->options.tool = &picture->tool;
	picture->tool = *asked->tool;
	picture->totals = *asked->tool->totals;
	picture->tool.totals = &picture->totals;
	picture->tool.columns = picture->totals.columns = picture->columns;
	printer_start(&picture->printer, &picture->options, true, -1);
}

void live_picture_free(struct live_picture *picture)
{
	printer_free(&picture->printer);
}

static bool is_split(const struct live_picture *picture, const struct field *field)
{
	const struct block *block = picture->asked->tool->totals->block;

	return block && block->split && !strcmp(block->split, field->name);
}

/* A group has the columns of its KEYs, in full width, and of all SUMs. A column to sort by is always shown. A column to
 * split by is the caption of its table. False: the column is omitted. */
static bool choose_column(const struct live_picture *picture, struct column *column)
{
	struct field field = field_of_column(picture->asked->tool, column);
	bool is_key = field.merge == KEY && !kind_rows[field.kind].is_counted;
	bool sorted_by = field.sorts & 1U << picture->options.sort;

	if (is_key && is_split(picture, &field))
		return true;
	if (sorted_by)
		column->where = field.where | IN_TABLES;
	if (!picture->group || sorted_by || field.merge == SUM)
		return true;
	if (column->as || !(field.groups & 1U << picture->group))
		return kind_rows[field.kind].is_counted;
	column->where = field.where | IN_TABLES;
	column->width = column->wide = field.wide;
	return is_key;
}

static void choose_columns(struct live_picture *picture)
{
	const struct column *from = tool_totals_columns(picture->asked->tool);
	struct column *to = picture->columns;

	for (; from->name; from++) {
		if (to == picture->columns + COLUMNS_MOST)
			bug("more columns than a row has room for");
		*to = *from;
		to += choose_column(picture, to);
	}
	*to = (struct column){ 0 };
}

/* Prints the block with at most `most` rows. Returns their number. */
static size_t make_block(struct live_picture *picture, struct summary *rows, size_t most)
{
	struct printer *printer = &picture->printer;
	size_t made, all;

	picture->options.rows = most;
	printer->text.length = 0;
	printer->blocks = 0;
	printer_choose(printer);
	made = blocks_print(rows, printer);
	all = made + (size_t)printer->left_out;
	if (picture->asked->rows && all > picture->asked->rows)
		all = (size_t)picture->asked->rows;
	picture->more = all - made;
	return made;
}

static size_t lines_of(const struct live_picture *picture)
{
	return text_lines(&picture->printer.text) + (picture->more != 0);
}

/* Reduces the number of rows until the block fits: by the excess lines, and one more for the line that reports them. */
static size_t make_fit(struct live_picture *picture, struct summary *rows, size_t most, size_t room)
{
	size_t made = make_block(picture, rows, most), over;

	while (lines_of(picture) > room && made > 1) {
		over = text_lines(&picture->printer.text) + 1 - room;
		made = make_block(picture, rows, made > over ? made - over : 1);
	}
	return made;
}

size_t live_picture_make(struct live_picture *picture, struct summary *rows, uint64_t end, uint64_t interval,
			 size_t room)
{
	size_t most = room ? room : 1, made, spare;

	if (picture->asked->rows && picture->asked->rows < most)
		most = (size_t)picture->asked->rows;
	picture->printer.now = end;
	picture->printer.columns.interval = interval;
	choose_columns(picture);
	picture->options.columns = picture->group ? NULL : picture->asked->columns;
	made = make_fit(picture, rows, most, room);
	spare = lines_of(picture) < room ? room - lines_of(picture) : 0;
	if (!spare || !picture->more)
		return made;
	/* A table that lost its last row lost its heading too: more rows may fit. */
	for (; spare; spare--) {
		make_block(picture, rows, made + spare);
		if (lines_of(picture) <= room)
			return made + spare;
	}
	return make_block(picture, rows, made);
}
