/* SPDX-License-Identifier: GPL-2.0-or-later */
/* libbpf_log.c: libbpf's log. */
#include "core/bpf/libbpf_log.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include <bpf/libbpf.h>

static bool show;
static char program[64];

__attribute__((format(printf, 2, 0))) static int log_line(enum libbpf_print_level level, const char *format,
							  va_list args)
{
	char line[256];
	const char *name;
	size_t length;

	if (level == LIBBPF_WARN) {
		va_list copy;

		va_copy(copy, args);
		vsnprintf(line, sizeof(line), format, copy);
		va_end(copy);
		if (strstr(line, "missing .BTF.ext line info")) /* for every program: probes/strip_lines removed it */
			return 0;
		name = strstr(line, "prog '");
		length = name ? strcspn(name + 6, "'") : 0;
		if (length && length < sizeof(program)) {
			memcpy(program, name + 6, length);
			program[length] = '\0';
		}
	}
	return show && level != LIBBPF_DEBUG ? vfprintf(stderr, format, args) : 0;
}

void libbpf_log_start(bool verbose)
{
	show = verbose;
	program[0] = '\0';
	libbpf_set_print(log_line);
}

const char *libbpf_log_program(void)
{
	static char last[sizeof(program)];

	memcpy(last, program, sizeof(last));
	program[0] = '\0';
	return last[0] ? last : NULL;
}
