/* SPDX-License-Identifier: GPL-2.0-or-later */
/* trace.h: the applet `nettrace trace`: several tools as one timeline. */
#ifndef NETTRACE_TRACE_H
#define NETTRACE_TRACE_H

#include "core/base/json.h"
#include "core/model/options.h"

/* Its options, and the fields of a row of the timeline; no tool of its own. */
extern const struct tool trace;

/* The tools of a timeline that is asked for, with the options that it gives them, for tool_list_free(). */
struct options *trace_tools(const struct options *asked, size_t *count);
int trace_main(int argc, char **argv);
/* What it prints with --json besides its tools' lines (struct applet). */
const struct json_line *trace_lines(void);

#endif
