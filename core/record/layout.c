/* SPDX-License-Identifier: GPL-2.0-or-later */
/* layout.c: fields of recorded events to where this program wants them. */
#include "core/record/layout.h"

#include <stdlib.h>
#include <string.h>

#include "core/print/fields.h"
#include "core/record/block.h"
#include "core/base/must.h"

static const char *const kind_names[] = {
	[F_NONE] = "none",
	[F_UINT] = "uint",
	[F_INT] = "int",
	[F_ID] = "id",
	[F_PORT] = "port",
	[F_HEX] = "hex",
	[F_TIME] = "time",
	[F_RELATIVE] = "time",
	[F_MSEC] = "uint",
	[F_USEC] = "uint",
	[F_KBYTES] = "uint",
	[F_SI] = "uint",
	[F_TEXT] = "text",
	[F_FAMILY] = "family",
	[F_ADDRESS] = "address",
	[F_ENDPOINT] = "address",
	[F_ADDR_HASH_PORT] = "address",
	[F_NAME] = "index",
	[F_ENUM] = "enum",
	[F_TCPFLAGS] = "tcpflags",
	[F_ERRNO] = "errno",
	[F_SYMBOL] = "symbol",
	[F_STACK] = "stack",
	[F_COUNT] = "count",
	[F_LOG2] = "uint",
	[F_HISTOGRAM] = "histogram",
	[F_CONTAINER] = "id",
	[F_BOOL] = "index",
};

struct move {
	const struct field *field;
	uint16_t from;
	uint8_t each; /* bytes of a number that is to be turned; 1: there is none */
};

struct record_layout {
	size_t event_size;
	bool swapped, moved;          /* moved: fields have other places, or are missing */
	struct event *unknown, *made; /* event_size bytes each */
	struct move moves[RECORD_FIELDS];
	size_t n_moves;
	const struct field *missing[RECORD_FIELDS];
	size_t n_missing;
};

const char *record_kind_name(enum kind kind)
{
	return kind_names[kind];
}

bool record_has_field(const struct field *field)
{
	return field->size && field->kind != F_NONE && field->kind != F_RELATIVE && field->kind != F_COUNT &&
	       field->kind != F_ENDPOINT && field->kind != F_ADDR_HASH_PORT && field->kind != F_CONTAINER;
}

static const struct recorded_field *find(const struct recorded_tool *recorded, const struct field *field)
{
	for (size_t i = 0; i < recorded->n_fields; i++)
		if (!strcmp(recorded->fields[i].name, field->name))
			return &recorded->fields[i];
	return NULL;
}

/* A field may be there several times, as it is shown in several ways. */
static void add_missing(struct record_layout *layout, const struct field *field)
{
	field_set_unknown(field, layout->unknown);
	for (size_t i = 0; i < layout->n_missing; i++)
		if (!strcmp(layout->missing[i]->name, field->name))
			return;
	if (layout->n_missing < RECORD_FIELDS)
		layout->missing[layout->n_missing++] = field;
}

/* Of the numbers in a field: a stack and a histogram have several, texts and addresses are bytes. */
static uint8_t number_size(const struct field *field)
{
	if (field->kind == F_TEXT || field->kind == F_ADDRESS)
		return 1;
	return field->size < sizeof(uint64_t) ? (uint8_t)field->size : sizeof(uint64_t);
}

/* Adds the moves of these fields. NULL, or the name of one that is another thing in the recording. */
static const char *add_fields(struct record_layout *layout, const struct field *fields,
			      const struct recorded_tool *recorded)
{
	for (const struct field *field = fields; field && field->name; field++) {
		const struct recorded_field *from = find(recorded, field);

		if (!record_has_field(field))
			continue;
		if (!from) {
			if (field->kind != F_BOOL && !field->flag) /* a mark, or shown when asked for: null says it */
				add_missing(layout, field);
			layout->moved = true;
			continue;
		}
		if (strcmp(from->kind, record_kind_name(field->kind)) != 0 || from->size != field->size ||
		    layout->n_moves == RECORD_FIELDS)
			return field->name;
		layout->moved |= from->off != field->off;
		layout->moves[layout->n_moves++] =
			(struct move){ field, from->off, layout->swapped ? number_size(field) : 1 };
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
	problem = add_fields(made, common_fields, recorded);
	if (!problem)
		problem = add_fields(made, tool->fields, recorded);
	if (!problem && tool_totals(tool) != tool->fields)
		problem = add_fields(made, tool_totals(tool), recorded);
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
		const struct field *field = move->field;
		size_t there = *size > move->from ? *size - move->from : 0;
		char *to = (char *)layout->made + field->off;

		/* Some end within their last field, where what is in it does. */
		if (there > field->size)
			there = field->size;
		if (there)
			memcpy(to, (const char *)event + move->from, there);
		else
			field_set_unknown(field, layout->made);
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
