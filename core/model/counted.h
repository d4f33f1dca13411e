/* SPDX-License-Identifier: GPL-2.0-or-later */
/* counted.h: one of the counters of a tool's programs, for its grown(). */
#ifndef NETTRACE_MODEL_COUNTED_H
#define NETTRACE_MODEL_COUNTED_H

#include <stdint.h>

#include <linux/types.h>

/* A value of the array `totals` of the tool's programs. */
struct counted {
	uint32_t key;
	const void *all; /* the value of key 0 */
	const void *now; /* this one; programs go on adding to it */
	void *told;      /* the same as it was told last; zeroes at first */
};

/* What a counter has grown by since the last time; *told becomes what it is now. */
static inline __u64 grown_by(__u64 *told, const __u64 *now)
{
	__u64 before = *told;

	*told = __atomic_load_n(now, __ATOMIC_RELAXED);
	return *told - before;
}

#endif
