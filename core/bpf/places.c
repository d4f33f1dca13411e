/* SPDX-License-Identifier: GPL-2.0-or-later */
/* places.c: the places of a bounded array of counters.
 *
 * The programs take a free place for a new key, and count there: at first places in order, later those that were freed.
 * A place is freed in two steps, so that no count is lost. First its key is deleted, and the first word of its value,
 * where the key is, too, so that no program finds the place any longer. Later, when programs that had found it are
 * certainly over, it is read for the last time, and becomes free. Counters are never reset: the next key continues from
 * the values that were read. */
#include "core/bpf/places.h"

#include <errno.h>
#include <stdlib.h>

#include <bpf/bpf.h>
#include <bpf/libbpf.h>

#define IDLE_READINGS 60 /* without growth, until a place becomes free ... */
#define IDLE_IF_FULL  2  /* ... and when few places are free */

enum {
	PLACE_FREE,
	PLACE_USED,          /* and the number of readings without growth */
	PLACE_LEAVING = 255, /* its key is deleted */
};

struct places {
	int keys, free; /* maps */
	uint32_t count, used;
	uint8_t state[];
};

bool places_are_in(const struct bpf_object *object)
{
	return bpf_object__find_map_by_name(object, "free_places");
}

bool places_open(struct places **places, const struct bpf_object *object, uint32_t count)
{
	const struct bpf_map *keys = bpf_object__find_map_by_name(object, "places");
	const struct bpf_map *unused = bpf_object__find_map_by_name(object, "free_places");
	struct places *made;

	*places = NULL;
	if (!keys || !unused)
		return true;
	made = calloc(1, sizeof(*made) + count);
	if (!made)
		return false;
	made->keys = bpf_map__fd(keys);
	made->free = bpf_map__fd(unused);
	made->count = count;
	*places = made;
	return true;
}

static void use(struct places *places, uint32_t place)
{
	if (places->state[place] == PLACE_FREE)
		places->used++;
	places->state[place] = PLACE_USED;
}

static void release(struct places *places, uint32_t place)
{
	if (bpf_map_update_elem(places->free, NULL, &place, BPF_ANY))
		return;
	places->state[place] = PLACE_FREE;
	places->used--;
}

static void leave(struct places *places, uint32_t place, uint64_t *key)
{
	if (bpf_map_delete_elem(places->keys, key) && errno != ENOENT)
		return;
	places->state[place] = PLACE_LEAVING;
	__atomic_store_n(key, 0, __ATOMIC_RELEASE);
}

void places_read(struct places *places, uint32_t place, void *key, bool grown)
{
	int limit = places->used > places->count / 4 * 3 ? IDLE_IF_FULL : IDLE_READINGS;

	if (!place || (!grown && places->state[place] == PLACE_FREE))
		return;
	if (places->state[place] == PLACE_LEAVING) {
		if (!grown)
			release(places, place);
	} else if (grown) {
		use(places, place);
	} else if (++places->state[place] > PLACE_USED + limit) {
		leave(places, place, key);
	}
}

void places_close(struct places *places)
{
	free(places);
}
