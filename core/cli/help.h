/* SPDX-License-Identifier: GPL-2.0-or-later */
/* help.h: the text of --help around the options, and its width. */
#ifndef NETTRACE_CLI_HELP_H
#define NETTRACE_CLI_HELP_H

#include "core/base/text.h"
#include "core/tool.h"

/* The text before and after argp's options: summary \v notes and examples. The caller frees it. */
char *help_doc(const struct tool *tool);
/* Sets the width of argp's output to the terminal's; in a pipe it is 80 columns. */
void help_fit_width(void);

/* Appends lines whose last column begins at `hang`. If fd is a terminal, a longer line continues below that column. */
void help_fold(struct text *to, const char *list, size_t hang, int fd);

#endif
