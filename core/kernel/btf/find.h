/* SPDX-License-Identifier: GPL-2.0-or-later */
/* find.h: a search for a few types by name, in one pass over the kernel's BTF. */
#ifndef NETTRACE_KERNEL_BTF_FIND_H
#define NETTRACE_KERNEL_BTF_FIND_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "core/kernel/btf/walk.h"

#define WANTED_ITEMS 1024
#define WANTED_SLOTS (4 * WANTED_ITEMS)

/* A name to search for. */
struct wanted_name {
	char *text;
	uint32_t kinds;  /* bit BTF_KIND_X: as the name of such types; WANTED_MEMBER: as the name of a member */
	uint32_t offset; /* of its text among the kernel's strings; 0: the kernel lacks the name */
};

#define WANTED_MEMBER 1U /* bit 0 is free: no type has kind 0 */

struct wanted {
	struct wanted_name names[WANTED_ITEMS];
	uint32_t count;
	uint16_t by_text[WANTED_SLOTS], by_offset[WANTED_SLOTS]; /* hash tables of index + 1 */
	bool changed;                                            /* since the last scan */
	bool overflow;                                           /* the table is full: names are missing from it */
};

/* Adds a name, or adds kinds to an existing name. */
void wanted_add(struct wanted *wanted, const char *text, size_t length, uint32_t kinds);
void wanted_free(struct wanted *wanted);
/* After a scan: the name at this offset of the kernel's strings, if it is wanted as one of `kinds`; else NULL. */
const struct wanted_name *wanted_at(const struct wanted *wanted, uint32_t offset, uint32_t kinds);

struct btf_type;

/* A search in progress. */
struct btf_find {
	const char *bytes, *strings; /* valid until btf_find_end() */
	size_t size;
	uint32_t strings_size;
	bool mapped; /* mapped memory stays valid until btf_find_unmap() */
	struct btf_walk walk;
};

/* Calls found() for every type with a wanted name, in the order of ids. False (errno): no BTF, or an unknown format.
 * The caller ends the search with btf_find_end(). */
bool btf_find_start(struct btf_find *find, const char *path, struct wanted *wanted,
		    bool (*found)(void *context, uint32_t id, const struct btf_type *type), void *context);
/* The type with this id, or NULL. */
const struct btf_type *btf_find_at(const struct btf_find *find, uint32_t id);
void btf_find_end(struct btf_find *find);
/* Unmaps the mapped file, if any. The caller has ended every search. */
void btf_find_unmap(void);

#endif
