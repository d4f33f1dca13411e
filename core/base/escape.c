/* SPDX-License-Identifier: GPL-2.0-or-later */
/* escape.c: escapes of untrusted bytes for a terminal, JSON and CSV. */
#include "core/base/put.h"

/* The length of the UTF-8 character at bytes[0..left), left > 0; 0: invalid. The second byte shows overlong forms,
 * surrogates and values beyond U+10FFFF. */
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

/* Copies the leading bytes that are ASCII and need no escape in any output. Returns their number. */
static inline size_t copy_plain(char *to, const uint8_t *bytes, size_t length)
{
	size_t n = 0;

	for (; n < length && bytes[n] >= 0x20 && bytes[n] < 0x7f && bytes[n] != '"' && bytes[n] != '\\'; n++)
		to[n] = (char)bytes[n];
	return n;
}

static char *put_character(char *to, const uint8_t *character, size_t length)
{
	memcpy(to, character, length);
	return to + length;
}

char *put_printable(char *to, const char *bytes, size_t length, size_t cells)
{
	const uint8_t *at = (const uint8_t *)bytes;
	size_t left = length ? strnlen(bytes, length) : 0, room = cells ? cells : SIZE_MAX, n;

	for (; left && room; at += n, left -= n) {
		n = copy_plain(to, at, left < room ? left : room);
		if (n) {
			to += n;
			room -= n;
			continue;
		}
		n = character(at, left);
		if (n && !control(at, n)) {
			to = put_character(to, at, n);
			room--;
			continue;
		}
		if (room < 4)
			return to;
		n = 1;
		to = put_hex(put_string(to, "\\x"), *at, 2);
		room -= 4;
	}
	return to;
}

static char *json_escape(char *to, uint8_t code)
{
	static const char from[] = "\b\f\n\r\t\"\\", short_forms[] = "bfnrt\"\\";
	const char *found = memchr(from, code, sizeof(from) - 1);

	*to++ = '\\';
	if (!found)
		return put_hex(put_string(to, "u"), code, 4);
	*to++ = short_forms[found - from];
	return to;
}

char *put_json_string(char *to, const char *bytes, size_t length)
{
	const uint8_t *at = (const uint8_t *)bytes;
	size_t left = length ? strnlen(bytes, length) : 0, n;

	*to++ = '"';
	for (; left; at += n, left -= n) {
		n = copy_plain(to, at, left);
		if (n) {
			to += n;
			continue;
		}
		n = character(at, left);
		if (!n) {
			n = 1;
			to = put_string(to, "\xef\xbf\xbd");
		} else if (n == 1 || control(at, n)) {
			to = json_escape(to, at[n - 1]); /* the last byte of a C1 control is its code */
		} else {
			to = put_character(to, at, n);
		}
	}
	*to++ = '"';
	return to;
}

char *put_csv_string(char *to, const char *bytes, size_t length)
{
	size_t left = length ? strnlen(bytes, length) : 0;
	const char *quote;

	/* Escapes contain no comma and no quote, so the raw bytes decide whether the value needs quotes. */
	if (!left || (!memchr(bytes, ',', left) && !memchr(bytes, '"', left)))
		return put_printable(to, bytes, left, 0);
	*to++ = '"';
	while ((quote = memchr(bytes, '"', left))) {
		size_t upto = (size_t)(quote - bytes) + 1;

		to = put_printable(to, bytes, upto, 0);
		*to++ = '"';
		bytes += upto;
		left -= upto;
	}
	to = put_printable(to, bytes, left, 0);
	*to++ = '"';
	return to;
}
