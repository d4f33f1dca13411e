/* SPDX-License-Identifier: GPL-2.0-or-later */
/* message.c: messages for people, on stderr. */
#include "core/base/message.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <unistd.h>

#include "core/base/context.h"
#include "core/base/put.h"

const char *message_name(const char *name)
{
	const char *before = context_current->messages.name;

	context_current->messages.name = name;
	return before;
}

void message_redirect(message_taker *take, void *context)
{
	context_current->messages.take = take;
	context_current->messages.context = context;
}

__attribute__((format(printf, 2, 0))) static void write_message(const char *severity, const char *format, va_list args)
{
	const struct message_place *to = &context_current->messages;
	int error = errno; /* callers may still need it */
	char said[1024], line[PUT_ESCAPED(sizeof(said)) + PUT_SLACK];
	size_t done, length = (size_t)snprintf(said, sizeof(said), "%s: %s: ", to->name, severity);

	vsnprintf(said + length, sizeof(said) - length, format, args);
	/* A user, a recording or a traced process supplied the bytes: the message must stay one line and must not
	 * control the terminal. */
	length = (size_t)(put_printable(line, said, sizeof(said), 0) - line);
	line[length++] = '\n';
	if (to->take) {
		to->take(to->context, line, length);
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
