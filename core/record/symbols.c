/* SPDX-License-Identifier: GPL-2.0-or-later */
/* symbols.c: the kernel symbols and addresses of a recording. */
#include "core/record/symbols.h"

#include <stdlib.h>
#include <string.h>
#include <sys/random.h>

#include "core/base/must.h"
#include "core/print/kinds.h"

/* Recorded addresses, and their functions. Cleared when there may be no space for those of another event: then some
 * symbols are recorded twice. */
#define SLOTS 16384 /* power of two */
#define MOST  (SLOTS / 2)
/* Fields with addresses, of all tools. */
#define ADDRESS_FIELDS 32
/* The most addresses in an event: those of stacks. */
#define EVENT_MOST 512

/* The first function's address in a recording, and the least distance between functions. They replace the kernel's own
 * addresses, which are secret from readers of the recording. No kernel has code there. */
#define FIRST_PLACE (1ULL << 40)
#define APART       4096ULL

struct address_field {
	size_t tool;
	uint16_t off, size;
	bool is_code; /* otherwise the address of other data, which is only compared */
};

struct slot {
	uint64_t address, recorded; /* 0: free; the address in the recording */
};

struct record_symbols {
	struct address_field address_fields[ADDRESS_FIELDS];
	size_t n_address_fields;
	struct slot addresses[SLOTS], functions[SLOTS]; /* functions: by their start */
	size_t count;                                   /* of addresses; there are no more functions */
	uint64_t next_place;
	uint64_t key[2]; /* of hashes */
	bool hides;
	unsigned int generation;
};

static void add_address_fields(struct record_symbols *symbols, size_t tool, const struct member *members)
{
	for (; members && members->name; members++) {
		const struct kind_row *kind = &kind_rows[members->kind];

		if ((!kind->is_code && !kind->is_pointer) || symbols->n_address_fields == ADDRESS_FIELDS)
			continue;
		symbols->address_fields[symbols->n_address_fields++] =
			(struct address_field){ tool, members->off, members->size, kind->is_code };
	}
}

struct record_symbols *record_symbols_new(const struct options *const *tools, size_t n_tools)
{
	struct record_symbols *symbols = must(calloc(1, sizeof(*symbols)));

	for (size_t i = 0; i < n_tools; i++)
		add_address_fields(symbols, i, tools[i]->tool->members);
	symbols->next_place = FIRST_PLACE;
	symbols->generation = symbols_generation();
	return symbols;
}

bool record_symbols_hide(struct record_symbols *symbols)
{
	symbols->hides = getrandom(symbols->key, sizeof(symbols->key), 0) == (ssize_t)sizeof(symbols->key);
	return symbols->hides;
}

/* The slot of the address, or the free slot for it. */
static struct slot *slot_of(struct slot *slots, uint64_t address)
{
	size_t slot = (size_t)(address * 0x9e3779b97f4a7c15ULL >> 50); /* 14 bits */

	while (slots[slot].address && slots[slot].address != address)
		slot = (slot + 1) & (SLOTS - 1);
	return &slots[slot];
}

/* The function's address in the recording; calls back with a function that is not recorded yet. */
static uint64_t place_of(struct record_symbols *symbols, const struct symbol *symbol, record_symbol_handler *handle,
			 void *context)
{
	struct slot *slot = slot_of(symbols->functions, symbol->start);
	struct symbol moved = *symbol;

	if (slot->address)
		return slot->recorded;
	slot->address = slot->recorded = symbol->start;
	if (symbols->hides) {
		slot->recorded = symbols->next_place;
		symbols->next_place += ((symbol->end - symbol->start) / APART + 1) * APART;
	}
	moved.start = slot->recorded;
	moved.end = slot->recorded + (symbol->end - symbol->start);
	handle(context, &moved);
	return slot->recorded;
}

static void send_symbol(struct record_symbols *symbols, uint64_t address, record_symbol_handler *handle, void *context)
{
	struct slot *slot = slot_of(symbols->addresses, address);
	struct symbol symbol;

	/* An address without a symbol is looked up each time, as in printing: the symbol may appear later. */
	if (slot->address || symbols->count == SLOTS - 1 || !symbols_at(address, &symbol))
		return;
	slot->address = address;
	slot->recorded = place_of(symbols, &symbol, handle, context) + (address - symbol.start);
	symbols->count++;
}

/* Visits the addresses in an event, in each field up to the first 0. */
#define for_each_address(at, field, symbols, of_tool, event, length)                                                   \
	for (const struct address_field *field = (symbols)->address_fields;                                            \
	     field < (symbols)->address_fields + (symbols)->n_address_fields; field++)                                 \
		for (size_t at = field->off; field->tool == (of_tool) && at < (size_t)field->off + field->size &&      \
					     at + 8 <= (length) && address_at(event, at);                              \
		     at += 8)

static uint64_t address_at(const struct event *event, size_t at)
{
	uint64_t address;

	memcpy(&address, (const char *)event + at, sizeof(address));
	return address;
}

void record_symbols_of(struct record_symbols *symbols, size_t tool, const struct event *event, size_t size,
		       record_symbol_handler *handle, void *context)
{
	if (symbols->count + EVENT_MOST > MOST)
		record_symbols_restart(symbols);
	for_each_address(at, field, symbols, tool, event, size) if (field->is_code)
		send_symbol(symbols, address_at(event, at), handle, context);
}

static uint64_t rotated(uint64_t value, int bits)
{
	return value << bits | value >> (64 - bits);
}

static void sip_round(uint64_t v[4])
{
	v[0] += v[1];
	v[2] += v[3];
	v[1] = rotated(v[1], 13) ^ v[0];
	v[3] = rotated(v[3], 16) ^ v[2];
	v[0] = rotated(v[0], 32) + v[3];
	v[2] += v[1];
	v[3] = rotated(v[3], 21) ^ v[0];
	v[1] = rotated(v[1], 17) ^ v[2];
	v[2] = rotated(v[2], 32);
}

/* SipHash-2-4 (Aumasson, Bernstein) of one word, with the highest bit set: never 0, and as wide as an address. */
static uint64_t hash_of(const uint64_t key[2], uint64_t word)
{
	const uint64_t words[] = { word, 8ULL << 56 };
	uint64_t v[4] = { key[0] ^ 0x736f6d6570736575, key[1] ^ 0x646f72616e646f6d, key[0] ^ 0x6c7967656e657261,
			  key[1] ^ 0x7465646279746573 };

	for (size_t i = 0; i < 2; i++) {
		v[3] ^= words[i];
		sip_round(v);
		sip_round(v);
		v[0] ^= words[i];
	}
	v[2] ^= 0xff;
	for (size_t i = 0; i < 4; i++)
		sip_round(v);
	return (v[0] ^ v[1] ^ v[2] ^ v[3]) | 1ULL << 63;
}

void record_symbols_hide_in(struct record_symbols *symbols, size_t tool, struct event *event, size_t size)
{
	if (!symbols->hides)
		return;
	for_each_address(at, field, symbols, tool, event, size)
	{
		uint64_t address = address_at(event, at);
		const struct slot *slot = slot_of(symbols->addresses, address);

		if (!field->is_code)
			address = hash_of(symbols->key, address);
		else if (slot->address) /* without a symbol the address itself is printed, so it must stay */
			address = slot->recorded;
		memcpy((char *)event + at, &address, sizeof(address));
	}
}

bool record_symbols_changed(struct record_symbols *symbols)
{
	unsigned int now = symbols_generation();

	if (now == symbols->generation)
		return false;
	symbols->generation = now;
	record_symbols_restart(symbols);
	return true;
}

void record_symbols_restart(struct record_symbols *symbols)
{
	memset(symbols->addresses, 0, sizeof(symbols->addresses));
	memset(symbols->functions, 0, sizeof(symbols->functions));
	symbols->count = 0;
}

void record_symbols_free(struct record_symbols *symbols)
{
	free(symbols);
}
