/* SPDX-License-Identifier: GPL-2.0-or-later */
/* helper.h: the command line of a helper of cmd/ that is no tool: a table of options as tools have, none but --help in
 * common. */
#ifndef NETTRACE_CLI_HELPER_H
#define NETTRACE_CLI_HELPER_H

#include "core/tool.h"

struct helper {
	const char *name;  /* in --help: "nettrace doctor" */
	const char *words; /* what --help calls the words that are no options: "[TOOL...]"; NULL: none are expected */
	const char *about; /* --help: above the options */
	const char *note;  /* and below */
	/* Of the types O_TRUE, O_NUMBER, O_TEXT, into the helper's own struct; ends with a row of no name. */
	const struct opt *opts;
	/* Called for each of those words, in their order. NULL: they are not stored. */
	void (*word)(void *own, const char *word);
};

struct argp_option;

/* Its options as argp wants them, --help last; allocated. */
struct argp_option *helper_rows(const struct helper *helper);
/* Parses argv into *own. --help prints and exits with 0; bad input ends the program with
 * one line and exit code 2. */
void helper_parse(const struct helper *helper, void *own, int argc, char **argv);

#endif
