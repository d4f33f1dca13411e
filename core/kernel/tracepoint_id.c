/* SPDX-License-Identifier: GPL-2.0-or-later */
/* tracepoint_id.c: ids of system calls' tracepoints for perf_event_open(). */
#include "core/kernel/tracepoint_id.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/mount.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/syscall.h>
#include <unistd.h>

/* Opens tracefs where it is not mounted, as in most containers: a detached mount, which ends with its descriptor (new
 * in 5.2). Returns a descriptor or a negative errno. */
static int tracefs_detached(void)
{
	int context = (int)syscall(SYS_fsopen, "tracefs", FSOPEN_CLOEXEC), mount = -1, why;

	if (context < 0)
		return -errno;
	if (!syscall(SYS_fsconfig, context, FSCONFIG_CMD_CREATE, NULL, NULL, 0))
		mount = (int)syscall(SYS_fsmount, context, FSMOUNT_CLOEXEC, 0);
	why = -errno;
	close(context);
	return mount < 0 ? why : mount;
}

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
	detached = tracefs_detached();
	if (detached < 0)
		return detached;
	id = read_id(detached, name);
	close(detached);
	return id;
}
