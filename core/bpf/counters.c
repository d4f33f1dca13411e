/* SPDX-License-Identifier: GPL-2.0-or-later */
/* counters.c: the counters of BPF programs in a mapped array, with their increase.
 *
 * Not by an iterator over the map: some kernels forbid iterators with a map by policy (seen on a 6.18), and reading a
 * mapped array needs neither a system call nor a privilege. Counters are never reset: the reported values are kept
 * here, so no count falls between a read and a reset. */
#include "core/bpf/counters.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include <bpf/bpf.h>
#include <bpf/libbpf.h>

#include "core/base/clock.h"
#include "core/bpf/places.h"
#include "core/model/counter.h"

struct mapped_counters {
	unsigned char *now;      /* mapped, values of `size` bytes; the programs add to them */
	unsigned char *reported; /* their values at the last report; updated by the tool's read_counter() */
	size_t size, mapped;
	uint32_t count;
	struct event *event;   /* tool->image.event_size bytes */
	struct places *places; /* NULL: every value has a fixed meaning */
};

const struct bpf_map *counters_map(const struct bpf_object *object)
{
	const struct bpf_map *map = bpf_object__find_map_by_name(object, "totals");

	return map ? map : bpf_object__find_map_by_name(object, "totals_by_cpu");
}

/* The kernel rounds the distance of values up to 8 bytes (array_map_alloc() in kernel/bpf/arraymap.c). */
static bool map_counters(struct mapped_counters *counters, const struct bpf_map *map, bool writable)
{
	size_t page = (size_t)sysconf(_SC_PAGESIZE);
	void *now;

	counters->count = bpf_map__max_entries(map);
	counters->size = (bpf_map__value_size(map) + 7UL) & ~7UL;
	counters->mapped = (counters->size * counters->count + page - 1) & ~(page - 1);
	now = mmap(NULL, counters->mapped, writable ? PROT_READ | PROT_WRITE : PROT_READ, MAP_SHARED, bpf_map__fd(map),
		   0);
	if (now != MAP_FAILED)
		counters->now = now;
	return counters->now;
}

bool counters_open(struct session *session)
{
	if (!session->tool->totals || !session->tool->totals->read_counter)
		return true;
	session->counters = calloc(1, sizeof(*session->counters));
	if (!session->counters ||
	    !map_counters(session->counters, counters_map(session->object), places_are_in(session->object)))
		return false;
	session->counters->reported = calloc(session->counters->count, session->counters->size);
	session->counters->event = malloc(session->tool->image.event_size);
	return session->counters->reported && session->counters->event &&
	       places_open(&session->counters->places, session->object, session->counters->count);
}

static bool look_up(const struct counter *counter, const char *map, const void *key, void *value)
{
	const struct bpf_map *found = bpf_object__find_map_by_name(counter->object, map);

	return found && !bpf_map_lookup_elem(bpf_map__fd(found), key, value);
}

/* False: it makes no event. */
static bool read_one(struct session *session, const struct counter *counter)
{
	struct mapped_counters *counters = session->counters;
	bool grown = counters->places && memcmp(counter->now, counter->reported, counters->size) != 0, some;

	memset(counters->event, 0, session->tool->image.event_size);
	some = (!counters->places || grown) &&
	       session->tool->totals->read_counter(session->options, counter, counters->event);
	if (counters->places)
		places_read(counters->places, counter->key, counters->now + counter->key * counters->size, grown);
	return some;
}

void counters_run(struct session *session, counter_event *handle, void *context)
{
	struct mapped_counters *counters = session->counters;
	const struct tool *tool = session->tool;

	for (uint32_t key = 0; counters && key < counters->count; key++) {
		struct counter counter = { .key = key,
					   .all = counters->now,
					   .now = counters->now + key * counters->size,
					   .reported = counters->reported + key * counters->size,
					   .object = session->object,
					   .look_up = look_up };

		if (!read_one(session, &counter))
			continue;
		counters->event->ts = clock_boot();
		counters->event->tool = (uint8_t)session->options->settings.tool;
		session->counter_events++;
		handle(context, counters->event, tool->image.event_size);
	}
}

void counters_close(struct session *session)
{
	struct mapped_counters *counters = session->counters;

	if (!counters)
		return;
	if (counters->now)
		munmap(counters->now, counters->mapped);
	places_close(counters->places);
	free(counters->reported);
	free(counters->event);
	free(counters);
	session->counters = NULL;
}
