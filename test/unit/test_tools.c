/* SPDX-License-Identifier: GPL-2.0-or-later */
/* test_tools.c: the tables of every tool: fields, options, examples. */
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
#include "core/totals/summary.h"

#define IN_COLUMNS  (IN_TABLE | IN_WIDE | IN_CSV)
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

/* Exits with 0 if the words are a good command line of the tool. */
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

/* ---- fields ---- */

static const struct field *common_field(const char *name)
{
	for_each (field, common, common_fields) {
		if (!strcmp(common->name, name))
			return common;
	}
	return NULL;
}

/* Sizes that core/print/fields.c reads without looking. */
static bool size_fits(const struct field *field)
{
	switch (field->kind) {
	case F_NONE:
		return field->size == 0;
	case F_COUNT:
		return field->size <= 8;
	case F_FAMILY:
		return field->size == 1;
	case F_HISTOGRAM:
		return field->size && field->size % 8 == 0 && field->size <= 512;
	case F_LOG2:
		return field->size == 8 && field->unit;
	case F_PORT:
		return field->size == 2;
	case F_BOOL:
		return field->size == 1;
	case F_TCPFLAGS:
		return field->size <= 2;
	case F_ERRNO:
	case F_INT:
		return field->size == 4;
	case F_HEX:
	case F_TIME:
	case F_RELATIVE:
	case F_SYMBOL:
		return field->size == 8;
	case F_ADDRESS:
	case F_ENDPOINT:
	case F_ADDR_HASH_PORT:
		return field->size == 16;
	case F_STACK:
		return field->size && field->size % 8 == 0;
	case F_TEXT:
		return field->size != 0;
	default:
		return field->size == 1 || field->size == 2 || field->size == 4 || field->size == 8;
	}
}

static void check_place(const struct tool *tool, const struct field *field)
{
	check(size_fits(field), tool, field->name);
	check((size_t)field->off + field->size <= tool->image.event_size, tool, field->name);
	check((size_t)field->port + (field->port ? sizeof(uint16_t) : 0) <= tool->image.event_size, tool, field->name);
	check(!field->port == (field->kind != F_ENDPOINT && field->kind != F_ADDR_HASH_PORT), tool, field->name);
	check(!field->n_names == (field->kind != F_NAME), tool, field->name);
	check(!field->btf_enum == (field->kind != F_ENUM), tool, field->name);
}

static void check_places(const struct tool *tool, const struct field *fields)
{
	size_t shown = 0;

	for_each (field, field, fields) {
		struct field whole = field_complete(field); /* ends the program when there is no such field */

		check_place(tool, &whole);
		shown++;
	}
	/* With the columns of -T and -t, and in JSON with those of every event. */
	for_each (field, common, common_fields)
		shown++;
	check(shown <= COLUMNS_MOST, tool, "number of fields");
}

static void fields_lie_inside_the_event(void **state)
{
	const struct tool *tool = *state;

	check(tool->image.event_size >= sizeof(struct event), tool, "event_size");
	check(tool->image.event_size <= UINT16_MAX, tool, "event_size"); /* off has 16 bits */
	check(tool->image.event_size % 8 == 0, tool, "event_size");
	check_places(tool, tool->fields);
	check_places(tool, tool_totals(tool));
	check_places(tool, tool->journal ? tool->journal->fields : NULL);
	check_places(tool, tool->journal ? tool->journal->message : NULL);
}

static void check_names(const struct tool *tool, const struct field *fields)
{
	for_each (field, field, fields) {
		struct field whole = field_complete(field);

		check(is_word(field->name, '_'), tool, field->name);
		check(!(whole.where & IN_COLUMNS) || whole.title, tool, field->name);
		check(!(whole.where & IN_CSV) || *whole.title, tool, field->name);
		check(!field->suffix || field != fields, tool, field->name);
		check(!field->truncate || field->width > 0, tool, field->name);
		/* A key that a view of a common field has is that field's alone. */
		check(field->kind == F_NONE || !common_field(field->name), tool, field->name);
		for (const struct field *other = field + 1; (whole.where & IN_JSON) && other->name; other++) {
			struct field twin = field_complete(other);

			check(!(twin.where & IN_JSON) || strcmp(twin.name, whole.name), tool, field->name);
		}
	}
}

static void names_are_keys_and_titles_stand_above(void **state)
{
	const struct tool *tool = *state;

	check_names(tool, tool->fields);
	check_names(tool, tool_totals(tool));
}

static const struct field *field_of(const struct tool *tool, const char *name, int where)
{
	for_each (field, field, tool->fields) {
		if (!strcmp(field->name, name) && (field_complete(field).where & where))
			return field;
	}
	return NULL;
}

/* The manual has a line for each key; what only a table shows is made of keys, as addr:port is. */
static void keys_have_help(void **state)
{
	const struct tool *tool = *state;

	for_each (field, field, tool->fields) {
		if (field->kind != F_NONE && (field_complete(field).where & (IN_CSV | IN_JSON)))
			check(field->help && *field->help, tool, field->name);
	}
	for_each (field, field, tool_totals(tool)) {
		const struct field *same = field_of(tool, field->name, IN_CSV | IN_JSON);

		if (field->kind != F_NONE && (field_complete(field).where & (IN_CSV | IN_JSON)))
			check((field->help && *field->help) || same, tool, field->name);
	}
}

/* /proc/kallsyms is read at the start for who needs places; later the process may not any more. */
static void places_are_read_in_time(void **state)
{
	const struct tool *tool = *state;

	for_each (field, field, tool->fields)
		check((field->kind != F_SYMBOL && field->kind != F_STACK) || (tool->lookup && tool->lookup->symbols[0]),
		      tool, field->name);
}

/* printer looks for the stand-in among the fields as they are in the table: a view has no place of its own there. */
static void stand_ins_are_own_fields(void **state)
{
	const struct tool *tool = *state;

	for_each (field, field, tool->fields) {
		const struct field *other = field->fallback ? field_of(tool, field->fallback, ~0) : NULL;

		check(!field->fallback || (other && other->kind != F_NONE), tool, field->name);
	}
}

static void summaries_count(void **state)
{
	const struct tool *tool = *state;
	int counts = 0;

	for_each (field, field, tool_totals(tool)) {
		check(field->kind != F_STACK && field->kind != F_TIME && field->kind != F_RELATIVE, tool, field->name);
		counts += field->kind == F_COUNT;
	}
	check(counts <= 1 && (counts || !tool_summary_flag(tool)), tool, "totals");
	/* An interval tool has the one table. */
	check(!is_interval_tool(tool) || tool->fields == tool_totals(tool), tool, "fields");
	if (is_interval_tool(tool))
		return;
	for_each (field, field, tool->fields)
		check(field->kind != F_COUNT, tool, field->name);
	if (tool_totals(tool))
		summary_free(
			summary_new(tool, 0, is_about_sockets(tool))); /* ends the program when the key is too long */
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
	check(common->offered != WITH_SUMMARY || tool_totals(tool), tool, option->name);
}

/* Its function has another name besides, which works in every tool. */
static bool has_stand_in(const char *name)
{
	for (const struct common_option *common = common_options; common->opt.name; common++) {
		if (common->stands_for && !strcmp(common->stands_for, name))
			return true;
	}
	return false;
}

/* Of what an option stores in the tool's own struct. */
static size_t stored_size(const struct opt *option)
{
	switch (option->type) {
	case O_LIST:
	case O_ENUM:
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
	check((option->type == O_CHOICE) == (option->names != NULL), tool, option->name);
	check(option->off + stored_size(option) <= tool->options_size, tool, option->name);
	for (const struct opt *other = option + 1; other->name; other++) /* no two in one place */
		check(!stored_size(option) || !stored_size(other) || option->off + stored_size(option) <= other->off ||
			      other->off + stored_size(other) <= option->off,
		      tool, option->name);
	check(!(option->flag & tool_summary_flag(tool)), tool, option->name);
	check(!common_option(option->name) || has_stand_in(option->name), tool, option->name);
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

	for_each (field, field, tool->fields)
		check(sets(tool, field->flag | field->unless), tool, field->name);
	/* Or check() sets it, by what the kernel can do. */
	for_each (hook, hook, tool->hooks)
		check(sets(tool, hook->flag) || tool->check, tool, hook->name);
}

/* Something is sorted or grouped by. */
static bool has_index(const struct tool *tool, const struct live_key *key)
{
	if (key->what == LIVE_GROUP && !key->index)
		return true;
	for_each (field, field, tool_totals(tool)) {
		if ((key->what == LIVE_SORT ? field->sorts : field->groups) & 1U << key->index)
			return true;
	}
	return false;
}

static void live_keys_do_something(void **state)
{
	const struct tool *tool = *state;
	const struct live *live = tool->totals ? tool->totals->live : NULL;

	if (!live)
		return;
	check(is_interval_tool(tool) && tool->totals->every, tool, "live");
	check(sets(tool, live->unless), tool, "live");
	for (const struct live_key *key = live->keys; key->key; key++) {
		check(isalnum((unsigned char)key->key) && key->key != 'q', tool, key->name);
		check(key->name && *key->name, tool, "live");
		check(has_index(tool, key), tool, key->name);
		for (const struct live_key *other = key + 1; other->key; other++) {
			check(other->key != key->key, tool, key->name);
			check(other->what != key->what || other->index != key->index, tool, key->name);
		}
	}
	for_each (field, field, tool_totals(tool)) {
		for (unsigned int group = 1; group < 8; group++) {
			if (field->groups & 1U << group)
				summary_free(summary_new(
					tool, group,
					is_about_sockets(tool))); /* ends the program when a table is wrong */
		}
	}
}

int main(void)
{
	static const struct look looks[] = {
		LOOK(summary_is_a_line),
		LOOK(examples_are_pairs_that_work),
		LOOK(fields_lie_inside_the_event),
		LOOK(names_are_keys_and_titles_stand_above),
		LOOK(keys_have_help),
		LOOK(places_are_read_in_time),
		LOOK(stand_ins_are_own_fields),
		LOOK(summaries_count),
		LOOK(options_have_help),
		LOOK(words_are_options),
		LOOK(flags_have_options),
		LOOK(live_keys_do_something),
	};

	return look_at_tools(looks, sizeof(looks) / sizeof(looks[0]));
}
