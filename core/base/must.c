/* SPDX-License-Identifier: GPL-2.0-or-later */
/* must.c: ends of the process when memory is exhausted or the program contradicts itself. */
#include "core/base/must.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include "core/base/error.h"
#include "core/base/message.h"

void *must(void *memory)
{
	if (memory)
		return memory;
	print_error("out of memory");
	exit(EXIT_FAILED);
}

void bug(const char *format, ...)
{
	char line[256];
	va_list args;

	va_start(args, format);
	vsnprintf(line, sizeof(line), format, args);
	va_end(args);
	print_error("internal: %s", line);
	exit(EXIT_FAILED);
}
