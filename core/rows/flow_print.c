/* SPDX-License-Identifier: GPL-2.0-or-later */
/* flow_print.c: the story of one connection, as text or as a JSON object. */
#include "core/base/clock.h"
#include "core/rows/flows.h"

#include <string.h>

static uint64_t lasted(const struct flow *flow)
{
	return (flow->over ? flow->closed_at : flow->rows[flow->count - 1].time) - flow->rows[0].time;
}

/* The row that best shows the connection's owner and ends. */
static const struct pending_event *best(const struct flow *flow)
{
	const struct pending_event *found = &flow->rows[flow->count - 1];

	for (size_t i = 0; i < flow->count; i++) {
		const struct event *event = flow->rows[i].event;

		if (event->lport && (event->owner > found->event->owner || !found->event->lport))
			found = &flow->rows[i];
	}
	return found;
}

static void put_end(struct text *text, const struct event *event, const uint8_t address[16], uint16_t port)
{
	text_string(text, event->family == 6 ? "[" : "");
	if (event->family)
		text_address(text, address, event->family);
	text_string(text, event->family == 6 ? "]:" : ":");
	text_unsigned(text, port);
}

static void put_fate(struct text *text, const struct flow *flow)
{
	text_string(text, flow->over ? "over" : flow->evicted ? "evicted, its end not seen" : "its end not seen");
	if (lasted(flow)) {
		text_string(text, " after ");
		text_human_ns(text, lasted(flow));
	}
}

/* "15:04:05.123456 curl 4242  10.0.0.1:43210 > 10.0.0.2:80  over after 3.46 ms" */
static void put_head(const struct lines *lines, struct text *text, const struct flow *flow)
{
	const struct event *event = best(flow)->event;

	clock_local(text, flow->rows[0].time, 6, lines->tools->options->time_iso);
	text_char(text, ' ');
	if (event->pid) {
		text_printable(text, event->comm, sizeof(event->comm), 0);
		text_char(text, ' ');
		text_unsigned(text, event->pid);
	} else {
		text_char(text, '-');
	}
	text_string(text, "  ");
	put_end(text, event, event->laddr, event->lport);
	text_string(text, " > ");
	put_end(text, event, event->raddr, event->rport);
	text_string(text, "  ");
	put_fate(text, flow);
	text_char(text, '\n');
}

static void put_row(struct lines *lines, struct text *text, const struct flow *flow,
		    const struct pending_event *pending)
{
	size_t from = text->length, at;
	bool alarm = false;

	text_char(text, '+');
	text_decimal(text, pending->time - flow->rows[0].time, 1000000, 3);
	text_pad(text, from, -14);
	text_string(text, " ms  ");
	at = text->length;
	text_string(text, lines_tool(lines, pending->event)->name);
	text_pad(text, at, 11);
	at = text->length;
	if (!line_words(lines, text, pending->event, pending->size, &alarm)) {
		text->length = from;
		return;
	}
	if (alarm && lines->colours) {
		struct text words = { 0 };

		text_bytes(&words, text->data + at, text->length - at);
		text->length = at;
		line_colour(lines, text, true);
		text_bytes(text, words.data, words.length);
		line_colour(lines, text, false);
		text_free(&words);
	}
	text_char(text, '\n');
}

static void put_dropped_rows(struct text *text, const struct flow *flow)
{
	text_string(text, "                   ... ");
	text_unsigned(text, flow->dropped_rows);
	text_string(text, " rows left out\n");
}

static void put_text(struct lines *lines, struct text *text, const struct flow *flow)
{
	put_head(lines, text, flow);
	for (size_t i = 0; i < flow->count; i++) {
		if (flow->dropped_rows && i == flow->count - 1)
			put_dropped_rows(text, flow);
		put_row(lines, text, flow, &flow->rows[i]);
	}
	text_char(text, '\n');
}

const struct json_key flow_keys[] = {
	{ "duration_ns", JSON_NUMBER, .help = "from its first event to its end; where none was seen, to its last" },
	{ "closed", JSON_BOOL, .help = "false: its end was not seen" },
	{ "left_out", JSON_NUMBER, .help = "earlier events of this connection that exceeded the limit" },
	{ "events", JSON_LIST, .schema = "#/$defs/event", .help = "the tools' own lines" },
	{},
};

/* Appends the lines of the connection's rows. */
static void put_events(struct lines *lines, struct json_object *object, const struct flow *flow)
{
	struct text *text = object->text;

	json_list(object, "events");
	for (size_t i = 0; i < flow->count; i++) {
		size_t from = text->length;

		json_element(object);
		clock_set(flow->rows[i].wall);
		if (line_json(lines, text, flow->rows[i].event, flow->rows[i].size))
			text->length--; /* drop the newline */
		else
			text->length = from;
	}
	json_list_end(object);
}

/* Appends the keys of every line, then those of the connection. */
static void put_json(struct lines *lines, struct text *text, const struct flow *flow)
{
	struct event head = *best(flow)->event;
	struct field_row row = { .event = &head, .size = sizeof(head) };
	struct json_object object;

	head.ts = flow->rows[0].time;
	json_begin(&object, text, flow_keys);
	for (const struct member *common = common_members; common->name; common++) {
		struct field field = field_of_member(NULL, common);

		text_string(text, common == common_members ? "\"" : ",\"");
		text_string(text, field.name);
		text_string(text, "\":");
		if (!field_write(text, &field, &row, AS_JSON, 0))
			text_string(text, "null");
		if (common == common_members)
			text_string(text, ",\"tool\":\"trace\"");
	}
	json_number(&object, "duration_ns", lasted(flow));
	json_bool(&object, "closed", flow->over);
	json_number(&object, "left_out", flow->dropped_rows);
	put_events(lines, &object, flow);
	json_end(&object);
	text_char(text, '\n');
}

void flow_print(struct lines *lines, struct rows *out, const struct flow *flow)
{
	int64_t wall = clock_offset();

	clock_set(flow->rows[0].wall);
	if (out->options->format == FORMAT_JSON)
		put_json(lines, &out->printer.text, flow);
	else
		put_text(lines, &out->printer.text, flow);
	rows_count_row(out);
	clock_set(wall);
}
