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

#include "core/base/context.h"
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
static const char *const names[] = { "ring", "accepted", "tag_slots", "renamed", "mptcp_owners" };

#define EARLY (sizeof(names) / sizeof(names[0]))

/* One for each context. */
struct early_maps {
	struct early each[EARLY];
	pthread_t thread;
	bool running;
	int bpf_error;
	sem_t bpf_tried, planned;
};

static struct early_maps *early_maps(void)
{
	return context_part(CONTEXT_EARLY_MAPS, sizeof(struct early_maps), NULL);
}

int __real_bpf_map_create(enum bpf_map_type type, const char *name, __u32 key_size, __u32 value_size, __u32 max_entries,
			  const struct bpf_map_create_opts *options) __attribute__((weak)); /* absent in unit tests */
int __wrap_bpf_map_create(enum bpf_map_type type, const char *name, __u32 key_size, __u32 value_size, __u32 max_entries,
			  const struct bpf_map_create_opts *options);

#define for_each_early(early, maps) for (struct early *early = (maps)->each; early < (maps)->each + EARLY; early++)

static void create_map(struct early *early)
{
	early->fd = __real_bpf_map_create(early->type, early->name, early->key_size, early->value_size,
					  early->max_entries, NULL);
}

static void *create_maps(void *context)
{
	struct early_maps *maps = context;

	maps->bpf_error = kernel_bpf_usable();
	sem_post(&maps->bpf_tried);
	if (!maps->bpf_error)
		create_map(&maps->each[0]);
	sem_wait(&maps->planned);
	for (struct early *early = maps->each + 1; !maps->bpf_error && early < maps->each + EARLY; early++)
		if (early->type)
			create_map(early);
	return NULL;
}

void early_maps_start(uint32_t ring_bytes)
{
	struct early_maps *maps = early_maps();

	for (size_t i = 0; i < EARLY; i++)
		maps->each[i] = (struct early){ .name = names[i], .fd = -1, .placeholder = -1 };
	maps->each[0].type = BPF_MAP_TYPE_RINGBUF;
	maps->each[0].max_entries = ring_bytes;
	sem_init(&maps->bpf_tried, 0, 0);
	sem_init(&maps->planned, 0, 0);
	maps->running = thread_start(&maps->thread, create_maps, maps);
	if (maps->running)
		return;
	maps->bpf_error = kernel_bpf_usable();
	sem_post(&maps->bpf_tried);
}

void early_maps_plan(const struct session *session)
{
	struct early_maps *maps = early_maps();

	for (struct early *early = maps->each + 1; maps->running && early < maps->each + EARLY; early++) {
		const struct bpf_map *map =
			session->object ? bpf_object__find_map_by_name(session->object, early->name) : NULL;

		if (!map)
			continue;
		early->type = bpf_map__type(map);
		early->key_size = bpf_map__key_size(map);
		early->value_size = bpf_map__value_size(map);
		early->max_entries = bpf_map__max_entries(map);
	}
	sem_post(&maps->planned);
}

int early_maps_bpf_works(void)
{
	struct early_maps *maps = early_maps();

	sem_wait(&maps->bpf_tried);
	return maps->bpf_error;
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
	struct early_maps *maps = early_maps();

	for_each_early(early, maps)
	{
		if (!maps->running || !name ||
		    !is_same_map(early, type, name, key_size, value_size, max_entries, options))
			continue;
		early->placeholder = early_maps_placeholder_fd();
		if (early->placeholder >= 0)
			return early->placeholder;
	}
	return __real_bpf_map_create(type, name, key_size, value_size, max_entries, options);
}

int early_maps_finish(void)
{
	struct early_maps *maps = early_maps();
	int error = 0;

	if (!maps->running)
		return 0;
	sem_post(&maps->planned); /* unless planned already: then the thread creates no more maps */
	pthread_join(maps->thread, NULL);
	maps->running = false;
	sem_destroy(&maps->bpf_tried);
	sem_destroy(&maps->planned);
	for_each_early(early, maps)
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
