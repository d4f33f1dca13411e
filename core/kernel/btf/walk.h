/* SPDX-License-Identifier: GPL-2.0-or-later */
/* walk.h: goes through all types of a BTF, for those whose names may be wanted. */
#ifndef NETTRACE_KERNEL_BTF_WALK_H
#define NETTRACE_KERNEL_BTF_WALK_H

#include <stdbool.h>
#include <stdint.h>

#define SIEVE_BITS 65536U

/* One bit for each of many values; most of what is not wanted is seen there. */
struct sieve {
	uint64_t words[SIEVE_BITS / 64];
};

static inline uint32_t mixed(uint32_t value)
{
	return (value * 2654435761U) >> 12;
}

static inline void sieve_set(struct sieve *sieve, uint32_t value)
{
	sieve->words[value % SIEVE_BITS / 64] |= 1ULL << (value % 64);
}

static inline bool sieve_has(const struct sieve *sieve, uint32_t value)
{
	return sieve->words[value % SIEVE_BITS / 64] >> (value % 64) & 1;
}

/* A type, by its place among the types, which is in bytes. */
struct type_mark {
	uint32_t at, id;
};

/* A part of the types. */
struct stretch {
	uint32_t count;
	uint32_t *each;          /* where every 64th is, so that any is found in a few steps */
	struct type_mark *marks; /* those with a name in the sieve */
	uint32_t n_marks, room;
	bool lost; /* there was no memory for one */
};

struct type_walk {
	const char *types;
	uint32_t size, names_size; /* bytes of types, and of names */
	struct stretch parts[2];   /* all types, in the order of their ids 1 ... */
};

struct btf_type;

/* Goes through walk's types (the first three members are the caller's) and marks those whose mixed(name_off) is in the
 * sieve; their ids count from the beginning of all types. False: something is not understood, or no memory. The caller
 * ends it with type_walk_end(). */
bool type_walk_run(struct type_walk *walk, const struct sieve *sieve);
/* The type of this id; NULL: there is none. */
const struct btf_type *type_walk_at(const struct type_walk *walk, uint32_t id);
void type_walk_end(struct type_walk *walk);

#endif
