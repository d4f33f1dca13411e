/* SPDX-License-Identifier: GPL-2.0-or-later */
/* record_text.c: a recording made from events in text, on a kernel described by two files. It equals the recording of a
 * run of their tool with these options. See run in this directory. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "core/cli/parse.h"
#include "core/base/clock.h"
#include "core/names/containers.h"
#include "core/kernel/btf/kernel_btf.h"
#include "core/kernel/kernel.h"
#include "core/kernel/loadavg.h"
#include "core/names/enums.h"
#include "core/record/writer.h"
#include "test/golden/record_text.h"

#define TOOL(name) extern const struct tool name;
#include "cmd/tools.def"
#undef TOOL

static const struct tool *const tools[] = {
#define TOOL(name) &name,
#include "cmd/tools.def"
#include "cmd/fatal.h"
#undef TOOL
};

#define BOOTED 1772708460000000000 /* 11:01:00 of an arbitrary day */
#define SECOND 1000000000ULL

struct text_file text_file;

FILE *open_text(const char *name)
{
	FILE *in = fopen(name, "re");

	if (!in)
		fatal(EXIT_FAILED, "%s: %s", name, strerror(errno));
	text_file = (struct text_file){ name, 0 };
	return in;
}

char *next_line(FILE *in)
{
	static char line[4096];

	while (fgets(line, sizeof(line), in)) {
		text_file.line++;
		if (!strchr(line, '\n'))
			refuse("too long, or not ended");
		line[strcspn(line, "\n")] = '\0';
		if (*line && *line != '#')
			return line;
	}
	fclose(in);
	return NULL;
}

/* ---- events ---- */

struct made {
	size_t size;
	union {
		struct event common;
		char bytes[UINT16_MAX];
	};
};

static const struct member *find_member(const struct tool *tool, const char *name)
{
	const struct member *const tables[] = { tool->members, tool_totals_members(tool), common_members };

	for (size_t i = 0; i < sizeof(tables) / sizeof(tables[0]); i++) {
		for (const struct member *member = tables[i]; member && member->name; member++)
			if (!strcmp(member->name, name) && kind_rows[member->kind].recorded)
				return member;
	}
	refuse("%s: no such member", name);
}

static void all_unknown(struct made *made, const struct tool *tool)
{
	const struct member *const tables[] = { common_members, tool->members, tool_totals_members(tool) };

	memset(made, 0, sizeof(*made));
	made->size = tool->image.event_size;
	for (size_t i = 0; i < sizeof(tables) / sizeof(tables[0]); i++) {
		for (const struct member *member = tables[i]; member && member->name; member++)
			if (kind_rows[member->kind].recorded)
				member_set_unknown(member, &made->common);
	}
}

/* Parses "FIELD=VALUE ..."; "ends=FIELD": the event lacks that field and all after it. */
static void set_fields(struct made *made, const struct tool *tool, char *words)
{
	for (char *word; (word = strsep(&words, " "));) {
		char *value = strchr(word, '=');

		if (!value)
			refuse("%s: not FIELD=VALUE", word);
		*value++ = '\0';
		if (!strcmp(word, "ends")) {
			made->size = find_member(tool, value)->off;
		} else {
			set_value(&made->common, find_member(tool, word), value);
		}
	}
}

/* ---- the recorded run ---- */

#define TOOLS_OF_RUN 16

static struct {
	struct options options; /* of the first tool */
	struct options tools[TOOLS_OF_RUN];
	size_t count, current; /* tools; the one whose events follow */
	struct recorder *recorder;
	uint64_t since;  /* start of the interval; 0: no event yet */
	uint64_t latest; /* time of the last event */
	char load[128];  /* the load average */
} run;

/* Copies the event to memory of its exact size, so that AddressSanitizer detects reads past its end. Tracing began a
 * second before the first event. */
static void record_event(const struct made *made)
{
	struct event *event = malloc(made->size);

	if (!event || made->size < sizeof(*event))
		refuse("shorter than what all events have");
	memcpy(event, made->bytes, made->size);
	if (!run.since) {
		run.since = event->ts - SECOND;
		recorder_begin(run.recorder, run.since);
	}
	run.latest = event->ts;
	event->tool = (__u8)run.current;
	recorder_event(run.recorder, run.current, event, made->size);
	free(event);
}

/* The interval was a second long, or longer if its events span more. */
static void record_interval(bool partial)
{
	uint64_t least = run.since + SECOND, now = run.latest > least ? run.latest : least;

	if (!options_totals(&run.options))
		return;
	loadavg_set(now, run.load);
	recorder_interval(run.recorder, 0, now, partial);
	run.since = now;
}

static void record_cgroup_of(char *line)
{
	char *id = strsep(&line, " ");

	if (!line)
		refuse("cgroup %s: no path", id);
	containers_add(parse_number(id, sizeof(uint64_t)), 0, line);
}

/* The events that follow are those of another tool of the run. */
static const struct tool *choose_tool(const char *name)
{
	for (run.current = 0; run.current < run.count; run.current++)
		if (!strcmp(run.tools[run.current].tool->name, name))
			return run.tools[run.current].tool;
	refuse("%s: not a tool of this run", name);
}

static void record_text(const char *name)
{
	static struct made usual, made;
	const struct tool *tool = run.options.tool;
	FILE *in = open_text(name);
	char *line;

	all_unknown(&usual, tool);
	while ((line = next_line(in))) {
		char *word = strsep(&line, " ");

		if (!strcmp(word, "always") && line) {
			set_fields(&usual, tool, line);
		} else if (!strcmp(word, "tool") && line) {
			tool = choose_tool(line);
			all_unknown(&usual, tool);
		} else if (!strcmp(word, "event")) {
			made = usual;
			if (line)
				set_fields(&made, tool, line);
			record_event(&made);
		} else if (!strcmp(word, "cgroup") && line) {
			record_cgroup_of(line);
		} else if (!strcmp(word, "loadavg") && line) {
			snprintf(run.load, sizeof(run.load), "%s", line);
		} else if (!strcmp(word, "interval") && !line) {
			if (run.options.interval)
				record_interval(false);
		} else if (strcmp(word, "case") && strcmp(word, "shows")) {
			refuse("%s: not a case, shows, always, tool, event, cgroup, loadavg or interval", word);
		}
	}
	record_interval(run.options.interval);
}

static const struct tool *find_tool(const char *name)
{
	for (size_t i = 0; i < sizeof(tools) / sizeof(tools[0]); i++) {
		if (!strcmp(tools[i]->name, name))
			return tools[i];
	}
	fatal(EXIT_USAGE, "%s: no such tool", name);
}

/* Several tools as `nettrace record` runs them: "tcplife,tcprst". */
static void parse_tools(char *names)
{
	for (char *name; (name = strsep(&names, ","));) {
		struct options *options = &run.tools[run.count++];

		if (run.count > TOOLS_OF_RUN)
			fatal(EXIT_USAGE, "more than %d tools", TOOLS_OF_RUN);
		options_init(options, find_tool(name));
		if (options->tool->lookup && options->tool->lookup->extra_names)
			enum_extend(options->tool->lookup->extra_names);
		if (options->tool->recording)
			options->settings.flags |= options->tool->recording->record_flags;
	}
	run.options = run.tools[0];
}

int main(int argc, char **argv)
{
	const struct options *options[TOOLS_OF_RUN];
	struct error error;

	if (argc < 4)
		fatal(EXIT_USAGE, "usage: record_text EVENTS RECORDING TOOL [OPTION...]");
	kernel_btf(); /* now: reading its file later would overwrite the current line of events */
	clock_set(BOOTED);
	if (strchr(argv[3], ',')) {
		parse_tools(argv[3]);
	} else if (!options_parse(&run.tools[0], find_tool(argv[3]), argc - 3, argv + 3, &error)) {
		return error_print(&error);
	} else {
		run.options = run.tools[0];
		run.count = 1;
	}
	containers_on(NULL, NULL);
	run.recorder = recorder_new(argv[2], 0, &error);
	if (!run.recorder)
		return error_print(&error);
	for (size_t i = 0; i < run.count; i++)
		options[i] = &run.tools[i];
	recorder_start(run.recorder, options, run.count);
	record_text(argv[1]);
	containers_off();
	return recorder_stop(run.recorder, run.latest, false, &error) ? EXIT_DONE : error_print(&error);
}
