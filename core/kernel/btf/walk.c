/* SPDX-License-Identifier: GPL-2.0-or-later */
/* walk.c: a walk over all types of a BTF, for those whose names may match.
 *
 * The start of a type is known only after reading the previous one, so each step waits for memory. So two walks
 * alternate, one from the start and one from further on. The start of the second is a guess: a walk from any offset
 * soon falls into step with the real types (11 steps on 6.18, at most 810 of 10,000 starts). The first walk verifies
 * the guess when it gets there; if it was wrong, the first walk continues alone. */
#include "core/kernel/btf/walk.h"

#include <stdlib.h>
#include <string.h>

#include <linux/btf.h>

#define TYPES_EACH  64
#define GUESS_STEPS 1024

/* The size of a type in bytes; 0: an unknown kind. */
static uint32_t size_of(const struct btf_type *type)
{
	/* The size of the type alone, and of each of its parts. */
	static const struct {
		uint32_t fixed, each;
	} sizes[BTF_INFO_KIND(~0U) + 1] = {
		[BTF_KIND_INT] = { 16, 0 },        [BTF_KIND_PTR] = { 12, 0 },      [BTF_KIND_ARRAY] = { 24, 0 },
		[BTF_KIND_STRUCT] = { 12, 12 },    [BTF_KIND_UNION] = { 12, 12 },   [BTF_KIND_ENUM] = { 12, 8 },
		[BTF_KIND_FWD] = { 12, 0 },        [BTF_KIND_TYPEDEF] = { 12, 0 },  [BTF_KIND_VOLATILE] = { 12, 0 },
		[BTF_KIND_CONST] = { 12, 0 },      [BTF_KIND_RESTRICT] = { 12, 0 }, [BTF_KIND_FUNC] = { 12, 0 },
		[BTF_KIND_FUNC_PROTO] = { 12, 8 }, [BTF_KIND_VAR] = { 16, 0 },      [BTF_KIND_DATASEC] = { 12, 12 },
		[BTF_KIND_FLOAT] = { 12, 0 },      [BTF_KIND_DECL_TAG] = { 16, 0 }, [BTF_KIND_TYPE_TAG] = { 12, 0 },
		[BTF_KIND_ENUM64] = { 12, 12 },
	};
	uint32_t kind = BTF_INFO_KIND(type->info);

	return sizes[kind].fixed + BTF_INFO_VLEN(type->info) * sizes[kind].each;
}

/* The same at an offset where no type may start; 0 also if the type exceeds the types. */
static uint32_t size_at(const struct btf_walk *walk, uint32_t at)
{
	uint32_t left = walk->size - at, size;

	if (left < sizeof(struct btf_type))
		return 0;
	size = size_of((const void *)(walk->types + at));
	return size <= left ? size : 0;
}

static void mark(struct half *part, uint32_t at, uint32_t id)
{
	if (part->n_marks == part->room) {
		uint32_t room = part->room ? 2 * part->room : 1024;
		struct btf_mark *larger = realloc(part->marks, room * sizeof(*larger));

		part->lost = !larger;
		if (!larger)
			return;
		part->marks = larger;
		part->room = room;
	}
	part->marks[part->n_marks++] = (struct btf_mark){ at, id };
}

/* Visits the type at `at`, the next one of this half. Returns its size in bytes; 0: no type. */
static inline uint32_t look(const struct btf_walk *walk, const struct bloom *bloom, struct half *part, uint32_t at,
			    uint32_t index)
{
	const struct btf_type *type = (const void *)(walk->types + at);
	uint32_t size = size_at(walk, at);

	if (index % TYPES_EACH == 0)
		part->each[index / TYPES_EACH] = at;
	if (size && bloom_has(bloom, mixed(type->name_off)))
		mark(part, at, index + 1);
	return size;
}

/* An offset where a type may start, after two thirds of the bytes: later types are shorter. */
static uint32_t guess(const struct btf_walk *walk)
{
	uint32_t at = walk->size / 3 * 2 & ~3U;

	for (int steps = 0; steps < GUESS_STEPS && at < walk->size; steps++) {
		const struct btf_type *type = (const void *)(walk->types + at);
		uint32_t size = size_at(walk, at);

		at += size && type->name_off < walk->names_size ? size : 4;
	}
	return at < walk->size ? at : walk->size;
}

/* Walks both halves, the first up to the start of the second. Returns where the first stopped, and sets *second_end. */
static uint32_t walk_both(struct btf_walk *walk, const struct bloom *bloom, uint32_t second, uint32_t *second_end)
{
	struct half *parts = walk->parts;
	uint32_t one = 0, other = second, size = 1, other_size = 1, count = 0, other_count = 0;

	while (one < second && other < walk->size && size && other_size) {
		size = look(walk, bloom, &parts[0], one, count++);
		other_size = look(walk, bloom, &parts[1], other, other_count++);
		one += size;
		other += other_size;
	}
	while (one < second && size) {
		size = look(walk, bloom, &parts[0], one, count++);
		one += size;
	}
	while (other < walk->size && other_size) {
		other_size = look(walk, bloom, &parts[1], other, other_count++);
		other += other_size;
	}
	parts[0].count = count;
	parts[1].count = other_count;
	*second_end = other;
	return one;
}

static bool start(struct half *part, uint32_t bytes)
{
	part->each = malloc((bytes / sizeof(struct btf_type) / TYPES_EACH + 2) * sizeof(*part->each));
	return part->each;
}

bool btf_walk_run(struct btf_walk *walk, const struct bloom *bloom)
{
	struct half *parts = walk->parts;
	uint32_t second = guess(walk), end, second_end;

	memset(parts, 0, sizeof(walk->parts));
	if (!start(&parts[0], walk->size) || !start(&parts[1], walk->size - second))
		return false;
	end = walk_both(walk, bloom, second, &second_end);
	if (end > second) { /* the guess was wrong */
		parts[1].count = parts[1].n_marks = 0;
		for (uint32_t size = 1; end < walk->size && size; end += size)
			size = look(walk, bloom, &parts[0], end, parts[0].count++);
		second_end = end;
	}
	for (uint32_t i = 0; i < parts[1].n_marks; i++)
		parts[1].marks[i].id += parts[0].count;
	return end >= second && second_end == walk->size && !parts[0].lost && !parts[1].lost;
}

const struct btf_type *btf_walk_at(const struct btf_walk *walk, uint32_t id)
{
	const struct half *part = &walk->parts[id > walk->parts[0].count];
	uint32_t index = id - 1 - (part == walk->parts ? 0 : walk->parts[0].count);
	const char *type;

	if (!id || index >= part->count)
		return NULL;
	type = walk->types + part->each[index / TYPES_EACH];
	for (uint32_t steps = index % TYPES_EACH; steps; steps--)
		type += size_of((const void *)type);
	return (const void *)type;
}

void btf_walk_end(struct btf_walk *walk)
{
	for (int i = 0; i < 2; i++) {
		free(walk->parts[i].each);
		free(walk->parts[i].marks);
	}
	memset(walk, 0, sizeof(*walk));
}
