/* SPDX-License-Identifier: GPL-2.0-or-later */
/* terminal.h: the terminal as one picture that is drawn again and again, and its keys. */
#ifndef NETTRACE_BASE_TERMINAL_H
#define NETTRACE_BASE_TERMINAL_H

#include <termios.h>

#include "core/base/text.h"

struct screen_size {
	size_t rows, columns; /* at least 1 */
};

/* There is one: whatever ends the program gives the terminal back as it was. */
struct screen {
	int in, out;
	bool deaf;  /* no keys come from `in` */
	bool taken; /* the terminal is ours: its other screen, no cursor, keys as they are pressed */
	bool remembered;
	struct termios before; /* once remembered */
	struct text said;      /* messages that would have destroyed the picture */
	size_t last_said;      /* where the last of them begins */
};

/* Whether this is a terminal that can do it. */
bool screen_possible(int out);
/* Keys come from `in` if that is a terminal. Takes nothing yet. */
void screen_open(struct screen *screen, int in, int out);
/* Takes the terminal if it is not ours yet. False: we are in its background and keep off. */
bool screen_take(struct screen *screen);
/* Gives it back; what was said meanwhile goes to stderr. */
void screen_give_back(struct screen *screen);
/* Another program may have used the terminal since: the next screen_take() does all of it again. */
void screen_doubt(struct screen *screen);
/* Gives it back, and frees. */
void screen_close(struct screen *screen);

/* Sequences: what follows is in the colour of something wrong, or as usual. */
extern const char *const screen_alarm, *const screen_plain;

struct screen_size screen_size(const struct screen *screen);
/* Appends what draws the lines of the picture, as many as fit, and below them the status line. more: so many rows are
 * not in the picture; where it is cut, the last line says how many are missing. Nothing is cleared that is drawn again.
 */
void screen_paint(struct text *to, struct screen_size size, const struct text *picture, size_t more,
		  const struct text *status);
/* Appends "... 123 more\n". */
void screen_more(struct text *to, size_t more);

/* What to poll for keys; -1: nothing. */
int screen_keys_fd(const struct screen *screen);
/* The keys pressed since the last time, one byte each; those that send several (arrows) are left out. */
size_t screen_keys(struct screen *screen, char *keys, size_t room);
/* The same of bytes that were read: leaves out what belongs to several. Returns how many remain. */
size_t screen_single_keys(char *keys, size_t length);

#endif
