/* SPDX-License-Identifier: GPL-2.0-or-later */
/* parse.c: parses a command line by the tables of a tool; bad input ends the program with one line. */
#include "core/cli/parse.h"
#include "core/names/enums.h"
#include "core/names/source.h"
#include "core/kernel/btf/kernel_btf.h"
#include "core/kernel/kernel.h"
#include "core/cli/help.h"
#include "core/cli/option_table.h"
#include "core/model/recorded.h"
#include "core/cli/replay_options.h"
#include "core/base/message.h"
#include "core/base/values.h"

#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define VALUE_SHOWN 200 /* more of it would leave no room for what is wrong with it */

struct parse {
	struct options *options;
	struct option_table table;
	const struct option_item *last; /* the option before the word being parsed */
	bool bare;                      /* it takes an argument, and has got none (option_item.bare) */
	unsigned int n_words;           /* so many were taken for options (tool.positional) */
};

/* Ends the program with "TOOL: OPTION VALUE: MESSAGE", in one line whatever the value is. */
__attribute__((noreturn)) static void refuse(enum exit_code code, const char *option, const char *value,
					     const char *message)
{
	char line[900];
	int shown = value ? (int)strnlen(value, VALUE_SHOWN) : 0;

	snprintf(line, sizeof(line), "%s%s%.*s%s%s: %s", option, value ? " " : "", shown, value ? value : "",
		 value && !*value ? "\"\"" : "", value && value[shown] ? "..." : "", message);
	fatal(code, "%s", line);
}

/* Where the values of an enum go. */
struct names {
	struct list *list;
	const char *type;
};

static const char *add_name(const char *item, void *to)
{
	const struct names *names = to;
	uint64_t value;

	if (isdigit((unsigned char)*item))
		return value_list(names->list, item, 0, UINT32_MAX);
	if (!enum_value(NULL, names->type, item, &value))
		return value_message("not a name of the kernel's %s", names->type);
	return value_append(names->list, value, value);
}

/* What the user wrote for the option being parsed: "-L", "--lport". */
static void written(char *name, size_t size, int key, const char *arg, const struct argp_state *state)
{
	const char *word = state->argv[state->next - 1];

	if (key < 128) {
		snprintf(name, size, "-%c", key);
		return;
	}
	if (arg && arg == word)
		word = state->argv[state->next - 2];
	snprintf(name, size, "%.*s", (int)strcspn(word, "="), word);
}

static const char *choose(uint32_t *index, const struct opt *opt, const char *arg)
{
	char all[VALUE_SHOWN] = "";

	for (*index = 0; opt->names[*index]; ++*index) {
		if (!strcmp(opt->names[*index], arg))
			return NULL;
		snprintf(all + strlen(all), sizeof(all) - strlen(all), "%s%s", *index ? ", " : "", opt->names[*index]);
	}
	return value_message("not one of %s", all);
}

static const char *store_own(struct options *options, const struct opt *opt, const char *option, const char *arg)
{
	void *place = (char *)options->own + opt->off;

	switch (opt->type) {
	case O_FLAG:
		options->settings.flags |= opt->flag;
		return NULL;
	case O_LIST:
		return value_list(place, arg, opt->min, opt->max);
	case O_ENUM:
		if (!names_recorded && !kernel_btf())
			fatal(EXIT_CANNOT, "%s: the kernel's names cannot be read: %s", option, kernel_remedy(-errno));
		if (!enum_exists(NULL, opt->btf_enum))
			fatal(EXIT_CANNOT, "%s: the kernel has no enum %s", option, opt->btf_enum);
		return value_items(arg, add_name, &(struct names){ place, opt->btf_enum });
	case O_PIDNETNS:
		return value_pid_netns(&options->settings.filter.netns, arg);
	case O_NUMBER:
		return value_number(place, arg, opt->min, opt->max);
	case O_MSEC:
		return value_milliseconds(place, arg);
	case O_TEXT:
		*(const char **)place = arg;
		return NULL;
	case O_CHOICE:
		return choose(place, opt, arg);
	case O_TRUE:
		*(bool *)place = true;
		return NULL;
	case O_ALIAS:
	case O_COMMON:
		break;
	}
	return "not stored anywhere";
}

/* Numbers and ranges, as arguments of options are. */
static bool is_list(const char *word)
{
	return strlen(word) < 100 && !word[strspn(word, "0123456789,-")];
}

/* Words that are no options. Who writes "--count 5" to a tool where --count is a flag learns what to write. */
__attribute__((noreturn)) static void refuse_word(const struct parse *parse, const char *word)
{
	const char *message = "not expected; a command to run goes after --";

	for (unsigned int i = 0; parse->last && is_list(word) && i < parse->table.n_items; i++) {
		const struct option_item *item = &parse->table.items[i];

		if (item->bare && (parse->last == item || parse->last->opt == item->bare))
			message = value_message("not expected; write --%s=%s (%s)", item->opt->name, word,
						item->opt->help);
	}
	refuse(EXIT_USAGE, "argument", word, message);
}

/* `option`: as the user wrote it. Does not return if the argument is bad. */
static void store(struct options *options, const struct option_item *item, const char *option, const char *arg)
{
	const struct opt *opt = item->bare && !arg ? item->bare : item->opt;
	const struct common_option *common = opt->type == O_COMMON ? common_option(opt->name) : NULL;
	const char *message;

	if (options->recorded && !replay_has_option(opt))
		refuse(EXIT_USAGE, option, NULL, "of no use where a recording is replayed");
	message = common ? common->set(options, opt, arg) : store_own(options, opt, option, arg);

	if (message)
		refuse(EXIT_USAGE, option, arg, message);
}

void options_store_own(struct options *options, const struct opt *opt, const char *option, const char *arg)
{
	const char *message = store_own(options, opt, option, arg);

	if (message)
		refuse(EXIT_USAGE, option, arg, message);
}

/* A word without dashes, where the tool has an option that it stands for. */
static void add_word(struct parse *parse, const char *word)
{
	const char *const *words = parse->options->tool->positional;
	const struct option_item *item;

	/* "--lport 80": is it the port, or the next word? The same name means one thing, with a blank and with "=". */
	if (parse->bare && is_list(word))
		refuse_word(parse, word);
	for (unsigned int i = 0; words && i <= parse->n_words; i++) {
		if (!words[i])
			refuse_word(parse, word);
	}
	if (!words)
		refuse_word(parse, word);
	item = option_table_named(&parse->table, words[parse->n_words++]);
	store(parse->options, item, item->opt->arg, word);
}

static error_t parse_one(int key, char *arg, struct argp_state *state)
{
	struct parse *parse = state->input;
	const struct option_item *item = option_table_find(&parse->table, key);
	char option[64];

	/* getopt has its own message for what is no option; this keeps argp from adding a second line. */
	if (key == ARGP_KEY_INIT)
		state->err_stream = NULL;
	if (key == ARGP_KEY_ARG) {
		add_word(parse, arg);
		parse->bare = false;
		return 0;
	}
	if (!item)
		return key == ARGP_KEY_INIT ? 0 : ARGP_ERR_UNKNOWN;
	parse->last = item;
	parse->bare = item->bare && !arg;
	written(option, sizeof(option), key, arg, state);
	if (!item->common || item->common->set) {
		store(parse->options, item, option, arg);
		return 0;
	}
	help_fit_width();
	argp_state_help(state, stdout, item->common->opt.flag);
	return 0;
}

/* All options have arguments of their own or not: saying so once more only makes help longer. */
static char *filter_help(int key, const char *text, void *input)
{
	(void)input;
	return key == ARGP_KEY_HELP_DUP_ARGS_NOTE ? NULL : (char *)(uintptr_t)text;
}

/* Everything after the first "--" is a command. Returns how many words stand before it. */
static int split_command(struct options *options, int argc, char **argv)
{
	for (int i = 1; i < argc; i++) {
		if (strcmp(argv[i], "--") != 0)
			continue;
		if (i + 1 == argc)
			fatal(EXIT_USAGE, "--: no command follows");
		options->command = &argv[i + 1];
		return i;
	}
	return argc;
}

static void check_together(struct options *options)
{
	const struct tool *tool = options->tool;

	if (options->interval && !options_totals(options))
		fatal(EXIT_USAGE, "--interval: only together with --summary");
	if (!options->interval && options_totals(options))
		options->interval = options->recorded ? options->recorded->interval : tool->totals->every;
	if (options->record && !strcmp(options->record, "-") && tool->columns->name)
		fatal(EXIT_USAGE, "--record -: rows go there; nettrace record -o - records only");
	if (options->record_limit && !options->record)
		fatal(EXIT_USAGE, "--max-size: only together with --record");
	if (tool->check)
		tool->check(options);
}

/* getopt repeats options that it does not know as they are: keep its messages to a line. */
static void refuse_controls(int argc, char **argv)
{
	for (int i = 1; i < argc; i++)
		for (const char *c = argv[i]; *argv[i] == '-' && *c; c++)
			if (iscntrl((unsigned char)*c))
				refuse(EXIT_USAGE, "argument", argv[i], "has control characters");
}

void options_parse_recorded(struct options *options, const struct tool *tool, const struct recorded_tool *recorded,
			    int argc, char **argv)
{
	struct parse parse = { .options = options };
	struct argp argp = {
		.options = parse.table.rows,
		.parser = parse_one,
		.args_doc = parse.table.args,
		.help_filter = filter_help,
	};
	char **words, *doc;

	program_name = tool->name;
	if (tool->lookup && tool->lookup->extra_names)
		enum_extend(tool->lookup->extra_names);
	options_init(options, tool);
	options->recorded = recorded;
	option_table_fill(&parse.table, tool);
	argp.doc = doc = help_doc(tool);
	argc = split_command(options, argc, argv);
	if (recorded && options->command)
		fatal(EXIT_USAGE, "--: no command can be run where a recording is replayed");
	refuse_controls(argc, argv);
	/* getopt and argp start their messages with argv[0], which may be a path. */
	words = calloc((size_t)argc + 1, sizeof(*words));
	if (!words)
		fatal(EXIT_FAILED, "out of memory");
	memcpy(words, argv, (size_t)argc * sizeof(*words));
	words[0] = (char *)(uintptr_t)tool->name;
	/* In order, so a stray word is known with the option before it. Own --help: a tool may claim the letter. */
	if (argp_parse(&argp, argc, words, ARGP_IN_ORDER | ARGP_NO_HELP, NULL, &parse) != 0)
		exit(EXIT_USAGE);
	free(words);
	free(doc);
	check_together(options);
	if (recorded)
		replay_apply_flags(options);
}
