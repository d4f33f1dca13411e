/* SPDX-License-Identifier: GPL-2.0-or-later */
/* message.h: messages on stderr, one line each, with the tool's name; exit codes. */
#ifndef NETTRACE_BASE_MESSAGE_H
#define NETTRACE_BASE_MESSAGE_H

#include <stddef.h>

enum exit_code {
	EXIT_DONE = 0,
	EXIT_FAILED = 1,
	EXIT_USAGE = 2,  /* bad input: nothing was attached */
	EXIT_CANNOT = 3, /* this kernel or these privileges cannot do it */
};

/* The name that messages start with: the tool's, or "nettrace". Kept, not copied. */
extern const char *program_name;

/* Where messages go instead while stderr's terminal shows something else; NULL: stderr. A line with its end. */
extern void (*message_hook)(const char *line, size_t length);

/* Writes "NAME: MESSAGE\n" to stderr in one write, so lines of several processes never mix. */
__attribute__((format(printf, 1, 2))) void message(const char *format, ...);
/* The same, then exits with `code`. */
__attribute__((noreturn, format(printf, 2, 3))) void fatal(enum exit_code code, const char *format, ...);

#endif
