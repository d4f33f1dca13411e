/* SPDX-License-Identifier: GPL-2.0-or-later */
/* summary.c: totals of events that share the same key fields. */
#include "core/totals/summary.h"

#include <stdlib.h>
#include <string.h>

#include "core/base/number.h"
#include "core/base/hash.h"
#include "core/base/must.h"

/* Bytes of the event that are part of the key; numbers most significant byte first, so that keys sort by value. */
struct part {
	uint16_t off, size;
	bool turned, in_group; /* turned: a number whose bytes the key reverses (little endian) */
	bool forgotten;        /* unknown in rows: outside the group's key */
};

/* Open addressing over indexes into a dense array: growth moves only indexes, and printing sorts the array in place. */
struct summary {
	struct totals_fields fields;
	struct part parts[TOTALS_FIELDS];
	size_t n_parts, key_size;
	struct total *totals;
	size_t count, room;
	uint32_t *slots; /* index + 1; 0: free */
	size_t n_slots;  /* power of two, more than twice count */
	bool moved;      /* the rows have moved: the slots are invalid */
};

static void add_part(struct summary *summary, size_t off, size_t size, bool number, bool in_group)
{
	if (summary->n_parts == TOTALS_FIELDS || summary->key_size + size > TOTALS_KEY)
		bug("a summary's key is too long");
	summary->parts[summary->n_parts++] =
		(struct part){ (uint16_t)off, (uint16_t)size, number && !NUMBER_BIG_ENDIAN, in_group, false };
	summary->key_size += size;
}

/* Two members may share bytes, so one of them in the key keeps both. */
static bool is_forgotten(const struct summary *summary, const struct part *part)
{
	for (size_t i = 0; i < summary->n_parts; i++) {
		const struct part *other = &summary->parts[i];

		if (other->in_group && part->off < other->off + other->size && other->off < part->off + part->size)
			return false;
	}
	return true;
}

struct summary *summary_new(const struct tool *tool, unsigned int group, bool by_container)
{
	struct summary *summary = must(calloc(1, sizeof(*summary)));
	bool addresses = false, family = false;

	totals_fields(&summary->fields, tool);
	for (size_t i = 0; i < summary->fields.count; i++) {
		const struct field *field = &summary->fields.fields[i];
		bool in_group = !group || field->groups & 1U << group;

		if (field->merge != KEY || kind_rows[field->kind].is_counted)
			continue;
		add_part(summary, field->off, field->size, !kind_rows[field->kind].is_bytes, in_group);
		addresses |= kind_rows[field->kind].is_address;
		family |= in_group && kind_rows[field->kind].is_address;
	}
	if (addresses) /* addresses print by it */
		add_part(summary, offsetof(struct event, family), 1, true, family);
	if (by_container)
		add_part(summary, offsetof(struct event, cgroup_id), sizeof(uint64_t), true, true);
	for (size_t i = 0; i < summary->n_parts; i++)
		summary->parts[i].forgotten = is_forgotten(summary, &summary->parts[i]);
	return summary;
}

void summary_clear(struct summary *summary)
{
	for (size_t i = 0; i < summary->count; i++)
		totals_release(&summary->totals[i]);
	free(summary->totals);
	free(summary->slots);
	summary->totals = NULL;
	summary->slots = NULL;
	summary->count = summary->room = summary->n_slots = 0;
}

void summary_free(struct summary *summary)
{
	if (summary)
		summary_clear(summary);
	free(summary);
}

const struct totals_fields *summary_fields(const struct summary *summary)
{
	return &summary->fields;
}

static void index_again(struct summary *summary)
{
	summary->moved = false;
	memset(summary->slots, 0, summary->n_slots * sizeof(*summary->slots));
	for (size_t i = 0; i < summary->count; i++) {
		size_t slot = (size_t)summary->totals[i].hash & (summary->n_slots - 1);

		while (summary->slots[slot])
			slot = (slot + 1) & (summary->n_slots - 1);
		summary->slots[slot] = (uint32_t)i + 1;
	}
}

static void grow(struct summary *summary)
{
	summary->room = summary->room ? summary->room * 2 : 64;
	summary->totals = must(realloc(summary->totals, summary->room * sizeof(*summary->totals)));
	free(summary->slots);
	summary->n_slots = summary->room * 4;
	summary->slots = must(calloc(summary->n_slots, sizeof(*summary->slots)));
	index_again(summary);
}

/* The row of this key; a new row is all zero. */
static struct total *total_of_key(struct summary *summary, const unsigned char *key)
{
	uint64_t hash = hash_add(HASH_START, key, summary->key_size);
	struct total *total;
	size_t slot;

	if (summary->count == summary->room)
		grow(summary);
	else if (summary->moved)
		index_again(summary);
	slot = (size_t)hash & (summary->n_slots - 1);
	for (; summary->slots[slot]; slot = (slot + 1) & (summary->n_slots - 1)) {
		total = &summary->totals[summary->slots[slot] - 1];
		if (total->hash == hash && !memcmp(total->key, key, summary->key_size))
			return total;
	}
	total = &summary->totals[summary->count++];
	summary->slots[slot] = (uint32_t)summary->count;
	memset(total, 0, sizeof(*total));
	total->hash = hash;
	memcpy(total->key, key, summary->key_size);
	return total;
}

static struct total *total_of(struct summary *summary, const struct event *event, size_t size)
{
	unsigned char key[TOTALS_KEY] = { 0 };
	size_t at = 0;

	for (size_t i = 0; i < summary->n_parts; i++) {
		const struct part *part = &summary->parts[i];
		const unsigned char *from = (const unsigned char *)event + part->off;

		for (size_t byte = 0; part->in_group && byte < part->size && part->off + part->size <= size; byte++)
			key[at + byte] = from[part->turned ? part->size - 1U - byte : byte];
		at += part->size;
	}
	return total_of_key(summary, key);
}

/* A member outside the group's key would have the value of any one event: sets it to unknown. */
static void forget(const struct summary *summary, struct event *event)
{
	for (size_t i = 0; i < summary->n_parts; i++) {
		if (summary->parts[i].forgotten)
			memset((char *)event + summary->parts[i].off, 0, summary->parts[i].size);
	}
}

void summary_add(struct summary *summary, const struct event *event, size_t size)
{
	struct total *total = total_of(summary, event, size);

	totals_add_event(&summary->fields, total, event, size);
	forget(summary, total->event);
}

void summary_add_row(struct summary *summary, const struct total *row)
{
	struct total *total = total_of(summary, row->event, row->size);

	totals_add_row(&summary->fields, total, row);
	forget(summary, total->event);
}

void summary_add_all(struct summary *summary, const struct summary *other)
{
	for (size_t i = 0; i < other->count; i++)
		summary_add_row(summary, &other->totals[i]);
}

const struct total *summary_rows(const struct summary *summary, size_t *count)
{
	*count = summary->count;
	return summary->totals;
}

struct total *summary_sort(struct summary *summary, unsigned int sort, size_t *count)
{
	totals_sort(&summary->fields, summary->totals, summary->count, sort);
	summary->moved = true;
	*count = summary->count;
	return summary->totals;
}
