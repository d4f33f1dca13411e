/* SPDX-License-Identifier: GPL-2.0-or-later */
/* option_table.c: common options and those of a tool as one table for argp.
 *
 * argp gets one row for each option, with its long name, and alias rows for its other names. Keys are letters in alias
 * rows with a letter, else KEY_FIRST + the index of the option. So getopt accepts an abbreviation that matches two
 * names of one option. */
#include "core/cli/option_table.h"

#include <assert.h>
#include <stdio.h>
#include <string.h>

#define KEY_FIRST 0x100 /* above every letter */

static void add_row(struct option_table *table, const struct argp_option *row)
{
	assert(table->n_rows < OPTION_ROWS - 1);
	table->rows[table->n_rows++] = *row;
}

static void add_letter(struct option_table *table, const struct option_item *item, char letter)
{
	if (!letter)
		return;
	assert(letter > 0 && !table->letters[(int)letter]);
	table->letters[(int)letter] = item;
	add_row(table, &(struct argp_option){ .key = letter, .flags = OPTION_ALIAS });
}

static struct option_item *add_item(struct option_table *table, const struct opt *opt, const char *help, int group,
				    int flags)
{
	struct option_item *item = &table->items[table->n_items];
	int key = KEY_FIRST + (int)table->n_items++;

	assert(table->n_items <= OPTION_ITEMS);
	item->opt = opt;
	add_row(table, &(struct argp_option){ opt->name, key, opt->arg, flags, help, group });
	return item;
}

static const struct opt *first(const struct tool *tool)
{
	return tool->opts && (tool->opts->name || tool->opts->alias_of) ? tool->opts : NULL;
}

static const struct opt *next(const struct opt *own)
{
	own++;
	return own->name || own->alias_of ? own : NULL;
}

#define for_each(own, tool) for (const struct opt *own = first(tool); own; own = next(own))

/* Whether this row of a tool is about that common option. */
static bool is_about(const struct opt *own, const struct common_option *common)
{
	const char *name = own->type == O_ALIAS ? own->alias_of : own->type == O_COMMON ? own->name : NULL;

	return name && strcmp(name, common->opt.name) == 0;
}

static bool letter_is_claimed(const struct tool *tool, char letter)
{
	for_each (own, tool) {
		if (own->key == letter)
			return true;
	}
	return false;
}

/* The row of a tool that uses the long name of a common option for something else. */
static const struct opt *other_use(const struct tool *tool, const struct common_option *common)
{
	for_each (own, tool) {
		if (own->name && strcmp(own->name, common->opt.name) == 0 && !is_about(own, common))
			return own;
	}
	return NULL;
}

/* An option of the tool's own, or NULL. */
static const struct opt *own_option(const struct tool *tool, const char *name)
{
	for_each (own, tool) {
		if (own->name && own->type != O_ALIAS && own->type != O_COMMON && strcmp(own->name, name) == 0)
			return own;
	}
	return NULL;
}

/* The option that an O_ALIAS row renames. */
static const struct opt *target_of(const struct tool *tool, const struct opt *same)
{
	const struct opt *own = own_option(tool, same->alias_of);

	return own ? own : &common_option(same->alias_of)->opt;
}

static bool is_asked_for(const struct tool *tool, const struct common_option *common)
{
	for_each (own, tool) {
		if (own->type == O_COMMON && is_about(own, common))
			return true;
	}
	return false;
}

/* Whether it has columns; nettrace record has none. */
static bool prints(const struct tool *tool)
{
	return !tool->columns || tool->columns->name;
}

/* Whether the tool's rows have such a member; several tools together have the members of all. */
static bool has_member(const struct tool *tool, enum kind kind, const char *name)
{
	if (is_interval_tool(tool))
		return false;
	if (!tool->image.object)
		return tool->columns && tool->columns->name;
	for (const struct member *member = tool->members; member && member->name; member++)
		if ((kind && member->kind == kind) || (name && !strcmp(member->name, name)))
			return true;
	return false;
}

static bool shows_states(const struct tool *tool)
{
	return tool->totals && tool->totals->of_states;
}

static bool is_offered(const struct tool *tool, const struct common_option *common)
{
	bool intervals = is_interval_tool(tool);

	switch (common->offered) {
	case OF_SOCKETS:
		return is_about_sockets(tool);
	case SHOWN:
		return prints(tool);
	case SHOWN_SOCKETS:
		return prints(tool) && is_about_sockets(tool);
	case OF_ROWS:
		return prints(tool) && !intervals;
	case WITH_ERRORS:
		return has_member(tool, F_ERRNO, NULL);
	case WITH_TIMES:
		return has_member(tool, F_MSEC, NULL) && !shows_states(tool);
	case WITH_BYTES:
		return has_member(tool, F_NONE, "tx_bytes");
	case WITH_RETRANS:
		return has_member(tool, F_NONE, "retrans");
	case WITH_GROUPS:
		return is_about_sockets(tool) && tool->image.object && !own_option(tool, "by");
	case WITH_RATES:
		return is_about_sockets(tool) && tool->image.object && !shows_states(tool);
	case WITH_TOTALS:
		return tool_totals_members(tool) || (is_about_sockets(tool) && tool->image.object);
	case WITH_SUMMARY:
		return tool_totals_members(tool) && !intervals && !shows_states(tool);
	case ON_REQUEST:
		return is_asked_for(tool, common);
	case HIDDEN:
		return prints(tool) || common->group != GROUP_OUTPUT;
	case ALWAYS:
		break;
	}
	return true;
}

/* Whether the row renames an option without an argument to the long name of a common option with one. */
static bool shares_name(const struct tool *tool, const struct opt *row)
{
	const struct common_option *named = row->type == O_ALIAS && row->name ? common_option(row->name) : NULL;

	return named && named->opt.arg && !target_of(tool, row)->arg;
}

/* Makes the argument of an option optional; without it, the option is `bare`. */
static void set_bare(struct option_table *table, struct option_item *item, const struct opt *bare)
{
	struct argp_option *row = &table->rows[table->n_rows - 1];

	item->bare = bare;
	snprintf(item->help, sizeof(item->help), "%s; without %s: the same as --%s", row->doc, row->arg, bare->name);
	row->flags |= OPTION_ARG_OPTIONAL;
	row->doc = item->help;
}

/* --debug is visible only in tools where --verbose is another option. */
static bool is_hidden(const struct tool *tool, const struct common_option *common)
{
	const struct common_option *usual =
		common->offered == HIDDEN && common->stands_for ? common_option(common->stands_for) : NULL;

	return common->offered == HIDDEN && !(usual && other_use(tool, usual));
}

/* The group of an option, unless it is among the most important for the tool. */
static int group_of(const struct tool *tool, const char *name, int group)
{
	for (size_t i = 0; i < sizeof(tool->first) / sizeof(tool->first[0]) && tool->first[i]; i++)
		if (!strcmp(tool->first[i], name))
			return GROUP_FIRST;
	return group;
}

static void add_common(struct option_table *table, const struct tool *tool, const struct common_option *common)
{
	const struct opt *other = other_use(tool, common);
	const struct opt *bare = other && shares_name(tool, other) ? target_of(tool, other) : NULL;
	const char *help = common->opt.help;
	struct option_item *item;

	/* The tool's own option replaces the common one, unless the argument distinguishes them. */
	if (other && !bare)
		return;
	for_each (own, tool) {
		if (own->help && is_about(own, common))
			help = own->help;
	}
	item = add_item(table, &common->opt, help, group_of(tool, common->opt.name, common->group),
			(is_hidden(tool, common) ? OPTION_HIDDEN : 0) | (common->bare ? OPTION_ARG_OPTIONAL : 0));
	item->common = common;
	if (bare)
		set_bare(table, item, bare);
	if (!letter_is_claimed(tool, common->opt.key))
		add_letter(table, item, common->opt.key);
	if (!letter_is_claimed(tool, common->also))
		add_letter(table, item, common->also);
	for_each (own, tool) {
		if (!is_about(own, common))
			continue;
		add_letter(table, item, own->key);
		if (own->name && strcmp(own->name, common->opt.name) != 0 && !shares_name(tool, own))
			add_row(table, &(struct argp_option){ .name = own->name, .flags = OPTION_ALIAS });
	}
}

static void add_heading(struct option_table *table, const char *text, int group)
{
	add_row(table, &(struct argp_option){ .doc = text, .group = group });
}

/* Adds the other names and letters of an option of the tool's own. */
static void add_aliases(struct option_table *table, const struct tool *tool, const struct opt *target)
{
	for_each (own, tool) {
		if (own->type != O_ALIAS || target_of(tool, own) != target)
			continue;
		add_letter(table, &table->items[table->n_items - 1], own->key);
		if (own->name && !shares_name(tool, own))
			add_row(table, &(struct argp_option){ .name = own->name, .flags = OPTION_ALIAS });
	}
}

static void add_own(struct option_table *table, const struct tool *tool)
{
	bool any = false;

	for_each (own, tool) {
		if (own->type == O_ALIAS || own->type == O_COMMON)
			continue;
		if (!any)
			add_heading(table, "This tool:", GROUP_TOOL);
		any = true;
		add_letter(table, add_item(table, own, own->help, group_of(tool, own->name, GROUP_TOOL), 0), own->key);
		add_aliases(table, tool, own);
	}
}

const struct option_item *option_table_named(const struct option_table *table, const char *name)
{
	for (unsigned int i = 0; i < table->n_items; i++) {
		if (strcmp(table->items[i].opt->name, name) == 0)
			return &table->items[i];
	}
	assert(!"a tool's words name options");
	return NULL;
}

/* The positional arguments in the first line of help: "[INTERVAL [COUNT]] [-- COMMAND ARG...]". */
static void fill_args(struct option_table *table, const struct tool *tool)
{
	size_t length = 0;
	int words = 0;

	for (; tool->positional && tool->positional[words]; words++) {
		const struct option_item *item = option_table_named(table, tool->positional[words]);

		length += (size_t)snprintf(table->args + length, sizeof(table->args) - length, "%s[%s",
					   words ? " " : "", item->opt->arg);
	}
	snprintf(table->args + length, sizeof(table->args) - length, "%.*s%s[-- COMMAND ARG...]", words, "]]]]",
		 words ? " " : "");
}

void option_table_fill(struct option_table *table, const struct tool *tool)
{
	memset(table, 0, sizeof(*table));
	for_each (own, tool) {
		if (own->type == O_ALIAS)
			assert(own_option(tool, own->alias_of) ||
			       (common_option(own->alias_of) && is_offered(tool, common_option(own->alias_of))));
		if (own->type == O_COMMON)
			assert(own->name && common_option(own->name));
	}
	for (size_t i = 0; i < sizeof(tool->first) / sizeof(tool->first[0]) && tool->first[i]; i++)
		assert(own_option(tool, tool->first[i]) || common_option(tool->first[i]));
	if (tool->first[0])
		add_heading(table, "Used most:", GROUP_FIRST);
	if (is_about_sockets(tool))
		add_heading(table, "Filters:", GROUP_FILTERS);
	add_own(table, tool);
	if (prints(tool))
		add_heading(table, "Output:", GROUP_OUTPUT);
	add_heading(table, "Run:", GROUP_RUN);
	add_heading(table, "For experts:", GROUP_EXPERT);
	for (const struct common_option *common = common_options; common->opt.name; common++) {
		if (is_offered(tool, common))
			add_common(table, tool, common);
	}
	fill_args(table, tool);
}

const struct option_item *option_table_find(const struct option_table *table, int key)
{
	if (key > 0 && key < 128)
		return table->letters[key];
	if (key >= KEY_FIRST && key < KEY_FIRST + (int)table->n_items)
		return &table->items[key - KEY_FIRST];
	return NULL;
}

void option_table_hide_experts(struct option_table *table)
{
	for (unsigned int i = 0; i < table->n_rows; i++) {
		const struct option_item *item = option_table_find(table, table->rows[i].key);
		struct argp_option *row = &table->rows[i];

		if (row->group == GROUP_EXPERT && !row->name && !row->key)
			row->doc = NULL;
		else if (item && item->common && item->common->group == GROUP_EXPERT)
			row->flags |= OPTION_HIDDEN;
	}
}
