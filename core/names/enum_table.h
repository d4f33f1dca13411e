/* SPDX-License-Identifier: GPL-2.0-or-later */
/* enum_table.h: one BTF enum as a table between values and names; tools use core/names/enums.h. */
#ifndef NETTRACE_NAMES_ENUM_TABLE_H
#define NETTRACE_NAMES_ENUM_TABLE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct btf;
struct btf_type;

/* Smaller values are found by index, others by binary search. */
#define ENUM_SMALL 256

struct enum_value {
	uint64_t key;            /* the value in BTF: 32 bits, or 64 of an enum64 */
	size_t order;            /* of declaration */
	const char *name, *tail; /* both owned by the BTF; tail: without the prefix */
};

struct enum_table {
	struct enum_table *next;
	const struct btf *btf;
	char *type;
	bool narrow, negative; /* keys have 32 bits; they are signed */
	size_t count;
	struct enum_value *values; /* sorted by key, then by order */
	const char *small[ENUM_SMALL];
};

/* Adds a table of the enum `type`, named `name`, at the front of *list. type NULL: an empty table. */
struct enum_table *enum_table_add(struct enum_table **list, const struct btf *btf, const char *name,
				  const struct btf_type *type);
void enum_table_free(struct enum_table *table);
/* The name of a value without its prefix; of several, the first declared. NULL: none. */
const char *enum_table_name(const struct enum_table *table, uint64_t value);
/* Ignores case, and prefers whole names to names without prefix. False: no such name. */
bool enum_table_value(const struct enum_table *table, const char *name, uint64_t *value);

#endif
