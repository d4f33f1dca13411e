/* SPDX-License-Identifier: GPL-2.0-or-later */
/* parse.h: the parser of the command line: argp over the tables of tool.h. */
#ifndef NETTRACE_CLI_PARSE_H
#define NETTRACE_CLI_PARSE_H

#include "core/base/error.h"
#include "core/model/options.h"

/* Parses argv of `tool` (argv[0] is its name) into *options; the caller frees them with options_free() in any case.
 * False: nothing to run. *error has the exit code, and a text for bad input unless getopt has printed it; --help and
 * --version are printed and have no text. recorded: the recording to replay, for which some options are bad input;
 * NULL: a run. */
bool options_parse_recorded(struct options *options, const struct tool *tool, const struct recorded_tool *recorded,
			    int argc, char **argv, struct error *error);
/* Checks the argument of an option in a tool's or helper's own table, and stores it in options->own. option: as the
 * user wrote it. False: bad input, see *error. */
bool options_store_own(struct options *options, const struct opt *opt, const char *option, const char *arg,
		       struct error *error);
/* Prints the error of a run, if any. Returns the exit code: with a command, EXIT_OWN for the program's own errors. */
int options_exit(const struct options *options, bool ran, const struct error *error);
static inline bool options_parse(struct options *options, const struct tool *tool, int argc, char **argv,
				 struct error *error)
{
	return options_parse_recorded(options, tool, NULL, argc, argv, error);
}

#endif
