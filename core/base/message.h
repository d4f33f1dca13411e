/* SPDX-License-Identifier: GPL-2.0-or-later */
/* message.h: messages for people, on stderr, one line each: "TOOL: severity: what failed: why (what to do)". */
#ifndef NETTRACE_BASE_MESSAGE_H
#define NETTRACE_BASE_MESSAGE_H

#include <stddef.h>

/* The name at the start of messages: the tool's, or "nettrace". Borrowed, not copied. */
extern const char *program_name;

/* Receives messages instead of stderr while the terminal shows a screen; NULL: stderr. The line includes its
 * newline. */
extern void (*message_hook)(const char *line, size_t length);

/* Each function writes its line to stderr in one write, so lines of several processes never mix. */
/* The program cannot do what the user asked for, or cannot complete it. */
__attribute__((format(printf, 1, 2))) void print_error(const char *format, ...);
/* The program continues, with something missing, wrong or lost. */
__attribute__((format(printf, 1, 2))) void print_warning(const char *format, ...);
/* Information: nothing is wrong. */
__attribute__((format(printf, 1, 2))) void print_note(const char *format, ...);

#endif
