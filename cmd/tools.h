/* SPDX-License-Identifier: GPL-2.0-or-later */
/* tools.h: the tools of cmd/tools.def. */
#ifndef NETTRACE_CMD_TOOLS_H
#define NETTRACE_CMD_TOOLS_H

#include "core/tool.h"

/* How many there are. */
enum {
#define TOOL(name) TOOL_NUMBER_##name,
#include "cmd/tools.def"
#undef TOOL
	TOOLS_LISTED
};

/* By number, in the order of the list; NULL: no more. */
const struct tool *tool_at(size_t i);
size_t tools_count(void);
/* NULL: no such tool. */
const struct tool *tool_find(const char *name);
/* The name of a tool most like this one, or NULL when none is near. */
const char *tool_nearest(const char *name);

#endif
