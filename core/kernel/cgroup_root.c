/* SPDX-License-Identifier: GPL-2.0-or-later */
/* cgroup_root.c: the root of cgroup v2. */
#include "core/kernel/cgroup_root.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/magic.h>
#include <mntent.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/vfs.h>
#include <unistd.h>

#include "core/kernel/detached_mount.h"

#define ROOT_INODE 1 /* of the hierarchy's root: kernfs numbers it first (kernfs_create_root() in fs/kernfs/dir.c) */

/* Returns the descriptor if it is of the hierarchy's root; else closes it and returns -1. */
static int only_root(int fd)
{
	struct statfs system;
	struct stat status;

	if (fd < 0)
		return -1;
	if (!fstatfs(fd, &system) && system.f_type == CGROUP2_SUPER_MAGIC && !fstat(fd, &status) &&
	    status.st_ino == ROOT_INODE)
		return fd;
	close(fd);
	return -1;
}

int cgroup_root_open(void)
{
	FILE *mounts = setmntent("/proc/self/mounts", "re");
	struct mntent *mount;
	int fd = -1;

	while (mounts && fd < 0 && (mount = getmntent(mounts)))
		if (!strcmp(mount->mnt_type, "cgroup2"))
			fd = only_root(open(mount->mnt_dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC));
	if (mounts)
		endmntent(mounts);
	if (fd < 0)
		fd = only_root(detached_mount("cgroup2"));
	if (fd < 0)
		errno = ENOENT;
	return fd;
}
