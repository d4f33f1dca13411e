/* SPDX-License-Identifier: GPL-2.0-or-later */
/* error.h: the error of a failed call, on its way to cmd/, which alone ends the program. */
#ifndef NETTRACE_BASE_ERROR_H
#define NETTRACE_BASE_ERROR_H

#include <stdbool.h>

enum exit_code {
	EXIT_DONE = 0,
	EXIT_FAILED = 1,
	EXIT_USAGE = 2,  /* bad input: nothing was attached */
	EXIT_OWN = 125,  /* of a run with a command, to differ from the command's exit status, as in env(1) and
			    timeout(1) */
	EXIT_CANNOT = 3, /* this kernel or these privileges cannot do it */
};

/* Zero-initialized is no error. A function that can fail has a parameter of it, and fills it before returning false or
 * NULL. */
struct error {
	int code;       /* enum exit_code, or the exit status of the command after "--" */
	char text[960]; /* "what failed: why (what to do)", one line; empty: nothing to print, or already printed */
};

/* Fills *error. Always returns false: `return error_set(...)`. */
__attribute__((format(printf, 3, 4))) bool error_set(struct error *error, enum exit_code code, const char *format, ...);
/* The same for a path (or any other beginning of the text) and errno: "PATH: No such file or directory". */
bool error_errno(struct error *error, const char *what);
/* Prints the text, if any, as a message of severity `error`. Returns the exit code. */
int error_print(const struct error *error);

#endif
