/* SPDX-License-Identifier: GPL-2.0-or-later */
/* options.c: what a user asked for, and what follows from it. */
#include "core/model/options.h"

#include <string.h>

#include "core/model/recorded.h"

#define RING_BYTES_DEFAULT (8U << 20)

void options_init(struct options *options, const struct tool *tool)
{
	*options = (struct options){
		.tool = tool, .ready_fd = -1, .cgroupmap = -1, .mntnsmap = -1, .ring_bytes = RING_BYTES_DEFAULT
	};
	if (tool->listeners)
		options->settings.flags |= LISTENERS_NEEDED;
}

bool options_totals(const struct options *options)
{
	const struct tool *tool = options->tool;

	return tool->summary_members && (!tool->summary_flag || (options->settings.flags & tool->summary_flag));
}

const char *options_effective_text(const struct options *options)
{
	return options->recorded ? options->recorded->text : options->text;
}

bool options_are_remade(const struct options *options)
{
	return options->recorded && options->tool->synthesize &&
	       strcmp(options->recorded->name, options->tool->name) != 0;
}
