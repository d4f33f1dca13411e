/* SPDX-License-Identifier: GPL-2.0-or-later */
/* pinned_maps.c: maps that the user made and pinned. */
#include "core/bpf/pinned_maps.h"

#include <errno.h>
#include <linux/magic.h>
#include <string.h>
#include <sys/vfs.h>
#include <unistd.h>

#include <bpf/bpf.h>
#include <bpf/libbpf.h>

#include "core/base/message.h"
#include "core/base/values.h"

#define KEY_SIZE 8

/* Other things can be pinned too. The kernel looks at the kind of the descriptor before it looks for a key. */
static bool is_map(int fd)
{
	return bpf_map_lookup_elem(fd, NULL, NULL) == 0 || errno != EINVAL;
}

static const char *why_not_open(const char *path, int error)
{
	struct statfs system;

	if (error == EACCES && statfs(path, &system) == 0 && (unsigned long)system.f_type != BPF_FS_MAGIC)
		return "not in a BPF file system, so nothing that is pinned";
	if (error == EPERM)
		say_exit(EXIT_CANNOT, "%s: %s (%s)", path, strerror(error), kernel_remedy(-error));
	return strerror(error);
}

static const char *what_is_wrong(int fd, unsigned int value_size)
{
	struct bpf_map_info info = { 0 };
	__u32 size = sizeof(info);

	if (!is_map(fd))
		return "pinned, but not a map";
	if (bpf_obj_get_info_by_fd(fd, &info, &size))
		return strerror(errno);
	if (info.type != BPF_MAP_TYPE_HASH)
		return value_message("a map of type %u, not a hash (type %d)", info.type, BPF_MAP_TYPE_HASH);
	if (info.key_size != KEY_SIZE || info.value_size != value_size)
		return value_message("a hash with keys of %u and values of %u bytes, not %d and %u", info.key_size,
				     info.value_size, KEY_SIZE, value_size);
	return NULL;
}

const char *pin_open(int *fd, const char *path, unsigned int value_size)
{
	const char *message;

	if (*fd >= 0)
		return "only one such map";
	*fd = bpf_obj_get(path);
	if (*fd < 0)
		return why_not_open(path, errno);
	message = what_is_wrong(*fd, value_size);
	if (message)
		close(*fd);
	return message;
}

static __u32 place(const struct session *session, const char *name, int fd)
{
	struct bpf_map *map = bpf_object__find_map_by_name(session->object, name);

	if (fd >= 0 && !map)
		say_exit(EXIT_USAGE, "--%s: not for %s, which has no sockets", name, session->tool->name);
	if (fd < 0 && map)
		bpf_map__set_autocreate(map, false);
	if (fd < 0)
		return 0;
	if (bpf_map__reuse_fd(map, fd))
		session_give_up(session, name, -errno);
	return 1;
}

void pins_place(struct session *session, struct options *options)
{
	if (options->mntnsmap >= 0 && !session->kernel.task_btf)
		say_exit(EXIT_CANNOT, "--mntnsmap: needs a kernel of 5.11 or later");
	options->settings.has_cgroupmap = place(session, "cgroupmap", options->cgroupmap);
	options->settings.has_mntnsmap = place(session, "mntnsmap", options->mntnsmap);
}
