/* SPDX-License-Identifier: GPL-2.0-or-later */
/* walk.h: a walk over all types of a BTF, for those whose names may match. */
#ifndef NETTRACE_KERNEL_BTF_WALK_H
#define NETTRACE_KERNEL_BTF_WALK_H

#include <stdbool.h>
#include <stdint.h>

#define BLOOM_BITS 65536U

/* Bloom filter: one bit for several values, which rejects most unwanted names. */
struct bloom {
	uint64_t words[BLOOM_BITS / 64];
};

static inline uint32_t mixed(uint32_t value)
{
	return (value * 2654435761U) >> 12;
}

static inline void bloom_set(struct bloom *bloom, uint32_t value)
{
	bloom->words[value % BLOOM_BITS / 64] |= 1ULL << (value % 64);
}

static inline bool bloom_has(const struct bloom *bloom, uint32_t value)
{
	return bloom->words[value % BLOOM_BITS / 64] >> (value % 64) & 1;
}

/* A marked type: its offset in bytes among the types, and its id. */
struct btf_mark {
	uint32_t at, id;
};

/* One half of the types. */
struct half {
	uint32_t count;
	uint32_t *each;         /* offset of every 64th type, so that a type is found in a few steps */
	struct btf_mark *marks; /* types whose name passes the bloom filter */
	uint32_t n_marks, room;
	bool lost; /* a mark is missing: out of memory */
};

struct btf_walk {
	const char *types;
	uint32_t size, names_size; /* bytes of types and of names */
	struct half parts[2];      /* all types, in the order of their ids 1 ... */
};

struct btf_type;

/* Visits all types of `walk` (the caller sets the first three members) and marks those whose mixed(name_off) passes the
 * bloom filter. Ids count from the start of all types. False: an unknown format, or out of memory. The caller frees the
 * result with btf_walk_end(). */
bool btf_walk_run(struct btf_walk *walk, const struct bloom *bloom);
/* The type with this id, or NULL. */
const struct btf_type *btf_walk_at(const struct btf_walk *walk, uint32_t id);
void btf_walk_end(struct btf_walk *walk);

#endif
