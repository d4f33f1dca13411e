/* SPDX-License-Identifier: GPL-2.0-or-later */
/* help.h: the text of --help around the options, and its width. */
#ifndef NETTRACE_CLI_HELP_H
#define NETTRACE_CLI_HELP_H

#include "core/tool.h"

/* What argp prints before and after the options: summary \v notes and examples. Allocated. */
char *help_doc(const struct tool *tool);
/* Makes what argp prints from now on as wide as the terminal; in a pipe it has 80 columns. */
void help_fit_width(void);

#endif
