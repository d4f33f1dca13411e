/* SPDX-License-Identifier: GPL-2.0-or-later */
/* places.h: the places of a bounded array of counters (core/bpf/counters.c), which programs give to new keys. */
#ifndef NETTRACE_BPF_PLACES_H
#define NETTRACE_BPF_PLACES_H

#include <stdbool.h>
#include <stdint.h>

struct bpf_object;
struct places;

/* Whether the object has the maps below. */
bool places_are_in(const struct bpf_object *object);
/* For an object with the maps `places` (key to place) and `free_places` (a queue, at first empty). Place 0 is for keys
 * without room. *places is NULL for an object without these maps. False: errno. */
bool places_open(struct places **places, const struct bpf_object *object, uint32_t count);
/* Called for each place after its counters were read. grown: since the reading before. key: the value, which begins
 * with the key; its first 8 bytes are not 0. A place that has been idle for long becomes free. */
void places_read(struct places *places, uint32_t place, void *key, bool grown);
void places_close(struct places *places);

#endif
