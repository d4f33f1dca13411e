/* SPDX-License-Identifier: GPL-2.0-or-later */
/* option_table.h: common options and those of a tool as one table for argp. */
#ifndef NETTRACE_CLI_OPTION_TABLE_H
#define NETTRACE_CLI_OPTION_TABLE_H

#include <argp.h>

#include "core/cli/common_options.h"

#define OPTION_ITEMS 64
#define OPTION_ROWS  192

/* An option, once, however many names it has. */
struct option_item {
	const struct opt *opt;
	const struct common_option *common; /* NULL: the tool's own */
	/* The option that this one is when its argument is left out; NULL: it cannot be. bcc's -c, --count is a flag;
	 * here --count takes a number. A tool that has both accepts --count and --count=5. */
	const struct opt *bare;
	char help[160]; /* with bare */
};

struct option_table {
	struct option_item items[OPTION_ITEMS];
	unsigned int n_items;
	const struct option_item *letters[128];
	struct argp_option rows[OPTION_ROWS];
	unsigned int n_rows;
	char args[96]; /* the words that are no options */
};

void option_table_fill(struct option_table *table, const struct tool *tool);
/* Leaves the options for experts out of --help. */
void option_table_hide_experts(struct option_table *table);
/* The option of this long name; there is one. */
const struct option_item *option_table_named(const struct option_table *table, const char *name);
/* The option of an argp key. NULL: argp means something else. */
const struct option_item *option_table_find(const struct option_table *table, int key);

#endif
