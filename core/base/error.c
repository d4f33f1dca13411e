/* SPDX-License-Identifier: GPL-2.0-or-later */
/* error.c: the error of a failed call, on its way to cmd/. */
#include "core/base/error.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "core/base/message.h"

bool error_set(struct error *error, enum exit_code code, const char *format, ...)
{
	va_list args;

	va_start(args, format);
	vsnprintf(error->text, sizeof(error->text), format, args);
	va_end(args);
	error->code = (int)code;
	return false;
}

bool error_errno(struct error *error, const char *what)
{
	return error_set(error, EXIT_FAILED, "%s: %s", what, strerror(errno));
}

int error_print(const struct error *error)
{
	if (*error->text)
		print_error("%s", error->text);
	return error->code;
}
