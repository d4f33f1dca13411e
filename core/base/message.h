/* SPDX-License-Identifier: GPL-2.0-or-later */
/* message.h: messages for people, on stderr, one line each: "TOOL: severity: what failed: why (what to do)". */
#ifndef NETTRACE_BASE_MESSAGE_H
#define NETTRACE_BASE_MESSAGE_H

#include <stddef.h>

/* Gets a line with its end. */
typedef void message_taker(void *context, const char *line, size_t length);

/* Of a context (core/base/context.h). */
struct message_place {
	const char *name;
	message_taker *take;
	void *context; /* for take() */
};

/* The name that messages start with: the tool's, or "nettrace". Kept, not copied. Returns the one before. */
const char *message_name(const char *name);
/* Where messages go instead while stderr's terminal shows something else; NULL: to stderr again. */
void message_redirect(message_taker *take, void *context);

/* Each writes its line to stderr in one write, so lines of several processes never mix. */
/* What was asked for cannot be done, or cannot be done to its end. */
__attribute__((format(printf, 1, 2))) void print_error(const char *format, ...);
/* It goes on, with something missing, wrong or lost. */
__attribute__((format(printf, 1, 2))) void print_warning(const char *format, ...);
/* Good to know. */
__attribute__((format(printf, 1, 2))) void print_note(const char *format, ...);

#endif
