/* SPDX-License-Identifier: GPL-2.0-or-later */
/* libbpf_log.c: libbpf's log. */
#include "core/bpf/libbpf_log.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include <bpf/libbpf.h>

#include "core/base/context.h"

struct libbpf_log {
	bool show;
	char program[64], last[64];
};

static struct libbpf_log *libbpf_log(void)
{
	return context_part(CONTEXT_LIBBPF_LOG, sizeof(struct libbpf_log), NULL);
}

__attribute__((format(printf, 2, 0))) static int log_line(enum libbpf_print_level level, const char *format,
							  va_list args)
{
	struct libbpf_log *log = libbpf_log();
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
		if (length && length < sizeof(log->program)) {
			memcpy(log->program, name + 6, length);
			log->program[length] = '\0';
		}
	}
	return log->show && level != LIBBPF_DEBUG ? vfprintf(stderr, format, args) : 0;
}

void libbpf_log_start(bool verbose)
{
	struct libbpf_log *log = libbpf_log();

	log->show = verbose;
	log->program[0] = '\0';
	libbpf_set_print(log_line);
}

const char *libbpf_log_program(void)
{
	struct libbpf_log *log = libbpf_log();

	memcpy(log->last, log->program, sizeof(log->last));
	log->program[0] = '\0';
	return log->last[0] ? log->last : NULL;
}
