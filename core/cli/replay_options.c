/* SPDX-License-Identifier: GPL-2.0-or-later */
/* replay_options.c: the meaning of options when a recording is replayed. */
#include "core/cli/replay_options.h"

#include <string.h>

#include "core/model/recorded.h"
#include "core/base/message.h"
#include "core/base/error.h"

bool replay_has_option(const struct opt *opt)
{
	static const char *const others[] = { "output", "cgroupmap", "mntnsmap",  "journal",   "duration", "ready-fd",
					      "record", "max-size",  "ring-size", "keep-caps", "without",  "rung" };

	for (size_t i = 0; opt->type == O_COMMON && i < sizeof(others) / sizeof(others[0]); i++)
		if (!strcmp(opt->name, others[i]))
			return false;
	return opt->type != O_PIDNETNS;
}

/* The name of the tool's option that sets one of these flags. */
static const char *name_of_flag(const struct tool *tool, uint32_t flags)
{
	for (const struct opt *opt = tool->opts; opt && (opt->name || opt->alias_of); opt++)
		if (opt->type == O_FLAG && opt->flag & flags)
			return opt->name;
	return "an option";
}

bool replay_apply_flags(struct options *options, struct error *error)
{
	static const struct replay_rules none;
	const struct tool *tool = options->tool;
	const struct replay_rules *rules = tool->recording ? tool->recording : &none;
	uint32_t recorded = options->recorded->flags, *flags = &options->settings.flags, lacking = *flags & ~recorded;

	if (options_are_remade(options)) {
		print_note("%s was not recorded: reconstructing it from %s (without %s)", tool->name,
			   tool_synthesis(tool)->from->name, tool_synthesis(tool)->loses);
		return true;
	}
	if (lacking & rules->fixed_flags)
		return error_set(error, EXIT_USAGE, "--%s: the recording was made without it",
				 name_of_flag(tool, lacking & rules->fixed_flags));
	if (lacking & rules->wider_flags)
		print_warning("the recording was made without --%s: what that would add is missing",
			      name_of_flag(tool, lacking & rules->wider_flags));
	*flags |= recorded & rules->fixed_flags;
	return true;
}
