/* SPDX-License-Identifier: GPL-2.0-or-later */
/* trace.c: the applet `nettrace trace`: the rows of several tools as one timeline, or grouped by connection. */
#include "cmd/trace.h"

#include <string.h>

#include "cmd/tool_list.h"
#include "cmd/tools.h"
#include "core/rows/flows.h"
#include "core/cli/parse.h"
#include "core/record/head_write.h"
#include "core/run/run.h"
#include "core/base/error.h"
#include "core/print/outcome.h"
#include "core/rows/timeline.h"

/* The life of a TCP connection on this machine. */
#define USUAL       "tcpconnect,tcpaccept,tcpstates,tcpretrans,tcpdrop,tcplife"

#define OWN(member) AT(struct timeline_event, member)

static const struct member members[] = {
	{ "tool", F_TEXT, OWN(tool), .hidden = true, .help = "tool that reports the event" },
	{ "what", F_TEXT, OWN(what), .hidden = true, .help = "what happened" },
	{},
};

static const struct column columns[] = {
	{ "time", .width = 15, .decimals = 6 },
	{ "tool", "TOOL", .width = 10 },
	{ "pid" },
	{ "comm", .width = 10, .wide = 16 },
	{ "laddr", .where = IN_CSV },
	{ "lport", .where = IN_CSV },
	{ "local", "LADDR:LPORT", "laddr", F_ENDPOINT, IN_TABLE | IN_WIDE, .width = 21, .wide = 45, .bracketed = true },
	{ "raddr", .where = IN_CSV },
	{ "rport", .where = IN_CSV },
	{ "remote", "RADDR:RPORT", "raddr", F_ENDPOINT, IN_TABLE | IN_WIDE, .width = 21, .wide = 45,
	  .bracketed = true },
	{ "what", "WHAT", .width = 40 },
	{},
};

struct trace_options {
	const char *tools; /* names, separated by commas */
};

static const struct opt opts[] = {
	{ "tools", 0, O_TEXT, "TOOLS", .off = offsetof(struct trace_options, tools),
	  .help = "tools to run, separated by commas (default: tcpconnect, tcpaccept, tcpstates, tcpretrans, "
		  "tcpdrop and tcplife)" },
	{ "flow", 0, O_FLAG, .flag = TIMELINE_FLOW,
	  .help = "group rows by connection; print a connection when it is over, with times since its first row" },
	{},
};

static const char *const words[] = { "tools", NULL };

static const struct apart apart[] = {
	{ "columns,containers,csv,timestamp,wide", "flow", "which prints connections, not rows" },
	{},
};

static const struct hook hooks[] = { {} };

static const char *const examples[] = {
	"trace",
	"all TCP events on this machine, in order",
	"trace --flow --comm 'curl*' -- curl -s localhost",
	"each connection of curl as a story",
	"trace tcpretrans,tcpdrop,tcpstates --lport 443",
	"failures at local port 443, and the states around them",
	"trace --json",
	"the tools' own JSON lines, ordered by time",
	NULL,
};

/* The tools that the user named; in a replay, by default, the recorded ones. */
static const char *names_of(const struct options *options)
{
	const char *usual = options->recorded ? options->recorded->text : USUAL;

	return options_text(options) ? options_text(options) : usual;
}

/* Checks that every tool has a story. *ends: one of them reports the end of connections. */
static bool check_stories(const struct options *tools, size_t count, bool *ends, struct error *error)
{
	*ends = false;
	for (size_t i = 0; i < count; i++) {
		const struct story *story = tools[i].tool->story;

		if (!story)
			return error_set(error, EXIT_USAGE,
					 "%s reports totals, not events: it cannot be part of a timeline",
					 tools[i].tool->name);
		*ends = *ends || (story->ends && !story->duration);
	}
	return true;
}

/* The story of a connection can only end if a tool reports its end. */
static bool check(struct options *options, struct error *error)
{
	struct options *tools;
	size_t count;
	bool ends,
		ok = tool_list(&tools, &count, names_of(options), error) && check_stories(tools, count, &ends, error);

	tool_list_free(tools, count);
	if (!ok || !(options->settings.flags & TIMELINE_FLOW))
		return ok;
	if (!ends)
		return error_set(error, EXIT_USAGE,
				 "--flow: none of these tools reports the end of a connection; add tcpstates, tcplife "
				 "or tcptracer");
	options->no_header = true;
	return true;
}

const struct tool trace = {
	.name = "trace",
	.summary = "several tools as one timeline, or grouped by connection",
	.first = { "flow", "tools", "comm" },
	.examples = examples,
	.image = { .event_size = sizeof(struct timeline_event) },
	.subject = SOCKETS,
	.hooks = hooks,
	.opts = opts,
	.apart = apart,
	.options_size = sizeof(struct trace_options),
	.positional = words,
	.members = members,
	.columns = columns,
	.check = check,
};

const struct json_line *trace_lines(void)
{
	static const struct json_line lines[] = {
		{ "flow", "with --flow, a connection: the keys of every row (nettrace-json(5)), and these", flow_keys },
		{},
	};

	return lines;
}

bool trace_tools(struct options **list, size_t *count, const struct options *asked, struct error *error)
{
	struct options *tools;

	if (!tool_list(list, count, names_of(asked), error))
		return false;
	tools = *list;
	for (size_t i = 0; i < *count; i++) {
		if (!tool_list_inherit(&tools[i], asked, error))
			return false;
		/* core/rows/flows.c selects whole connections. */
		if (!(asked->settings.flags & TIMELINE_FLOW))
			tools[i].outcome = asked->outcome;
		if (outcome_is_asked(&asked->outcome))
			tools[i].settings.flags |= tools[i].tool->story->flags;
		if (asked->format == FORMAT_TABLE || asked->format == FORMAT_CSV)
			tools[i].settings.flags |= tools[i].tool->story->flags;
	}
	return true;
}

int trace_main(int argc, char **argv)
{
	static struct options options;
	struct options *tools = NULL;
	struct error error;
	size_t count = 0;
	bool ran;

	ran = options_parse(&options, &trace, argc, argv, &error) && trace_tools(&tools, &count, &options, &error) &&
	      run_tools(&options, tools, count, SHOWS_TIMELINE, &error);
	tool_list_free(tools, count);
	options_free(&options);
	return options_exit(&options, ran, &error);
}
