/* SPDX-License-Identifier: GPL-2.0-or-later */
/* pinned_maps.c: maps that the user pinned, as filters. */
#include "core/bpf/pinned_maps.h"

#include <errno.h>
#include <linux/magic.h>
#include <string.h>
#include <sys/vfs.h>
#include <unistd.h>

#include <bpf/bpf.h>
#include <bpf/libbpf.h>

#include "core/base/error.h"
#include "core/base/values.h"

#define KEY_SIZE 8

/* The pinned object may be something else than a map. The kernel checks the descriptor's kind before it looks up a
 * key. */
static bool is_map(int fd)
{
	return bpf_map_lookup_elem(fd, NULL, NULL) == 0 || errno != EINVAL;
}

static const char *why_not_open(const char *path, int error, enum exit_code *code)
{
	struct statfs system;

	if (error == EACCES && statfs(path, &system) == 0 && (unsigned long)system.f_type != BPF_FS_MAGIC)
		return "not in a BPF file system, so nothing that is pinned";
	if (error == EPERM) {
		*code = EXIT_CANNOT;
		return value_message("%s (%s)", strerror(error), kernel_remedy(-error));
	}
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

const char *pinned_maps_open(int *fd, const char *path, unsigned int value_size, enum exit_code *code)
{
	const char *message;

	if (*fd >= 0)
		return "only one such map";
	*fd = bpf_obj_get(path);
	if (*fd < 0)
		return why_not_open(path, errno, code);
	message = what_is_wrong(*fd, value_size);
	if (message) {
		close(*fd);
		*fd = -1;
	}
	return message;
}

bool pinned_maps_check(const struct session *session, const struct options *options, struct error *error)
{
	const char *name = options->cgroupmap >= 0 ? "cgroupmap" : options->mntnsmap >= 0 ? "mntnsmap" : NULL;

	if (options->mntnsmap >= 0 && !session->kernel.task_btf)
		return error_set(error, EXIT_CANNOT, "--mntnsmap: needs a kernel of 5.11 or later");
	if (name && session->object && !bpf_object__find_map_by_name(session->object, name))
		return error_set(error, EXIT_USAGE, "--%s: not for %s, which has no sockets", name,
				 session->tool->name);
	return true;
}

static int install(const struct session *session, const char *name, int fd, __u32 *has)
{
	struct bpf_map *map = bpf_object__find_map_by_name(session->object, name);

	*has = map && fd >= 0;
	if (!map)
		return 0;
	return fd >= 0 ? bpf_map__reuse_fd(map, fd) : bpf_map__set_autocreate(map, false);
}

int pinned_maps_install(struct session *session, struct options *options)
{
	int error = install(session, "cgroupmap", options->cgroupmap, &options->settings.has_cgroupmap);

	return error ? error : install(session, "mntnsmap", options->mntnsmap, &options->settings.has_mntnsmap);
}
