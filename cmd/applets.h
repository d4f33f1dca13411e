/* SPDX-License-Identifier: GPL-2.0-or-later */
/* applets.h: the table of all applets (tools and helpers), by name. */
#ifndef NETTRACE_APPLETS_H
#define NETTRACE_APPLETS_H

#include <stdio.h>

#include "core/base/json.h"
#include "core/cli/helper.h"
#include "core/tool.h"

struct applet {
	const char *name, *summary;
	const struct tool *tool;              /* NULL: see helper */
	int (*main)(int argc, char **argv);   /* NULL: a tool, which main.c runs */
	const struct helper *(*helper)(void); /* with main: the options of a helper */
	const struct json_line *(*lines)(
		void); /* with main: its own lines with --json; end with a NULL name; NULL: none */
};

/* All applets, tools first, by number; NULL: no more. The next call may change the struct behind the pointer. */
const struct applet *applet_at(size_t i);
/* NULL: no such applet. */
const struct applet *applet_find(const char *name);
/* The tool for the name of a link, with an optional prefix: "nettrace-tcpdrop", "nt.tcpdrop". */
const struct applet *applet_of_link(const char *name);
/* The most similar name, or NULL if none is similar. */
const char *applet_nearest(const char *name);
/* Prints a line for each applet: name and summary. */
void applets_list(FILE *to);
/* --install DIR [--prefix P]: creates symbolic links to this binary in DIR, one for each tool. argv[0] is "--install".
 * Returns the exit code. */
int applets_install(int argc, char **argv);

#endif
