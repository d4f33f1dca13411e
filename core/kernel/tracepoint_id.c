/* SPDX-License-Identifier: GPL-2.0-or-later */
/* tracepoint_id.c: ids of system calls' tracepoints for perf_event_open(). */
#include "core/kernel/tracepoint_id.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "core/kernel/detached_mount.h"

static int read_id(int directory, const char *name)
{
	char path[128], text[16] = "";
	int fd, id;

	snprintf(path, sizeof(path), "events/syscalls/%s/id", name);
	fd = openat(directory, path, O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		return -errno;
	id = read(fd, text, sizeof(text) - 1) > 0 ? atoi(text) : 0;
	close(fd);
	return id > 0 ? id : -ENOENT;
}

int tracepoint_id(const char *name)
{
	int mounted = open("/sys/kernel/tracing", O_PATH | O_DIRECTORY | O_CLOEXEC);
	int id = mounted < 0 ? -errno : read_id(mounted, name), detached;

	if (mounted >= 0)
		close(mounted);
	if (id >= 0)
		return id;
	detached = detached_mount("tracefs");
	if (detached < 0)
		return detached;
	id = read_id(detached, name);
	close(detached);
	return id;
}
