/* SPDX-License-Identifier: GPL-2.0-or-later */
/* tool_list.h: the list of tools for one process (TOOL,TOOL...), with their common options. */
#ifndef NETTRACE_TOOL_LIST_H
#define NETTRACE_TOOL_LIST_H

#include "core/base/error.h"
#include "core/model/options.h"

/* Default options of the tools in `names`, separated by commas, each tool once. The caller frees *tools and *count with
 * tool_list_free() in any case. False: a name is no tool, see *error. */
bool tool_list(struct options **tools, size_t *count, const char *names, struct error *error);
void tool_list_free(struct options *tools, size_t count);
/* Copies the options of the run to a tool: its filters, format and settings. False: the tool does not support them, see
 * *error. */
bool tool_list_inherit(struct options *tool, const struct options *run, struct error *error);

#endif
