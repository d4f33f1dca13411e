/* SPDX-License-Identifier: GPL-2.0-or-later */
/* page.c: the page of an applet: its tables, and its text in docs/pages. */
#include "docs/generate/page.h"

#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/cli/help.h"
#include "core/cli/option_table.h"
#include "core/cli/replay_options.h"
#include "cmd/fatal.h"

#define PAGES 128

const char *page_source = ".";

char *page_read(const char *path, const char *name)
{
	static char *kept[8 * PAGES];
	static size_t n_kept;
	char whole[PATH_MAX];
	size_t size = 0;
	FILE *in, *out;
	int c;

	snprintf(whole, sizeof(whole), "%s/%s/%s", page_source, path, name);
	in = fopen(whole, "re");
	if (!in)
		return NULL;
	if (n_kept == sizeof(kept) / sizeof(kept[0]))
		fatal(EXIT_FAILED, "%s: too many files", whole);
	out = open_memstream(&kept[n_kept], &size);
	while (out && (c = getc(in)) != EOF)
		putc(c, out);
	fclose(in);
	if (!out || fclose(out))
		fatal(EXIT_FAILED, "out of memory");
	return kept[n_kept++];
}

/* ---- text of docs/pages ---- */

static void read_sections(struct page *page)
{
	char file[64], *text;
	size_t n = 0;

	snprintf(file, sizeof(file), "%s.txt", page->name);
	text = page_read("docs/pages", file);
	while (text && *text) {
		char *end = strchr(text, '\n');

		if (strncmp(text, "= ", 2) || !end || n == PAGE_SECTIONS - 1)
			fatal(EXIT_USAGE, "docs/pages/%s: not a line \"= HEADING\": %.40s", file, text);
		*end = '\0';
		page->sections[n].heading = text + 2;
		page->sections[n++].body = end + 1;
		text = strstr(end + 1, "\n= ");
		if (text)
			*text++ = '\0';
	}
}

const char *page_section(const struct page *page, const char *heading)
{
	for (const struct page_section *section = page->sections; section->heading; section++)
		if (!strcmp(section->heading, heading))
			return section->body;
	return NULL;
}

/* ---- options ---- */

static void add_name(struct page_option *option, const struct argp_option *row)
{
	size_t names = 0;

	while (names < PAGE_NAMES - 1 && option->names[names])
		names++;
	if (row->name)
		option->names[names] = row->name;
	if (row->key > ' ' && row->key < 127)
		option->letters[strlen(option->letters)] = (char)row->key;
}

/* In argp's order: group by group, negative ones last, each in the order of the table. */
static int by_group(const void *one, const void *other)
{
	const struct page_option *a = one, *b = other;
	unsigned int left = (unsigned int)a->group, right = (unsigned int)b->group;

	return left < right ? -1 : left > right;
}

static void sort_options(struct page_option *options, size_t n)
{
	for (size_t i = 1; i < n; i++) { /* qsort() is not stable */
		struct page_option option = options[i];
		size_t at = i;

		for (; at && by_group(&options[at - 1], &option) > 0; at--)
			options[at] = options[at - 1];
		options[at] = option;
	}
}

static void read_options(struct page *page, const struct argp_option *rows, const struct option_table *table)
{
	const char *headings[32] = { NULL };
	struct page_option *option = NULL;
	size_t n = 0;
	int group = 0;

	for (; rows->name || rows->key || rows->doc; rows++) {
		if (rows->flags & OPTION_ALIAS) {
			if (option)
				add_name(option, rows);
			continue;
		}
		option = NULL;
		group = rows->group ? rows->group : group;
		if (!rows->name && !rows->key) {
			headings[(size_t)group % 32] = rows->doc;
			continue;
		}
		if (rows->flags & OPTION_HIDDEN || n == PAGE_OPTIONS - 1)
			continue;
		option = &page->options[n++];
		*option = (struct page_option){ .arg = rows->arg,
						.arg_optional = rows->flags & OPTION_ARG_OPTIONAL,
						.help = rows->doc,
						.group = group };
		if (table) {
			const struct option_item *item = option_table_find(table, rows->key);

			option->choices = item->opt->names;
			option->common = item->common;
			option->replayed = replay_has_option(item->opt);
		}
		add_name(option, rows);
	}
	for (size_t i = 0; i < n; i++)
		page->options[i].heading = page->options[i].group < 0 ? NULL : headings[page->options[i].group % 32];
	sort_options(page->options, n);
}

/* ---- pages ---- */

static void read_tool(struct page *page, const struct tool *tool)
{
	struct option_table *table = malloc(sizeof(*table));
	char *end;

	if (!table)
		fatal(EXIT_FAILED, "out of memory");
	option_table_fill(table, tool);
	read_options(page, table->rows, table);
	page->args = table->args;
	page->note = strchr(help_doc(tool), '\v') + 1;
	end = strstr(page->note, "\nExamples:");
	if (end)
		*end = '\0';
	if (!is_interval_tool(tool))
		page_fields(page->rows, tool, false);
	if (tool->totals)
		page_fields(page->totals, tool, true);
}

static void read_helper(struct page *page, const struct helper *helper)
{
	struct argp_option *rows = helper_rows(helper);

	read_options(page, rows, NULL);
	free(rows);
	page->args = helper->words ? helper->words : "";
	page->note = helper->note ? helper->note : "";
}

const struct page *page_at(size_t i)
{
	static struct page pages[PAGES];
	const struct applet *applet = applet_at(i);

	if (!applet)
		return NULL;
	if (i == PAGES)
		fatal(EXIT_FAILED, "more than %d pages", PAGES);
	if (pages[i].name)
		return &pages[i];
	pages[i] = (struct page){
		.name = applet->name, .summary = applet->summary, .tool = applet->tool, .helper = applet->main != NULL
	};
	pages[i].lines = applet->lines ? applet->lines() : NULL;
	read_sections(&pages[i]);
	if (applet->tool)
		read_tool(&pages[i], applet->tool);
	else if (applet->helper)
		read_helper(&pages[i], applet->helper());
	return &pages[i];
}

const struct page *page_of_text(const char *name, const char *summary)
{
	static struct page pages[4];
	static size_t n;
	struct page *page = &pages[n++];

	if (n > sizeof(pages) / sizeof(pages[0]))
		fatal(EXIT_FAILED, "internal: too many pages");
	*page = (struct page){ .name = name, .summary = summary };
	read_sections(page);
	return page;
}
