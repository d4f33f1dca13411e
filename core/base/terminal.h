/* SPDX-License-Identifier: GPL-2.0-or-later */
/* terminal.h: the terminal: a screen that is redrawn in place, and its keys. */
#ifndef NETTRACE_BASE_TERMINAL_H
#define NETTRACE_BASE_TERMINAL_H

#include <termios.h>

#include "core/base/text.h"

struct terminal_size {
	size_t rows, columns; /* at least 1 */
};

/* There is one: whatever ends the program gives the terminal back as it was. */
struct terminal {
	int in, out;
	bool no_keys;  /* no keys come from `in` */
	bool acquired; /* the terminal is ours: its other screen, no cursor, keys as they are pressed */
	bool remembered;
	struct termios before; /* once remembered */
	struct text messages;  /* messages that would have destroyed the picture */
	size_t last_message;   /* where the last of them begins */
};

/* Whether this is a terminal that can do it. */
bool terminal_is_capable(int out);
/* Keys come from `in` if that is a terminal. Takes nothing yet. */
void terminal_open(struct terminal *terminal, int in, int out);
/* Takes the terminal if it is not ours yet. False: we are in its background and keep off. */
bool terminal_acquire(struct terminal *terminal);
/* Gives it back; what was said meanwhile goes to stderr. */
void terminal_release(struct terminal *terminal);
/* Another program may have used the terminal since: the next terminal_acquire() does all of it again. */
void terminal_invalidate(struct terminal *terminal);
/* Gives it back, and frees. */
void terminal_close(struct terminal *terminal);

/* Sequences: what follows is in the colour of something wrong, or as usual. */
extern const char *const terminal_red, *const terminal_plain;

struct terminal_size terminal_size(const struct terminal *terminal);
/* Appends the sequences that draw the lines of the picture, as many as fit, and the status line below them. more:
 * number of rows that the picture omits. If the picture does not fit, its last line says how many rows are missing.
 * Nothing is cleared that is drawn again. */
void terminal_paint(struct text *to, struct terminal_size size, const struct text *picture, size_t more,
		    const struct text *status);
/* Appends "... 123 more\n". */
void terminal_put_more(struct text *to, size_t more);

/* What to poll for keys; -1: nothing. */
int terminal_keys_fd(const struct terminal *terminal);
/* The keys pressed since the last time, one byte each; those that send several (arrows) are left out. */
size_t terminal_keys(struct terminal *terminal, char *keys, size_t room);
/* The same of bytes that were read: leaves out what belongs to several. Returns how many remain. */
size_t terminal_single_keys(char *keys, size_t length);

#endif
