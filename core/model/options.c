/* SPDX-License-Identifier: GPL-2.0-or-later */
/* options.c: the options of a run, and what follows from them. */
#include "core/model/options.h"

#include <stdlib.h>
#include <string.h>

#include "core/base/must.h"
#include "core/model/recorded.h"

#define RING_BYTES_DEFAULT (8U << 20)

void options_init(struct options *options, const struct tool *tool)
{
	*options = (struct options){
		.tool = tool, .ready_fd = -1, .cgroupmap = -1, .mntnsmap = -1, .ring_bytes = RING_BYTES_DEFAULT
	};
	if (tool->options_size)
		options->own = must(calloc(1, tool->options_size));
	if (tool->lookup && tool->lookup->listeners)
		options->settings.flags |= LISTENERS_NEEDED;
}

void options_free(struct options *options)
{
	free(options->own);
	free(options->by);
	options->by = NULL;
	options->own = NULL;
}

const char *options_text(const struct options *options)
{
	for (const struct opt *opt = options->tool->opts; opt && (opt->name || opt->alias_of); opt++)
		if (opt->type == O_TEXT)
			return *(const char **)((char *)options->own + opt->off);
	return NULL;
}

uint64_t options_number(const struct options *options, unsigned int i)
{
	for (const struct opt *opt = options->tool->opts; opt && (opt->name || opt->alias_of); opt++)
		if ((opt->type == O_NUMBER || opt->type == O_MSEC) && !i--)
			return *(const uint64_t *)((char *)options->own + opt->off);
	return 0;
}

bool options_totals(const struct options *options)
{
	const struct tool *tool = options->tool;

	return options->by_name || is_interval_tool(tool) || (options->settings.flags & tool_summary_flag(tool));
}

const char *options_effective_text(const struct options *options)
{
	return options->recorded ? options->recorded->text : options_text(options);
}

bool options_are_remade(const struct options *options)
{
	return options->recorded && tool_synthesis(options->tool) &&
	       strcmp(options->recorded->name, options->tool->name) != 0;
}
