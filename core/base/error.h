/* SPDX-License-Identifier: GPL-2.0-or-later */
/* error.h: what went wrong, on its way to whoever ends the program: cmd/ alone does. */
#ifndef NETTRACE_BASE_ERROR_H
#define NETTRACE_BASE_ERROR_H

#include <stdbool.h>

enum exit_code {
	EXIT_DONE = 0,
	EXIT_FAILED = 1,
	EXIT_USAGE = 2,  /* bad input: nothing was attached */
	EXIT_CANNOT = 3, /* this kernel or these privileges cannot do it */
};

/* Starts as zeroes. A function that can fail takes one, and fills it when it returns false or NULL. */
struct error {
	int code;       /* enum exit_code, or what the command after "--" exited with */
	char text[960]; /* "what failed: why (what to do)", one line; empty: there is nothing to say, or it was said */
};

/* Fills *error. Always false: `return error_set(...)`. */
__attribute__((format(printf, 3, 4))) bool error_set(struct error *error, enum exit_code code, const char *format, ...);
/* The same for a path, or whatever else the text begins with, and errno: "PATH: No such file or directory". */
bool error_errno(struct error *error, const char *what);
/* Prints the text, if there is one, as a message of severity `error`. Returns the exit code. */
int error_print(const struct error *error);

#endif
