/* SPDX-License-Identifier: GPL-2.0-or-later */
/* tool_list.h: the list of tools for one process (TOOL,TOOL...), with their common options. */
#ifndef NETTRACE_TOOL_LIST_H
#define NETTRACE_TOOL_LIST_H

#include "core/base/error.h"
#include "core/model/options.h"

/* Options, as they are before anything is asked for, of the tools in `names`, which have commas between; each once.
 * Both *tools and *count are for tool_list_free(), also if it returns false: one is no tool, see *error. */
bool tool_list(struct options **tools, size_t *count, const char *names, struct error *error);
void tool_list_free(struct options *tools, size_t count);
/* Gives a tool what was asked for of the run as a whole: its filters, its format, and how it is run. False: they
 * do not go with it, see *error. */
bool tool_list_inherit(struct options *tool, const struct options *run, struct error *error);

#endif
