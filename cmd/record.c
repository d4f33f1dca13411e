/* SPDX-License-Identifier: GPL-2.0-or-later */
/* record.c: `nettrace record` records the events of one or many tools, and prints nothing. */
#include "cmd/record.h"

#include "cmd/tool_list.h"
#include "cmd/tools.h"
#include "core/cli/parse.h"
#include "core/run/run.h"
#include "core/base/message.h"
#include "core/rows/timeline.h"

#define SECOND 1000000000ULL

static const struct member members[] = { {} };
static const struct column columns[] = { {} };

struct record_options {
	const char *tools; /* names, with commas between */
};

static const struct opt opts[] = {
	{ "tools", 0, O_TEXT, "TOOLS", .off = offsetof(struct record_options, tools),
	  .help = "tools to record, separated by commas" },
	{ "output", 'o', O_ALIAS, .alias_of = "record" },
	{},
};

static const char *const words[] = { "tools", NULL };

static const struct hook hooks[] = { {} };

static const char *const examples[] = {
	"nettrace record -o /tmp/rec tcpstates,tcpretrans,tcpdrop --duration 60",
	"record three tools for a minute; nettrace replay /tmp/rec tcpdrop prints one of them",
	"nettrace record -o /tmp/rec --max-size 1G tcplife,tcpdrop",
	"record until Ctrl-C, and keep the latest GiB",
	"nettrace record -o - tcpstates | ssh host nettrace replay -",
	"record here, print rows on another host",
	NULL,
};

static void check(struct options *options)
{
	if (!options->record)
		fatal(EXIT_USAGE, "-o: into which file?");
	if (!options_text(options))
		fatal(EXIT_USAGE, "of which tools? nettrace record -o FILE TOOL[,TOOL...]");
	options->no_header = true;
}

const struct tool record = {
	.name = "record",
	.summary = "record the events of tools, for nettrace replay",
	.examples = examples,
	.image = { .event_size = sizeof(struct event) },
	.subject = SOCKETS,
	.hooks = hooks,
	.opts = opts,
	.options_size = sizeof(struct record_options),
	.positional = words,
	.members = members,
	.columns = columns,
	.check = check,
};

int record_main(int argc, char **argv)
{
	static struct options options;
	struct options *tools;
	size_t count;
	int code;

	options_parse(&options, &record, argc, argv);
	tools = tool_list(options_text(&options), &count);
	for (size_t i = 0; i < count; i++) {
		if (tools[i].tool->recording)
			tools[i].settings.flags |= tools[i].tool->recording->record_flags;
		/* Totals are what happened since the last time: a replay may add seconds up, but not divide them. */
		if (options_totals(&tools[i]))
			tools[i].interval = options.interval = SECOND;
		tool_list_inherit(&tools[i], &options);
	}
	code = run_tools(&options, tools, count, SHOWS_NOTHING);
	tool_list_free(tools, count);
	options_free(&options);
	return code;
}
