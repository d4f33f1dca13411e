/* SPDX-License-Identifier: GPL-2.0-or-later */
/* page_fields.c: what a tool prints, as a manual tells it. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/print/fields.h"
#include "cmd/fatal.h"
#include "docs/generate/page.h"

#define IN_COLUMNS (IN_TABLE | IN_WIDE | IN_CSV)

static bool ends(const char *name, const char *with)
{
	size_t length = strlen(name), tail = strlen(with);

	return length > tail && !strcmp(name + length - tail, with);
}

/* The unit that a name tells, as all names of ours do. */
static const char *unit_of_name(const char *name)
{
	return ends(name, "_ns") ? "ns" : ends(name, "_us") ? "us" : ends(name, "_bytes") ? "bytes" : NULL;
}

static void set_units(struct page_field *to, const struct field *field)
{
	to->column = to->json = unit_of_name(field->name);
	if (field->kind == F_MSEC)
		to->column = "ms", to->json = "ns";
	else if (field->kind == F_USEC)
		to->column = "us", to->json = "ns";
	else if (field->kind == F_KBYTES)
		to->column = "KiB", to->json = "bytes";
	else if (field->kind == F_SI)
		to->column = "in tables with K (1024) and M", to->json = NULL;
	else if (field->kind == F_TIME)
		to->column = "HH:MM:SS", to->json = "RFC 3339";
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

static const struct field *at(const struct field *fields, uint16_t off, bool (*is)(const struct field *))
{
	for (; fields && fields->name; fields++) {
		struct field whole = field_complete(fields);

		if (whole.off == off && whole.where & IN_JSON && is(&whole))
			return fields;
	}
	return NULL;
}

static bool is_address(const struct field *field)
{
	return field->kind == F_ADDRESS;
}

static bool is_port(const struct field *field)
{
	return field->kind == F_PORT;
}

/* "address and port: laddr and lport in JSON" of a column that has both. */
static char *help_of(const struct tool *tool, const struct field *fields, const struct field *field)
{
	const struct field *const tables[] = { fields, tool ? tool->fields : NULL, common_fields };
	char *help = NULL;

	if (field->help)
		return strdup(field->help);
	for (size_t i = 0; i < sizeof(tables) / sizeof(tables[0]); i++) {
		const struct field *address = at(tables[i], field->off, is_address);
		const struct field *port = at(tables[i], field->port, is_port);

		if (!field->port || !address || !port)
			continue;
		if (asprintf(&help, "address and port: `%s` and `%s` in JSON", address->name, port->name) < 0)
			fatal(EXIT_FAILED, "out of memory");
		return help;
	}
	return strdup("");
}

static struct page_field *find(struct page_field *fields, const char *key)
{
	for (; fields->title || fields->key; fields++)
		if (fields->key && !strcmp(fields->key, key))
			return fields;
	return NULL;
}

/* What names a field that was declared twice is one field with the help of the first. */
static bool is_new(struct page_field *fields, const struct field *whole)
{
	struct page_field *same = find(fields, whole->name);

	if (same && !same->title && whole->where & IN_COLUMNS)
		same->title = whole->title;
	return !same && (whole->where & (IN_COLUMNS | IN_JSON)) && (whole->help || !whole->suffix);
}

/* The declaration of the same name that has help; the field itself, if it has. */
static struct field with_help(const struct tool *tool, const struct field *fields, const struct field *field)
{
	const struct field *const tables[] = { fields, tool ? tool->fields : NULL };
	struct field whole = field_complete(field);

	for (size_t i = 0; i < 2 && !whole.help; i++) {
		for (const struct field *other = tables[i]; other && other->name && !whole.help; other++) {
			struct field twin = field_complete(other);

			if (!strcmp(twin.name, whole.name) && twin.help) {
				whole.help = twin.help;
				whole.where |= twin.where & (fields == tables[i] ? 0xff : 0);
			}
		}
	}
	return whole;
}

/* Rows of sockets have the keys that all events have, whatever their columns are. */
static bool is_common_key(const struct tool *tool, const struct field *fields, const char *name)
{
	if (!tool || !is_about_sockets(tool) || fields == tool_totals(tool))
		return false;
	for (const struct field *common = common_fields; common->name; common++)
		if (!strcmp(common->name, name))
			return field_complete(common).where & IN_JSON;
	return false;
}

void page_fields(struct page_field *to, const struct tool *tool, const struct field *fields)
{
	size_t n = 0;

	for (const struct field *field = fields; field->name; field++) {
		struct field whole = with_help(tool, fields, field);

		if (!is_new(to, &whole))
			continue;
		if (n == PAGE_FIELDS - 1)
			fatal(EXIT_FAILED, "internal: too many fields");
		to[n].title = whole.where & IN_COLUMNS && whole.title && *whole.title ? whole.title : NULL;
		to[n].key = whole.where & IN_JSON || is_common_key(tool, fields, whole.name) ? whole.name : NULL;
		if (!to[n].title && !to[n].key)
			continue;
		to[n].help = help_of(tool, fields, &whole);
		set_units(&to[n], &whole);
		set_when(&to[n], tool, &whole);
		n++;
	}
}
