/* SPDX-License-Identifier: GPL-2.0-or-later */
/* help.h: `nettrace help`: the pages in the program. */
#ifndef NETTRACE_HELP_H
#define NETTRACE_HELP_H

/* Prints a page. argv[0] is "help", argv[1] the page; names of reasons may follow the page "reasons". Returns the exit
 * code. */
int help_page(int argc, char **argv);

#endif
