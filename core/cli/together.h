/* SPDX-License-Identifier: GPL-2.0-or-later */
/* together.h: pairs of options that mean nothing together. */
#ifndef NETTRACE_CLI_TOGETHER_H
#define NETTRACE_CLI_TOGETHER_H

#include "core/base/error.h"
#include "core/cli/option_table.h"

/* The options of a command line, in order. */
struct given_options {
	struct given {
		const struct opt *opt;
		char written[64]; /* as the user wrote it: "-L", "--lport" */
	} items[OPTION_ITEMS];
	unsigned int count;
};

/* Adds an option once. */
void given_add(struct given_options *given, const struct opt *opt, const char *written);
/* False: two of them mean nothing together, see *error. */
bool together_check(const struct given_options *given, const struct tool *tool, struct error *error);

#endif
