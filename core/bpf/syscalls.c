/* SPDX-License-Identifier: GPL-2.0-or-later */
/* syscalls.c: programs at the end of certain system calls. */
#include "core/bpf/syscalls.h"

#include <errno.h>
#include <linux/perf_event.h>
#include <stdio.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <bpf/libbpf.h>

#include "core/kernel/tracepoint_id.h"

static const char kind[] = "tp/";

bool is_syscall_section(const char *section)
{
	return !strncmp(section, kind, strlen(kind));
}

size_t syscalls_named(const char *section)
{
	size_t count = 1;

	for (const char *at = section; (at = strchr(at, ',')); at++)
		count++;
	return count;
}

/* Copies the nth name of the section's list. */
static void name_nth(char *name, size_t size, const char *section, size_t n)
{
	const char *at = section + strlen(kind);

	for (; n; n--)
		at += strcspn(at, ",") + 1;
	snprintf(name, size, "%.*s", (int)strcspn(at, ","), at);
}

/* Opens one event, on one CPU: a tracepoint's programs run on all CPUs. */
static int open_event(int id)
{
	struct perf_event_attr attributes = { .type = PERF_TYPE_TRACEPOINT,
					      .size = sizeof(attributes),
					      .config = (__u64)id,
					      .sample_period = 1,
					      .sample_type = PERF_SAMPLE_RAW };

	return (int)syscall(SYS_perf_event_open, &attributes, -1, 0, -1, PERF_FLAG_FD_CLOEXEC);
}

struct bpf_link *syscall_attach(const struct bpf_program *program, size_t n)
{
	char name[64];
	struct bpf_link *link;
	int id, fd;

	name_nth(name, sizeof(name), bpf_program__section_name(program), n);
	id = tracepoint_id(name);
	if (id < 0) {
		errno = -id;
		return NULL;
	}
	fd = open_event(id);
	if (fd < 0)
		return NULL;
	link = bpf_program__attach_perf_event(program, fd);
	if (!link) {
		int why = errno;

		close(fd);
		errno = why;
	}
	return link;
}
