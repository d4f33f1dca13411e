/* SPDX-License-Identifier: GPL-2.0-or-later */
/* text.c: the text of docs/pages as parts of a document. */
#include <string.h>

#include "core/print/fields.h"
#include "core/run/losses.h"
#include "core/totals/blocks.h"
#include "cmd/fatal.h"
#include "docs/generate/write.h"

#define PARAGRAPH 4096
#define OUTPUT    16384

static size_t line_length(const char *text)
{
	return strcspn(text, "\n");
}

static const char *next_line(const char *text)
{
	text += line_length(text);
	return *text ? text + 1 : text;
}

/* Appends the line without its indentation. */
static void append(char *to, const char *line)
{
	size_t used = strlen(to), length;

	line += strspn(line, " ");
	length = line_length(line);
	if (used + length + 2 > PARAGRAPH)
		fatal(EXIT_USAGE, "docs/pages: a paragraph is too long: %.40s", to);
	if (used)
		to[used++] = ' ';
	memcpy(to + used, line, length);
	to[used + length] = '\0';
}

/* ---- @run TOOL OPTION... -- TRAFFIC: a command and its output (docs/pages/TOOL.run) ---- */

/* The lines below "= EXAMPLE". */
static const char *find_run(const char *example, int length)
{
	char file[64], head[256];
	const char *text, *found;

	snprintf(file, sizeof(file), "%.*s.run", (int)strcspn(example, " "), example);
	snprintf(head, sizeof(head), "= %.*s\n", length, example);
	text = page_read("docs/pages", file);
	found = text ? strstr(text, head) : NULL;
	if (!found)
		fatal(EXIT_USAGE, "docs/pages/%s: nothing of \"%.*s\": test/live/test_examples.py --update", file,
		      length, example);
	return found + strlen(head);
}

static void put_run(FILE *out, const struct style *style, const char *example)
{
	int length = (int)line_length(example);
	const char *traffic = strstr(example, " -- "), *text = find_run(example, length);
	char whole[OUTPUT];
	FILE *to = fmemopen(whole, sizeof(whole), "w");

	if (!to || !traffic || traffic > example + length)
		fatal(EXIT_USAGE, "docs/pages: not @run TOOL OPTION... -- TRAFFIC: %.*s", length, example);
	fprintf(to, "$ sudo nettrace %.*s -- nettrace traffic%.*s\n", (int)(traffic - example), example,
		(int)(example + length - traffic - 3), traffic + 3);
	for (; *text == '\t'; text = next_line(text))
		fprintf(to, "%.*s\n", (int)line_length(text) - 1, text + 1);
	fclose(to);
	style->verbatim(out, whole, strlen(whole));
}

/* ---- other lines that are replaced ---- */

static void put_tools(FILE *out, const struct style *style, bool tools)
{
	const struct page *page;

	for (size_t i = 0; (page = page_at(i)); i++) {
		char name[64];

		snprintf(name, sizeof(name), "`%s`", page->name);
		if (page->helper != tools)
			style->term(out, name, page->summary);
	}
}

static void put_common_fields(FILE *out, const struct style *style)
{
	struct page_field fields[PAGE_FIELDS] = { 0 };

	page_fields(fields, NULL, false);
	write_fields(out, style, fields);
}

/* ---- figures: the rows of docs/performance.md with the costs of the tool ---- */

/* Whether the cell is a cost of the tool: "BPF time per packet: netqtop, ns". A cell that begins with the tool's name
 * has another subject: sizes, limits. */
static bool is_about(const char *cell, size_t length, const char *tool)
{
	const char *found = memmem(cell, length, tool, strlen(tool));

	return found && found > cell + 1 && !strchr("_-abcdefghijklmnopqrstuvwxyz", found[strlen(tool)]);
}

enum { WHAT, OURS, PEER, RATIO, TO_REACH, REACHED, CELLS };

/* Splits "| what, unit | nettrace | peer | ratio | to reach | reached |"; "-" becomes empty. False: a row of another
 * table. */
static bool read_cells(char cells[CELLS][128], const char *line)
{
	for (size_t i = 0; i < CELLS; i++) {
		size_t length = strcspn(line + 1, "|\n");

		if (line[length + 1] != '|')
			return false;
		snprintf(cells[i], sizeof(cells[i]), "%.*s", length > 2 ? (int)length - 2 : 0, line + 2);
		if (!strcmp(cells[i], "-"))
			cells[i][0] = '\0';
		line += length + 1;
	}
	return true;
}

static void put_figure(FILE *out, const struct style *style, char cells[CELLS][128])
{
	char text[512];

	if (*cells[RATIO])
		snprintf(text, sizeof(text), "%s; peer %s, ratio %s", cells[OURS], cells[PEER], cells[RATIO]);
	else if (*cells[PEER])
		snprintf(text, sizeof(text), "%s; peer %s", cells[OURS], cells[PEER]);
	else
		snprintf(text, sizeof(text), "%s", cells[OURS]);
	style->term(out, cells[WHAT], text);
}

void write_figures(FILE *out, const struct style *style, const struct page *page)
{
	bool any = false;

	for (const char *text = page_read("docs", "performance.md"); text && *text; text = next_line(text)) {
		char cells[CELLS][128] = { 0 };

		if (*text != '|' || !is_about(text + 1, strcspn(text + 1, "|\n"), page->name) ||
		    !read_cells(cells, text))
			continue;
		if (!any)
			style->paragraph(out,
					 "Measured with `test/bench/run` (median of alternating runs, lowest and "
					 "highest in brackets; the peer is libbpf-tools unless another is named):");
		any = true;
		put_figure(out, style, cells);
	}
}

static void put_directive(FILE *out, const struct style *style, const struct page *page, const char *line)
{
	if (!strncmp(line, "@run ", 5))
		put_run(out, style, line + 5);
	else if (!strncmp(line, "@tools\n", 7))
		put_tools(out, style, true);
	else if (!strncmp(line, "@helpers\n", 9))
		put_tools(out, style, false);
	else if (!strncmp(line, "@fields\n", 8))
		put_common_fields(out, style);
	else if (!strncmp(line, "@losses\n", 8))
		write_keys(out, style, loss_keys);
	else if (!strncmp(line, "@empty\n", 7))
		write_keys(out, style, empty_keys);
	else if (!strncmp(line, "@options\n", 9))
		write_options(out, style, page);
	else
		fatal(EXIT_USAGE, "docs/pages: not known: %.40s", line);
}

static const char *put_verbatim(FILE *out, const struct style *style, const char *text)
{
	char whole[OUTPUT];
	FILE *to = fmemopen(whole, sizeof(whole), "w");

	if (!to)
		fatal(EXIT_FAILED, "out of memory");
	for (; *text == '\t'; text = next_line(text))
		fprintf(to, "%.*s\n", (int)line_length(text) - 1, text + 1);
	fclose(to);
	style->verbatim(out, whole, strlen(whole));
	return text;
}

/* Writes a paragraph or an item: up to an empty line, the next item, or a replaced line. */
static const char *put_lines(FILE *out, const struct style *style, const char *text)
{
	bool item = !strncmp(text, "- ", 2);
	char whole[PARAGRAPH] = "";

	append(whole, item ? text + 2 : text);
	for (text = next_line(text); *text && !strchr("\n@\t", *text) && strncmp(text, "- ", 2); text = next_line(text))
		append(whole, text);
	(item ? style->item : style->paragraph)(out, whole);
	return text;
}

void write_text(FILE *out, const struct style *style, const struct page *page, const char *text)
{
	while (text && *text) {
		if (*text == '\n') {
			text++;
		} else if (*text == '@') {
			put_directive(out, style, page, text);
			text = next_line(text);
		} else if (*text == '\t') {
			text = put_verbatim(out, style, text);
		} else if (!strncmp(text, "== ", 3)) {
			char heading[80];

			snprintf(heading, sizeof(heading), "%.*s", (int)line_length(text) - 3, text + 3);
			style->subheading(out, heading);
			text = next_line(text);
		} else {
			text = put_lines(out, style, text);
		}
	}
}
