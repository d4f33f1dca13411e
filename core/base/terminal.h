/* SPDX-License-Identifier: GPL-2.0-or-later */
/* terminal.h: a screen that is redrawn in place, and its keys. */
#ifndef NETTRACE_BASE_TERMINAL_H
#define NETTRACE_BASE_TERMINAL_H

#include <termios.h>

#include "core/base/text.h"

struct terminal_size {
	size_t rows, columns; /* at least 1 */
};

/* One a process: whatever ends the program restores this terminal. */
struct terminal {
	int in, out;
	bool no_keys;  /* `in` sends no keys */
	bool acquired; /* this process uses the terminal: alternate screen, no cursor, unbuffered keys */
	bool remembered;
	struct termios before; /* the modes to restore, saved once */
	struct text messages;  /* messages that would have destroyed the screen */
	size_t last_message;   /* offset of the latest message */
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
/* Appends the sequences that draw as many lines of the picture as fit, and the status line below them. more: number of
 * rows that the picture omits. If the picture does not fit, its last line reports the number of omitted rows. No line
 * is cleared before it is redrawn, so nothing flickers. */
void terminal_paint(struct text *to, struct terminal_size size, const struct text *picture, size_t more,
		    const struct text *status);
/* Appends "... 123 more\n". */
void terminal_put_more(struct text *to, size_t more);

/* The descriptor to poll for keys; -1: none. */
int terminal_keys_fd(const struct terminal *terminal);
/* Reads the keys pressed since the last call, one byte each. Omits keys that send several bytes (arrows). */
size_t terminal_keys(struct terminal *terminal, char *keys, size_t room);
/* Removes the bytes of multi-byte keys from bytes that the caller read. Returns the number of remaining bytes. */
size_t terminal_single_keys(char *keys, size_t length);

/* The requests of ioctl() for a terminal here. None puts characters into its input, as TIOCSTI would. */
#define TERMINAL_REQUESTS 7
extern const unsigned int terminal_requests[TERMINAL_REQUESTS];

#endif
