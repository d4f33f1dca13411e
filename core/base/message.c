/* SPDX-License-Identifier: GPL-2.0-or-later */
/* message.c: messages for people, on stderr. */
#include "core/base/message.h"

#include <ctype.h>
#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <unistd.h>

#include "core/base/output.h"

const char *program_name = "nettrace";
void (*message_hook)(const char *line, size_t length);

__attribute__((format(printf, 2, 0))) static void write_message(const char *severity, const char *format, va_list args)
{
	int error = errno; /* callers may still need it */
	char line[1024];
	size_t done, length = (size_t)snprintf(line, sizeof(line), "%s: %s: ", program_name, severity);
	int more = vsnprintf(line + length, sizeof(line) - length - 1, format, args);

	length += more < 0 ? 0 : (size_t)more;
	if (length > sizeof(line) - 2)
		length = sizeof(line) - 2;
	/* A user or a traced process supplied the bytes: the message must stay one line and must not control the
	 * terminal. */
	for (size_t i = 0; i < length; i++)
		if (iscntrl((unsigned char)line[i]))
			line[i] = '?';
	line[length++] = '\n';
	if (message_hook) {
		message_hook(line, length);
		return;
	}
	/* A failed write to stderr has no other channel to report it. */
	output_write(STDERR_FILENO, line, length, &done);
	errno = error;
}

void print_error(const char *format, ...)
{
	va_list args;

	va_start(args, format);
	write_message("error", format, args);
	va_end(args);
}

void print_warning(const char *format, ...)
{
	va_list args;

	va_start(args, format);
	write_message("warning", format, args);
	va_end(args);
}

void print_note(const char *format, ...)
{
	va_list args;

	va_start(args, format);
	write_message("note", format, args);
	va_end(args);
}
