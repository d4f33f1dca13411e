/* SPDX-License-Identifier: GPL-2.0-or-later */
/* parse.h: the parser of the command line: argp over the tables of tool.h. */
#ifndef NETTRACE_CLI_PARSE_H
#define NETTRACE_CLI_PARSE_H

#include "core/model/options.h"

/* Parses argv of `tool` (argv[0] is its name) into *options. --help and --version print and exit 0; bad input prints
 * one line and exits 2. recorded: the recording to replay, for which some options are bad input; NULL: a live run. */
void options_parse_recorded(struct options *options, const struct tool *tool, const struct recorded_tool *recorded,
			    int argc, char **argv);
/* Checks the argument of an option of a tool's own table, or a helper's, and stores it in options->own. `option`: as
 * the user wrote it, for the message that bad input ends the program with. */
void options_store_own(struct options *options, const struct opt *opt, const char *option, const char *arg);
static inline void options_parse(struct options *options, const struct tool *tool, int argc, char **argv)
{
	options_parse_recorded(options, tool, NULL, argc, argv);
}

#endif
