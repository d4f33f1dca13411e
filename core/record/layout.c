/* SPDX-License-Identifier: GPL-2.0-or-later */
/* layout.c: the mapping of a recording's event fields to those of this program. */
#include "core/record/layout.h"

#include <netinet/in.h>
#include <stdlib.h>
#include <string.h>

#include "core/print/fields.h"
#include "core/record/block.h"
#include "core/base/must.h"

struct move {
	const struct member *member;
	uint16_t from;
	uint8_t each; /* bytes of a number to swap; 1: none */
};

struct record_layout {
	size_t event_size;
	bool swapped, moved;          /* moved: fields have other offsets, or are missing */
	struct event *unknown, *made; /* event_size bytes each */
	struct move moves[RECORD_FIELDS];
	size_t n_moves;
	const struct member *missing[RECORD_FIELDS];
	size_t n_missing;
};

static const struct recorded_field *find(const struct recorded_tool *recorded, const struct member *member)
{
	for (size_t i = 0; i < recorded->n_fields; i++)
		if (!strcmp(recorded->fields[i].name, member->name))
			return &recorded->fields[i];
	return NULL;
}

/* A member may be in two lists, and is added once. */
static void add_missing(struct record_layout *layout, const struct member *member)
{
	for (size_t i = 0; i < layout->n_missing; i++)
		if (!strcmp(layout->missing[i]->name, member->name))
			return;
	if (layout->n_missing < RECORD_FIELDS)
		layout->missing[layout->n_missing++] = member;
}

/* The size of the numbers in a field: a stack and a histogram have several; texts and addresses are bytes. */
static uint8_t number_size(const struct member *member)
{
	if (kind_rows[member->kind].is_bytes)
		return 1;
	return member->size < sizeof(uint64_t) ? (uint8_t)member->size : sizeof(uint64_t);
}

/* Whether a column shows the member only with an option. */
static bool is_on_request(const struct tool *tool, const struct member *member)
{
	for (const struct column *column = tool->columns; column && column->name; column++)
		if (column->flag && !strcmp(column->name, member->name))
			return true;
	return member->flag;
}

/* Recordings of version 0.1.0 lack the protocol. A tool about one protocol sets it here. Another tool has it among its
 * own members, and its derive() copies it. */
static bool protocol_is_implied(const struct member *member, const struct tool *tool, struct event *event)
{
	if (member->off != offsetof(struct event, protocol))
		return false;
	if (tool->subject == TCP_SOCKETS)
		event->protocol = IPPROTO_TCP;
	else if (tool->subject == UDP_SOCKETS)
		event->protocol = IPPROTO_UDP;
	return true;
}

/* Adds the moves of these members. Returns NULL, or the name of a member that has another meaning in the recording. */
static const char *add_members(struct record_layout *layout, const struct tool *tool, const struct member *members,
			       const struct recorded_tool *recorded)
{
	for (const struct member *member = members; member && member->name; member++) {
		const struct recorded_field *from = find(recorded, member);

		if (!kind_rows[member->kind].recorded || !tool_sends(tool, member))
			continue;
		if (!from) {
			member_set_unknown(member, layout->unknown);
			/* A flag, or a member shown on request, needs no warning: null says enough. */
			if (!protocol_is_implied(member, tool, layout->unknown) && member->kind != F_BOOL &&
			    !is_on_request(tool, member))
				add_missing(layout, member);
			layout->moved = true;
			continue;
		}
		if (strcmp(from->kind, kind_rows[member->kind].recorded) != 0 || from->size != member->size ||
		    layout->n_moves == RECORD_FIELDS)
			return member->name;
		layout->moved |= from->off != member->off;
		layout->moves[layout->n_moves++] =
			(struct move){ member, from->off, layout->swapped ? number_size(member) : 1 };
	}
	return NULL;
}

const char *record_layout_new(struct record_layout **layout, const struct tool *tool,
			      const struct recorded_tool *recorded, bool turned)
{
	struct record_layout *made = must(calloc(1, sizeof(*made)));
	const char *problem;

	made->event_size = tool->image.event_size;
	made->swapped = turned;
	made->unknown = must(calloc(1, tool->image.event_size));
	made->made = must(calloc(1, tool->image.event_size));
	problem = add_members(made, tool, common_members, recorded);
	if (!problem)
		problem = add_members(made, tool, tool->members, recorded);
	if (!problem && tool_totals_members(tool) != tool->members)
		problem = add_members(made, tool, tool_totals_members(tool), recorded);
	if (problem || (!made->moved && !turned)) {
		record_layout_free(made);
		made = NULL;
	}
	*layout = made;
	return problem;
}

const struct event *record_layout_event(struct record_layout *layout, const void *event, size_t *size)
{
	memcpy(layout->made, layout->unknown, layout->event_size);
	for (size_t i = 0; i < layout->n_moves; i++) {
		const struct move *move = &layout->moves[i];
		const struct member *member = move->member;
		size_t there = *size > move->from ? *size - move->from : 0;
		char *to = (char *)layout->made + member->off;

		/* An event may end within its last member, where the content of a text or stack ends. */
		if (there > member->size)
			there = member->size;
		if (there)
			memcpy(to, (const char *)event + move->from, there);
		else
			member_set_unknown(member, layout->made);
		if (move->each > 1)
			record_swap(to, there, move->each);
	}
	if (layout->moved || *size > layout->event_size)
		*size = layout->event_size;
	return layout->made;
}

void record_layout_missing(const struct record_layout *layout, struct text *names)
{
	for (size_t i = 0; i < layout->n_missing; i++) {
		text_string(names, i ? ", " : "");
		text_string(names, layout->missing[i]->name);
	}
}

void record_layout_free(struct record_layout *layout)
{
	if (!layout)
		return;
	free(layout->unknown);
	free(layout->made);
	free(layout);
}
