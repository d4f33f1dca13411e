/* SPDX-License-Identifier: GPL-2.0-or-later */
/* common_options.h: the table of options common to all tools. */
#ifndef NETTRACE_CLI_COMMON_OPTIONS_H
#define NETTRACE_CLI_COMMON_OPTIONS_H

#include "core/cli/parse.h"

/* What options print that print something about the tool. */
enum about {
	ABOUT_OPTIONS,
	ABOUT_USAGE,
	ABOUT_VERSION,
	ABOUT_FIELDS,
	ABOUT_SCHEMA,
};

/* Headings of --help, in this order. */
enum option_group {
	GROUP_FIRST = 1, /* those that tool.first names */
	GROUP_FILTERS,
	GROUP_TOOL,
	GROUP_OUTPUT,
	GROUP_RUN,
	GROUP_EXPERT,    /* left out, but for --help=all */
	GROUP_HELP = -1, /* argp puts this one last */
};

struct common_option {
	struct opt opt; /* type O_COMMON; off, min, max and flag are for set() */
	enum option_group group;
	enum {
		ALWAYS,
		OF_SOCKETS,     /* of tools that are about sockets */
		OF_ROWS,        /* of tools that have rows, not only totals */
		WITH_ERRORS,    /* of tools whose rows tell of errors ... */
		WITH_TIMES,     /* ... of how long something took ... */
		WITH_BYTES,     /* ... of what was carried ... */
		WITH_RETRANS,   /* ... and of what was sent again */
		WITH_TOTALS,    /* of tools with totals */
		WITH_SUMMARY,   /* of those, the ones that have rows, too */
		WITH_INTERVALS, /* of those, the others */
		ON_REQUEST,     /* of tools whose own table has an O_COMMON row of this name */
		HIDDEN,         /* works, but is not in --help */
	} offered;
	/* Checks and stores the argument (NULL: there is none). NULL, or what is wrong with it, and *code may become
	 * EXIT_CANNOT. Not set: the option prints what .min says, and ends the program. */
	const char *(*set)(struct options *options, const struct opt *opt, const char *text, enum exit_code *code);
	bool bare;              /* its argument may be left out */
	char also;              /* a second letter */
	const char *stands_for; /* HIDDEN, but for tools that use the name of this one for something else */
};

/* Ends with a NULL name. */
extern const struct common_option common_options[];

/* NULL: there is none of that name. */
const struct common_option *common_option(const char *name);

#endif
