/* SPDX-License-Identifier: GPL-2.0-or-later */
/* hash.h: a hash for tables of the program's own keys (FNV-1a, 64 bits). */
#ifndef NETTRACE_BASE_HASH_H
#define NETTRACE_BASE_HASH_H

#include <stddef.h>
#include <stdint.h>

#define HASH_START 14695981039346656037ULL

/* Continues the hash with these bytes; the first call begins with HASH_START. */
static inline uint64_t hash_add(uint64_t hash, const void *bytes, size_t size)
{
	const unsigned char *at = bytes;

	for (size_t i = 0; i < size; i++)
		hash = (hash ^ at[i]) * 1099511628211ULL;
	return hash;
}

#endif
