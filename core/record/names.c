/* SPDX-License-Identifier: GPL-2.0-or-later */
/* names.c: the names of a recording so far. */
#include "core/record/names.h"

#include <stdlib.h>
#include <string.h>

#include "core/names/enums.h"
#include "core/names/source.h"
#include "core/base/must.h"

/* Smaller values are found by index: they are the ones that rows print. */
#define SMALL 256
/* Limit for a damaged file. */
#define VALUES_MOST  65536
#define TYPES_MOST   16
#define SYMBOLS_MOST 65536

struct value {
	uint64_t value;
	char *name, *short_name;
};

struct type {
	char *name;
	struct value *values; /* in the order of the recording */
	size_t count;
	const char *small[SMALL];
};

static struct type types[TYPES_MOST];
static size_t n_types;
static struct symbol *symbols; /* sorted by address, without overlaps */
static size_t n_symbols;

static struct type *find_type(const char *name)
{
	for (size_t i = 0; i < n_types; i++)
		if (!strcmp(types[i].name, name))
			return &types[i];
	return NULL;
}

static const char *enum_name_of(const char *type_name, uint64_t value)
{
	const struct type *type = find_type(type_name);

	if (!type)
		return NULL;
	if (value < SMALL)
		return type->small[value];
	for (size_t i = 0; i < type->count; i++)
		if (type->values[i].value == value)
			return type->values[i].short_name;
	return NULL;
}

static bool enum_value_of(const char *type_name, const char *name, uint64_t *value)
{
	const struct type *type = find_type(type_name);

	for (size_t i = 0; type && i < type->count; i++) {
		if (strcasecmp(type->values[i].name, name) != 0 && strcasecmp(type->values[i].short_name, name) != 0)
			continue;
		*value = type->values[i].value;
		return true;
	}
	return false;
}

static bool enum_is_there(const char *type)
{
	return find_type(type);
}

/* The first symbol that ends after the address. */
static size_t symbol_at(uint64_t address)
{
	size_t low = 0, high = n_symbols;

	while (low < high) {
		size_t middle = low + (high - low) / 2;

		if (symbols[middle].end <= address)
			low = middle + 1;
		else
			high = middle;
	}
	return low;
}

static bool symbol_of(uint64_t address, struct symbol *symbol)
{
	size_t i = symbol_at(address);

	if (i == n_symbols || symbols[i].start > address)
		return false;
	*symbol = symbols[i];
	return true;
}

static const struct name_source recorded = { enum_name_of, enum_value_of, enum_is_there, symbol_of };

void record_names_enum(const char *type_name, uint64_t value, const char *name, const char *short_name)
{
	struct type *type = find_type(type_name);

	if (!type) {
		if (n_types == TYPES_MOST)
			return;
		type = &types[n_types++];
		*type = (struct type){ .name = must(strdup(type_name)) };
	}
	if (enum_name_of(type_name, value) || type->count == VALUES_MOST)
		return;
	if (!(type->count & (type->count - 1)))
		type->values = must(realloc(type->values, (type->count ? type->count * 2 : 1) * sizeof(struct value)));
	type->values[type->count] = (struct value){ value, must(strdup(name)), must(strdup(short_name)) };
	if (value < SMALL)
		type->small[value] = type->values[type->count].short_name;
	type->count++;
}

static void forget(size_t i)
{
	free((char *)(uintptr_t)symbols[i].name);
	free((char *)(uintptr_t)symbols[i].module);
	memmove(&symbols[i], &symbols[i + 1], (--n_symbols - i) * sizeof(*symbols));
}

void record_names_symbol(uint64_t start, uint64_t end, const char *name, const char *module)
{
	size_t i = symbol_at(start);

	if (start >= end)
		return;
	while (i < n_symbols && symbols[i].start < end)
		forget(i);
	if (n_symbols == SYMBOLS_MOST)
		return;
	if (!(n_symbols & (n_symbols - 1)))
		symbols = must(realloc(symbols, (n_symbols ? n_symbols * 2 : 1) * sizeof(*symbols)));
	memmove(&symbols[i + 1], &symbols[i], (n_symbols++ - i) * sizeof(*symbols));
	symbols[i] = (struct symbol){ must(strdup(name)), *module ? must(strdup(module)) : NULL, start, end };
}

void record_names_reloaded(void)
{
	while (n_symbols)
		forget(n_symbols - 1);
}

void record_names_start(void)
{
	names_recorded = &recorded;
}

void record_names_stop(void)
{
	record_names_reloaded();
	free(symbols);
	symbols = NULL;
	while (n_types) {
		struct type *type = &types[--n_types];

		while (type->count) {
			struct value *value = &type->values[--type->count];

			free(value->name);
			free(value->short_name);
		}
		free(type->values);
		free(type->name);
		*type = (struct type){ 0 };
	}
	names_recorded = NULL;
}
