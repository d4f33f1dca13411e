/* SPDX-License-Identifier: GPL-2.0-or-later */
/* tools.c: the tools of cmd/tools.def. */
#include "cmd/tools.h"

#include <string.h>

#include "core/base/nearest.h"

#define TOOL(name) extern const struct tool name;
#include "cmd/tools.def"
#undef TOOL

static const struct tool *const tools[] = {
#define TOOL(name) &name,
#include "cmd/tools.def"
#undef TOOL
};

size_t tools_count(void)
{
	return sizeof(tools) / sizeof(tools[0]);
}

const struct tool *tool_at(size_t i)
{
	return i < tools_count() ? tools[i] : NULL;
}

const struct tool *tool_find(const char *name)
{
	for (size_t i = 0; i < tools_count(); i++)
		if (!strcmp(tools[i]->name, name))
			return tools[i];
	return NULL;
}

const char *tool_nearest(const char *name)
{
	struct nearest nearest = nearest_to(name);

	for (size_t i = 0; i < tools_count(); i++)
		nearest_try(&nearest, tools[i]->name);
	return nearest.found;
}
