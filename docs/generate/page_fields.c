/* SPDX-License-Identifier: GPL-2.0-or-later */
/* page_fields.c: the fields that a tool prints, for the manual. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/print/fields.h"
#include "cmd/fatal.h"
#include "docs/generate/page.h"

/* The printed rows or totals of a tool. */
struct source {
	const struct tool *tool; /* NULL: of all events */
	const struct member *members;
	const struct column *columns;
	bool all; /* including the keys of all events */
};

static bool ends(const char *name, const char *with)
{
	size_t length = strlen(name), tail = strlen(with);

	return length > tail && !strcmp(name + length - tail, with);
}

/* The unit in the suffix of a name. */
static const char *unit_of_name(const char *name)
{
	return ends(name, "_ns") ? "ns" : ends(name, "_us") ? "us" : ends(name, "_bytes") ? "bytes" : NULL;
}

static void set_units(struct page_field *to, const struct field *field)
{
	const struct kind_row *kind = &kind_rows[field->kind];
	const char *unit = unit_of_name(field->name);

	to->column = kind->column_unit ? kind->column_unit : unit;
	to->json = kind->json_unit ? kind->json_unit : unit;
}

/* Appends "NAMES of options" that set the flags. */
static void name_flags(char *to, size_t size, const struct tool *tool, uint32_t flags)
{
	for (const struct opt *opt = tool->opts; opt && opt->name && flags; opt++) {
		if (opt->type != O_FLAG || !(opt->flag & flags))
			continue;
		snprintf(to + strlen(to), size - strlen(to), "%s--%s", *to ? " and " : "", opt->name);
		flags &= ~opt->flag;
	}
}

static void set_when(struct page_field *to, const struct tool *tool, const struct field *field)
{
	char flags[64] = "";
	const char *where = "";

	if (tool)
		name_flags(flags, sizeof(flags), tool, field->flag);
	if (to->title && !(field->where & IN_TABLE))
		where = field->where & IN_WIDE ? "--wide, CSV" : "CSV";
	else if (field->kind == F_RELATIVE)
		where = "--timestamp";
	if (*flags && *where)
		snprintf(to->when, sizeof(to->when), "column: %s, with %s", where, flags);
	else if (*flags || *where)
		snprintf(to->when, sizeof(to->when), "column: %s%s", *flags ? "with " : "", *flags ? flags : where);
}

static const struct member *find_member(const struct member *members, const char *name)
{
	for (; members->name; members++)
		if (!strcmp(members->name, name))
			return members;
	return NULL;
}

static const struct member *port_at(const struct member *members, uint16_t off)
{
	for (; members && members->name; members++)
		if (members->kind == F_PORT && members->off == off)
			return members;
	return NULL;
}

/* Returns "address and port: laddr and lport in JSON" for a column with both. */
static char *help_of(const struct source *source, const struct column *column, const struct field *field)
{
	const struct member *port;
	char *help = NULL;

	if (!column || !field->port)
		return strdup(field->help ? field->help : "");
	port = source->tool ? port_at(source->tool->members, field->port) : NULL;
	if (!port)
		port = port_at(common_members, field->port);
	if (!port || asprintf(&help, "address and port: `%s` and `%s` in JSON", column->of, port->name) < 0)
		fatal(EXIT_FAILED, "internal: %s: no port, or out of memory", field->name);
	return help;
}

static struct page_field *find(struct page_field *fields, const char *key)
{
	for (; fields->title || fields->key; fields++)
		if (fields->key && !strcmp(fields->key, key))
			return fields;
	return NULL;
}

/* The tables of a column, which may be declared several times. */
static uint8_t places(const struct source *source, const char *name)
{
	uint8_t where = 0;

	for (const struct column *column = source->columns; column->name; column++)
		if (!strcmp(column->name, name))
			where |= field_of_column(source->tool, column).where;
	return where;
}

static bool is_key(const struct source *source, const char *name)
{
	const struct member *own = find_member(source->members, name);
	const struct member *common = source->all ? find_member(common_members, name) : NULL;

	return (own && !own->hidden) || (common && !common->hidden);
}

/* column: shows the field; NULL: a key only. */
static void add(struct page_field *to, const struct source *source, const struct column *column,
		const struct field *field)
{
	struct page_field *same = find(to, field->name);
	struct page_field made = { 0 };
	struct field whole = *field;

	made.title = column && *field->title ? field->title : NULL;
	made.key = is_key(source, field->name) ? field->name : NULL;
	if (same && !same->title)
		same->title = made.title;
	if (same || (!made.title && !made.key) || (field->suffix && !field->help))
		return;
	made.help = help_of(source, column, field);
	if (column)
		whole.where = places(source, field->name);
	set_units(&made, field);
	set_when(&made, source->tool, &whole);
	for (size_t i = 0; i < PAGE_FIELDS - 1; i++) {
		if (to[i].title || to[i].key)
			continue;
		to[i] = made;
		return;
	}
	fatal(EXIT_FAILED, "internal: too many fields");
}

static bool has_column(const struct source *source, const char *name)
{
	for (const struct column *column = source->columns; column->name; column++)
		if (!strcmp(column->name, name))
			return true;
	return false;
}

/* Adds the keys from *member up to `last` that have no column. */
static void add_keys(struct page_field *to, const struct source *source, const struct member **member,
		     const struct member *last)
{
	for (; (*member)->name && *member != last; (*member)++) {
		struct field field = field_of_member(source->tool, *member);

		if (!field.hidden && !has_column(source, field.name))
			add(to, source, NULL, &field);
	}
}

/* Columns in their order. A key without a column comes before the column of the next member that has one. */
void page_fields(struct page_field *to, const struct tool *tool, bool totals)
{
	struct source source = {
		.tool = tool,
		.members = !tool    ? common_members
			   : totals ? tool_totals_members(tool)
				    : tool->members,
		.columns = !tool    ? common_columns
			   : totals ? tool_totals_columns(tool)
				    : tool->columns,
		.all = tool && is_about_sockets(tool) && !totals,
	};
	const struct member *member = source.members;

	for (const struct column *column = source.columns; column->name; column++) {
		struct field field = field_of_column(tool, column);
		const struct member *own = find_member(source.members, column->name);

		if (own && own > member)
			add_keys(to, &source, &member, own);
		add(to, &source, column, &field);
	}
	add_keys(to, &source, &member, NULL);
}
