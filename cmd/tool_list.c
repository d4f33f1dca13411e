/* SPDX-License-Identifier: GPL-2.0-or-later */
/* tool_list.c: the list of tools for one process (TOOL,TOOL...). */
#include "cmd/tool_list.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cmd/tools.h"
#include "core/names/enums.h"
#include "core/base/error.h"
#include "core/base/must.h"

/* NULL: no such tool, see *error. */
static const struct tool *tool_named(const char *name, struct error *error)
{
	const struct tool *tool = tool_find(name);
	const char *nearest;

	if (tool)
		return tool;
	nearest = tool_nearest(name);
	if (nearest)
		error_set(error, EXIT_USAGE, "%.60s: no such tool (did you mean %s?)", name, nearest);
	else
		error_set(error, EXIT_USAGE, "%.60s: no such tool (nettrace --list shows them)", name);
	return NULL;
}

bool tool_list(struct options **list, size_t *count, const char *names, struct error *error)
{
	struct options *tools =
		must(calloc(tools_count(), sizeof(*tools))); /* enough, because each tool is listed once */

	*list = tools;
	*count = 0;
	for (size_t length; *names; names += length + (names[length] == ',')) {
		const struct tool *tool;
		char name[64];
		size_t i = 0;

		length = strcspn(names, ",");
		snprintf(name, sizeof(name), "%.*s", (int)length, names);
		if (!length)
			continue;
		tool = tool_named(name, error);
		if (!tool)
			return false;
		while (i < *count && tools[i].tool != tool)
			i++;
		if (i < *count)
			continue;
		if (tool->lookup && tool->lookup->extra_names)
			enum_extend(tool->lookup->extra_names);
		options_init(&tools[(*count)++], tool);
	}
	return *count || error_set(error, EXIT_USAGE, "which tools? nettrace --list shows them");
}

void tool_list_free(struct options *tools, size_t count)
{
	for (size_t i = 0; i < count; i++)
		options_free(&tools[i]);
	free(tools);
}

bool tool_list_inherit(struct options *tool, const struct options *run, struct error *error)
{
	tool->settings.filter = run->settings.filter;
	tool->format = run->format;
	tool->wide = run->wide;
	tool->time_iso = run->time_iso;
	tool->verbose = run->verbose;
	tool->keep_caps = run->keep_caps;
	tool->cgroupmap = run->cgroupmap;
	tool->mntnsmap = run->mntnsmap;
	tool->ring_bytes = run->ring_bytes;
	tool->containers = run->containers;
	tool->exclusions = run->exclusions;
	return !tool->tool->check || tool->tool->check(tool, error);
}
