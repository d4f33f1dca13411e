/* SPDX-License-Identifier: GPL-2.0-or-later */
/* helper.h: the command line of a helper in cmd/, which is no tool: options in a table as tools have them, with --help
 * in common. */
#ifndef NETTRACE_CLI_HELPER_H
#define NETTRACE_CLI_HELPER_H

#include "core/base/error.h"
#include "core/tool.h"

struct helper {
	const char *name;  /* in --help: "nettrace doctor" */
	const char *words; /* name of the positional arguments in --help: "[TOOL...]"; NULL: none allowed */
	const char *about; /* text of --help above the options */
	const char *note;  /* text below them */
	/* Of the types O_TRUE, O_NUMBER, O_TEXT, stored in the helper's own struct; ends with an option without a
	 * name. */
	const struct opt *opts;
	/* Called for each positional argument, in order. False: bad input, see *error. NULL: they are not stored. */
	bool (*word)(void *own, const char *word, struct error *error);
};

struct argp_option;

/* The options as argp needs them, --help last; the caller frees them. */
struct argp_option *helper_rows(const struct helper *helper);
/* Parses argv into *own. False: nothing to run. *error has the exit code, and a text for bad input; --help is printed
 * and has no text. */
bool helper_parse(const struct helper *helper, void *own, int argc, char **argv, struct error *error);

#endif
