/* SPDX-License-Identifier: GPL-2.0-or-later */
/* help.c: the text of --help around the options, and its width. */
#include "core/cli/help.h"

#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "core/base/must.h"
#include "core/base/terminal.h"
#include "core/print/fields.h"

#define NARROWEST 50 /* argp needs room to the right of the options */
#define WIDEST    120
#define NARROW    78 /* argp's output has this width */

/* Prints words in a column from `at` on. */
static void put_words(FILE *stream, const char *text, size_t at)
{
	while (*text) {
		size_t length = strcspn(text, " ");

		if (at + 1 + length > NARROW) {
			fprintf(stream, "\n%*s", 14, "");
			at = 14;
		}
		fprintf(stream, " %.*s", (int)length, text);
		at += 1 + length;
		text += length + strspn(text + length, " ");
	}
	putc('\n', stream);
}

/* Explains the columns of the tool's table. */
static void put_columns(FILE *stream, const struct tool *tool)
{
	const struct column *column = is_interval_tool(tool) ? tool_totals_columns(tool) : tool->columns;
	bool any = false;

	for (; column && column->name; column++) {
		struct field field = field_of_column(tool, column);
		const char *unit = kind_rows[field.kind].column_unit;
		char text[512];

		if (!(field.where & (IN_TABLE | IN_WIDE)) || !field.title || !*field.title || !field.help)
			continue;
		snprintf(text, sizeof(text), "%s%s%s%s%s", field.help, unit ? ", " : "", unit ? unit : "",
			 field.where & IN_TABLE ? "" : " (-w)", field.flag ? " (with its option)" : "");
		fprintf(stream, "%s  %-12s", any ? "" : "\nColumns:\n", field.title);
		put_words(stream, text, strlen(field.title) > 12 ? strlen(field.title) + 2 : 14);
		any = true;
	}
}

char *help_doc(const struct tool *tool)
{
	static const char lists[] =
		"Lists are separated by commas; lists of numbers can have ranges: 80,443,8000-8100.";
	static const char filters[] = " Repeating a filter adds to its list; a row must match every filter.";
	size_t size;
	char *doc = NULL;
	FILE *stream = must(open_memstream(&doc, &size));

	fprintf(stream, "%s\v%s%s\n", tool->summary, lists, !is_about_sockets(tool) ? "" : filters);
	for (const char *const *example = tool->examples; example && example[0]; example += 2)
		fprintf(stream, "%s  nettrace %s\n        %s\n", example == tool->examples ? "\nExamples:\n" : "",
			example[0], example[1]);
	put_columns(stream, tool);
	fprintf(stream, "\nnettrace help %s: the manual; nettrace %s --help=all: all options\n", tool->name,
		tool->name);
	fclose(stream);
	return must(doc);
}

void help_fit_width(void)
{
	size_t columns = terminal_size(&(struct terminal){ .out = STDOUT_FILENO }).columns;
	char format[32];

	if (columns < NARROWEST)
		columns = NARROWEST;
	snprintf(format, sizeof(format), "rmargin=%zu", (columns > WIDEST ? WIDEST : columns) - 1);
	setenv("ARGP_HELP_FMT", format, 0);
}

/* Where a line of at most `room` characters ends: after a word, if there is one. */
static size_t end_of_line(const char *line, size_t length, size_t room)
{
	size_t end = room;

	if (length <= room)
		return length;
	while (end > 0 && line[end] != ' ')
		end--;
	return end ? end : room;
}

static void fold_line(struct text *to, const char *line, size_t length, size_t room, size_t hang)
{
	size_t end = end_of_line(line, length, room);

	text_bytes(to, line, end);
	text_char(to, '\n');
	while (end < length) {
		size_t from = end + (line[end] == ' '), margin = to->length;

		end = from + end_of_line(line + from, length - from, room - hang);
		text_pad(to, margin, (int)hang);
		text_bytes(to, line + from, end - from);
		text_char(to, '\n');
	}
}

void help_fold(struct text *to, const char *list, size_t hang, int fd)
{
	const struct terminal screen = { .out = fd };
	size_t room = terminal_is_capable(screen.out) ? terminal_size(&screen).columns : SIZE_MAX;

	if (room < hang + NARROWEST / 2)
		room = SIZE_MAX;
	for (size_t length; *list; list += length + (list[length] == '\n')) {
		length = strcspn(list, "\n");
		fold_line(to, list, length, room, hang);
	}
}
