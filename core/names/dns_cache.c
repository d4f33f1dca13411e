/* SPDX-License-Identifier: GPL-2.0-or-later */
/* dns_cache.c: names by address, in the order of the answers. */
#include "core/names/dns.h"

#include <stdlib.h>
#include <string.h>

#include "core/base/context.h"
#include "core/base/hash.h"
#include "core/base/must.h"

#define NAMES_MOST 10240
#define HASH_SLOTS 16384                       /* power of two */
#define LATE       100000000ULL                /* ns: tables show the age of an older answer */
#define TOO_OLD    (24 * 3600 * 1000000000ULL) /* ns */

const char *const dns_unnamed[2] = { "No DNS Query", "localhost" };

struct entry {
	uint32_t next; /* with the same hash; index + 1, so 0 is none */
	uint32_t older, newer;
	uint32_t netns;
	uint64_t when;
	uint8_t address[16];
	char name[DNS_NAME];
};

_Static_assert(sizeof(((struct peer *)0)->query) >= DNS_NAME, "room for a name");

struct names {
	struct entry *entries; /* NULL: no answer yet */
	uint32_t slots[HASH_SLOTS];
	uint32_t count, oldest, newest;
};

static void end(void *memory)
{
	struct names *names = memory;

	free(names->entries);
}

static struct names *names_known(void)
{
	return context_part(CONTEXT_DNS, sizeof(struct names), end);
}

void dns_forget(void)
{
	context_part_end(CONTEXT_DNS);
}

/* The common properties of one message's addresses. */
struct answer {
	struct names *names;
	uint32_t netns;
	uint64_t when;
	const char *name;
};

static struct entry *entry_at(const struct names *names, uint32_t index)
{
	return &names->entries[index - 1];
}

static uint32_t *slot_of(struct names *names, uint32_t netns, const uint8_t address[16])
{
	uint64_t hash = hash_add(hash_add(HASH_START, &netns, sizeof(netns)), address, 16);

	return &names->slots[(hash ^ hash >> 32) & (HASH_SLOTS - 1)];
}

static uint32_t find(struct names *names, uint32_t netns, const uint8_t address[16])
{
	uint32_t index = names->entries ? *slot_of(names, netns, address) : 0;

	while (index &&
	       (entry_at(names, index)->netns != netns || memcmp(entry_at(names, index)->address, address, 16)))
		index = entry_at(names, index)->next;
	return index;
}

static void leave_order(struct names *names, uint32_t index)
{
	const struct entry *entry = entry_at(names, index);

	*(entry->older ? &entry_at(names, entry->older)->newer : &names->oldest) = entry->newer;
	*(entry->newer ? &entry_at(names, entry->newer)->older : &names->newest) = entry->older;
}

static void become_newest(struct names *names, uint32_t index)
{
	struct entry *entry = entry_at(names, index);

	entry->newer = 0;
	entry->older = names->newest;
	*(names->newest ? &entry_at(names, names->newest)->newer : &names->oldest) = index;
	names->newest = index;
}

/* Returns a free entry, or the oldest one. */
static uint32_t new_entry(struct names *names)
{
	uint32_t index = names->oldest, *at;

	if (!names->entries)
		names->entries = must(calloc(NAMES_MOST, sizeof(*names->entries)));
	if (names->count < NAMES_MOST)
		return ++names->count;
	leave_order(names, index);
	for (at = slot_of(names, entry_at(names, index)->netns, entry_at(names, index)->address); *at != index;
	     at = &entry_at(names, *at)->next)
		;
	*at = entry_at(names, index)->next;
	return index;
}

static void add_address(void *context, const uint8_t address[16])
{
	const struct answer *answer = context;
	struct names *names = answer->names;
	uint32_t index = find(names, answer->netns, address);
	struct entry *entry;

	if (index) {
		leave_order(names, index);
		entry = entry_at(names, index);
	} else {
		uint32_t *slot = slot_of(names, answer->netns, address);

		index = new_entry(names);
		entry = entry_at(names, index);
		memcpy(entry->address, address, sizeof(entry->address));
		entry->netns = answer->netns;
		entry->next = *slot;
		*slot = index;
	}
	entry->when = answer->when;
	strcpy(entry->name, answer->name);
	become_newest(names, index);
}

void dns_add_answer(uint32_t netns, uint64_t when, const uint8_t *message, size_t length)
{
	char name[DNS_NAME];

	dns_read(message, length, name, add_address, &(struct answer){ names_known(), netns, when, name });
}

static bool is_loopback(const uint8_t address[16])
{
	static const uint8_t v4[16] = { [10] = 0xff, [11] = 0xff, [12] = 127, [15] = 1 }, v6[16] = { [15] = 1 };

	return !memcmp(address, v4, sizeof(v4)) || !memcmp(address, v6, sizeof(v6));
}

void dns_name_peer(struct peer *peer, const struct event *event)
{
	struct names *names = names_known();
	uint32_t index = find(names, event->netns, event->raddr);
	const struct entry *entry = index ? entry_at(names, index) : NULL;

	memset(peer, 0, sizeof(*peer));
	peer->age = peer->late = NOT_KNOWN;
	peer->unnamed = is_loopback(event->raddr);
	if (!entry || peer->unnamed || (event->ts > entry->when && event->ts - entry->when > TOO_OLD))
		return;
	strcpy(peer->query, entry->name);
	peer->age = event->ts > entry->when ? event->ts - entry->when : 0;
	if (peer->age > LATE)
		peer->late = peer->age;
}
