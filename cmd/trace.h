/* SPDX-License-Identifier: GPL-2.0-or-later */
/* trace.h: the applet `nettrace trace`: several tools as one timeline. */
#ifndef NETTRACE_TRACE_H
#define NETTRACE_TRACE_H

#include "core/base/json.h"
#include "core/model/options.h"

/* The applet's options, and the members of a timeline's row; no tool of its own. */
extern const struct tool trace;

/* The tools of the requested timeline, with their options. The caller frees *tools and *count with tool_list_free() in
 * any case. False: see *error. */
bool trace_tools(struct options **tools, size_t *count, const struct options *asked, struct error *error);
int trace_main(int argc, char **argv);
/* The lines that it prints with --json besides those of its tools (struct applet). */
const struct json_line *trace_lines(void);

#endif
