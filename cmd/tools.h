/* SPDX-License-Identifier: GPL-2.0-or-later */
/* tools.h: the tools of cmd/tools.def. */
#ifndef NETTRACE_CMD_TOOLS_H
#define NETTRACE_CMD_TOOLS_H

#include "core/tool.h"

/* By number, in the order of the list; NULL: no more. */
const struct tool *tool_at(size_t i);
size_t tools_count(void);
/* NULL: no such tool. */
const struct tool *tool_find(const char *name);
/* The most similar name of a tool, or NULL if none is similar. */
const char *tool_nearest(const char *name);

#endif
