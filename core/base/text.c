/* SPDX-License-Identifier: GPL-2.0-or-later */
/* text.c: a growing text buffer, and conversions of values to text. */
#include "core/base/text.h"

#include <stdlib.h>
#include <string.h>

#include "core/base/put.h"
#include "core/base/must.h"

static void grow(struct text *text, size_t more)
{
	size_t size = text->size ? text->size : 256;
	char *data = NULL;

	while (size && size - text->length < more)
		size *= 2;
	if (size)
		data = realloc(text->data, size);
	text->data = must(data);
	text->size = size;
}

char *text_room(struct text *text, size_t most)
{
	if (text->size - text->length < most)
		grow(text, most);
	return text->data + text->length;
}

void text_end(struct text *text, const char *end)
{
	text->length = (size_t)(end - text->data);
}

/* Adds `more` bytes at the end, which the caller fills. */
static inline char *extend(struct text *text, size_t more)
{
	char *end = text_room(text, more);

	text->length += more;
	return end;
}

void text_free(struct text *text)
{
	free(text->data);
	*text = (struct text){ 0 };
}

void text_char(struct text *text, char c)
{
	*extend(text, 1) = c;
}

void text_bytes(struct text *text, const void *bytes, size_t length)
{
	if (length)
		memcpy(extend(text, length), bytes, length);
}

void text_string(struct text *text, const char *string)
{
	text_bytes(text, string, strlen(string));
}

static void repeat(struct text *text, char c, size_t times)
{
	if (times)
		memset(extend(text, times), c, times);
}

void text_unsigned(struct text *text, uint64_t value)
{
	text_end(text, put_unsigned(text_room(text, PUT_NUMBER), value));
}

void text_signed(struct text *text, int64_t value)
{
	text_end(text, put_signed(text_room(text, PUT_NUMBER + 1), value));
}

void text_hex(struct text *text, uint64_t value, int digits)
{
	text_end(text, put_hex(text_room(text, PUT_NUMBER), value, (unsigned int)digits));
}

void text_decimal(struct text *text, uint64_t value, uint64_t unit, int decimals)
{
	uint64_t whole = value / unit, rest = value % unit, scale = 1, fraction = 0;

	if (decimals > 19) /* 10^19 is the last power of ten in 64 bits */
		decimals = 19;
	for (int i = 0; i < decimals; i++) {
		scale *= 10;
		rest *= 10;
		fraction = fraction * 10 + rest / unit;
		rest %= unit;
	}
	fraction += rest >= unit - rest;
	if (fraction == scale) {
		whole++;
		fraction = 0;
	}
	text_unsigned(text, whole);
	if (decimals <= 0)
		return;
	text_char(text, '.');
	text_end(text, put_padded(text_room(text, PUT_NUMBER), fraction, (unsigned int)decimals));
}

bool text_human_ns(struct text *text, uint64_t ns)
{
	static const struct {
		uint64_t below, unit;
		int decimals;
		const char *name;
	} scales[] = {
		{ 10000, 1000, 1, " us" },
		{ 1000000, 1000, 0, " us" },
		{ 10000000, 1000000, 2, " ms" },
		{ 1000000000, 1000000, 1, " ms" },
		{ 10000000000, 1000000000, 2, " s" },
		{ UINT64_MAX, 1000000000, 1, " s" },
	};
	size_t i = 0;

	if (!ns)
		return false;
	while (ns >= scales[i].below && scales[i].below != UINT64_MAX)
		i++;
	text_decimal(text, ns, scales[i].unit, scales[i].decimals);
	text_string(text, scales[i].name);
	return true;
}

void text_address(struct text *text, const uint8_t addr[16], int family)
{
	text_end(text, put_address(text_room(text, PUT_ADDRESS + PUT_SLACK), addr, family));
}

size_t text_cells(const struct text *text, size_t from)
{
	size_t cells = 0;

	for (size_t i = from; i < text->length; i++)
		cells += (text->data[i] & 0xc0) != 0x80;
	return cells;
}

size_t text_lines(const struct text *text)
{
	size_t lines = 0;

	for (size_t i = 0; i < text->length; i++)
		lines += text->data[i] == '\n';
	return lines;
}

size_t text_line(const struct text *text, size_t from, size_t lines)
{
	for (; lines && from < text->length; from++)
		lines -= text->data[from] == '\n';
	return from;
}

void text_pad(struct text *text, size_t from, int width)
{
	size_t cells = text_cells(text, from), bytes = text->length - from;
	size_t wanted = width < 0 ? 0 - (size_t)width : (size_t)width;

	if (cells >= wanted)
		return;
	repeat(text, ' ', wanted - cells);
	if (width < 0) {
		memmove(text->data + from + (wanted - cells), text->data + from, bytes);
		memset(text->data + from, ' ', wanted - cells);
	}
}

/* Reserves room for the escapes of the first `length` bytes, or of those up to NUL. Sets *length to the real length. */
static char *room_for(struct text *text, const char *bytes, size_t *length)
{
	*length = *length ? strnlen(bytes, *length) : 0;
	return text_room(text, PUT_ESCAPED(*length) + PUT_SLACK);
}

void text_printable(struct text *text, const char *bytes, size_t length, size_t cells)
{
	char *to = room_for(text, bytes, &length);

	text_end(text, put_printable(to, bytes, length, cells));
}

void text_json_string(struct text *text, const char *bytes, size_t length)
{
	char *to = room_for(text, bytes, &length);

	text_end(text, put_json_string(to, bytes, length));
}

void text_csv_string(struct text *text, const char *bytes, size_t length)
{
	char *to = room_for(text, bytes, &length);

	text_end(text, put_csv_string(to, bytes, length));
}
