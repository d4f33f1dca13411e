/* SPDX-License-Identifier: GPL-2.0-or-later */
/* walk.h: a walk over all types of a BTF, for those whose names may match. */
#ifndef NETTRACE_KERNEL_BTF_WALK_H
#define NETTRACE_KERNEL_BTF_WALK_H

#include <stdbool.h>
#include <stdint.h>

#define BLOOM_BITS 65536U

/* One bit for each of many values; most of what is not wanted is seen there. */
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

/* A type, by its place among the types, which is in bytes. */
struct btf_mark {
	uint32_t at, id;
};

/* A part of the types. */
struct half {
	uint32_t count;
	uint32_t *each;         /* where every 64th is, so that any is found in a few steps */
	struct btf_mark *marks; /* those with a name in the sieve */
	uint32_t n_marks, room;
	bool lost; /* there was no memory for one */
};

struct btf_walk {
	const char *types;
	uint32_t size, names_size; /* bytes of types, and of names */
	struct half parts[2];      /* all types, in the order of their ids 1 ... */
};

struct btf_type;

/* Goes through walk's types (the first three members are the caller's) and marks those whose mixed(name_off) is in the
 * sieve; their ids count from the beginning of all types. False: something is not understood, or no memory. The caller
 * ends it with btf_walk_end(). */
bool btf_walk_run(struct btf_walk *walk, const struct bloom *bloom);
/* The type of this id; NULL: there is none. */
const struct btf_type *btf_walk_at(const struct btf_walk *walk, uint32_t id);
void btf_walk_end(struct btf_walk *walk);

#endif
