/* SPDX-License-Identifier: GPL-2.0-or-later */
/* counters.c: what programs count in an array that is mapped here, and what it has grown by.
 *
 * Not by an iterator over the map: there are kernels whose owners allow no iterator that is given a map (seen on
 * a 6.18), and a mapped array takes no system call and no privilege at all. Counters are never reset: what was told
 * stands here, so nothing falls between reading and clearing. */
#include "core/bpf/counters.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include <bpf/libbpf.h>

#include "core/base/clock.h"
#include "core/model/counted.h"

struct counts {
	const unsigned char *now; /* mapped, values of `size` bytes; the programs add to them */
	unsigned char *told;      /* the same when they were told last; the tool's grown() keeps it */
	size_t size, mapped;
	uint32_t count;
	struct event *event; /* tool->event_size bytes */
};

const struct bpf_map *counts_map(const struct bpf_object *object)
{
	const struct bpf_map *map = bpf_object__find_map_by_name(object, "totals");

	return map ? map : bpf_object__find_map_by_name(object, "totals_by_cpu");
}

/* Values stand eight bytes apart, or a multiple of it (array_map_alloc() in kernel/bpf/arraymap.c). */
static bool map_counts(struct counts *counts, const struct bpf_map *map)
{
	size_t page = (size_t)sysconf(_SC_PAGESIZE);
	void *now;

	counts->count = bpf_map__max_entries(map);
	counts->size = (bpf_map__value_size(map) + 7UL) & ~7UL;
	counts->mapped = (counts->size * counts->count + page - 1) & ~(page - 1);
	now = mmap(NULL, counts->mapped, PROT_READ, MAP_SHARED, bpf_map__fd(map), 0);
	if (now != MAP_FAILED)
		counts->now = now;
	return counts->now;
}

bool counts_open(struct session *session)
{
	if (!session->tool->grown)
		return true;
	session->counts = calloc(1, sizeof(*session->counts));
	if (!session->counts || !map_counts(session->counts, counts_map(session->object)))
		return false;
	session->counts->told = calloc(session->counts->count, session->counts->size);
	session->counts->event = malloc(session->tool->event_size);
	return session->counts->told && session->counts->event;
}

void counts_run(struct session *session, counted_event *take, void *context)
{
	struct counts *counts = session->counts;
	const struct tool *tool = session->tool;

	for (uint32_t key = 0; counts && key < counts->count; key++) {
		struct counted counted = { .key = key,
					   .all = counts->now,
					   .now = counts->now + key * counts->size,
					   .told = counts->told + key * counts->size };

		memset(counts->event, 0, tool->event_size);
		if (!tool->grown(session->options, &counted, counts->event))
			continue;
		counts->event->ts = clock_boot();
		counts->event->tool = (uint8_t)session->options->settings.tool;
		session->counted++;
		take(context, counts->event, tool->event_size);
	}
}

void counts_close(struct session *session)
{
	struct counts *counts = session->counts;

	if (!counts)
		return;
	if (counts->now)
		munmap((void *)counts->now, counts->mapped);
	free(counts->told);
	free(counts->event);
	free(counts);
	session->counts = NULL;
}
