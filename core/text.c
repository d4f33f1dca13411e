/* SPDX-License-Identifier: GPL-2.0-or-later */
/* text.c: a growing buffer and the ways values become text in it. */
#include "core/text.h"

#include <stdlib.h>
#include <string.h>

#include "core/say.h"

static const char hex_digits[] = "0123456789abcdef";

/* Two digits a division: half of the divisions, which are what printing a number costs. */
static const char digit_pairs[] = "00010203040506070809101112131415161718192021222324252627282930313233343536373839"
				  "40414243444546474849505152535455565758596061626364656667686970717273747576777879"
				  "8081828384858687888990919293949596979899";

static void grow(struct text *text, size_t more)
{
	size_t size = text->size ? text->size : 256;
	char *data = NULL;

	while (size && size - text->length < more)
		size *= 2;
	if (size)
		data = realloc(text->data, size);
	if (!data)
		say_exit(EXIT_FAILED, "out of memory");
	text->data = data;
	text->size = size;
}

/* Takes `more` bytes at the end, to be filled by the caller. */
static inline char *take(struct text *text, size_t more)
{
	char *end;

	if (text->size - text->length < more)
		grow(text, more);
	end = text->data + text->length;
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
	*take(text, 1) = c;
}

void text_bytes(struct text *text, const void *bytes, size_t length)
{
	if (length)
		memcpy(take(text, length), bytes, length);
}

void text_string(struct text *text, const char *string)
{
	text_bytes(text, string, strlen(string));
}

static void repeat(struct text *text, char c, size_t times)
{
	if (times)
		memset(take(text, times), c, times);
}

/* Writes the digits so that they end before `end`; returns the first. A 64-bit number has at most 20. */
static char *decimal_before(char *end, uint64_t value)
{
	while (value >= 100) {
		end -= 2;
		memcpy(end, digit_pairs + value % 100 * 2, 2);
		value /= 100;
	}
	if (value < 10) {
		*--end = (char)('0' + value);
		return end;
	}
	end -= 2;
	memcpy(end, digit_pairs + value * 2, 2);
	return end;
}

void text_unsigned(struct text *text, uint64_t value)
{
	char digits[20], *end = digits + sizeof(digits), *first = decimal_before(end, value);

	text_bytes(text, first, (size_t)(end - first));
}

void text_signed(struct text *text, int64_t value)
{
	if (value < 0)
		text_char(text, '-');
	/* Negated as unsigned: INT64_MIN has no positive counterpart. */
	text_unsigned(text, value < 0 ? 0 - (uint64_t)value : (uint64_t)value);
}

void text_hex(struct text *text, uint64_t value, int digits)
{
	char hex[16], *end = hex + sizeof(hex), *first = end;

	do {
		*--first = hex_digits[value & 15];
		value >>= 4;
	} while (value);
	if (digits > end - first)
		repeat(text, '0', (size_t)(digits - (end - first)));
	text_bytes(text, first, (size_t)(end - first));
}

void text_decimal(struct text *text, uint64_t value, uint64_t unit, int decimals)
{
	uint64_t whole = value / unit, scale = 1, fraction;
	char digits[20], *end = digits + sizeof(digits), *first;

	if (decimals > 19) /* 10^19 is the last power of ten in 64 bits */
		decimals = 19;
	for (int i = 0; i < decimals; i++)
		scale *= 10;
	/* 128 bits: the remainder may be as large as the unit, and the unit anything. */
	fraction = (uint64_t)(((unsigned __int128)(value % unit) * scale + unit / 2) / unit);
	if (fraction == scale) {
		whole++;
		fraction = 0;
	}
	text_unsigned(text, whole);
	if (decimals <= 0)
		return;
	text_char(text, '.');
	first = decimal_before(end, fraction);
	repeat(text, '0', (size_t)(decimals - (end - first)));
	text_bytes(text, first, (size_t)(end - first));
}

static void dotted(struct text *text, const uint8_t bytes[4])
{
	for (int i = 0; i < 4; i++) {
		if (i)
			text_char(text, '.');
		text_unsigned(text, bytes[i]);
	}
}

/* The groups that "::" stands for: the longest run of at least two zero groups, the first of equals. Its length. */
static int zero_run(const uint8_t addr[16], int *start)
{
	int best = 1, run = 0;

	for (int group = 0; group < 8; group++) {
		run = addr[group * 2] | addr[group * 2 + 1] ? 0 : run + 1;
		if (run > best) {
			best = run;
			*start = group - run + 1;
		}
	}
	return best > 1 ? best : 0;
}

void text_address(struct text *text, const uint8_t addr[16], int family)
{
	int start = -1, run, groups = 8;

	if (family == 4) {
		dotted(text, addr + 12);
		return;
	}
	run = zero_run(addr, &start);
	/* ::ffff:a.b.c.d, and the old ::a.b.c.d: the last two groups are an IPv4 address, as inet_ntop(3) has it. */
	if (start == 0 && (run == 6 || (run == 5 && addr[10] == 0xff && addr[11] == 0xff)))
		groups = 6;
	for (int group = 0; group < groups; group++) {
		if (group == start) {
			text_bytes(text, "::", 2);
			group += run - 1;
			continue;
		}
		if (group && group != start + run)
			text_char(text, ':');
		text_hex(text, (uint64_t)(addr[group * 2] << 8 | addr[group * 2 + 1]), 1);
	}
	if (groups == 6) {
		if (run == 5)
			text_char(text, ':');
		dotted(text, addr + 12);
	}
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
