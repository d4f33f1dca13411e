/* SPDX-License-Identifier: GPL-2.0-or-later */
/* test_tools.c: the tables of every tool: members, columns, options, examples. */
#include "every_tool.h"

#include <ctype.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>
#include <wordexp.h>

#include "core/cli/common_options.h"
#include "core/print/fields.h"
#include "core/cli/parse.h"
#include "core/print/printer.h"
#include "core/totals/live_help.h"
#include "core/totals/summary.h"

#define SUMMARY_MAX 65 /* --list fits 80 columns */

/* ---- names and texts ---- */

static void summary_is_a_line(void **state)
{
	const struct tool *tool = *state;

	check(tool->summary && strlen(tool->summary) < SUMMARY_MAX, tool, "summary");
	check(*tool->summary && !strchr(tool->summary, '\n'), tool, "summary");
	check(tool->summary[strlen(tool->summary) - 1] != '.', tool, "summary");
}

static bool is_word(const char *name, char between)
{
	if (!islower((unsigned char)*name))
		return false;
	for (const char *c = name; *c; c++) {
		if (!islower((unsigned char)*c) && !isdigit((unsigned char)*c) && *c != between)
			return false;
	}
	return name[strlen(name) - 1] != between;
}

/* Exits with 0 if the words are a valid command line of the tool. */
static int parse_in_child(const struct tool *tool, const wordexp_t *words)
{
	pid_t child = fork();
	struct options options;
	struct error error;
	int status;

	assert_true(child >= 0);
	if (child == 0) {
		_exit(options_parse(&options, tool, (int)words->we_wordc, words->we_wordv, &error)
			      ? 0
			      : error_print(&error));
	}
	assert_int_equal(waitpid(child, &status, 0), child);
	return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

static void examples_are_pairs_that_work(void **state)
{
	const struct tool *tool = *state;
	const char *const *example = tool->examples;

	check(example && *example, tool, "examples");
	for (; *example; example += 2) {
		wordexp_t words;

		check(example[1] && *example[1], tool, *example);
		check(!wordexp(*example, &words, WRDE_NOCMD | WRDE_UNDEF), tool, *example);
		check(words.we_wordc && !strcmp(words.we_wordv[0], tool->name), tool, *example);
		check(parse_in_child(tool, &words) == 0, tool, *example);
		wordfree(&words);
	}
}

/* ---- members ---- */

static bool is_common(const char *name)
{
	for_each (member, common, common_members) {
		if (!strcmp(common->name, name))
			return true;
	}
	return false;
}

/* Kinds read a fixed number of bytes without a check. */
static bool size_fits(const struct member *member)
{
	uint8_t sizes = kind_rows[member->kind].sizes;

	if (sizes == SIZES_TEXT)
		return member->size != 0;
	if (sizes == SIZES_NUMBERS)
		return member->size && member->size % 8 == 0 && member->size <= 512;
	return member->size ? member->size <= 16 && (sizes & member->size) == member->size
			    : kind_rows[member->kind].is_counted;
}

static void check_member(const struct tool *tool, const struct member *member)
{
	const struct kind_row *kind = &kind_rows[member->kind];

	/* A kind for columns only must come from a member. */
	check(kind->recorded || kind->is_counted || member->kind == F_CONTAINER || member->kind == F_VALUES, tool,
	      member->name);
	check(size_fits(member), tool, member->name);
	check((size_t)member->off + member->size <= tool->image.event_size, tool, member->name);
	check(!member->port || (kind->is_address && member->port + sizeof(uint16_t) <= tool->image.event_size), tool,
	      member->name);
	check(!member->n_names == (member->kind != F_NAME), tool, member->name);
	check(!member->btf_enum == (member->kind != F_ENUM && member->kind != F_VALUES), tool, member->name);
	check(member->kind != F_VALUES || (member->values > member->stack &&
					   member->values + sizeof(struct drop_values) <= tool->image.event_size),
	      tool, member->name);
	check(member->kind != F_LOG2 || member->unit, tool, member->name);
	check(member->hidden || (member->help && *member->help), tool, member->name);
	/* A name of a common member is reserved. */
	check(!is_common(member->name), tool, member->name);
	/* By this key readers of JSON know lines that are no rows. */
	check(strcmp(member->name, "lost") != 0, tool, member->name);
}

/* Ends the program if a member of the name is missing. */
static void check_members(const struct tool *tool, const struct member *members)
{
	size_t shown = 0, all = 0;

	for_each (member, member, members) {
		check(is_word(member->name, '_'), tool, member->name);
		if (member->kind)
			check_member(tool, member);
		else
			field_of_member(tool, member);
		for (const struct member *other = member + 1; other->name; other++)
			check(strcmp(other->name, member->name) != 0, tool, member->name);
		shown += !member->hidden;
		all++;
	}
	for_each (member, common, common_members)
		shown++;
	check(shown <= COLUMNS_MOST && all <= TOTALS_FIELDS, tool, "number of members");
}

static void members_lie_inside_the_event(void **state)
{
	const struct tool *tool = *state;

	check(tool->image.event_size >= sizeof(struct event), tool, "event_size");
	check(tool->image.event_size <= UINT16_MAX, tool, "event_size"); /* off has 16 bits */
	check(tool->image.event_size % 8 == 0, tool, "event_size");
	check_members(tool, tool->members);
	check_members(tool, tool_totals_members(tool));
}

/* A tool that needs addresses reads /proc/kallsyms at the start; later the process may lack the privilege. */
static void places_are_read_in_time(void **state)
{
	const struct tool *tool = *state;

	for_each (member, member, tool->members)
		check(!kind_rows[member->kind].is_code || (tool->lookup && tool->lookup->symbols[0]), tool,
		      member->name);
}

static void summaries_count(void **state)
{
	const struct tool *tool = *state;
	int counts = 0;

	for_each (member, member, tool_totals_members(tool)) {
		enum kind kind = field_of_member(tool, member).kind;

		check(kind != F_STACK && kind != F_TIME, tool, member->name);
		counts += kind == F_COUNT;
	}
	check(counts <= 1 && (counts || !tool_summary_flag(tool) || tool->totals->of_states), tool, "totals");
	check(!tool_totals_members(tool) == !tool_totals_columns(tool), tool, "totals");
	check(!tool->totals == !tool_totals_members(tool), tool, "totals");
	/* An interval tool has one list of members and one of columns. */
	check(!is_interval_tool(tool) ||
		      (tool->members == tool->totals->members && tool->columns == tool->totals->columns),
	      tool, "members");
	if (is_interval_tool(tool))
		return;
	for_each (member, member, tool->members)
		check(!kind_rows[member->kind].is_counted, tool, member->name);
	if (tool->totals)
		summary_free(
			summary_new(tool, 0, is_about_sockets(tool))); /* ends the program if the key is too long */
}

/* ---- columns ---- */

/* The shown member has a kind with the same bytes. */
static void check_form(const struct tool *tool, const struct column *column, const struct field *field)
{
	const struct kind_row *kind = &kind_rows[field->kind];

	check((kind->sizes & field->size) || kind->sizes >= SIZES_TEXT || kind->is_counted, tool, column->name);
	check(!kind->has_port == !field->port, tool, column->name);
	check(!column->names || field->kind == F_NAME, tool, column->name);
	check(!column->truncate || column->width > 0, tool, column->name);
	if (column->fallback)
		field_named(tool, column->fallback); /* ends the program if it does not exist */
}

static void check_columns(const struct tool *tool, const struct column *columns)
{
	size_t shown = 0;

	for_each (column, column, columns) {
		struct field field = field_of_column(tool, column);

		check(is_word(column->name, '_'), tool, column->name);
		check_form(tool, column, &field);
		check(field.title && (*field.title || !(field.where & IN_CSV)), tool, column->name);
		check(!column->suffix || column != columns, tool, column->name);
		/* A column with a member's name shows that member. */
		check(!column->of || !is_common(column->name), tool, column->name);
		for_each (member, member, column->of ? tool->members : NULL)
			check(strcmp(member->name, column->name) != 0, tool, column->name);
		shown++;
	}
	/* With the columns of -T, -t and --containers. */
	for_each (column, common, common_columns)
		shown += common->of != NULL;
	check(shown <= COLUMNS_MOST, tool, "number of columns");
}

static void check_words(const struct tool *tool, const struct column *words)
{
	for_each (column, word, words) {
		if (*word->name) {
			struct field field = field_of_column(tool, word);

			check_form(tool, word, &field);
		}
	}
}

static void columns_are_views_of_members(void **state)
{
	const struct tool *tool = *state;

	check_columns(tool, tool->columns);
	check_columns(tool, tool_totals_columns(tool));
	check_words(tool, tool->journal ? tool->journal->fields : NULL);
	check_words(tool, tool->journal ? tool->journal->message : NULL);
	check_words(tool, tool->story ? tool->story->words : NULL);
}

/* ---- options ---- */

static bool is_own(const struct tool *tool, const char *name)
{
	for_each (opt, option, tool->opts) {
		if (option->type != O_ALIAS && !strcmp(option->name, name))
			return true;
	}
	return false;
}

static void check_same(const struct tool *tool, const struct opt *option)
{
	const struct common_option *common = option->alias_of ? common_option(option->alias_of) : NULL;

	check(!option->arg && !option->flag && !option->off, tool, option->name);
	if (option->alias_of && is_own(tool, option->alias_of))
		return;
	check(common, tool, option->name);
	check(common->offered != WITH_SUMMARY || tool->totals, tool, option->name);
}

/* The replaced common option has another name, which works in every tool. */
static bool has_stand_in(const char *name)
{
	for (const struct common_option *common = common_options; common->opt.name; common++) {
		if (common->stands_for && !strcmp(common->stands_for, name))
			return true;
	}
	return false;
}

/* The size of what an option stores in the tool's own struct. */
static size_t stored_size(const struct opt *option)
{
	switch (option->type) {
	case O_LIST:
	case O_ENUM:
	case O_NAMES:
		return sizeof(struct list);
	case O_NUMBER:
	case O_MSEC:
		return sizeof(uint64_t);
	case O_TEXT:
		return sizeof(const char *);
	case O_CHOICE:
		return sizeof(uint32_t);
	case O_TRUE:
		return sizeof(bool);
	case O_FLAG:
	case O_PIDNETNS:
	case O_ALIAS:
	case O_COMMON:
		break;
	}
	return 0;
}

static void check_own(const struct tool *tool, const struct opt *option)
{
	check(option->help && *option->help, tool, option->name);
	check((option->type == O_FLAG) == !option->arg, tool, option->name);
	check((option->type == O_FLAG) == (option->flag != 0), tool, option->name);
	check((option->type == O_ENUM) == (option->btf_enum != NULL), tool, option->name);
	check(option->type != O_LIST || option->max > 0, tool, option->name);
	check((option->type == O_CHOICE || option->type == O_NAMES) == (option->names != NULL), tool, option->name);
	check(option->off + stored_size(option) <= tool->options_size, tool, option->name);
	for (const struct opt *other = option + 1; other->name; other++) /* no two options in one place */
		check(!stored_size(option) || !stored_size(other) || option->off + stored_size(option) <= other->off ||
			      other->off + stored_size(other) <= option->off,
		      tool, option->name);
	check(!(option->flag & tool_summary_flag(tool)), tool, option->name);
	/* A tool may have its own filter by times, which its programs apply, and its own --by: who caused the event. */
	check(!common_option(option->name) || has_stand_in(option->name) ||
		      common_option(option->name)->offered == WITH_TIMES ||
		      common_option(option->name)->offered == WITH_GROUPS,
	      tool, option->name);
}

static void options_have_help(void **state)
{
	const struct tool *tool = *state;

	for_each (opt, option, tool->opts) {
		check(is_word(option->name, '-'), tool, option->name);
		check(!option->key || isalnum((unsigned char)option->key), tool, option->name);
		if (option->type == O_ALIAS)
			check_same(tool, option);
		else if (option->type == O_COMMON)
			check(common_option(option->name), tool, option->name);
		else
			check_own(tool, option);
		for (const struct opt *other = option + 1; other->name; other++) {
			check(strcmp(option->name, other->name), tool, option->name);
			check(!option->key || option->key != other->key, tool, option->name);
		}
	}
}

static void words_are_options(void **state)
{
	const struct tool *tool = *state;

	for (const char *const *word = tool->positional; word && *word; word++)
		check(is_own(tool, *word) || common_option(*word), tool, *word);
}

static bool sets(const struct tool *tool, uint32_t flag)
{
	uint32_t all = tool_summary_flag(tool);

	for_each (opt, option, tool->opts)
		all |= option->type == O_FLAG ? option->flag : 0;
	return (flag & all) == flag;
}

static void flags_have_options(void **state)
{
	const struct tool *tool = *state;

	for_each (column, column, tool->columns)
		check(sets(tool, column->flag | column->unless), tool, column->name);
	for_each (member, member, tool->members)
		check(sets(tool, member->flag | member->unless), tool, member->name);
	/* Or check() sets it, depending on the kernel. */
	for_each (hook, hook, tool->hooks)
		check(sets(tool, hook->flag) || tool->check, tool, hook->name);
}

/* Whether some member has the index of the sort or group. */
static bool has_index(const struct tool *tool, const struct live_key *key)
{
	/* Group 0 has all rows; sort 0 may be their own order. */
	if (!key->index || (key->what == LIVE_GROUP && key->index >= LIVE_BY))
		return true;
	for_each (member, member, tool_totals_members(tool)) {
		if ((key->what == LIVE_SORT ? member->sorts : member->groups) & 1U << key->index)
			return true;
	}
	return false;
}

static void live_keys_do_something(void **state)
{
	const struct tool *tool = *state;
	struct options options = { .tool = tool };
	struct live_keys keys;

	if (!tool->totals)
		return;
	live_keys(&keys, &options, is_about_sockets(tool));
	for (const struct live_key *key = keys.each; key->key; key++) {
		check(isalnum((unsigned char)key->key) && key->key != 'q', tool, key->name);
		check(key->name && *key->name, tool, "live");
		check(has_index(tool, key), tool, key->name);
		for (const struct live_key *other = key + 1; other->key; other++) {
			check(other->key != key->key, tool, key->name);
			check(other->what != key->what || other->index != key->index, tool, key->name);
		}
	}
	for_each (member, member, tool_totals_members(tool)) {
		for (unsigned int group = 1; group < 8; group++) {
			if (member->groups & 1U << group)
				summary_free(
					summary_new(tool, group,
						    is_about_sockets(tool))); /* ends the program if a table is wrong */
		}
	}
}

int main(void)
{
	static const struct look looks[] = {
		LOOK(summary_is_a_line),
		LOOK(examples_are_pairs_that_work),
		LOOK(members_lie_inside_the_event),
		LOOK(places_are_read_in_time),
		LOOK(summaries_count),
		LOOK(columns_are_views_of_members),
		LOOK(options_have_help),
		LOOK(words_are_options),
		LOOK(flags_have_options),
		LOOK(live_keys_do_something),
	};

	return look_at_tools(looks, sizeof(looks) / sizeof(looks[0]));
}
