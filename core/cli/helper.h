/* SPDX-License-Identifier: GPL-2.0-or-later */
/* helper.h: the command line of a helper of cmd/ that is no tool: a table of options as tools have, none but --help in
 * common. */
#ifndef NETTRACE_CLI_HELPER_H
#define NETTRACE_CLI_HELPER_H

#include "core/base/error.h"
#include "core/tool.h"

struct helper {
	const char *name;  /* in --help: "nettrace doctor" */
	const char *words; /* what --help calls the words that are no options: "[TOOL...]"; NULL: none are expected */
	const char *about; /* --help: above the options */
	const char *note;  /* and below */
	/* Of the types O_TRUE, O_NUMBER, O_TEXT, into the helper's own struct; ends with a row of no name. */
	const struct opt *opts;
	/* Called for each of those words, in their order. False: bad input, see *error. NULL: they are not stored. */
	bool (*word)(void *own, const char *word, struct error *error);
};

struct argp_option;

/* Its options as argp wants them, --help last; allocated. */
struct argp_option *helper_rows(const struct helper *helper);
/* Parses argv into *own. False: there is nothing more to do, and *error has the exit code: of bad input with its text,
 * of
 * --help, which is printed, without. */
bool helper_parse(const struct helper *helper, void *own, int argc, char **argv, struct error *error);

#endif
