/* SPDX-License-Identifier: GPL-2.0-or-later */
/* diff_count.c: the rows of a recording, counted by the members with their owner and cause. */
#include "cmd/diff_count.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cmd/tools.h"
#include "core/base/hash.h"
#include "core/base/must.h"
#include "core/cli/replay_options.h"
#include "core/names/enums.h"
#include "core/names/forget.h"
#include "core/print/outcome.h"
#include "core/record/reader.h"
#include "core/record/source.h"
#include "core/rows/rows.h"

/* Members to count by, if a tool has them. */
static const char *const counted[] = { "comm",  "raddr",  "rport", "lport",    "reason",   "cause",
				       "error", "result", "kind",  "oldstate", "newstate", "location" };
#define N_COUNTED (sizeof(counted) / sizeof(counted[0]))

/* A tool of a recording during the count. */
struct counted_tool {
	const struct tool *tool;
	struct options options;
	struct replay_source source;
	struct rows rows;
	struct field fields[N_COUNTED];
	size_t n_fields;
	struct field time;
};

/* ---- groups ---- */

static uint64_t hash_of(const char *a, const char *b, const char *c)
{
	uint64_t hash = hash_add(HASH_START, a, strlen(a) + 1);

	return hash_add(hash_add(hash, b, strlen(b) + 1), c, strlen(c) + 1);
}

/* Open addressing; the table has twice the size of its limit. NULL: the limit is reached. */
static struct diff_group *group_of(struct diff *diff, const char *tool, const char *what, const char *value)
{
	size_t at;

	if (!diff->groups) {
		diff->room = 2 * DIFF_GROUPS;
		diff->groups = must(calloc(diff->room, sizeof(*diff->groups)));
	}
	for (at = (size_t)hash_of(tool, what, value) % diff->room; diff->groups[at].tool; at = (at + 1) % diff->room) {
		struct diff_group *group = &diff->groups[at];

		if (!strcmp(group->tool, tool) && !strcmp(group->what, what) && !strcmp(group->value, value))
			return group;
	}
	if (diff->count == DIFF_GROUPS)
		return NULL;
	diff->count++;
	diff->groups[at].tool = tool;
	diff->groups[at].what = must(strdup(what));
	diff->groups[at].value = must(strdup(value));
	return &diff->groups[at];
}

/* Eight slots for each power of two, and one for each number below 16. */
static size_t slot_of(uint64_t ns)
{
	int power = ns < 16 ? 0 : 63 - __builtin_clzll(ns);
	size_t slot = ns < 16 ? (size_t)ns : (size_t)(power - 3) * 8 + (size_t)(ns >> (power - 3));

	return slot < DIFF_SLOTS ? slot : DIFF_SLOTS - 1;
}

/* The middle of a slot. */
static uint64_t value_of(size_t slot)
{
	size_t power = slot / 8 + 2;

	if (slot < 16)
		return slot;
	return ((uint64_t)(slot % 8 + 8) << (power - 3)) + (1ULL << (power - 3)) / 2;
}

uint64_t diff_quantile(const struct diff_side *side, double quantile)
{
	uint64_t wanted = (uint64_t)(quantile * (double)side->times), seen = 0;

	for (size_t i = 0; side->slots && i < DIFF_SLOTS; i++) {
		seen += side->slots[i];
		if (seen > wanted)
			return value_of(i);
	}
	return 0;
}

static void add(struct diff *diff, int side, const struct counted_tool *tool, const char *what, const char *value,
		uint64_t ns)
{
	struct diff_group *group = group_of(diff, tool->tool->name, what, value);

	if (!group) {
		diff->left_out++;
		return;
	}
	group->sides[side].rows++;
	if (ns == NOT_KNOWN)
		return;
	if (!group->sides[side].slots)
		group->sides[side].slots = must(calloc(DIFF_SLOTS, sizeof(uint32_t)));
	group->sides[side].slots[slot_of(ns)]++;
	group->sides[side].times++;
}

/* ---- rows ---- */

static uint64_t time_of(const struct counted_tool *tool, const struct event *event, size_t size)
{
	bool known;
	uint64_t ns;

	if (!tool->time.kind || (size_t)tool->time.off + tool->time.size > size)
		return NOT_KNOWN;
	ns = field_number(&tool->time, event, &known);
	return known ? ns : NOT_KNOWN;
}

/* Whether the port is ephemeral, and thus random (net.ipv4.ip_local_port_range begins at 32768). */
static bool is_chance(const struct field *field, const struct event *event)
{
	bool known;

	return field->kind == F_PORT && field_number(field, event, &known) >= 32768;
}

static void add_row(struct diff *diff, int side, struct counted_tool *tool, const struct event *event, size_t size)
{
	uint64_t ns = time_of(tool, event, size);

	add(diff, side, tool, "", "", ns);
	for (size_t i = 0; i < tool->n_fields; i++) {
		struct field_row row = { .event = event, .size = size };
		struct text value = { 0 };

		if (!is_chance(&tool->fields[i], event) && field_write(&value, &tool->fields[i], &row, AS_COLUMN, 0)) {
			text_char(&value, '\0');
			add(diff, side, tool, tool->fields[i].name, value.data, ns);
		}
		text_free(&value);
	}
}

/* Adds the rows that are due, as rows_due(). */
static void add_due(struct diff *diff, int side, struct counted_tool *tool, uint64_t now)
{
	const struct event *row;
	size_t size;

	while ((row = rows_due(&tool->rows, now, &size)))
		add_row(diff, side, tool, row, size);
}

static void add_event(struct diff *diff, int side, struct counted_tool *tool, const struct event *event, size_t size)
{
	add_due(diff, side, tool, event->ts);
	event = rows_derive(&tool->rows, event, &size);
	if (event)
		add_row(diff, side, tool, event, size);
}

static void say(struct text *text, const char *first, const char *second, const char *third)
{
	text_string(text, first);
	text_string(text, second);
	text_string(text, third);
	text_char(text, '\n');
}

static bool is_counted(const struct member *member)
{
	for (size_t i = 0; i < N_COUNTED; i++)
		if (!strcmp(counted[i], member->name))
			return !member->hidden;
	return false;
}

static bool start_tool(struct counted_tool *tool, const struct record_head *head, const struct recorded_tool *recorded,
		       size_t index, struct error *error)
{
	struct outcome_fields outcome;

	options_init(&tool->options, tool->tool);
	tool->options.recorded = recorded;
	if (tool->tool->lookup && tool->tool->lookup->extra_names)
		enum_extend(tool->tool->lookup->extra_names);
	if (tool->tool->recording)
		tool->options.settings.flags |= recorded->flags & ~tool_summary_flag(tool->tool);
	rows_start(&tool->rows, &tool->options, -1);
	for (const struct member *member = common_members; member->name; member++)
		if (is_counted(member))
			tool->fields[tool->n_fields++] = field_of_member(tool->tool, member);
	for (const struct member *member = tool->tool->members; member->name; member++)
		if (is_counted(member) && tool->n_fields < N_COUNTED)
			tool->fields[tool->n_fields++] = field_of_member(tool->tool, member);
	outcome_fields(&outcome, tool->tool);
	tool->time = outcome.time;
	return replay_source_start(&tool->source, &tool->options, index, head, error);
}

static void stop_tool(struct counted_tool *tool)
{
	if (!tool->tool)
		return;
	rows_stop(&tool->rows);
	replay_source_stop(&tool->source);
	options_free(&tool->options);
}

/* What the recording says is escaped, because it is untrusted. */
static void add_about(struct text *about, const char *title, const char *value)
{
	text_string(about, title);
	text_printable(about, value ? value : "?", value ? strlen(value) : 1, 0);
	text_char(about, '\n');
}

static void about(struct diff_recording *recording, const struct record_head *head)
{
	add_about(&recording->about, "  nettrace ", head->version);
	add_about(&recording->about, "  kernel ", head->release);
	add_about(&recording->about, "  ", head->command);
}

bool diff_has(const struct diff *diff, int side, const char *tool)
{
	const struct text *tools = &diff->recordings[side].tools;
	char wanted[80];
	int length = snprintf(wanted, sizeof(wanted), ",%s,", tool);

	return tools->data && memmem(tools->data, tools->length, wanted, (size_t)length);
}

void diff_find_missing(struct diff *diff)
{
	const struct tool *tool;

	for (size_t i = 0; (tool = tool_at(i)); i++)
		if (diff_has(diff, 0, tool->name) != diff_has(diff, 1, tool->name))
			say(&diff->problems, tool->name, ": only in ", diff_has(diff, 0, tool->name) ? "A" : "B");
}

static bool start_tools(struct diff *diff, int side, struct counted_tool *tools, const struct record_head *head,
			struct error *error)
{
	struct text *names = &diff->recordings[side].tools;

	text_char(names, ',');
	for (size_t i = 0; i < head->n_tools; i++) {
		const struct tool *tool = tool_find(head->tools[i].name);

		if (!tool || is_interval_tool(tool)) {
			say(&diff->problems, head->tools[i].name,
			    tool ? ": totals of intervals, not rows" : ": unknown", "");
			continue;
		}
		tools[i].tool = tool;
		if (!start_tool(&tools[i], head, &head->tools[i], i, error))
			return false;
		text_string(names, tool->name);
		text_char(names, ',');
	}
	return true;
}

bool diff_count(struct diff *diff, int side, struct recording_files *files, struct error *error)
{
	struct counted_tool *tools = must(calloc(RECORD_TOOLS, sizeof(*tools)));
	struct recording *recording = recording_open(files, error);
	const struct record_item *item;
	uint64_t last = 0, lost[RECORD_TOOLS] = { 0 };
	bool ok = recording && start_tools(diff, side, tools, recording_head(recording), error);

	while (ok && (item = recording_next(recording))) {
		const struct record_ledger *ledger = record_content(item);
		size_t size = item->size;

		if (item->kind == ITEM_END)
			last = *(const uint64_t *)record_content(item);
		if (item->kind == ITEM_LEDGER)
			lost[item->tool % RECORD_TOOLS] = ledger->lost_ring + ledger->missed;
		if (item->kind == ITEM_EVENT && tools[item->tool % RECORD_TOOLS].tool) {
			struct counted_tool *tool = &tools[item->tool % RECORD_TOOLS];
			const struct event *event = replay_source_event(&tool->source, record_content(item), &size);

			if (event && event->ts > last)
				last = event->ts;
			if (event)
				add_event(diff, side, tool, event, size);
		}
	}
	for (size_t i = 0; ok && i < RECORD_TOOLS; i++)
		if (tools[i].tool)
			add_due(diff, side, &tools[i], UINT64_MAX);
	if (ok) {
		const struct record_head *head = recording_head(recording);

		about(&diff->recordings[side], head);
		diff->recordings[side].name = must(strdup(files->path));
		diff->recordings[side].seconds = last > head->begun ? (double)(last - head->begun) / 1e9 : 0;
		for (size_t i = 0; i < RECORD_TOOLS; i++)
			diff->recordings[side].lost += lost[i];
		if (!recording_whole(recording))
			say(&diff->problems, files->path, ": incomplete", "");
	}
	for (size_t i = 0; i < RECORD_TOOLS; i++)
		stop_tool(&tools[i]);
	free(tools);
	if (recording)
		recording_close(recording);
	names_forget_run();
	return ok;
}

void diff_free(struct diff *diff)
{
	for (size_t i = 0; i < diff->room; i++) {
		free(diff->groups[i].what);
		free(diff->groups[i].value);
		for (int side = 0; side < DIFF_SIDES; side++)
			free(diff->groups[i].sides[side].slots);
	}
	free(diff->groups);
	for (int side = 0; side < DIFF_SIDES; side++) {
		free(diff->recordings[side].name);
		text_free(&diff->recordings[side].about);
		text_free(&diff->recordings[side].tools);
	}
	text_free(&diff->problems);
}
