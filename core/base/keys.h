/* SPDX-License-Identifier: GPL-2.0-or-later */
/* keys.h: the keys in the bytes that a terminal sends. */
#ifndef NETTRACE_BASE_KEYS_H
#define NETTRACE_BASE_KEYS_H

#include <stdbool.h>
#include <stddef.h>

/* Other keys are bytes of UTF-8: 1 to 255. */
enum key {
	KEY_BACKSPACE = 127,
	KEY_ESCAPE = 256,
	KEY_UP,
	KEY_DOWN,
	KEY_LEFT,
	KEY_RIGHT,
	KEY_PAGE_UP,
	KEY_PAGE_DOWN,
	KEY_HOME,
	KEY_END,
};

/* Longer sequences are no keys. */
#define KEY_LONGEST 16

/* Fills keys, at most `length` of them, and returns their number. Omits sequences of other keys, and letters with Alt.
 * *used: the bytes of whole keys; the rest is the beginning of a key. whole: the bytes are all there is, so a rest is
 * Escape alone, or no key. */
size_t keys_of_bytes(int *keys, const char *bytes, size_t length, size_t *used, bool whole);

#endif
