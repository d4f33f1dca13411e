/* SPDX-License-Identifier: GPL-2.0-or-later */
/* option_table.h: common options and those of a tool as one table for argp. */
#ifndef NETTRACE_CLI_OPTION_TABLE_H
#define NETTRACE_CLI_OPTION_TABLE_H

#include <argp.h>

#include "core/cli/common_options.h"

#define OPTION_ITEMS 64
#define OPTION_ROWS  192

/* An option with all its names. */
struct option_item {
	const struct opt *opt;
	const struct common_option *common; /* NULL: the tool's own */
	/* The option that this one is without its argument; NULL: the argument is required. In bcc, -c and --count are
	 * flags; here --count has a number. A tool with both accepts --count and --count=5. */
	const struct opt *bare;
	char help[160]; /* with bare */
};

struct option_table {
	struct option_item items[OPTION_ITEMS];
	unsigned int n_items;
	const struct option_item *letters[128];
	struct argp_option rows[OPTION_ROWS];
	unsigned int n_rows;
	char args[96]; /* the positional arguments */
};

void option_table_fill(struct option_table *table, const struct tool *tool);
/* Omits the options for experts from --help. */
void option_table_hide_experts(struct option_table *table);
/* The option with this long name, which exists. */
const struct option_item *option_table_named(const struct option_table *table, const char *name);
/* The option of an argp key; NULL: no option, but another call of argp. */
const struct option_item *option_table_find(const struct option_table *table, int key);

#endif
