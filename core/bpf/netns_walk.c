/* SPDX-License-Identifier: GPL-2.0-or-later */
/* netns_walk.c: network namespaces by the processes in them and by their names. */
#include "core/bpf/netns_walk.h"

#include <dirent.h>
#include <fcntl.h>
#include <limits.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "core/base/must.h"

struct namespaces {
	void (*visit)(void *context);
	void *context;
	ino_t *seen;
	size_t count, room;
	bool partial;
};

static bool is_new(struct namespaces *all, ino_t inode)
{
	for (size_t i = 0; i < all->count; i++)
		if (all->seen[i] == inode)
			return false;
	if (all->count == all->room) {
		all->room = all->room ? 2 * all->room : 64;
		all->seen = must(realloc(all->seen, all->room * sizeof(*all->seen)));
	}
	all->seen[all->count++] = inode;
	return true;
}

/* A process may have ended meanwhile: nothing is missing then. */
static void enter(struct namespaces *all, const char *path)
{
	struct stat status;
	int fd;

	if (stat(path, &status) < 0 || !is_new(all, status.st_ino))
		return;
	fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		return;
	if (setns(fd, CLONE_NEWNET) < 0)
		all->partial = true;
	else
		all->visit(all->context);
	close(fd);
}

/* behind: what follows the name of an item in the path. */
static void enter_all(struct namespaces *all, const char *directory, const char *first, const char *behind)
{
	DIR *items = opendir(directory);
	const struct dirent *item;
	char path[PATH_MAX];

	while (items && (item = readdir(items))) {
		if (item->d_name[0] == '.' || (*first && !strchr(first, item->d_name[0])))
			continue;
		snprintf(path, sizeof(path), "%s/%s%s", directory, item->d_name, behind);
		enter(all, path);
	}
	if (items)
		closedir(items);
}

bool netns_walk(void (*visit)(void *context), void *context)
{
	struct namespaces all = { .visit = visit, .context = context };
	int own = open("/proc/thread-self/ns/net", O_RDONLY | O_CLOEXEC);
	struct stat status;

	if (own >= 0 && fstat(own, &status) == 0)
		is_new(&all, status.st_ino);
	visit(context);
	if (own >= 0) {
		enter_all(&all, "/proc", "0123456789", "/ns/net");
		enter_all(&all, "/run/netns", "", ""); /* named ones: ip(8) */
		setns(own, CLONE_NEWNET);
		close(own);
	}
	free(all.seen);
	return own >= 0 && !all.partial;
}
