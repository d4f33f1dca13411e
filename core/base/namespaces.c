/* SPDX-License-Identifier: GPL-2.0-or-later */
/* namespaces.c: network namespaces and cgroups, by number or by path, as the numbers that the kernel half compares. */
#include "core/base/values.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <linux/magic.h>
#include <linux/nsfs.h>
#include <linux/sched.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <sys/vfs.h>
#include <unistd.h>

/* Opens `path` and reads its inode number if is_right() accepts the descriptor. Returns NULL, or a message that names
 * the path. */
static const char *read_inode(uint64_t *inode, const char *path, bool (*is_right)(int fd), const char *what)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
	const char *message = NULL;
	struct stat status;

	if (fd < 0)
		return value_message("%s: %s", path, strerror(errno));
	if (!is_right(fd))
		message = value_message("%s: not a %s", path, what);
	else if (fstat(fd, &status) < 0)
		message = value_message("%s: %s", path, strerror(errno));
	else
		*inode = status.st_ino;
	close(fd);
	return message;
}

/* Tries `item` below each of the directories, which end with NULL. The message comes from the first directory where a
 * file of that name exists. */
static const char *search_inode(uint64_t *inode, const char *item, const char *const *below, bool (*is_right)(int fd),
				const char *what)
{
	char path[PATH_MAX + 64], first[PATH_MAX + 64] = "";

	for (; *below; below++) {
		snprintf(path, sizeof(path), "%s%s", *below, item);
		if (!read_inode(inode, path, is_right, what))
			return NULL;
		if (!*first || (access(first, F_OK) < 0 && access(path, F_OK) == 0))
			snprintf(first, sizeof(first), "%s", path);
	}
	return read_inode(inode, first, is_right, what);
}

static bool is_number(const char *item)
{
	return item[strspn(item, "0123456789")] == '\0';
}

static bool is_netns(int fd)
{
	return ioctl(fd, NS_GET_NSTYPE) == CLONE_NEWNET;
}

static const char *add_netns(const char *item, void *list)
{
	static const char *const here[] = { "", NULL }, *const named[] = { "/run/netns/", "/var/run/netns/", NULL };
	const char *message;
	uint64_t inode;

	if (is_number(item))
		message = value_number(&inode, item, 1, UINT32_MAX);
	else
		message = search_inode(&inode, item, strchr(item, '/') ? here : named, is_netns, "network namespace");
	return message ? message : value_append(list, inode, inode);
}

const char *value_netns(struct list *list, const char *text)
{
	return value_items(text, add_netns, list);
}

const char *value_own_netns(struct list *list)
{
	if (access("/proc/self", F_OK) < 0)
		return "cannot read which network namespace this is: /proc is not mounted here (mount -t proc proc "
		       "/proc)";
	return value_netns(list, "/proc/self/ns/net");
}

/* The directories of cgroup v1 have inode numbers too, but no event would ever match them. */
static bool is_cgroup(int fd)
{
	struct statfs system;
	struct stat status;

	return fstat(fd, &status) == 0 && S_ISDIR(status.st_mode) && fstatfs(fd, &system) == 0 &&
	       system.f_type == CGROUP2_SUPER_MAGIC;
}

static const char *add_cgroup(const char *item, void *list)
{
	static const char *const here[] = { "", NULL };
	static const char *const mounts[] = { "", "/sys/fs/cgroup/", "/sys/fs/cgroup/unified/", NULL };
	const char *message;
	uint64_t inode;

	if (is_number(item))
		message = value_number(&inode, item, 1, UINT64_MAX);
	else
		message = search_inode(&inode, item, *item == '/' ? here : mounts, is_cgroup, "directory of cgroup v2");
	return message ? message : value_append(list, inode, inode);
}

const char *value_cgroups(struct list *list, const char *text)
{
	return value_items(text, add_cgroup, list);
}

const char *value_pid_netns(struct list *list, const char *pid)
{
	char path[64];
	uint64_t number;
	const char *message = value_number(&number, pid, 1, 4194304);

	if (message)
		return message;
	snprintf(path, sizeof(path), "/proc/%s/ns/net", pid);
	return value_netns(list, path);
}
