/* SPDX-License-Identifier: GPL-2.0-or-later */
/* help.h: the words of --help around the options. */
#ifndef NETTRACE_CLI_HELP_H
#define NETTRACE_CLI_HELP_H

#include "core/cli/option_table.h"

/* What argp prints before and after the options: summary \v notes and examples. Allocated. */
char *option_doc(const struct tool *tool);
/* Fills table->args, what stands behind the options in the first line: "[INTERVAL [COUNT]] [-- COMMAND ARG...]". */
void option_args(struct option_table *table, const struct tool *tool);

#endif
