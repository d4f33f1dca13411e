/* SPDX-License-Identifier: GPL-2.0-or-later */
/* help_width.h: how wide --help is. */
#ifndef NETTRACE_CLI_HELP_WIDTH_H
#define NETTRACE_CLI_HELP_WIDTH_H

/* Makes what argp prints from now on as wide as the terminal; in a pipe it has 80 columns. */
void help_width_fit(void);

#endif
