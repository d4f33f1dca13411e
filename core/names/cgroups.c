/* SPDX-License-Identifier: GPL-2.0-or-later */
/* cgroups.c: a table of cgroups by id, each with its name and its parent. */
#include "core/names/cgroups.h"

#include <stdlib.h>
#include <string.h>

#include "core/base/must.h"

#define AT_MOST 65536 /* then the table is emptied: otherwise it grows without bound where cgroups come and go */
#define DEEPEST 64

struct cgroup {
	uint64_t id, parent; /* id 0: a free slot */
	char *name;
};

/* Open addressing; a power of two slots, at least twice as many as cgroups. */
static struct cgroup *slots;
static size_t n_slots, count;

/* The slot of this id, or the free slot for it. */
static struct cgroup *slot_of(struct cgroup *table, size_t n, uint64_t id)
{
	size_t at = (size_t)((id * 0x9e3779b97f4a7c15ULL) >> 32) & (n - 1);

	while (table[at].id && table[at].id != id)
		at = (at + 1) & (n - 1);
	return &table[at];
}

static void grow(void)
{
	size_t n = n_slots ? n_slots * 2 : 256;
	struct cgroup *larger = must(calloc(n, sizeof(*larger)));

	for (size_t i = 0; i < n_slots; i++) {
		if (slots[i].id)
			*slot_of(larger, n, slots[i].id) = slots[i];
	}
	free(slots);
	slots = larger;
	n_slots = n;
}

void cgroups_clear(void)
{
	for (size_t i = 0; i < n_slots; i++)
		free(slots[i].name);
	free(slots);
	slots = NULL;
	n_slots = count = 0;
}

void cgroups_add(uint64_t id, uint64_t parent, const char *name)
{
	struct cgroup *cgroup;

	if (!id)
		return;
	if (count == AT_MOST)
		cgroups_clear();
	if (count * 2 >= n_slots)
		grow();
	cgroup = slot_of(slots, n_slots, id);
	if (!cgroup->id)
		count++;
	else if (cgroup->parent == parent && !strcmp(cgroup->name, name))
		return;
	free(cgroup->name);
	*cgroup = (struct cgroup){ id, parent, must(strdup(name)) };
}

bool cgroups_path(uint64_t id, char *path, size_t size)
{
	const struct cgroup *chain[DEEPEST];
	size_t depth = 0, used = 0;

	if (!size)
		return false;
	do {
		const struct cgroup *cgroup = n_slots ? slot_of(slots, n_slots, id) : NULL;

		if (!id || !cgroup || !cgroup->id || depth == DEEPEST)
			return false;
		chain[depth++] = cgroup;
		id = cgroup->parent;
	} while (id);
	path[0] = '\0';
	while (depth) {
		const struct cgroup *cgroup = chain[--depth];
		size_t length = strlen(cgroup->name);

		if (used + length + 2 > size)
			return false;
		if (cgroup->parent)
			path[used++] = '/';
		memcpy(path + used, cgroup->name, length + 1);
		used += length;
	}
	if (!used && size > 1)
		strcpy(path, "/");
	return true;
}
