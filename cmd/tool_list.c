/* SPDX-License-Identifier: GPL-2.0-or-later */
/* tool_list.c: the tools that a user names for one process. */
#include "cmd/tool_list.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cmd/tools.h"
#include "core/base/message.h"
#include "core/names/enums.h"

static const struct tool *tool_named(const char *name)
{
	const struct tool *tool = tool_find(name);
	const char *nearest;

	if (tool)
		return tool;
	nearest = tool_nearest(name);
	if (nearest)
		fatal(EXIT_USAGE, "%.60s: no such tool; did you mean %s?", name, nearest);
	fatal(EXIT_USAGE, "%.60s: no such tool; nettrace --list shows them", name);
}

struct options *tool_list(const char *names, size_t *n_tools)
{
	struct options *tools = calloc(tools_count(), sizeof(*tools)); /* as each is there once */
	size_t count = 0;

	if (!tools)
		fatal(EXIT_FAILED, "out of memory");
	for (size_t length; *names; names += length + (names[length] == ',')) {
		const struct tool *tool;
		char name[64];
		size_t i = 0;

		length = strcspn(names, ",");
		snprintf(name, sizeof(name), "%.*s", (int)length, names);
		if (!length)
			continue;
		tool = tool_named(name);
		while (i < count && tools[i].tool != tool)
			i++;
		if (i < count)
			continue;
		if (tool->lookup && tool->lookup->extra_names)
			enum_extend(tool->lookup->extra_names);
		options_init(&tools[count++], tool);
	}
	if (!count)
		fatal(EXIT_USAGE, "no tool is named; nettrace --list shows them");
	*n_tools = count;
	return tools;
}

void tool_list_free(struct options *tools, size_t count)
{
	for (size_t i = 0; i < count; i++)
		options_free(&tools[i]);
	free(tools);
}

void tool_list_inherit(struct options *tool, const struct options *run)
{
	tool->settings.filter = run->settings.filter;
	tool->format = run->format;
	tool->wide = run->wide;
	tool->verbose = run->verbose;
	tool->keep_caps = run->keep_caps;
	tool->cgroupmap = run->cgroupmap;
	tool->mntnsmap = run->mntnsmap;
	tool->ring_bytes = run->ring_bytes;
	tool->containers = run->containers;
	tool->exclusions = run->exclusions;
	if (tool->tool->check)
		tool->tool->check(tool);
}
