/* SPDX-License-Identifier: GPL-2.0-or-later */
/* schema.c: the JSON lines of tools and helpers, as JSON Schema. */
#include <string.h>

#include "cmd/fatal.h"
#include "cmd/tools.h"
#include "core/cli/option_table.h"
#include "core/print/fields.h"
#include "core/run/losses.h"
#include "core/totals/blocks.h"
#include "core/totals/by.h"
#include "docs/generate/write.h"

void schema_string(FILE *out, const char *text)
{
	putc('"', out);
	for (; *text; text++) {
		if (strchr("\\\"", *text))
			putc('\\', out);
		putc(*text, out);
	}
	putc('"', out);
}

/* Values with names; other values are the number as a string. */
static void put_names(FILE *out, const struct field *field)
{
	const char *const *names = field->keys ? field->keys : field->names;

	fputs("\"anyOf\": [{ \"enum\": [", out);
	for (uint32_t i = 0; i < field->n_names; i++) {
		if (!names[i])
			continue;
		schema_string(out, names[i]);
		fputs(", ", out);
	}
	fputs("null] }, { \"type\": \"string\", \"pattern\": \"^[0-9]+$\" }]", out);
}

static void put_type(FILE *out, const struct field *field)
{
	if (kind_rows[field->kind].schema)
		fputs(kind_rows[field->kind].schema, out);
	else
		put_names(out, field);
}

/* The keys of a line, in order. */
struct keys {
	struct field fields[PAGE_FIELDS];
	size_t n;
};

static bool has(const struct keys *keys, const char *name)
{
	for (size_t i = 0; i < keys->n; i++)
		if (!strcmp(keys->fields[i].name, name))
			return true;
	return false;
}

static void add(struct keys *keys, const struct tool *tool, const struct member *member)
{
	struct field field = field_of_member(tool, member);

	if (keys->n < PAGE_FIELDS && !field.hidden && !has(keys, field.name))
		keys->fields[keys->n++] = field;
}

/* In the order of core/print/printer.c; containers are in totals too. */
static void collect(struct keys *keys, const struct tool *tool, const struct member *members, bool totals)
{
	const struct member *common = common_members;

	do
		add(keys, tool, common++);
	while (!totals && is_about_sockets(tool) && common->name);
	for (; members->name; members++)
		add(keys, tool, members);
	for (common = common_members; common->name; common++)
		if (common->kind == F_CONTAINER && is_about_sockets(tool))
			add(keys, tool, common);
}

static void put_key(FILE *out, const struct field *field)
{
	fprintf(out, "        \"%s\": { ", field->name);
	put_type(out, field);
	fputs(", \"description\": ", out);
	schema_string(out, field->help ? field->help : "");
	fputs(" }", out);
}

/* Whether the tool has --by: a tool may have an own option of this name. */
static bool has_groups(const struct tool *tool)
{
	struct option_table table;

	option_table_fill(&table, tool);
	for (unsigned int i = 0; i < table.n_items; i++)
		if (!strcmp(table.items[i].opt->name, "by"))
			return table.items[i].common != NULL;
	return false;
}

/* The key depends on options: histograms on the unit, limits on -x, rates on --rate. */
static bool is_optional(const struct field *field)
{
	return field->flag || field->kind == F_RATE || field->kind == F_PER_S;
}

/* Writes the schema of a row or (totals) of a row of totals; group: of totals with --by; more: keys after its members.
 */
static void put_line(FILE *out, const char *name, const struct tool *tool, const struct member *members, bool totals,
		     const char *group, const struct json_key *more)
{
	struct keys keys = { .n = 0 };

	collect(&keys, tool, members, totals);
	fprintf(out, "    \"%s\": {\n      \"type\": \"object\",\n", name);
	if (totals && !group && has_groups(tool))
		fputs("      \"not\": { \"required\": [\"by\"] },\n", out);
	fputs("      \"properties\": {\n", out);
	put_key(out, &keys.fields[0]);
	fprintf(out, ",\n        \"tool\": { \"const\": \"%s\" }", tool->name);
	if (totals)
		fputs(",\n        \"interval_ns\": { \"type\": \"integer\", \"minimum\": 0, \"description\": "
		      "\"measured length of the interval\" },\n        \"partial\": { \"type\": \"boolean\", "
		      "\"description\": \"whether the end of the run cut the interval short\" }",
		      out);
	if (group)
		fprintf(out, ",\n        \"by\": { \"const\": \"%s\", \"description\": \"the group of --by\" }", group);
	for (size_t i = 1; i < keys.n; i++) {
		fputs(",\n", out);
		put_key(out, &keys.fields[i]);
	}
	for (const struct json_key *key = more; key && key->name; key++) {
		fputs(",\n", out);
		schema_key(out, key, 8, NULL);
	}
	fputs("\n      },\n      \"required\": [\"ts\", \"tool\"", out);
	if (totals)
		fputs(", \"interval_ns\", \"partial\"", out);
	if (group)
		fputs(", \"by\"", out);
	for (size_t i = 1; i < keys.n; i++)
		if (!is_optional(&keys.fields[i]))
			fprintf(out, ", \"%s\"", keys.fields[i].name);
	if (more)
		schema_required(out, more, ", ");
	fputs("]\n    },\n", out);
}

/* Writes a line of its own keys. */
static void put_keys(FILE *out, const char *name, const struct json_key *keys, const struct tool *tool)
{
	fprintf(out, "    \"%s\": {\n      \"type\": \"object\",\n      \"properties\": {\n", name);
	for (const struct json_key *key = keys; key->name; key++) {
		fputs(key == keys ? "" : ",\n", out);
		schema_key(out, key, 8, tool->name);
	}
	fputs("\n      },\n      \"required\": [", out);
	schema_required(out, keys, "");
	fputs("]\n    }", out);
}

/* Writes the lines of totals with --by `group`, or (NULL) the tool's own, each with the keys of --rate. */
static void put_totals(FILE *out, const struct tool *tool, const char *group)
{
	struct options options;
	struct error error;
	char name[32] = "totals";

	options_init(&options, tool);
	options.by_name = group;
	options.rate = is_about_sockets(tool);
	if (options.rate && !by_apply(&options, &error))
		fatal(EXIT_FAILED, "%s: %s", tool->name, error.text);
	if (group)
		snprintf(name, sizeof(name), "by_%s", group);
	put_line(out, name, options.tool, tool_totals_members(options.tool), true, group, NULL);
	options_free(&options);
}

static void put_head(FILE *out, const struct page *page)
{
	fprintf(out,
		"{\n  \"$schema\": \"https://json-schema.org/draft/2020-12/schema\",\n"
		"  \"$id\": \"https://nettrace.example/schema/%s.json\",\n  \"title\": \"nettrace %s\",\n"
		"  \"description\": ",
		page->name, page->name);
	schema_string(out, page->summary);
	fputs(",\n  \"oneOf\": [", out);
}

/* Whether its rows can be partial. */
static bool walks_namespaces(const struct tool *tool)
{
	for (const struct hook *hook = tool->hooks; hook->name; hook++)
		if (hook->each_netns)
			return true;
	return false;
}

static void put_references(FILE *out, const struct tool *tool)
{
	if (!is_interval_tool(tool))
		fputs("{ \"$ref\": \"#/$defs/row\" }, ", out);
	if (tool->totals)
		fputs("{ \"$ref\": \"#/$defs/totals\" }, ", out);
	for (size_t i = 0; by_names[i] && has_groups(tool); i++)
		fprintf(out, "{ \"$ref\": \"#/$defs/by_%s\" }, ", by_names[i]);
	if (tool->totals || has_groups(tool))
		fputs("{ \"$ref\": \"#/$defs/empty\" }, ", out);
	if (walks_namespaces(tool))
		fputs("{ \"$ref\": \"#/$defs/partial\" }, ", out);
	fputs("{ \"$ref\": \"#/$defs/loss\" }],\n", out);
}

static void put_tool(FILE *out, const struct page *page)
{
	const struct tool *tool = page->tool;

	put_references(out, tool);
	fputs("  \"$defs\": {\n", out);
	if (!is_interval_tool(tool))
		put_line(out, "row", tool, tool->members, false, NULL, NULL);
	if (tool->totals)
		put_totals(out, tool, NULL);
	for (size_t i = 0; by_names[i] && has_groups(tool); i++)
		put_totals(out, tool, by_names[i]);
	fputs("    \"slot\": {\n      \"type\": \"object\",\n      \"properties\": {\n"
	      "        \"from\": { \"type\": \"integer\" },\n        \"to\": { \"type\": \"integer\" },\n"
	      "        \"count\": { \"type\": \"integer\", \"minimum\": 1 }\n      },\n"
	      "      \"required\": [\"from\", \"to\", \"count\"]\n    },\n",
	      out);
	if (tool->totals || has_groups(tool)) {
		put_keys(out, "empty", empty_keys, tool);
		fputs(",\n", out);
	}
	put_keys(out, "loss", loss_keys, tool);
	if (walks_namespaces(tool)) {
		fputs(",\n", out);
		put_keys(out, "partial", partial_keys, tool);
	}
}

/* Writes references to the lines of all tools with a story: all their lines, or (rows) only rows. */
static void put_tools(FILE *out, const char *before, bool rows)
{
	const struct tool *tool;

	for (size_t i = 0; (tool = tool_at(i)); i++) {
		if (!tool->story)
			continue;
		fprintf(out, "%s{ \"$ref\": \"%s.json%s\" }", before, tool->name, rows ? "#/$defs/row" : "");
		before = ", ";
	}
}

/* A timeline has the lines of its tools, and lines of connections: the keys of every row, then their own. */
static void put_timeline(FILE *out, const struct page *page)
{
	static const struct member none[] = { {} };

	fprintf(out, "{ \"$ref\": \"#/$defs/%s\" }", page->lines->name);
	put_tools(out, ", ", false);
	fputs("],\n  \"$defs\": {\n", out);
	put_line(out, page->lines->name, page->tool, none, false, NULL, page->lines->keys);
	fputs("    \"event\": { \"oneOf\": [", out);
	put_tools(out, "", true);
	fputs("] }", out);
}

static void put_lines(FILE *out, const struct json_line *lines)
{
	for (const struct json_line *line = lines; line->name; line++)
		fprintf(out, "%s{ \"$ref\": \"#/$defs/%s\" }", line == lines ? "" : ", ", line->name);
	fputs("],\n  \"$defs\": {\n", out);
	for (const struct json_line *line = lines; line->name; line++) {
		fputs(line == lines ? "" : ",\n", out);
		schema_object(out, line, 4);
	}
}

/* Whether it prints rows of its tools, besides lines that have the keys of every row: among these is the time. */
static bool is_timeline(const struct page *page)
{
	return page->tool && strcmp(page->lines->keys->name, "ts") != 0;
}

void write_schema(FILE *out, const struct page *page)
{
	put_head(out, page);
	if (!page->helper)
		put_tool(out, page);
	else if (is_timeline(page))
		put_timeline(out, page);
	else
		put_lines(out, page->lines);
	fputs("\n  }\n}\n", out);
}
