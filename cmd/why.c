/* SPDX-License-Identifier: GPL-2.0-or-later */
/* why.c: the applet `nettrace why`: what is wrong with connections, with evidence. It runs several tools in one
 * process, and reads their events instead of printing them. */
#include "cmd/why.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "cmd/tool_list.h"
#include "cmd/tools.h"
#include "cmd/why_print.h"
#include "core/base/message.h"
#include "core/base/terminal.h"
#include "core/cli/parse.h"
#include "core/cli/replay_options.h"
#include "core/record/head_write.h"
#include "core/run/replay.h"
#include "core/run/run.h"
#include "probes/sockets.h"
#include "probes/tcpconnect.h"
#include "probes/tcpdrop.h"
#include "probes/tcplife.h"

#define SECOND     1000000000ULL
#define WATCH      (10 * SECOND)
#define WIDTH      80 /* of output that is no terminal */
#define WIDTH_LAST 120

static const struct member members[] = { {} };
static const struct column columns[] = { {} };
static const struct hook hooks[] = { {} };

struct why_options {
	const char *target;
	bool json;
};

static const struct opt opts[] = {
	{ "target", 0, O_TEXT, "TARGET", .off = offsetof(struct why_options, target),
	  .help = "whose connections, separated by commas: a port (:8080), a process (4711, nginx), an address or "
		  "network "
		  "(10.0.0.0/8), a container or systemd unit; default: all of this machine" },
	{ "json", 0, O_TRUE, .off = offsetof(struct why_options, json), .help = "print one JSON object" },
	{},
};

static const char *const words[] = { "target", NULL };

static const char *const examples[] = {
	"why",
	"what is wrong on this machine, within ten seconds",
	"why :8080",
	"connections from and to port 8080",
	"why nginx --duration 60",
	"those of nginx, for a minute",
	"why 10.0.0.0/8 --json",
	"those with a network, as JSON",
	"why -- curl -s http://localhost",
	"while a command runs",
	NULL,
};

static bool check(struct options *options, struct error *error)
{
	struct why_target target;

	if (!why_target_parse(&target, options_text(options), error))
		return false;
	options->containers |= target.n_names > 0;
	options->no_header = true;
	if (!options->duration && !options->command && !options->recorded)
		options->duration = WATCH;
	return true;
}

const struct tool why = {
	.name = "why",
	.summary = "what is wrong with connections: verdicts with evidence",
	.first = { "target", "duration" },
	.examples = examples,
	.image = { .event_size = sizeof(struct event) },
	.subject = SOCKETS,
	.hooks = hooks,
	.opts = opts,
	.options_size = sizeof(struct why_options),
	.positional = words,
	.members = members,
	.columns = columns,
	.check = check,
};

const struct json_line *why_lines(void)
{
	static const struct json_line lines[] = {
		{ "why", "the only line: what was seen, and what was found", why_keys },
		{},
	};

	return lines;
}

/* ---- the reader of events ---- */

struct watch {
	const struct options *options;
	struct why_target target;
	struct why_model model;
	size_t width;
	bool colours, trouble;
};

static void take_event(void *state, const struct tool *tool, const struct event *event, size_t size, uint64_t time)
{
	why_model_event(&((struct watch *)state)->model, tool, event, size, time);
}

static void take_ledger(void *state, const struct tool *tool, const struct ledger *ledger)
{
	why_model_ledger(&((struct watch *)state)->model, tool, ledger);
}

static void print(void *state, struct text *out, const struct event_span *span)
{
	struct watch *watch = state;
	struct why_findings findings;
	struct why_page page = { .model = &watch->model,
				 .findings = &findings,
				 .span = span,
				 .width = watch->width,
				 .colours = watch->colours };

	why_model_end(&watch->model);
	why_judge(&findings, &watch->model, span);
	watch->trouble = why_has_trouble(&findings);
	if (((const struct why_options *)watch->options->own)->json)
		why_print_json(out, &page);
	else
		why_print_page(out, &page);
	free(findings.each);
}

/* The terminal is measured before the sandbox closes. */
static bool watch_start(struct watch *watch, const struct options *options, struct error *error)
{
	const struct terminal screen = { .out = STDOUT_FILENO };
	const char *no_colour = getenv("NO_COLOR");
	bool terminal = !options->output && terminal_is_capable(STDOUT_FILENO);

	*watch = (struct watch){ .options = options, .width = WIDTH };
	if (terminal)
		watch->width = terminal_size(&screen).columns;
	if (watch->width > WIDTH_LAST)
		watch->width = WIDTH_LAST;
	watch->colours = terminal && !(no_colour && *no_colour);
	if (!why_target_parse(&watch->target, options_text(options), error))
		return false;
	why_model_start(&watch->model, &watch->target, why_is_trouble);
	return true;
}

static int exit_code(const struct watch *watch, int code)
{
	return watch->trouble && code != EXIT_FAILED && code != EXIT_USAGE && code != EXIT_CANNOT && code != EXIT_OWN
		       ? WHY_TROUBLE
		       : code;
}

/* ---- the tools ---- */

static uint32_t flags_of(const char *name)
{
	static const struct {
		const char *name;
		uint32_t flags;
	} flags[] = {
		{ "tcplife", TCPLIFE_OPEN | TCPLIFE_ENDED | TCPLIFE_LIMITS },
		{ "tcpconnect", TCPCONNECT_RESULTS },
		{ "tcpdrop", TCPDROP_NO_STACK | TCPDROP_EXPLAIN },
		{ "sockets", SOCKETS_DIFF | SOCKETS_SORTED },
	};

	for (size_t i = 0; i < sizeof(flags) / sizeof(flags[0]); i++)
		if (!strcmp(flags[i].name, name))
			return flags[i].flags;
	return 0;
}

/* The tools, those that the recording has. head: NULL: a run, with all of them. */
static bool choose_tools(struct options **list, size_t *count, const struct options *asked,
			 const struct record_head *head, struct error *error)
{
	char names[256] = "";

	*list = NULL;
	*count = 0;
	for (const struct why_source *source = why_sources; source->name; source++)
		if (!head || record_head_tool(head, source->name))
			snprintf(names + strlen(names), sizeof(names) - strlen(names), "%s,", source->name);
	if (!*names)
		return error_set(error, EXIT_USAGE,
				 "the recording has no tool that why reads (nettrace help why lists them)");
	if (!tool_list(list, count, names, error))
		return false;
	for (size_t i = 0; i < *count; i++) {
		struct options *tool = &(*list)[i];

		tool->settings.flags |= flags_of(tool->tool->name);
		if (!tool_list_inherit(tool, asked, error))
			return false;
		if (!head)
			continue;
		tool->recorded = record_head_tool(head, tool->tool->name);
		tool->settings.flags &= tool->recorded->flags;
		if (!strcmp(tool->tool->name, "tcpdrop"))
			tool->settings.flags |= TCPDROP_NO_STACK;
		if (!replay_apply_flags(tool, error))
			return false;
	}
	return true;
}

static void say_hello(const struct options *options)
{
	if (!isatty(STDERR_FILENO) || options->command)
		return;
	print_note("watching %s for %g s (Ctrl-C ends it)",
		   options_text(options) ? options_text(options) : "this machine", (double)options->duration / 1e9);
}

int why_main(int argc, char **argv)
{
	static struct options options;
	static struct watch watch;
	const struct event_reader reader = {
		.state = &watch, .event = take_event, .ledger = take_ledger, .end = print
	};
	struct options *tools = NULL;
	struct error error;
	size_t count = 0;
	bool started = false, ran;

	ran = options_parse(&options, &why, argc, argv, &error) && (started = watch_start(&watch, &options, &error)) &&
	      choose_tools(&tools, &count, &options, NULL, &error);
	if (ran) {
		options.reader = &reader;
		say_hello(&options);
		ran = run_tools(&options, tools, count, SHOWS_TIMELINE, &error);
	}
	tool_list_free(tools, count);
	options_free(&options);
	if (started)
		why_model_stop(&watch.model);
	return exit_code(&watch, options_exit(&options, ran, &error));
}

int why_replay(struct recording *recording, int argc, char **argv)
{
	static const struct recorded_tool all = { .name = "why" };
	static const struct ledger nothing;
	static struct options options;
	static struct watch watch;
	const struct event_reader reader = {
		.state = &watch, .event = take_event, .ledger = take_ledger, .end = print
	};
	struct options *tools = NULL;
	struct error error;
	size_t count = 0;
	bool started = false;

	if (options_parse_recorded(&options, &why, &all, argc, argv, &error) &&
	    (started = watch_start(&watch, &options, &error)) &&
	    choose_tools(&tools, &count, &options, recording_head(recording), &error)) {
		options.reader = &reader;
		for (size_t i = 0; i < count; i++)
			why_model_ledger(&watch.model, tools[i].tool, &nothing);
		replay_run(&options, tools, count, recording, STDOUT_FILENO, &error);
	}
	tool_list_free(tools, count);
	options_free(&options);
	if (started)
		why_model_stop(&watch.model);
	return exit_code(&watch, error_print(&error));
}
