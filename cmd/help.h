/* SPDX-License-Identifier: GPL-2.0-or-later */
/* help.h: `nettrace help`: the pages that are in the program. */
#ifndef NETTRACE_HELP_H
#define NETTRACE_HELP_H

/* "help PAGE": prints it. argv[0] is "help", and argv[1] is there. Exit code. */
int help_page(int argc, char **argv);

#endif
