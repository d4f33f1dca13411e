/* SPDX-License-Identifier: GPL-2.0-or-later */
/* escape.c: bytes that nobody vouches for, made safe for a terminal, JSON and CSV. */
#include <string.h>

#include "core/text.h"

/* The length of the UTF-8 character at bytes[0..left), left > 0; 0: it is not one. Overlong forms, surrogates and what
 * is beyond U+10FFFF show in the second byte. */
static size_t character(const uint8_t *bytes, size_t left)
{
	uint8_t lead = bytes[0], low = 0x80, high = 0xbf;
	size_t length;

	if (lead < 0x80)
		return 1;
	if (lead < 0xc2 || lead > 0xf4)
		return 0;
	length = lead < 0xe0 ? 2 : lead < 0xf0 ? 3 : 4;
	if (length > left)
		return 0;
	if (lead == 0xe0)
		low = 0xa0;
	else if (lead == 0xed)
		high = 0x9f;
	else if (lead == 0xf0)
		low = 0x90;
	else if (lead == 0xf4)
		high = 0x8f;
	if (bytes[1] < low || bytes[1] > high)
		return 0;
	for (size_t i = 2; i < length; i++) {
		if ((bytes[i] & 0xc0) != 0x80)
			return 0;
	}
	return length;
}

/* C0, DEL and C1 (U+0080..U+009F): some terminals obey the latter as they obey ESC [. */
static bool control(const uint8_t *character, size_t length)
{
	return character[0] < 0x20 || character[0] == 0x7f ||
	       (length == 2 && character[0] == 0xc2 && character[1] < 0xa0);
}

/* How many bytes from the first are plain ASCII that no output needs to escape. */
static size_t plain(const uint8_t *bytes, size_t length)
{
	size_t n = 0;

	while (n < length && bytes[n] >= 0x20 && bytes[n] < 0x7f && bytes[n] != '"' && bytes[n] != '\\')
		n++;
	return n;
}

void text_printable(struct text *text, const char *bytes, size_t length, size_t cells)
{
	const uint8_t *at = (const uint8_t *)bytes;
	size_t left = length ? strnlen(bytes, length) : 0, room = cells ? cells : SIZE_MAX, n;

	for (; left && room; at += n, left -= n) {
		n = plain(at, left < room ? left : room);
		if (n) {
			text_bytes(text, at, n);
			room -= n;
			continue;
		}
		n = character(at, left);
		if (n && !control(at, n)) {
			text_bytes(text, at, n);
			room--;
			continue;
		}
		if (room < 4)
			return;
		n = 1;
		text_bytes(text, "\\x", 2);
		text_hex(text, *at, 2);
		room -= 4;
	}
}

static void json_escape(struct text *text, uint8_t code)
{
	static const char from[] = "\b\f\n\r\t\"\\", to[] = "bfnrt\"\\";
	const char *found = memchr(from, code, sizeof(from) - 1);

	text_char(text, '\\');
	if (found) {
		text_char(text, to[found - from]);
		return;
	}
	text_char(text, 'u');
	text_hex(text, code, 4);
}

void text_json_string(struct text *text, const char *bytes, size_t length)
{
	const uint8_t *at = (const uint8_t *)bytes;
	size_t left = length ? strnlen(bytes, length) : 0, n;

	text_char(text, '"');
	for (; left; at += n, left -= n) {
		n = plain(at, left);
		if (n) {
			text_bytes(text, at, n);
			continue;
		}
		n = character(at, left);
		if (!n) {
			n = 1;
			text_bytes(text, "\xef\xbf\xbd", 3);
		} else if (n == 1 || control(at, n)) {
			json_escape(text, at[n - 1]); /* the last byte of a C1 control is its code */
		} else {
			text_bytes(text, at, n);
		}
	}
	text_char(text, '"');
}

void text_csv_string(struct text *text, const char *bytes, size_t length)
{
	size_t left = length ? strnlen(bytes, length) : 0;
	const char *quote;

	/* Escapes hold no comma and no quote, so the bytes tell whether quotes are needed. */
	if (!left || (!memchr(bytes, ',', left) && !memchr(bytes, '"', left))) {
		text_printable(text, bytes, left, 0);
		return;
	}
	text_char(text, '"');
	while ((quote = memchr(bytes, '"', left))) {
		size_t upto = (size_t)(quote - bytes) + 1;

		text_printable(text, bytes, upto, 0);
		text_char(text, '"');
		bytes += upto;
		left -= upto;
	}
	text_printable(text, bytes, left, 0);
	text_char(text, '"');
}
