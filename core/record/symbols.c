/* SPDX-License-Identifier: GPL-2.0-or-later */
/* symbols.c: the kernel symbols that a recording needs and has. */
#include "core/record/symbols.h"

#include <stdlib.h>
#include <string.h>

#include "core/base/must.h"
#include "core/print/kinds.h"

/* A set of addresses whose functions are recorded. Cleared when full: then some symbols are recorded twice. */
#define SLOTS 16384 /* power of two */
#define MOST  (SLOTS / 2)
/* Fields with addresses, of all tools. */
#define ADDRESS_FIELDS 32

struct address_field {
	size_t tool;
	uint16_t off, size;
};

struct record_symbols {
	struct address_field address_fields[ADDRESS_FIELDS];
	size_t n_address_fields;
	uint64_t recorded[SLOTS]; /* 0: free */
	size_t count;
	unsigned int generation;
};

static void add_address_fields(struct record_symbols *symbols, size_t tool, const struct member *members)
{
	for (; members && members->name; members++) {
		if (!kind_rows[members->kind].is_code || symbols->n_address_fields == ADDRESS_FIELDS)
			continue;
		symbols->address_fields[symbols->n_address_fields++] =
			(struct address_field){ tool, members->off, members->size };
	}
}

struct record_symbols *record_symbols_new(const struct options *const *tools, size_t n_tools)
{
	struct record_symbols *symbols = must(calloc(1, sizeof(*symbols)));

	for (size_t i = 0; i < n_tools; i++)
		add_address_fields(symbols, i, tools[i]->tool->members);
	symbols->generation = symbols_generation();
	return symbols;
}

/* The slot of the address, or the free slot for it. */
static uint64_t *slot_of(struct record_symbols *symbols, uint64_t address)
{
	size_t slot = (size_t)(address * 0x9e3779b97f4a7c15ULL >> 50); /* 14 bits */

	while (symbols->recorded[slot] && symbols->recorded[slot] != address)
		slot = (slot + 1) & (SLOTS - 1);
	return &symbols->recorded[slot];
}

static void send_symbol(struct record_symbols *symbols, uint64_t address, record_symbol_handler *handle, void *context)
{
	uint64_t *slot = slot_of(symbols, address);
	struct symbol symbol;

	/* An address without a symbol is looked up each time, as in printing: the symbol may appear later. */
	if (*slot || !symbols_at(address, &symbol))
		return;
	if (symbols->count == MOST) {
		record_symbols_restart(symbols);
		slot = slot_of(symbols, address);
	}
	*slot = address;
	symbols->count++;
	handle(context, &symbol);
}

void record_symbols_of(struct record_symbols *symbols, size_t tool, const struct event *event, size_t size,
		       record_symbol_handler *handle, void *context)
{
	for (size_t i = 0; i < symbols->n_address_fields; i++) {
		const struct address_field *address_field = &symbols->address_fields[i];

		if (address_field->tool != tool)
			continue;
		for (size_t at = address_field->off;
		     at < (size_t)address_field->off + address_field->size && at + 8 <= size; at += 8) {
			uint64_t address;

			memcpy(&address, (const char *)event + at, sizeof(address));
			if (!address)
				break;
			send_symbol(symbols, address, handle, context);
		}
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
	memset(symbols->recorded, 0, sizeof(symbols->recorded));
	symbols->count = 0;
}

void record_symbols_free(struct record_symbols *symbols)
{
	free(symbols);
}
