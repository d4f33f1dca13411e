/* SPDX-License-Identifier: GPL-2.0-or-later */
/* message.h: messages for people, on stderr, one line each: "TOOL: severity: what failed: why (what to do)". */
#ifndef NETTRACE_BASE_MESSAGE_H
#define NETTRACE_BASE_MESSAGE_H

#include <stddef.h>

/* Receives a message; the line includes its newline. */
typedef void message_taker(void *context, const char *line, size_t length);

/* The part of a context (core/base/context.h) that messages use. */
struct message_place {
	const char *name;
	message_taker *take;
	void *context; /* for take() */
};

/* Sets the name at the start of messages: the tool's, or "nettrace". Borrowed, not copied. Returns the previous name.
 */
const char *message_name(const char *name);
/* Sends messages to take() instead of stderr, while the terminal shows a screen; NULL: to stderr again. */
void message_redirect(message_taker *take, void *context);

/* Each function writes its line to stderr in one write, so lines of several processes never mix. */
/* The program cannot do what the user asked for, or cannot complete it. */
__attribute__((format(printf, 1, 2))) void print_error(const char *format, ...);
/* The program continues, with something missing, wrong or lost. */
__attribute__((format(printf, 1, 2))) void print_warning(const char *format, ...);
/* Information: nothing is wrong. */
__attribute__((format(printf, 1, 2))) void print_note(const char *format, ...);

#endif
