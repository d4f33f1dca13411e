/* SPDX-License-Identifier: GPL-2.0-or-later */
/* detached_mount.c: a file system of the kernel's where no mount shows it. */
#include "core/kernel/detached_mount.h"

#include <errno.h>
#include <linux/mount.h>
#include <sys/syscall.h>
#include <unistd.h>

int detached_mount(const char *type)
{
	int context = (int)syscall(SYS_fsopen, type, FSOPEN_CLOEXEC), mount = -1, why;

	if (context < 0)
		return -errno;
	if (!syscall(SYS_fsconfig, context, FSCONFIG_CMD_CREATE, NULL, NULL, 0))
		mount = (int)syscall(SYS_fsmount, context, FSMOUNT_CLOEXEC, 0);
	why = -errno;
	close(context);
	return mount < 0 ? why : mount;
}
