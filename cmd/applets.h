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
	int (*main)(int argc, char **argv);   /* NULL: the tool is run */
	const struct helper *(*helper)(void); /* of main: its options, where it is no tool */
	const struct json_line *(*lines)(
		void); /* of main: its own lines with --json; end with a NULL name; NULL: none */
};

/* All of them, tools first, by number; NULL: no more. The next call may change what it points to. */
const struct applet *applet_at(size_t i);
/* NULL: no such applet. */
const struct applet *applet_find(const char *name);
/* The tool for the name of a link, which may have a prefix: "nettrace-tcpdrop", "nt.tcpdrop". */
const struct applet *applet_of_link(const char *name);
/* The name most like this one, or NULL when none is near. */
const char *applet_nearest(const char *name);
/* A line each: name and what it is for. */
void applets_list(FILE *to);
/* --install DIR [--prefix P]: symbolic links to this binary, one a tool, in DIR. argv[0] is "--install". Exit code. */
int applets_install(int argc, char **argv);

#endif
