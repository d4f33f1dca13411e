/* SPDX-License-Identifier: GPL-2.0-or-later */
/* page_render.c: the project's Markdown as plain text: headings, paragraphs, lists, tables, blocks of code. */
#include "core/cli/pages.h"

#include <string.h>

#define CELLS  16
#define INDENT 4 /* of code, and of the lines below a table's row */

struct render {
	struct text *text;
	size_t columns;
	size_t widths[CELLS]; /* of the current table ... */
	const char *head;     /* ... and its first row */
	bool code, table;
};

/* ---- words ---- */

/* Prints a line without the marks of Markdown: backslashes, backquotes, stars, targets of links. */
static void put_plain(struct text *to, const char *from, size_t length)
{
	for (size_t i = 0; i < length; i++) {
		if (from[i] == '\\' && i + 1 < length && strchr("\\`*_[]<>|#", from[i + 1])) {
			text_char(to, from[++i]);
		} else if (from[i] == ']' && i + 1 < length && from[i + 1] == '(') {
			const char *end = memchr(from + i, ')', length - i);

			i = end ? (size_t)(end - from) : i;
		} else if (from[i] == '[' && memmem(from + i, length - i, "](", 2)) {
			continue;
		} else if (from[i] == '`' || (from[i] == '*' && i + 1 < length && from[i + 1] == '*') ||
			   (from[i] == '*' && i && from[i - 1] == '*')) {
			continue;
		} else {
			text_char(to, from[i]);
		}
	}
}

static size_t plain_length(const char *from, size_t length)
{
	struct text plain = { 0 };
	size_t cells;

	put_plain(&plain, from, length);
	cells = text_cells(&plain, 0);
	text_free(&plain);
	return cells;
}

static void put_spaces(struct text *text, size_t n)
{
	while (n--)
		text_char(text, ' ');
}

/* Fills lines: `first` columns before the first line, `hang` before the others. */
static void put_filled(struct render *render, const char *line, size_t length, size_t first, size_t hang)
{
	struct text plain = { 0 };
	size_t at = first;
	bool begun = false;

	put_plain(&plain, line, length);
	put_spaces(render->text, first);
	for (size_t i = 0; i < plain.length;) {
		size_t word = 0;
		struct text one = { 0 };

		while (i < plain.length && plain.data[i] == ' ')
			i++;
		while (i + word < plain.length && plain.data[i + word] != ' ')
			word++;
		if (!word)
			break;
		text_bytes(&one, plain.data + i, word);
		if (begun && at + 1 + text_cells(&one, 0) > render->columns) {
			text_char(render->text, '\n');
			put_spaces(render->text, hang);
			at = hang;
		} else if (begun) {
			text_char(render->text, ' ');
			at++;
		}
		text_bytes(render->text, one.data, one.length);
		at += text_cells(&one, 0);
		begun = true;
		i += word;
		text_free(&one);
	}
	text_char(render->text, '\n');
	text_free(&plain);
}

/* ---- tables ---- */

/* The cell that begins at `from`; *length: its length. Returns the rest of the row, or NULL. */
static const char *cell(const char **from, size_t *length)
{
	const char *begin = *from + (**from == '|'), *end = begin;

	while (*end && *end != '\n' && (*end != '|' || end[-1] == '\\'))
		end++;
	if (*end != '|')
		return NULL;
	*from = begin;
	while (**from == ' ' && *from < end)
		++*from;
	*length = (size_t)(end - *from);
	while (*length && (*from)[*length - 1] == ' ')
		--*length;
	return end;
}

static bool is_rule(const char *line)
{
	return line[strspn(line, "|-: ")] == '\n';
}

/* Measures all rows of a table, before the first is printed. */
static void measure(struct render *render, const char *line)
{
	memset(render->widths, 0, sizeof(render->widths));
	render->head = line;
	for (; *line == '|'; line += strcspn(line, "\n"), line += *line == '\n') {
		const char *at = line, *next;
		size_t length;

		if (is_rule(line))
			continue;
		for (size_t i = 0; i < CELLS && (next = cell(&at, &length)); i++, at = next) {
			size_t cells = plain_length(at, length);

			render->widths[i] = cells > render->widths[i] ? cells : render->widths[i];
		}
	}
}

static bool table_fits(const struct render *render)
{
	size_t all = 0;

	for (size_t i = 0; i < CELLS; i++)
		all += render->widths[i] ? render->widths[i] + 2 : 0;
	return all <= render->columns + 2;
}

/* The text of cell i of a row. */
static struct text cell_at(const char *line, size_t i)
{
	struct text plain = { 0 };
	const char *at = line, *next;
	size_t length;

	for (; (next = cell(&at, &length)); at = next)
		if (!i--) {
			put_plain(&plain, at, length);
			break;
		}
	return plain;
}

/* Prints a row that is too wide: its first cell, and the others below it with their headings. */
static void put_tall_row(struct render *render, const char *line)
{
	struct text all = { 0 };

	for (size_t i = 0; i < CELLS && (i == 0 || render->widths[i]); i++) {
		struct text value = cell_at(line, i), title = cell_at(render->head, i);

		if (!i)
			put_filled(render, value.data, value.length, 0, 2);
		else if (value.length) {
			text_string(&all, all.length ? "; " : "");
			text_bytes(&all, title.data, title.length);
			text_string(&all, ": ");
			text_bytes(&all, value.data, value.length);
		}
		text_free(&value);
		text_free(&title);
	}
	if (all.length)
		put_filled(render, all.data, all.length, INDENT, INDENT);
	text_free(&all);
}

static void put_row(struct render *render, const char *line)
{
	const char *at = line, *next;
	size_t length;

	if (is_rule(line))
		return;
	if (!table_fits(render)) {
		if (line != render->head)
			put_tall_row(render, line);
		return;
	}
	for (size_t i = 0; i < CELLS && (next = cell(&at, &length)); i++, at = next) {
		size_t from = render->text->length;

		put_plain(render->text, at, length);
		if (next[1] && next[1] != '\n')
			text_pad(render->text, from, (int)render->widths[i] + 2);
	}
	text_char(render->text, '\n');
}

/* ---- lines ---- */

static void put_heading(struct render *render, const char *line, size_t length)
{
	size_t level = strspn(line, "#");

	if (level == 3)
		put_spaces(render->text, 2);
	for (size_t i = level + 1; i < length; i++)
		text_char(render->text,
			  level < 3 && line[i] >= 'a' && line[i] <= 'z' ? (char)(line[i] - 'a' + 'A') : line[i]);
	text_char(render->text, '\n');
}

static void put_line(struct render *render, const char *line, size_t length)
{
	if (length >= 3 && !strncmp(line, "```", 3)) {
		render->code = !render->code;
		return;
	}
	if (render->code) {
		put_spaces(render->text, length ? INDENT : 0);
		text_bytes(render->text, line, length);
		text_char(render->text, '\n');
		return;
	}
	if (*line == '|') {
		if (!render->table)
			measure(render, line);
		render->table = true;
		put_row(render, line);
		return;
	}
	render->table = false;
	if (*line == '#')
		put_heading(render, line, length);
	else if (!strncmp(line, "<!--", 4))
		return;
	else if (!strncmp(line, "- ", 2))
		put_filled(render, line, length, 0, 2);
	else
		put_filled(render, line, length, 0, 0);
}

void page_render(struct text *text, const char *markdown, size_t columns)
{
	struct render render = { .text = text, .columns = columns };

	while (*markdown) {
		size_t length = strcspn(markdown, "\n");

		put_line(&render, markdown, length);
		markdown += length + (markdown[length] == '\n');
	}
}
