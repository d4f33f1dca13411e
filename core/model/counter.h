/* SPDX-License-Identifier: GPL-2.0-or-later */
/* counter.h: one counter of a tool's programs, for its read_counter(). */
#ifndef NETTRACE_MODEL_COUNTER_H
#define NETTRACE_MODEL_COUNTER_H

#include <stdbool.h>
#include <stdint.h>

#include <linux/types.h>

struct bpf_object;

/* A value of the array `totals` of the tool's programs. */
struct counter {
	uint32_t key;
	const void *all; /* the value of key 0 */
	const void *now; /* this value; programs keep adding to it */
	void *reported;  /* the value at the previous interval; initially zeroes */
	const struct bpf_object *object;
	/* Reads the value of a key in another map of the object. False: none. */
	bool (*look_up)(const struct counter *counter, const char *map, const void *key, void *value);
};

/* Returns the growth of a counter since the last call, and sets *reported to its current value. */
static inline __u64 counter_delta(__u64 *reported, const __u64 *now)
{
	__u64 before = *reported;

	*reported = __atomic_load_n(now, __ATOMIC_RELAXED);
	return *reported - before;
}

#endif
