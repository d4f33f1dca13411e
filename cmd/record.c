/* SPDX-License-Identifier: GPL-2.0-or-later */
/* record.c: the applet `nettrace record`: records the events of one or several tools, without printing rows. */
#include "cmd/record.h"

#include <string.h>

#include "cmd/tool_list.h"
#include "cmd/tools.h"
#include "core/cli/parse.h"
#include "core/run/run.h"
#include "core/base/error.h"
#include "core/rows/timeline.h"

#define SECOND 1000000000ULL

static const struct member members[] = { {} };
static const struct column columns[] = { {} };

struct record_options {
	const char *tools; /* names, separated by commas */
	const char *names; /* interfaces, for netqtop */
};

static const struct opt opts[] = {
	{ "tools", 0, O_TEXT, "TOOLS", .off = offsetof(struct record_options, tools),
	  .help = "tools to record, separated by commas" },
	{ "name", 'n', O_TEXT, "INTERFACES", .off = offsetof(struct record_options, names),
	  .help = "the interfaces of netqtop, separated by commas" },
	{ "output", 'o', O_ALIAS, .alias_of = "record",
	  .help = "file of the recording, for nettrace replay; -: stdout" },
	{},
};

static const char *const words[] = { "tools", NULL };

static const struct hook hooks[] = { {} };

static const char *const examples[] = {
	"record -o /tmp/rec tcpstates,tcpretrans,tcpdrop --duration 60",
	"three tools for a minute; nettrace replay /tmp/rec prints them",
	"record -o /tmp/rec --max-size 1G tcplife,tcpdrop",
	"until Ctrl-C; keeps the latest GiB",
	"record -o - tcpstates | ssh host nettrace replay -",
	"recorded here, printed on another host",
	NULL,
};

static bool check(struct options *options, struct error *error)
{
	if (!options->record)
		return error_set(error, EXIT_USAGE, "-o: into which file?");
	if (!options_text(options))
		return error_set(error, EXIT_USAGE, "of which tools? nettrace record -o FILE TOOL[,TOOL...]");
	options->no_header = true;
	return true;
}

const struct tool record = {
	.name = "record",
	.summary = "record the events of tools, for nettrace replay",
	.first = { "tools", "record", "max-size" },
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

static void set_names(struct options *tool, const char *names)
{
	for (const struct opt *opt = tool->tool->opts; opt && (opt->name || opt->alias_of); opt++)
		if (opt->type == O_TEXT && opt->name && !strcmp(opt->name, "name"))
			*(const char **)((char *)tool->own + opt->off) = names;
}

/* Makes the options of each tool from those of the run. *count: of tools[], valid on failure too. False: see *error. */
static bool recorded_tools(struct options **list, size_t *count, struct options *run, struct error *error)
{
	struct options *tools;

	if (!tool_list(list, count, options_text(run), error))
		return false;
	tools = *list;
	for (size_t i = 0; i < *count; i++) {
		if (tools[i].tool->recording)
			tools[i].settings.flags |= tools[i].tool->recording->record_flags;
		/* A recording has totals per interval: a replay can add intervals up, but not divide them. */
		if (options_totals(&tools[i]))
			tools[i].interval = run->interval = SECOND;
		set_names(&tools[i], ((const struct record_options *)run->own)->names);
		if (!tool_list_inherit(&tools[i], run, error))
			return false;
	}
	return true;
}

int record_main(int argc, char **argv)
{
	static struct options options;
	struct options *tools = NULL;
	struct error error;
	size_t count = 0;
	bool ran;

	ran = options_parse(&options, &record, argc, argv, &error) &&
	      recorded_tools(&tools, &count, &options, &error) &&
	      run_tools(&options, tools, count, SHOWS_NOTHING, &error);
	tool_list_free(tools, count);
	options_free(&options);
	return options_exit(&options, ran, &error);
}
