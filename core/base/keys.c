/* SPDX-License-Identifier: GPL-2.0-or-later */
/* keys.c: the keys in the bytes that a terminal sends: ECMA-48 sequences, as xterm and its kin send them. */
#include "core/base/keys.h"

#include <string.h>

#define ESCAPE '\033'

static const struct sequence {
	const char *after; /* the Escape, '[' or 'O', without parameters of Shift, Ctrl and Alt */
	int key;
} sequences[] = {
	{ "A", KEY_UP },    { "B", KEY_DOWN }, { "C", KEY_RIGHT },    { "D", KEY_LEFT },
	{ "H", KEY_HOME },  { "F", KEY_END },  { "1~", KEY_HOME },    { "4~", KEY_END },
	{ "7~", KEY_HOME }, { "8~", KEY_END }, { "5~", KEY_PAGE_UP }, { "6~", KEY_PAGE_DOWN },
};

/* The key of a sequence; 0: none that is known. */
static int key_of(const char *after, size_t length)
{
	for (size_t i = 0; i < sizeof(sequences) / sizeof(sequences[0]); i++)
		if (strlen(sequences[i].after) == length && !memcmp(sequences[i].after, after, length))
			return sequences[i].key;
	return 0;
}

/* The length of the sequence at the start of these bytes; 0: they end within it. */
static size_t sequence_length(const char *bytes, size_t length)
{
	size_t at = 2;

	if (length < 2)
		return 0;
	if (bytes[1] != '[')
		return bytes[1] != 'O' ? 2 : length > 2 ? 3 : 0;
	while (at < length && at < KEY_LONGEST && (bytes[at] < 0x40 || bytes[at] > 0x7e))
		at++;
	return at < length ? at + 1 : 0;
}

size_t keys_of_bytes(int *keys, const char *bytes, size_t length, size_t *used, bool whole)
{
	size_t count = 0, at = 0, taken;

	for (; at < length; at += taken) {
		taken = 1;
		if (bytes[at] != ESCAPE) {
			keys[count++] = (unsigned char)bytes[at];
			continue;
		}
		/* Escape twice is the key, pressed again. */
		taken = at + 1 < length && bytes[at + 1] == ESCAPE ? 1 : sequence_length(bytes + at, length - at);
		if (!taken && !whole)
			break;
		if (taken == 1 || at + 1 == length)
			keys[count++] = KEY_ESCAPE;
		else if (taken > 2 && key_of(bytes + at + 2, taken - 2))
			keys[count++] = key_of(bytes + at + 2, taken - 2);
		if (!taken)
			taken = length - at;
	}
	*used = at;
	return count;
}
