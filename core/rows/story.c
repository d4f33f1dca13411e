/* SPDX-License-Identifier: GPL-2.0-or-later */
/* story.c: the text of a tool's event for people. */
#include "core/rows/story.h"

#include <string.h>

static bool write_words(struct text *text, const struct field *field, const struct field_row *row)
{
	size_t from = text->length;

	if (field->before)
		text_string(text, field->before);
	if (field->kind != F_NONE && !field_write(text, field, row, AS_COLUMN, 0)) {
		text->length = from;
		return false;
	}
	if (field->after)
		text_string(text, field->after);
	return true;
}

bool story_words(struct text *text, const struct field *words, const struct event *event, size_t size)
{
	struct field_row row = { .event = event, .size = size };
	bool alarm = false;

	for (const struct field *field = words; field->name; field++)
		if (write_words(text, field, &row) && field->bad)
			alarm = true;
	return alarm;
}

/* 0: the tool has no such member, or the event is too short. */
static uint64_t read_long(const struct event *event, size_t size, uint16_t off)
{
	uint64_t value = 0;

	if (off && off + sizeof(value) <= size)
		memcpy(&value, (const char *)event + off, sizeof(value));
	return value;
}

uint64_t story_time(const struct story *story, const struct event *event, size_t size)
{
	uint64_t duration = read_long(event, size, story->duration), time = event->ts;

	if (duration == NOT_KNOWN)
		return time;
	return time + duration < time ? UINT64_MAX : time + duration; /* a recording may contain any number */
}

uint64_t story_socket(const struct story *story, const struct event *event, size_t size)
{
	return read_long(event, size, story->socket);
}

/* Whether a byte of the event has one of these values; off 0: never. */
static bool is_one_of(const struct event *event, size_t size, uint16_t off, uint32_t values)
{
	uint8_t value;

	if (!values || off >= size)
		return false;
	value = ((const uint8_t *)event)[off];
	return value < 32 && values >> value & 1;
}

bool story_is_end(const struct story *story, const struct event *event, size_t size)
{
	return is_one_of(event, size, story->end, story->ends);
}

bool story_begins(const struct story *story, const struct event *event, size_t size)
{
	return is_one_of(event, size, story->begin, story->begins) && !story_is_end(story, event, size);
}
