/* SPDX-License-Identifier: GPL-2.0-or-later */
/* replay.c: the applet `nettrace replay`: prints a recording as its tool would. */
#include "cmd/replay.h"

#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "cmd/tool_list.h"
#include "cmd/tools.h"
#include "cmd/trace.h"
#include "cmd/why.h"
#include "core/cli/helper.h"
#include "core/run/replay.h"
#include "core/run/sandbox.h"
#include "core/cli/replay_options.h"
#include "core/base/message.h"
#include "cmd/fatal.h"
#include "core/rows/timeline.h"

struct replay_own {
	bool info;
};

static const struct opt opts[] = {
	{ "info", 0, O_TRUE, .off = offsetof(struct replay_own, info), .group = 1,
	  .help = "Print where and how the recording was made, and its number of events" },
	{},
};

static const struct helper helper = {
	.name = "nettrace replay",
	.words = "FILE [TOOL[,TOOL...]] [OPTION...]",
	.about = "Prints a recording (TOOL --record FILE, nettrace record) as the tool itself would print it, with its "
		 "filters and formats, without root and without BPF. Without TOOL: all of the recording, as one "
		 "timeline if "
		 "it has several tools. "
		 "Several tools, or trace as TOOL, print one timeline like nettrace trace. The options are the tool's "
		 "own "
		 "(nettrace TOOL --help), except those for tracing; and --since TIME, --until TIME: a clock "
		 "(02:15:30), a date "
		 "and a clock, or +90s after the beginning. FILE - is stdin; a file packed by gzip, zstd or lz4 is "
		 "unpacked.",
	.note = "Exit status: 0 done, 1 the recording is damaged or incomplete (readable events are printed), 2 bad "
		"input.",
	.opts = opts,
};

const struct helper *replay_helper(void)
{
	return &helper;
}

/* Returns "tcpstates, tcpdrop". */
static const char *recorded_names(const struct record_head *head)
{
	static char names[1024];

	for (size_t i = 0, at = 0; i < head->n_tools && at < sizeof(names); i++)
		at += (size_t)snprintf(names + at, sizeof(names) - at, "%s%s", i ? ", " : "", head->tools[i].name);
	return names;
}

/* The named tool, which the recording has or whose events can be reconstructed; *recorded is the tool with the events.
 * Exits if the recording has none, or the program does not know the tool. */
static const struct tool *recorded_tool(const struct record_head *head, const char *name,
					const struct recorded_tool **recorded)
{
	const struct tool *tool = tool_find(name);

	*recorded = record_head_tool(head, name);
	if (!*recorded && tool && tool_synthesis(tool))
		*recorded = record_head_tool(head, tool_synthesis(tool)->from->name);
	if (!*recorded)
		fatal(EXIT_USAGE, "%.100s was not recorded (the recording has %s)", name, recorded_names(head));
	if (!tool)
		fatal(EXIT_FAILED, "%.100s is not a tool of this nettrace", name);
	return tool;
}

static int replay_rows(struct recording *recording, const char *name, int argc, char **argv)
{
	const struct recorded_tool *recorded;
	const struct tool *tool = recorded_tool(recording_head(recording), name, &recorded);
	struct options asked;
	struct error error;

	if (options_parse_recorded(&asked, tool, recorded, argc, argv, &error))
		replay_run(&asked, &asked, 1, recording, STDOUT_FILENO, &error);
	options_free(&asked);
	return error_print(&error);
}

/* The recorded tools with a story. */
static char *recorded_stories(const struct record_head *head)
{
	static char names[1024];

	*names = '\0';
	for (size_t i = 0; i < head->n_tools; i++) {
		const struct tool *tool = tool_find(head->tools[i].name);

		if (!tool || !tool->story)
			continue;
		snprintf(names + strlen(names), sizeof(names) - strlen(names), "%s%s", *names ? "," : "", tool->name);
	}
	return names;
}

/* Finds each tool's part of the recording. False: see *error. */
static bool find_recorded(const struct record_head *head, struct options *tools, size_t count, struct error *error)
{
	for (size_t i = 0; i < count; i++) {
		recorded_tool(head, tools[i].tool->name, &tools[i].recorded);
		for (size_t j = 0; j < i; j++)
			if (tools[j].recorded == tools[i].recorded)
				return error_set(error, EXIT_USAGE,
						 "%s and %s are of the same events here (name one of them)",
						 tools[j].tool->name, tools[i].tool->name);
		if (!replay_apply_flags(&tools[i], error))
			return false;
	}
	return true;
}

/* Prints the recording as `nettrace trace` would have. */
static int replay_timeline(struct recording *recording, int argc, char **argv)
{
	static struct options asked;
	struct options *tools = NULL;
	const struct record_head *head = recording_head(recording);
	const struct recorded_tool all = { .name = "trace", .text = recorded_stories(head) };
	struct error error;
	size_t count = 0;

	if (options_parse_recorded(&asked, &trace, &all, argc, argv, &error) &&
	    trace_tools(&tools, &count, &asked, &error) && find_recorded(head, tools, count, &error))
		replay_run(&asked, tools, count, recording, STDOUT_FILENO, &error);
	tool_list_free(tools, count);
	options_free(&asked);
	return error_print(&error);
}

static int replay_file(const char *file, struct recording *recording, int argc, char **argv)
{
	const struct record_head *head = recording_head(recording);
	const char *name = argc > 1 ? argv[1] : "";

	if (!strcmp(name, "--info") && argc == 2)
		return replay_info(recording);
	if (!strcmp(name, "trace"))
		return replay_timeline(recording, argc - 1, argv + 1);
	if (!strcmp(name, "why"))
		return why_replay(recording, argc - 1, argv + 1);
	if (strchr(name, ',') && *name != '-')
		return replay_timeline(recording, argc, argv);
	if (tool_find(name) || record_head_tool(head, name))
		return replay_rows(recording, name, argc - 1, argv + 1);
	if (head->n_tools == 1)
		return replay_rows(recording, head->tools[0].name, argc, argv);
	if (*recorded_stories(head))
		return replay_timeline(recording, argc, argv);
	print_error("%s: which of %s? nettrace replay %s TOOL", file, recorded_names(head), file);
	return EXIT_USAGE;
}

/* Called before the options are parsed, because their parser needs the recording's tool. */
static bool has_word(int argc, char **argv, const char *word)
{
	for (int i = 2; i < argc; i++)
		if (!strcmp(argv[i], word))
			return true;
	return false;
}

/* A tool may have a --verbose of its own: there --debug asks for messages. */
static bool is_verbose(int argc, char **argv)
{
	const struct tool *tool = argc > 2 ? tool_find(argv[2]) : NULL;

	for (const struct opt *own = tool ? tool->opts : NULL; own && own->name; own++)
		if (!strcmp(own->name, "verbose"))
			return has_word(argc, argv, "--debug");
	return has_word(argc, argv, "-v") || has_word(argc, argv, "--verbose");
}

int replay_main(int argc, char **argv)
{
	struct recording_files files;
	struct recording *recording;
	struct error error;
	int code;

	if (argc < 2 || (argv[1][0] == '-' && argv[1][1])) {
		struct replay_own own = { .info = false };

		if (!helper_parse(&helper, &own, argc, argv, &error))
			return error_print(&error);
		print_error("%swhich file? nettrace replay FILE [TOOL] [OPTION...]", own.info ? "--info: of " : "");
		return EXIT_USAGE;
	}
	if (!recording_files_open(&files, argv[1], &error))
		return error_print(&error);
	if (!has_word(argc, argv, "--no-sandbox"))
		sandbox_before_reading(is_verbose(argc, argv));
	recording = recording_open(&files, &error);
	if (!recording)
		return error_print(&error);
	code = replay_file(argv[1], recording, argc - 1, argv + 1);
	recording_close(recording);
	return code;
}
