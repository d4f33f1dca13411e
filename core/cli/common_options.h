/* SPDX-License-Identifier: GPL-2.0-or-later */
/* common_options.h: the table of options common to all tools. */
#ifndef NETTRACE_CLI_COMMON_OPTIONS_H
#define NETTRACE_CLI_COMMON_OPTIONS_H

#include "core/cli/parse.h"

/* The output of options that print information and end the parsing. */
enum about {
	ABOUT_OPTIONS,
	ABOUT_USAGE,
	ABOUT_VERSION,
	ABOUT_FIELDS,
	ABOUT_SCHEMA,
};

/* Headings of --help, in this order. */
enum option_group {
	GROUP_FIRST = 1, /* the options in tool.first */
	GROUP_FILTERS,
	GROUP_TOOL,
	GROUP_OUTPUT,
	GROUP_RUN,
	GROUP_EXPERT,    /* only in --help=all */
	GROUP_HELP = -1, /* argp prints this section last */
};

struct common_option {
	struct opt opt; /* type O_COMMON; off, min, max and flag are for set() */
	enum option_group group;
	enum {
		ALWAYS,
		OF_SOCKETS,    /* tools about sockets */
		SHOWN,         /* tools that print */
		SHOWN_SOCKETS, /* tools about sockets that print */
		OF_ROWS,       /* tools with rows, not only totals */
		WITH_ERRORS,   /* tools whose rows have an error */
		WITH_TIMES,    /* tools whose rows have a duration */
		WITH_BYTES,    /* tools whose rows have sent and received bytes */
		WITH_RETRANS,  /* tools whose rows have a number of retransmissions */
		WITH_GROUPS,   /* tools about sockets, each without others */
		WITH_RATES,    /* tools about sockets with totals, at least by groups */
		WITH_TOTALS,   /* tools with totals */
		WITH_SUMMARY,  /* tools with totals and rows */
		ON_REQUEST,    /* tools with an O_COMMON row of this name in their own table */
		HIDDEN,        /* accepted, but not in --help */
	} offered;
	/* Checks and stores the argument (NULL: none). Returns NULL, or a message, and may set *code to EXIT_CANNOT. No
	 * set(): the option prints what .min (enum about) names, and ends the parsing. */
	const char *(*set)(struct options *options, const struct opt *opt, const char *text, enum exit_code *code);
	bool bare;              /* its argument is optional */
	char also;              /* a second letter */
	const char *stands_for; /* HIDDEN, except in tools that use the other option's name for something else */
};

/* Ends with a NULL name. */
extern const struct common_option common_options[];

/* NULL: no such option. */
const struct common_option *common_option(const char *name);

#endif
