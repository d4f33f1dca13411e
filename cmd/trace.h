/* SPDX-License-Identifier: GPL-2.0-or-later */
/* trace.h: the applet `nettrace trace`: several tools as one timeline. */
#ifndef NETTRACE_TRACE_H
#define NETTRACE_TRACE_H

#include "core/base/json.h"
#include "core/model/options.h"

/* Its options, and the fields of a row of the timeline; no tool of its own. */
extern const struct tool trace;

/* The tools of a timeline that is asked for, with the options that it gives them. Both *tools and *count are for
 * tool_list_free(), also if it returns false: see *error. */
bool trace_tools(struct options **tools, size_t *count, const struct options *asked, struct error *error);
int trace_main(int argc, char **argv);
/* What it prints with --json besides its tools' lines (struct applet). */
const struct json_line *trace_lines(void);

#endif
