/* SPDX-License-Identifier: GPL-2.0-or-later */
/* cgroups.c: a table of cgroups by id, each with its name and its parent. */
#include "core/names/cgroups.h"

#include <stdlib.h>
#include <string.h>

#include "core/base/context.h"
#include "core/base/must.h"

#define AT_MOST 65536 /* then the table is emptied: otherwise it grows without bound where cgroups come and go */
#define DEEPEST 64

struct cgroup {
	uint64_t id, parent; /* id 0: a free slot */
	char *name;
};

/* Open addressing; a power of two slots, at least twice as many as cgroups. */
struct cgroups {
	struct cgroup *slots;
	size_t n_slots, count;
};

static void end(void *memory)
{
	struct cgroups *known = memory;

	for (size_t i = 0; i < known->n_slots; i++)
		free(known->slots[i].name);
	free(known->slots);
}

static struct cgroups *cgroups(void)
{
	return context_part(CONTEXT_CGROUPS, sizeof(struct cgroups), end);
}

void cgroups_clear(void)
{
	context_part_end(CONTEXT_CGROUPS);
}

/* The slot of this id, or the free slot for it. */
static struct cgroup *slot_of(struct cgroup *table, size_t n, uint64_t id)
{
	size_t at = (size_t)((id * 0x9e3779b97f4a7c15ULL) >> 32) & (n - 1);

	while (table[at].id && table[at].id != id)
		at = (at + 1) & (n - 1);
	return &table[at];
}

static void grow(struct cgroups *known)
{
	size_t n = known->n_slots ? known->n_slots * 2 : 256;
	struct cgroup *larger = must(calloc(n, sizeof(*larger)));

	for (size_t i = 0; i < known->n_slots; i++) {
		if (known->slots[i].id)
			*slot_of(larger, n, known->slots[i].id) = known->slots[i];
	}
	free(known->slots);
	known->slots = larger;
	known->n_slots = n;
}

void cgroups_add(uint64_t id, uint64_t parent, const char *name)
{
	struct cgroups *known = cgroups();
	struct cgroup *cgroup;

	if (!id)
		return;
	if (known->count == AT_MOST) {
		cgroups_clear();
		known = cgroups();
	}
	if (known->count * 2 >= known->n_slots)
		grow(known);
	cgroup = slot_of(known->slots, known->n_slots, id);
	if (!cgroup->id)
		known->count++;
	else if (cgroup->parent == parent && !strcmp(cgroup->name, name))
		return;
	free(cgroup->name);
	*cgroup = (struct cgroup){ id, parent, must(strdup(name)) };
}

bool cgroups_path(uint64_t id, char *path, size_t size)
{
	const struct cgroups *known = cgroups();
	const struct cgroup *chain[DEEPEST];
	size_t depth = 0, used = 0;

	if (!size)
		return false;
	do {
		const struct cgroup *cgroup = known->n_slots ? slot_of(known->slots, known->n_slots, id) : NULL;

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
