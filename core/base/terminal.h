/* SPDX-License-Identifier: GPL-2.0-or-later */
/* terminal.h: a screen that is redrawn in place, and its keys. */
#ifndef NETTRACE_BASE_TERMINAL_H
#define NETTRACE_BASE_TERMINAL_H

#include <termios.h>

#include "core/base/keys.h"
#include "core/base/text.h"

struct terminal_size {
	size_t rows, columns; /* at least 1 */
};

#define TERMINAL_KEYS 64 /* read at once */

/* One a process: whatever ends the program restores this terminal. */
struct terminal {
	int in, out;
	bool no_keys;  /* `in` sends no keys */
	bool acquired; /* this process uses the terminal: alternate screen, no cursor, unbuffered keys */
	bool remembered;
	struct termios before;      /* the modes to restore, saved once */
	struct text messages;       /* messages that would have destroyed the screen */
	size_t last_message;        /* offset of the latest message */
	char unread[TERMINAL_KEYS]; /* the beginning of a key */
	size_t n_unread;
};

/* Reversed parts of one line of a picture, from left to right. */
#define TERMINAL_MARKS 8
struct terminal_marks {
	size_t line, count;
	struct {
		size_t from, to; /* columns */
	} each[TERMINAL_MARKS];
};

/* Whether `out` is a terminal that supports the sequences. */
bool terminal_is_capable(int out);
/* Keys come from `in` if it is a terminal. Leaves the terminal unchanged until terminal_acquire(). */
void terminal_open(struct terminal *terminal, int in, int out);
/* Switches the terminal to the alternate screen, if not done yet. False: this process is in the background and leaves
 * the terminal alone. */
bool terminal_acquire(struct terminal *terminal);
/* Restores the terminal and prints the collected messages to stderr. */
void terminal_release(struct terminal *terminal);
/* Another program may have changed the terminal meanwhile: the next terminal_acquire() switches it again. */
void terminal_invalidate(struct terminal *terminal);
/* Restores the terminal and frees the memory. */
void terminal_close(struct terminal *terminal);

/* Sequences that set the colour of alarms, and reset it. */
extern const char *const terminal_red, *const terminal_plain;

struct terminal_size terminal_size(const struct terminal *terminal);
/* Appends the sequences that draw as many lines of the picture as fit, and the status line below them. marks: NULL:
 * none. No line is cleared before it is redrawn, so nothing flickers. */
void terminal_paint(struct text *to, struct terminal_size size, const struct text *picture,
		    const struct terminal_marks *marks, const struct text *status);

/* The descriptor to poll for keys; -1: none. */
int terminal_keys_fd(const struct terminal *terminal);
/* Reads the keys pressed since the last call, at most TERMINAL_KEYS (core/base/keys.h). Escape alone is a key of the
 * next call, because other keys begin with it. */
size_t terminal_keys(struct terminal *terminal, int *keys);

/* The requests of ioctl() for a terminal here. None puts characters into its input, as TIOCSTI would. */
#define TERMINAL_REQUESTS 7
extern const unsigned int terminal_requests[TERMINAL_REQUESTS];

#endif
