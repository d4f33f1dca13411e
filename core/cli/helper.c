/* SPDX-License-Identifier: GPL-2.0-or-later */
/* helper.c: the parser of a helper's command line. */
#include "core/cli/helper.h"

#include <argp.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/base/must.h"
#include "core/cli/help.h"
#include "core/cli/parse.h"

#define KEY_FIRST 0x100 /* + the index of an option; above every letter */
#define KEY_HELP  'h'

struct parse {
	const struct helper *helper;
	const struct argp *argp;
	struct options options; /* .own points to the helper's struct */
	struct error *error;
	bool stopped; /* parsing is over: *error has the exit code */
};

static size_t count_options(const struct helper *helper)
{
	size_t n = 0;

	while (helper->opts[n].name)
		n++;
	return n;
}

/* argp would print two lines. getopt has already advanced past the bad option. */
static bool refuse_option(const struct argp_state *state, struct error *error)
{
	int at = state->next > 1 ? state->next - 1 : state->next;

	return error_set(error, EXIT_USAGE, "%.100s: no such option, or its argument is missing (see --help)",
			 state->argv[at]);
}

static bool add_word(struct parse *parse, const char *word)
{
	if (!parse->helper->words)
		return error_set(parse->error, EXIT_USAGE, "%.100s: not an option (see --help)", word);
	return !parse->helper->word || parse->helper->word(parse->options.own, word, parse->error);
}

/* Ends the parsing: always returns false. */
static bool print_help(const struct parse *parse)
{
	help_fit_width();
	argp_help(parse->argp, stdout, ARGP_HELP_SHORT_USAGE | ARGP_HELP_LONG | ARGP_HELP_DOC,
		  (char *)(uintptr_t)parse->helper->name);
	parse->error->code = EXIT_DONE;
	return false;
}

/* The return value for argp. After EINVAL it calls once more, with ARGP_KEY_ERROR. */
static error_t go_on_if(struct parse *parse, bool ok)
{
	parse->stopped = !ok;
	return ok ? 0 : EINVAL;
}

static error_t parse_one(int key, char *text, struct argp_state *state)
{
	struct parse *parse = state->input;
	const struct opt *opt = parse->helper->opts;
	char option[64];

	switch (key) {
	case KEY_HELP:
		return go_on_if(parse, print_help(parse));
	case ARGP_KEY_ARG:
		return go_on_if(parse, add_word(parse, text));
	case ARGP_KEY_ERROR:
		return parse->stopped ? 0 : go_on_if(parse, refuse_option(state, parse->error));
	}
	if (key >= KEY_FIRST && key < KEY_FIRST + (int)count_options(parse->helper))
		opt += key - KEY_FIRST;
	else
		while (opt->name && opt->key != key)
			opt++;
	if (!opt->name || key <= 0)
		return ARGP_ERR_UNKNOWN;
	snprintf(option, sizeof(option), "--%s", opt->name);
	return go_on_if(parse, options_store_own(&parse->options, opt, option, text, parse->error));
}

struct argp_option *helper_rows(const struct helper *helper)
{
	size_t n = count_options(helper);
	struct argp_option *rows = must(calloc(n + 2, sizeof(*rows)));

	for (size_t i = 0; i < n; i++) {
		const struct opt *opt = &helper->opts[i];

		rows[i] = (struct argp_option){ opt->name, opt->key ? opt->key : KEY_FIRST + (int)i,
						opt->arg,  0,
						opt->help, opt->group };
	}
	rows[n] = (struct argp_option){ "help", KEY_HELP, NULL, 0, "Print this help", -1 };
	return rows;
}

bool helper_parse(const struct helper *helper, void *own, int argc, char **argv, struct error *error)
{
	struct argp_option *rows = helper_rows(helper);
	struct argp argp = { .options = rows, .parser = parse_one, .args_doc = helper->words };
	struct parse parse = { .helper = helper, .argp = &argp, .options = { .own = own }, .error = error };
	char *doc = NULL;
	error_t problem;

	*error = (struct error){ 0 };
	if (asprintf(&doc, "%s%s%s", helper->about, helper->note ? "\v" : "", helper->note ? helper->note : "") < 0)
		must(NULL);
	argp.doc = doc;
	problem = argp_parse(&argp, argc, argv, ARGP_NO_ERRS | ARGP_NO_HELP | ARGP_NO_EXIT, NULL, &parse);
	if (problem && !parse.stopped)
		bug("argp: %s", strerror(problem));
	free(rows);
	free(doc);
	return !problem;
}
