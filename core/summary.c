/* SPDX-License-Identifier: GPL-2.0-or-later */
/* summary.c: counts instead of rows. */
#include "core/summary.h"

#include <stdlib.h>
#include <string.h>

#include "core/say.h"

#define KEY_MAX 128

/* Open addressing over indexes into a dense array: growth moves only indexes, and printing sorts the array in place. */
struct entry {
	uint64_t count, hash;
	char *event; /* tool->event_size bytes, the tail zero where the event was shorter */
	size_t size;
	char key[KEY_MAX];
};

struct summary {
	const struct tool *tool;
	struct field keys[PRINTER_FIELDS];
	size_t n_keys, key_size;
	struct entry *entries;
	size_t count, room;
	uint32_t *slots; /* index + 1; 0: free */
	size_t n_slots;  /* power of two, more than twice count */
};

static void *need(void *memory)
{
	if (!memory)
		say_exit(EXIT_FAILED, "out of memory");
	return memory;
}

static void add_key(struct summary *summary, size_t off, size_t size)
{
	struct field *key = &summary->keys[summary->n_keys++];

	key->off = (uint16_t)off;
	key->size = (uint16_t)size;
	summary->key_size += size;
}

struct summary *summary_new(const struct tool *tool)
{
	struct summary *summary = need(calloc(1, sizeof(*summary)));
	bool addresses = false;

	summary->tool = tool;
	for (const struct field *field = tool->summary_fields; field->name; field++) {
		struct field whole = field_complete(field);

		if (whole.kind == F_COUNT || summary->n_keys + 2 > PRINTER_FIELDS)
			continue;
		add_key(summary, whole.off, whole.size);
		addresses |= whole.kind == F_ADDRESS || whole.kind == F_ENDPOINT || whole.kind == F_BRACKETS;
		if (whole.port)
			add_key(summary, whole.port, sizeof(uint16_t));
	}
	if (addresses) /* they print by it */
		add_key(summary, offsetof(struct event, family), 1);
	if (summary->key_size > KEY_MAX)
		say_exit(EXIT_FAILED, "internal: a summary's key is too long");
	return summary;
}

static void clear(struct summary *summary)
{
	for (size_t i = 0; i < summary->count; i++)
		free(summary->entries[i].event);
	free(summary->entries);
	free(summary->slots);
	summary->entries = NULL;
	summary->slots = NULL;
	summary->count = summary->room = summary->n_slots = 0;
}

void summary_free(struct summary *summary)
{
	if (summary)
		clear(summary);
	free(summary);
}

static uint64_t hash_of(const char *key, size_t size)
{
	uint64_t hash = 14695981039346656037ULL; /* FNV-1a */

	for (size_t i = 0; i < size; i++)
		hash = (hash ^ (unsigned char)key[i]) * 1099511628211ULL;
	return hash;
}

static void grow(struct summary *summary)
{
	summary->room = summary->room ? summary->room * 2 : 64;
	summary->entries = need(realloc(summary->entries, summary->room * sizeof(*summary->entries)));
	free(summary->slots);
	summary->n_slots = summary->room * 4;
	summary->slots = need(calloc(summary->n_slots, sizeof(*summary->slots)));
	for (size_t i = 0; i < summary->count; i++) {
		size_t slot = summary->entries[i].hash & (summary->n_slots - 1);

		while (summary->slots[slot])
			slot = (slot + 1) & (summary->n_slots - 1);
		summary->slots[slot] = (uint32_t)i + 1;
	}
}

/* The entry of this key, new ones with count 0. */
static struct entry *entry_of(struct summary *summary, const char *key)
{
	uint64_t hash = hash_of(key, summary->key_size);
	struct entry *entry;
	size_t slot;

	if (summary->count == summary->room)
		grow(summary);
	slot = hash & (summary->n_slots - 1);
	for (; summary->slots[slot]; slot = (slot + 1) & (summary->n_slots - 1)) {
		entry = &summary->entries[summary->slots[slot] - 1];
		if (entry->hash == hash && !memcmp(entry->key, key, summary->key_size))
			return entry;
	}
	entry = &summary->entries[summary->count++];
	summary->slots[slot] = (uint32_t)summary->count;
	memset(entry, 0, sizeof(*entry));
	entry->hash = hash;
	entry->event = need(calloc(1, summary->tool->event_size));
	memcpy(entry->key, key, summary->key_size);
	return entry;
}

void summary_add(struct summary *summary, const struct event *event, size_t size)
{
	char key[KEY_MAX] = { 0 };
	struct entry *entry;
	size_t at = 0;

	for (size_t i = 0; i < summary->n_keys; i++) {
		const struct field *field = &summary->keys[i];

		if ((size_t)field->off + field->size <= size)
			memcpy(key + at, (const char *)event + field->off, field->size);
		at += field->size;
	}
	entry = entry_of(summary, key);
	entry->size = size < summary->tool->event_size ? size : summary->tool->event_size;
	memcpy(entry->event, event, entry->size);
	entry->count++;
}

static int most_first(const void *one, const void *other)
{
	const struct entry *a = one, *b = other;

	if (a->count != b->count)
		return a->count < b->count ? 1 : -1;
	return memcmp(a->key, b->key, sizeof(a->key));
}

size_t summary_print(struct summary *summary, struct printer *printer)
{
	size_t rows = summary->count;

	if (rows)
		qsort(summary->entries, summary->count, sizeof(*summary->entries), most_first);
	printer_header(printer);
	for (size_t i = 0; i < summary->count; i++) {
		struct entry *entry = &summary->entries[i];

		printer_row(printer, (const struct event *)(const void *)entry->event, entry->size, entry->count);
	}
	clear(summary);
	return rows;
}
