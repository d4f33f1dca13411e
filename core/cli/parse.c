/* SPDX-License-Identifier: GPL-2.0-or-later */
/* parse.c: the parser of the command line: argp over the tables of tool.h. */
#include "core/cli/parse.h"
#include "core/names/enums.h"
#include "core/names/source.h"
#include "core/kernel/btf/kernel_btf.h"
#include "core/kernel/kernel.h"
#include "core/cli/help.h"
#include "core/cli/listing.h"
#include "core/cli/option_table.h"
#include "core/cli/pages.h"
#include "core/cli/together.h"
#include "core/cli/words.h"
#include "core/model/recorded.h"
#include "core/cli/replay_options.h"
#include "core/print/choice.h"
#include "core/totals/by.h"
#include "core/base/message.h"
#include "core/base/must.h"
#include "core/base/nearest.h"
#include "core/base/error.h"
#include "core/base/text.h"
#include "core/base/values.h"

#include <ctype.h>
#include <errno.h>
#include <fnmatch.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#ifndef NETTRACE_VERSION
#define NETTRACE_VERSION "0.1.0"
#endif

#define VALUE_SHOWN 200 /* a longer value would displace the message */

struct parse {
	struct options *options;
	struct option_table table;
	const struct option_item *last; /* the option before the current word */
	struct given_options given;
	bool bare;            /* its optional argument is missing (option_item.bare) */
	unsigned int n_words; /* positional arguments so far (tool.positional) */
	struct error *error;
};

/* Sets "OPTION VALUE: MESSAGE", one line for any value. Always returns false. */
static bool refuse(struct error *error, enum exit_code code, const char *option, const char *value, const char *message)
{
	int shown = value ? (int)strnlen(value, VALUE_SHOWN) : 0;

	return error_set(error, code, "%s%s%.*s%s%s: %s", option, value ? " " : "", shown, value ? value : "",
			 value && !*value ? "\"\"" : "", value && value[shown] ? "..." : "", message);
}

/* The destination of an enum's values. */
struct names {
	struct list *list;
	const char *type;
};

static void try_name(void *nearest, uint64_t value, const char *name, const char *short_name)
{
	(void)value;
	(void)name;
	nearest_try(nearest, short_name);
}

static const char *no_name(const char *type, const char *item)
{
	struct nearest nearest = nearest_to(item);

	enum_each_known(type, try_name, &nearest);
	if (nearest.found)
		return value_message("not a name of the kernel's %s (did you mean %s?)", type, nearest.found);
	return value_message("not a name of the kernel's %s", type);
}

/* A pattern, and its matches among the names of an enum. */
struct matching {
	const struct names *names;
	const char *pattern;
	const char *message;
	bool any;
};

static void add_matching(void *context, uint64_t value, const char *name, const char *short_name)
{
	struct matching *matching = context;
	struct list *list = matching->names->list;

	(void)name;
	if (matching->message || fnmatch(matching->pattern, short_name, FNM_CASEFOLD) != 0)
		return;
	matching->any = true;
	/* Consecutive numbers form one range. */
	if (list->count && list->item[list->count - 1].last + 1 == value)
		list->item[list->count - 1].last = value;
	else
		matching->message = value_append(list, value, value);
}

static const char *add_pattern(const struct names *names, const char *item)
{
	struct matching matching = { .names = names, .pattern = item };

	enum_each_known(names->type, add_matching, &matching);
	if (!matching.message && !matching.any)
		return value_message("matches no name of the kernel's %s", names->type);
	return matching.message;
}

static const char *add_name(const char *item, void *to)
{
	const struct names *names = to;
	uint64_t value;

	if (isdigit((unsigned char)*item))
		return value_list(names->list, item, 0, UINT32_MAX);
	if (strpbrk(item, "*?"))
		return add_pattern(names, item);
	if (!enum_value(NULL, names->type, item, &value))
		return no_name(names->type, item);
	return value_append(names->list, value, value);
}

/* Copies the option as the user wrote it: "-L", "--lport". */
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
	struct nearest nearest = nearest_to(arg);
	char all[VALUE_SHOWN] = "";

	for (*index = 0; opt->names[*index]; ++*index) {
		if (!strcmp(opt->names[*index], arg))
			return NULL;
		nearest_try(&nearest, opt->names[*index]);
		snprintf(all + strlen(all), sizeof(all) - strlen(all), "%s%s", *index ? ", " : "", opt->names[*index]);
	}
	if (nearest.found)
		return value_message("not one of %s (did you mean %s?)", all, nearest.found);
	return value_message("not one of %s", all);
}

/* Compares without case, '-' and '_'. Returns 0 if they are equal, 1 if one is the beginning of the other, else -1. */
static int compare_names(const char *a, const char *b)
{
	for (;; a++, b++) {
		a += strspn(a, "-_");
		b += strspn(b, "-_");
		if (!*a || !*b)
			return *a || *b;
		if (tolower((unsigned char)*a) != tolower((unsigned char)*b))
			return -1;
	}
}

struct chosen {
	struct list *list;
	const struct opt *opt;
};

/* One name, or all that begin so. */
static const char *add_choice(const char *item, void *to)
{
	const struct chosen *chosen = to;
	struct nearest nearest = nearest_to(item);
	int best = -1;

	for (const char *const *name = chosen->opt->names; *name; name++) {
		int how = compare_names(item, *name);

		nearest_try(&nearest, *name);
		if (how >= 0 && (best < 0 || how < best))
			best = how;
	}
	for (uint64_t i = 0; best >= 0 && chosen->opt->names[i]; i++) {
		uint64_t value = chosen->opt->min + i;
		const char *message = NULL;

		if (compare_names(item, chosen->opt->names[i]) == best)
			message = value_append(chosen->list, value, value);
		if (message)
			return message;
	}
	if (best >= 0)
		return NULL;
	return nearest.found ? value_message("unknown (did you mean %s?)", nearest.found)
			     : "unknown (help lists the names)";
}

/* Returns NULL, or why the names of the option's enum are unavailable. */
static const char *find_names(const struct opt *opt, enum exit_code *code)
{
	*code = EXIT_CANNOT;
	if (!names_recorded() && !kernel_btf())
		return value_message("cannot read the kernel's names: %s", kernel_remedy(-errno));
	if (!enum_exists(NULL, opt->btf_enum))
		return value_message("the kernel has no enum %s", opt->btf_enum);
	*code = EXIT_USAGE;
	return NULL;
}

static const char *store_names(struct list *list, const struct opt *opt, const char *arg, enum exit_code *code)
{
	const char *message = find_names(opt, code);

	return message ? message : value_items(arg, add_name, &(struct names){ list, opt->btf_enum });
}

/* Returns NULL or a message; *code stays that of bad input, unless this function changes it. */
static const char *store_own(struct options *options, const struct opt *opt, const char *arg, enum exit_code *code)
{
	void *place = options->own ? (char *)options->own + opt->off : NULL; /* NULL: only flags */

	switch (opt->type) {
	case O_FLAG:
		options->settings.flags |= opt->flag;
		return NULL;
	case O_LIST:
		return value_list(place, arg, opt->min, opt->max);
	case O_ENUM:
		return store_names(place, opt, arg, code);
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
	case O_NAMES:
		return value_items(arg, add_choice, &(struct chosen){ place, opt });
	case O_TRUE:
		*(bool *)place = true;
		return NULL;
	case O_ALIAS:
	case O_COMMON:
		break;
	}
	return "not stored anywhere";
}

/* Whether the word is a list of numbers and ranges, such as options have. */
static bool is_list(const char *word)
{
	return *word != '-' && strlen(word) < 100 && !word[strspn(word, "0123456789,-")];
}

/* The argument of an option that can do without, in the next word: "--lport 8077" means the same as "--lport=8077". In
 * a tool with positional arguments a small number may be one of them ("--lport 10" of bcc's tcpconnlat: a column, and
 * 10 ms): it stays a word, which add_word() refuses. NULL: the option has no argument. */
static char *argument_in_next_word(const struct parse *parse, struct argp_state *state)
{
	char *word = state->next < state->argc ? state->argv[state->next] : NULL;

	if (!word || !*word || !is_list(word))
		return NULL;
	if (parse->options->tool->positional && !strpbrk(word, ",-") && strlen(word) <= strlen("999"))
		return NULL;
	state->next++;
	return word;
}

/* Refuses a positional argument. After "--count 5", where --count is a flag, the message shows the right form. */
static bool refuse_word(const struct parse *parse, const char *word)
{
	const char *message = "not expected; a command to run goes after --";

	for (unsigned int i = 0; parse->last && is_list(word) && i < parse->table.n_items; i++) {
		const struct option_item *item = &parse->table.items[i];

		if (item->bare && (parse->last == item || parse->last->opt == item->bare))
			message = value_message("not expected; write --%s=%s (%s)", item->opt->name, word,
						item->opt->help);
	}
	return refuse(parse->error, EXIT_USAGE, "argument", word, message);
}

/* option: as the user wrote it. */
static bool store(struct parse *parse, const struct option_item *item, const char *option, const char *arg)
{
	struct options *options = parse->options;
	const struct opt *opt = item->bare && !arg ? item->bare : item->opt;
	const struct common_option *common = opt->type == O_COMMON ? common_option(opt->name) : NULL;
	enum exit_code code = EXIT_USAGE;
	const char *message;

	if (options->recorded && !replay_has_option(opt))
		return refuse(parse->error, EXIT_USAGE, option, NULL, "of no use where a recording is replayed");
	message = common ? common->set(options, opt, arg, &code) : store_own(options, opt, arg, &code);
	given_add(&parse->given, opt, option);
	return !message || refuse(parse->error, code, option, arg, message);
}

bool options_store_own(struct options *options, const struct opt *opt, const char *option, const char *arg,
		       struct error *error)
{
	enum exit_code code = EXIT_USAGE;
	const char *message = store_own(options, opt, arg, &code);

	return !message || refuse(error, code, option, arg, message);
}

/* Stores a positional argument in the option that the tool assigns to it. */
static bool add_word(struct parse *parse, const char *word)
{
	const char *const *words = parse->options->tool->positional;
	const struct option_item *item;

	/* In "--lport 80", the 80 may be the port or a positional argument. */
	if (parse->bare && is_list(word))
		return refuse_word(parse, word);
	for (unsigned int i = 0; words && i <= parse->n_words; i++) {
		if (!words[i])
			return refuse_word(parse, word);
	}
	if (!words)
		return refuse_word(parse, word);
	item = option_table_named(&parse->table, words[parse->n_words++]);
	return store(parse, item, item->opt->arg, word);
}

/* Prints the names that the option accepts, which ends the parsing. */
static error_t print_listing(const struct parse *parse, const struct opt *opt, const char *option)
{
	enum exit_code code = EXIT_USAGE;
	const char *message = opt->type == O_ENUM ? find_names(opt, &code) : NULL;
	struct text text = { 0 };

	if (message)
		return refuse(parse->error, code, option, NULL, message), EINVAL;
	listing_put(&text, opt);
	fwrite(text.data, 1, text.length, stdout);
	text_free(&text);
	parse->error->code = EXIT_DONE;
	return ECANCELED;
}

static void print_columns(const struct options *options)
{
	struct text list = { 0 }, folded = { 0 };

	choice_list(&list, options);
	text_char(&list, '\0');
	help_fold(&folded, list.data, CHOICE_HELP, fileno(stdout));
	fwrite(folded.data, 1, folded.length, stdout);
	text_free(&list);
	text_free(&folded);
}

static void print_schema(const struct parse *parse)
{
	const char *tool = parse->options->tool->name;
	char name[64], *schema;

	snprintf(name, sizeof(name), "schema/%s", tool);
	schema = page_find(name);
	if (schema)
		fputs(schema, stdout);
	else
		error_set(parse->error, EXIT_USAGE, "--schema: %s prints no JSON", tool);
	free(schema);
}

/* Prints --help and others, which end the parsing. */
static void print_about(const struct parse *parse, const struct opt *opt, struct argp_state *state)
{
	const struct tool *tool = parse->options->tool;

	parse->error->code = EXIT_DONE;
	state->name = (char *)(uintptr_t)tool->name;
	switch ((enum about)opt->min) {
	case ABOUT_VERSION:
		printf("nettrace %s (%s)\n", NETTRACE_VERSION, tool->name);
		return;
	case ABOUT_FIELDS:
		print_columns(parse->options);
		return;
	case ABOUT_SCHEMA:
		print_schema(parse);
		return;
	case ABOUT_OPTIONS:
	case ABOUT_USAGE:
		break;
	}
	help_fit_width();
	argp_state_help(state, stdout,
			opt->min == ABOUT_USAGE ? ARGP_HELP_USAGE | ARGP_HELP_EXIT_OK : ARGP_HELP_STD_HELP);
}

static error_t parse_one(int key, char *arg, struct argp_state *state)
{
	struct parse *parse = state->input;
	const struct option_item *item = option_table_find(&parse->table, key);
	char option[64];

	/* getopt prints its own message for an unknown option; without a stream, argp adds no second line. */
	if (key == ARGP_KEY_INIT)
		state->err_stream = NULL;
	if (key == ARGP_KEY_ARG) {
		bool added = add_word(parse, arg);

		parse->bare = false;
		return added ? 0 : EINVAL;
	}
	if (!item)
		return key == ARGP_KEY_INIT ? 0 : ARGP_ERR_UNKNOWN;
	if (item->bare && !arg)
		arg = argument_in_next_word(parse, state);
	parse->last = item;
	parse->bare = item->bare && !arg;
	written(option, sizeof(option), key, arg, state);
	/* bcc's tools call it -s. */
	if (key == 's' && item->common && !strcmp(item->opt->name, "csv"))
		parse->options->csv_classic = true;
	if (listing_is_asked(item->opt, arg))
		return print_listing(parse, item->opt, option);
	if (!item->common || item->common->set)
		return store(parse, item, option, arg) ? 0 : EINVAL;
	if (arg && strcmp(arg, "all") != 0) {
		refuse(parse->error, EXIT_USAGE, option, arg, "not all");
		return EINVAL;
	}
	print_about(parse, &item->common->opt, state);
	return ECANCELED;
}

/* Omits argp's note about arguments, which only lengthens the help: every option shows its own. */
static char *filter_help(int key, const char *text, void *input)
{
	(void)input;
	return key == ARGP_KEY_HELP_DUP_ARGS_NOTE ? NULL : (char *)(uintptr_t)text;
}

/* Splits off the words after the first "--" as the command. *argc becomes the number of words before it. */
static bool split_command(struct options *options, int *argc, char **argv, struct error *error)
{
	for (int i = 1; i < *argc; i++) {
		if (strcmp(argv[i], "--") != 0)
			continue;
		if (i + 1 == *argc)
			return error_set(error, EXIT_USAGE, "--: no command follows");
		if (options->recorded)
			return error_set(error, EXIT_USAGE, "--: no command can be run where a recording is replayed");
		options->command = &argv[i + 1];
		*argc = i;
	}
	return true;
}

static bool wants_columns(const struct options *options)
{
	return options->columns && !strcmp(options->columns, "help");
}

static bool end_with_columns(const struct options *options, struct error *error)
{
	print_columns(options);
	error->code = EXIT_DONE;
	return false;
}

/* The first option that totals need; NULL: none. */
static const char *option_of_totals(const struct options *options)
{
	return options->interval ? "interval" : options->rate ? "rate" : options->rows ? "rows" : NULL;
}

/* The interval of totals without --interval: the recording's, or the tool's; 0: once at the end. */
static uint64_t interval_of(const struct options *options)
{
	if (options->recorded)
		return options->recorded->interval;
	return options->tool->totals ? options->tool->totals->every : 0;
}

static bool check_together(const struct parse *parse)
{
	struct options *options = parse->options;
	const struct tool *tool = options->tool;
	struct error *error = parse->error;

	if (!together_check(&parse->given, tool, error))
		return false;
	if ((options->interval || options->rows) && tool->totals && tool->totals->of_states)
		options->settings.flags |= tool->totals->flag;
	if (option_of_totals(options) && !options_totals(options))
		return error_set(error, EXIT_USAGE, "--%s: only together with %s", option_of_totals(options),
				 !tool->totals             ? "--by"
				 : tool->totals->of_states ? "--interval"
							   : "--summary");
	if (!options->interval && options_totals(options))
		options->interval = interval_of(options);
	if (options->record && !strcmp(options->record, "-") && tool->columns->name)
		return error_set(error, EXIT_USAGE, "--record -: rows go there; nettrace record -o - records only");
	if (options->record_limit && !options->record)
		return error_set(error, EXIT_USAGE, "--max-size: only together with --record");
	/* Before the check, which may want more options. */
	if (wants_columns(options) && !options->by_name && !options->rate)
		return end_with_columns(options, error);
	if ((tool->check && !tool->check(options, error)) ||
	    ((options->by_name || options->subnets || options->rate) && !by_apply(options, error)))
		return false;
	if (wants_columns(options))
		return end_with_columns(options, error);
	return !options->columns || choice_check(options, error);
}

/* Whether a terminal may print the word unescaped. */
static bool is_printable(const char *word)
{
	struct text shown = { 0 };
	bool same;

	text_printable(&shown, word, strlen(word), 0);
	same = shown.length == strlen(word);
	text_free(&shown);
	return same;
}

/* getopt prints unknown options unescaped: this keeps its messages on one line, and control characters from the
 * terminal. */
static bool refuse_controls(int argc, char **argv, struct error *error)
{
	for (int i = 1; i < argc; i++)
		if (*argv[i] == '-' && !is_printable(argv[i]))
			return refuse(error, EXIT_USAGE, "argument", argv[i], "has control characters");
	return true;
}

static bool asks_for_all(int argc, char **argv)
{
	for (int i = 1; i < argc; i++)
		if (!strcmp(argv[i], "--help=all") || !strcmp(argv[i], "-hall"))
			return true;
	return false;
}

static bool has_option(const struct option_table *table, const char *name)
{
	for (unsigned int i = 0; i < table->n_items; i++)
		if (!strcmp(table->items[i].opt->name, name))
			return true;
	return false;
}

/* The letter T has no form, and may be one of several letters: "--time=iso" is a separate option for getopt. */
static void name_times(char **words, int argc, const struct option_table *table)
{
	for (int i = 1; i < argc && has_option(table, "time-iso"); i++)
		if (!strcmp(words[i], "--time=iso"))
			words[i] = (char *)(uintptr_t) "--time-iso";
}

static bool parse_words(struct parse *parse, int argc, char **argv)
{
	const struct tool *tool = parse->options->tool;
	struct argp argp = {
		.options = parse->table.rows,
		.parser = parse_one,
		.args_doc = parse->table.args,
		.help_filter = filter_help,
	};
	char **words = must(calloc((size_t)argc + 1, sizeof(*words))), *doc, name[64];
	bool ok;

	if (!asks_for_all(argc, argv))
		option_table_hide_experts(&parse->table);
	/* getopt begins its messages with argv[0]. */
	snprintf(name, sizeof(name), "%s: error", tool->name);
	memcpy(words, argv, (size_t)argc * sizeof(*words));
	words[0] = name;
	name_times(words, argc, &parse->table);
	argp.doc = doc = help_doc(tool);
	parse->error->code = EXIT_USAGE;
	/* In order, so that a positional argument is known with the option before it. Own --help, because a tool may
	 * use the letter. */
	ok = words_check(parse->table.rows, tool->name, argc, words, parse->error) &&
	     !argp_parse(&argp, argc, words, ARGP_IN_ORDER | ARGP_NO_HELP | ARGP_NO_EXIT, NULL, parse);
	free(words);
	free(doc);
	return ok;
}

bool options_parse_recorded(struct options *options, const struct tool *tool, const struct recorded_tool *recorded,
			    int argc, char **argv, struct error *error)
{
	struct parse parse = { .options = options, .error = error };

	*error = (struct error){ 0 };
	message_name(tool->name);
	if (tool->lookup && tool->lookup->extra_names)
		enum_extend(tool->lookup->extra_names);
	options_init(options, tool);
	options->recorded = recorded;
	option_table_fill(&parse.table, tool);
	if (!split_command(options, &argc, argv, error) || !refuse_controls(argc, argv, error) ||
	    !parse_words(&parse, argc, argv) || !check_together(&parse))
		return false;
	*error = (struct error){ 0 };
	return !recorded || replay_apply_flags(options, error);
}

int options_exit(const struct options *options, bool ran, const struct error *error)
{
	int code = error_print(error);

	return options->command && !ran && code ? EXIT_OWN : code;
}
