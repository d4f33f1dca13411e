/* SPDX-License-Identifier: GPL-2.0-or-later */
/* fatal.h: the end of the program with an error, for helpers: nothing in core/ ends it. */
#ifndef NETTRACE_FATAL_H
#define NETTRACE_FATAL_H

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include "core/base/error.h"
#include "core/base/message.h"

/* Prints an error, then exits with `code`. */
__attribute__((noreturn, format(printf, 2, 3))) static inline void fatal(enum exit_code code, const char *format, ...)
{
	struct error error = { .code = (int)code };
	va_list args;

	va_start(args, format);
	vsnprintf(error.text, sizeof(error.text), format, args);
	va_end(args);
	exit(error_print(&error));
}

#endif
