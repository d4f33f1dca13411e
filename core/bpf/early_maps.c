/* SPDX-License-Identifier: GPL-2.0-or-later */
/* early_maps.c: maps whose creation is slow, created in parallel with other work.
 *
 * The ring allocates page by page (1 ms), and some maps preallocate. A thread creates them while the main thread
 * unpacks the object, reads the kernel's types and relocates the programs. When libbpf creates such a map
 * (bpf_map_create() is linked with --wrap), it gets a placeholder descriptor. The map replaces the placeholder before
 * the first program is loaded. */
#include "core/bpf/early_maps.h"

#include <errno.h>
#include <fcntl.h>
#include <semaphore.h>
#include <string.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include <bpf/bpf.h>
#include <bpf/libbpf.h>

#include "core/base/thread.h"

#define FIRST_FREE 3 /* lower descriptors are the standard streams */

struct early {
	const char *name;
	enum bpf_map_type type; /* BPF_MAP_TYPE_UNSPEC: not needed */
	__u32 key_size, value_size, max_entries;
	int fd;          /* negative: not created, or a negative errno */
	int placeholder; /* the descriptor that libbpf got; -1: not requested */
};

/* Identical in all objects that have them. The ring is first. */
static struct early maps[] = { { .name = "ring" }, { .name = "accepted" }, { .name = "tag_slots" } };
static pthread_t thread;
static bool running;
static int bpf_error;
static sem_t bpf_tried, planned;

int __real_bpf_map_create(enum bpf_map_type type, const char *name, __u32 key_size, __u32 value_size, __u32 max_entries,
			  const struct bpf_map_create_opts *options) __attribute__((weak)); /* absent in unit tests */
int __wrap_bpf_map_create(enum bpf_map_type type, const char *name, __u32 key_size, __u32 value_size, __u32 max_entries,
			  const struct bpf_map_create_opts *options);

#define for_each_early(early) for (struct early *early = maps; early < maps + sizeof(maps) / sizeof(maps[0]); early++)

static void create_map(struct early *early)
{
	early->fd = __real_bpf_map_create(early->type, early->name, early->key_size, early->value_size,
					  early->max_entries, NULL);
}

static void *create_maps(void *unused)
{
	bpf_error = kernel_bpf_usable();
	sem_post(&bpf_tried);
	if (!bpf_error)
		create_map(&maps[0]);
	sem_wait(&planned);
	for (struct early *early = maps + 1; !bpf_error && early < maps + sizeof(maps) / sizeof(maps[0]); early++)
		if (early->type)
			create_map(early);
	return unused;
}

void early_maps_start(uint32_t ring_bytes)
{
	for_each_early(early)
	{
		early->type = BPF_MAP_TYPE_UNSPEC;
		early->fd = early->placeholder = -1;
	}
	maps[0].type = BPF_MAP_TYPE_RINGBUF;
	maps[0].max_entries = ring_bytes;
	sem_init(&bpf_tried, 0, 0);
	sem_init(&planned, 0, 0);
	running = thread_start(&thread, create_maps, NULL);
	if (running)
		return;
	bpf_error = kernel_bpf_usable();
	sem_post(&bpf_tried);
}

void early_maps_plan(const struct session *session)
{
	for (struct early *early = maps + 1; running && early < maps + sizeof(maps) / sizeof(maps[0]); early++) {
		const struct bpf_map *map =
			session->object ? bpf_object__find_map_by_name(session->object, early->name) : NULL;

		if (!map)
			continue;
		early->type = bpf_map__type(map);
		early->key_size = bpf_map__key_size(map);
		early->value_size = bpf_map__value_size(map);
		early->max_entries = bpf_map__max_entries(map);
	}
	sem_post(&planned);
}

int early_maps_bpf_works(void)
{
	sem_wait(&bpf_tried);
	return bpf_error;
}

static bool is_same_map(const struct early *early, enum bpf_map_type type, const char *name, __u32 key_size,
			__u32 value_size, __u32 max_entries, const struct bpf_map_create_opts *options)
{
	return !strcmp(early->name, name) && early->type == type && early->placeholder < 0 &&
	       early->key_size == key_size && early->value_size == value_size && early->max_entries == max_entries &&
	       !(options && options->map_flags);
}

int early_maps_placeholder_fd(void)
{
	int fd = eventfd(0, EFD_CLOEXEC), higher;

	if (fd < 0 || fd >= FIRST_FREE)
		return fd;
	higher = fcntl(fd, F_DUPFD_CLOEXEC, FIRST_FREE);
	close(fd);
	return higher;
}

/* Replaces libbpf's function. */
int __wrap_bpf_map_create(enum bpf_map_type type, const char *name, __u32 key_size, __u32 value_size, __u32 max_entries,
			  const struct bpf_map_create_opts *options)
{
	for_each_early(early)
	{
		if (!running || !name || !is_same_map(early, type, name, key_size, value_size, max_entries, options))
			continue;
		early->placeholder = early_maps_placeholder_fd();
		if (early->placeholder >= 0)
			return early->placeholder;
	}
	return __real_bpf_map_create(type, name, key_size, value_size, max_entries, options);
}

int early_maps_finish(void)
{
	int error = 0;

	if (!running)
		return 0;
	sem_post(&planned); /* unless planned already: then the thread creates no more maps */
	pthread_join(thread, NULL);
	running = false;
	sem_destroy(&bpf_tried);
	sem_destroy(&planned);
	for_each_early(early)
	{
		if (early->placeholder >= 0 && early->fd >= 0 && dup3(early->fd, early->placeholder, O_CLOEXEC) < 0)
			error = -errno;
		if (early->placeholder >= 0 && early->fd < 0)
			error = early->fd;
		if (early->fd >= 0)
			close(early->fd);
	}
	return error;
}
