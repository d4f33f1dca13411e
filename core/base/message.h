/* SPDX-License-Identifier: GPL-2.0-or-later */
/* message.h: messages for people, on stderr, one line each: "TOOL: severity: what failed: why (what to do)". */
#ifndef NETTRACE_BASE_MESSAGE_H
#define NETTRACE_BASE_MESSAGE_H

#include <stddef.h>

/* The name that messages start with: the tool's, or "nettrace". Kept, not copied. */
extern const char *program_name;

/* Where messages go instead while stderr's terminal shows something else; NULL: stderr. A line with its end. */
extern void (*message_hook)(const char *line, size_t length);

/* Each writes its line to stderr in one write, so lines of several processes never mix. */
/* What was asked for cannot be done, or cannot be done to its end. */
__attribute__((format(printf, 1, 2))) void print_error(const char *format, ...);
/* It goes on, with something missing, wrong or lost. */
__attribute__((format(printf, 1, 2))) void print_warning(const char *format, ...);
/* Good to know. */
__attribute__((format(printf, 1, 2))) void print_note(const char *format, ...);

#endif
