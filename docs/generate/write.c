/* SPDX-License-Identifier: GPL-2.0-or-later */
/* write.c: the order of a document's parts, for all formats. */
#include "docs/generate/write.h"

#include <string.h>

#include "core/cli/common_options.h"

static void put_synopsis(FILE *out, const struct style *style, const struct page *page)
{
	char line[256];
	int length = snprintf(line, sizeof(line), "nettrace %s [OPTION...]%s%s\n", page->name, *page->args ? " " : "",
			      page->args);

	style->heading(out, "SYNOPSIS");
	style->verbatim(out, line, (size_t)length);
}

/* Writes "-D, --rport=PORTS, --remoteport=PORTS". */
static void name_option(char *to, size_t size, const struct page_option *option)
{
	const char *before = "";
	FILE *out = fmemopen(to, size, "w");

	for (const char *letter = option->letters; *letter; letter++, before = ", ")
		fprintf(out, "%s`-%c`", before, *letter);
	for (const char *const *name = option->names; *name; name++, before = ", ") {
		fprintf(out, "%s`--%s", before, *name);
		if (option->arg)
			fprintf(out, option->arg_optional ? "[=%s]" : "=%s", option->arg);
		putc('`', out);
	}
	fclose(out);
}

/* The tools that have a common option; NULL: all. */
static const char *who_has(const struct common_option *common)
{
	switch (common->offered) {
	case OF_SOCKETS:
	case SHOWN_SOCKETS:
		return "tools about sockets";
	case OF_ROWS:
		return "tools with rows";
	case WITH_ERRORS:
		return "tools with errors";
	case WITH_TIMES:
		return "tools with times";
	case WITH_BYTES:
		return "tools with bytes";
	case WITH_RETRANS:
		return "tools with retransmissions";
	case WITH_GROUPS:
	case WITH_RATES:
		return "tools about sockets";
	case WITH_TOTALS:
		return "tools with totals";
	case WITH_SUMMARY:
		return "tools with rows and totals";
	default:
		return NULL;
	}
}

static void put_common_option(FILE *out, const struct style *style, const struct common_option *common)
{
	const struct opt *opt = &common->opt;
	struct page_option option = { { opt->name }, { opt->key }, opt->arg };
	char name[256], help[512];
	const char *who = common->offered == OF_SOCKETS && common->group == GROUP_FILTERS ? NULL : who_has(common);

	name_option(name, sizeof(name), &option);
	snprintf(help, sizeof(help), "%s%s%s%s", opt->help, who ? " (" : "", who ? who : "", who ? ")" : "");
	style->term(out, name, help);
}

static void put_common_options(FILE *out, const struct style *style)
{
	static const struct {
		enum option_group group;
		const char *heading;
	} groups[] = { { GROUP_FILTERS, "Filters" },
		       { GROUP_OUTPUT, "Output" },
		       { GROUP_RUN, "Run" },
		       { GROUP_EXPERT, "For experts" } };

	for (size_t i = 0; i < sizeof(groups) / sizeof(groups[0]); i++) {
		style->subheading(out, groups[i].heading);
		for (const struct common_option *common = common_options; common->opt.name; common++)
			if (common->group == groups[i].group && common->offered != HIDDEN &&
			    common->offered != ON_REQUEST)
				put_common_option(out, style, common);
	}
}

void write_options(FILE *out, const struct style *style, const struct page *page)
{
	const char *heading = NULL;

	if (!*page->options->names) {
		put_common_options(out, style);
		return;
	}
	for (const struct page_option *option = page->options; *option->names; option++) {
		char name[256], text[64];

		if (option->heading && (!heading || strcmp(heading, option->heading) != 0)) {
			snprintf(text, sizeof(text), "%.*s", (int)strcspn(option->heading, ":"), option->heading);
			style->subheading(out, text);
		} else if (!option->heading && heading) {
			style->subheading(out, "Help");
		}
		heading = option->heading;
		name_option(name, sizeof(name), option);
		style->term(out, name, option->help ? option->help : "");
	}
}

static void unit_of(char *to, size_t size, const struct page_field *field)
{
	const char *column = field->title ? field->column : NULL, *json = field->key ? field->json : NULL;

	*to = '\0';
	if (column && json && !strcmp(column, json))
		snprintf(to, size, " [%s]", column);
	else if (column && json)
		snprintf(to, size, " [column: %s; JSON: %s]", column, json);
	else if (column || json)
		snprintf(to, size, " [%s]", column ? column : json);
}

void write_fields(FILE *out, const struct style *style, const struct page_field *fields)
{
	for (; fields->title || fields->key; fields++) {
		char name[160], unit[64], text[1024];

		if (fields->title && fields->key)
			snprintf(name, sizeof(name), "`%s` (JSON `%s`)", fields->title, fields->key);
		else
			snprintf(name, sizeof(name), fields->title ? "`%s`" : "JSON `%s`",
				 fields->title ? fields->title : fields->key);
		unit_of(unit, sizeof(unit), fields);
		snprintf(text, sizeof(text), "%s%s%s%s%s", fields->help, unit, *fields->when ? " (" : "", fields->when,
			 *fields->when ? ")" : "");
		style->term(out, name, text);
	}
}

static void put_fields(FILE *out, const struct style *style, const struct page *page)
{
	bool rows = page->rows->title || page->rows->key;

	style->heading(out, "FIELDS");
	if (rows)
		write_fields(out, style, page->rows);
	if (rows && (page->totals->title || page->totals->key))
		style->subheading(out, "Totals");
	write_fields(out, style, page->totals);
	style->paragraph(out, "An unknown value is `-` in a table, empty in CSV, null in JSON. nettrace-json(5) lists "
			      "further JSON keys, which all tools share.");
}

/* The keys of objects in a list follow their list: "rungs.program". */
static void put_keys(FILE *out, const struct style *style, const struct json_key *keys, const char *within)
{
	for (; keys->name; keys++) {
		char name[128], whole[160];

		snprintf(name, sizeof(name), "%s%s%s", within, *within ? "." : "", keys->name);
		snprintf(whole, sizeof(whole), "`%s`", name);
		style->term(out, whole, keys->help);
		if (keys->objects)
			put_keys(out, style, keys->objects, name);
	}
}

void write_keys(FILE *out, const struct style *style, const struct json_key *keys)
{
	put_keys(out, style, keys, "");
}

/* Writes the lines that a helper prints with --json. */
static void put_json(FILE *out, const struct style *style, const struct page *page)
{
	char text[256];

	style->heading(out, "JSON");
	for (const struct json_line *line = page->lines; line->name; line++) {
		snprintf(text, sizeof(text), "A line `%s`: %s.", line->name, line->help);
		style->paragraph(out, text);
		write_keys(out, style, line->keys);
	}
	snprintf(text, sizeof(text), "JSON Schema: `/usr/share/nettrace/schema/%s.json`.", page->name);
	style->paragraph(out, text);
}

static void put_examples(FILE *out, const struct style *style, const struct page *page)
{
	const char *text = page_section(page, "EXAMPLES");
	const char *const *example = page->tool ? page->tool->examples : NULL;

	if (!text && !example)
		return;
	style->heading(out, "EXAMPLES");
	for (; example && example[0]; example += 2) {
		bool whole =
			!strncmp(example[0], "nettrace ", 9); /* examples of record and trace are complete commands */
		char command[256];

		snprintf(command, sizeof(command), "`%s%s`", whole ? "" : "nettrace ", example[0]);
		style->term(out, command, example[1]);
	}
	write_text(out, style, page, text);
}

static void put_section(FILE *out, const struct style *style, const struct page *page, const char *heading)
{
	const char *text = page_section(page, heading);

	if (!text)
		return;
	style->heading(out, heading);
	write_text(out, style, page, text);
}

/* Writes "tcpstates, nettrace-json(5)". */
static void put_see_also(FILE *out, const struct style *style, const struct page *page)
{
	const char *text = page_section(page, "SEE ALSO");
	char names[512], *rest = names;

	snprintf(names, sizeof(names), "%.*s%s", text ? (int)strcspn(text, "\n") : 0, text ? text : "",
		 page->tool && text ? ", nettrace, nettrace-json(5)"
		 : text             ? ""
				    : "nettrace");
	style->heading(out, "SEE ALSO");
	for (char *name; (name = strsep(&rest, ","));)
		style->reference(out, name + strspn(name, " "), rest ? "," : "");
}

void write_page(FILE *out, const struct style *style, const struct page *page)
{
	style->begin(out, page->name, 8, page->summary);
	put_synopsis(out, style, page);
	put_section(out, style, page, "DESCRIPTION");
	style->heading(out, "OPTIONS");
	if (*page->note)
		style->paragraph(out, page->note);
	write_options(out, style, page);
	if (page->tool)
		put_fields(out, style, page);
	if (page->lines)
		put_json(out, style, page);
	put_examples(out, style, page);
	put_section(out, style, page, "EXIT STATUS");
	put_section(out, style, page, "OVERHEAD");
	if (page_section(page, "OVERHEAD"))
		write_figures(out, style, page);
	put_section(out, style, page, "CAVEATS");
	put_see_also(out, style, page);
}

void write_text_page(FILE *out, const struct style *style, const struct page *page, int section)
{
	style->begin(out, page->name, section, page->summary);
	for (const struct page_section *part = page->sections; part->heading; part++) {
		if (!strcmp(part->heading, "SEE ALSO"))
			continue;
		style->heading(out, part->heading);
		write_text(out, style, page, part->body);
	}
	put_see_also(out, style, page);
}
