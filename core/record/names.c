/* SPDX-License-Identifier: GPL-2.0-or-later */
/* names.c: the names of a recording so far. */
#include "core/record/names.h"

#include <stdlib.h>
#include <string.h>

#include "core/names/enums.h"
#include "core/names/source.h"
#include "core/base/context.h"
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

/* One for each context, which reads one recording at a time. */
struct recorded_names {
	struct type types[TYPES_MOST];
	size_t n_types;
	struct symbol *symbols; /* sorted by address, without overlaps */
	size_t n_symbols;
};

static void end(void *names);

static struct recorded_names *recorded_names(void)
{
	return context_part(CONTEXT_RECORDED_NAMES, sizeof(struct recorded_names), end);
}

static struct type *find_type(struct recorded_names *names, const char *name)
{
	for (size_t i = 0; i < names->n_types; i++)
		if (!strcmp(names->types[i].name, name))
			return &names->types[i];
	return NULL;
}

static const char *enum_name_of(const char *type_name, uint64_t value)
{
	const struct type *type = find_type(recorded_names(), type_name);

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
	const struct type *type = find_type(recorded_names(), type_name);

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
	return find_type(recorded_names(), type);
}

static void each_enum_value(const char *type_name, enum_handler *handle, void *context)
{
	const struct type *type = find_type(recorded_names(), type_name);

	for (size_t i = 0; type && i < type->count; i++)
		handle(context, type->values[i].value, type->values[i].name, type->values[i].short_name);
}

/* The first symbol that ends after the address. */
static size_t symbol_at(const struct recorded_names *names, uint64_t address)
{
	size_t low = 0, high = names->n_symbols;

	while (low < high) {
		size_t middle = low + (high - low) / 2;

		if (names->symbols[middle].end <= address)
			low = middle + 1;
		else
			high = middle;
	}
	return low;
}

static bool symbol_of(uint64_t address, struct symbol *symbol)
{
	const struct recorded_names *names = recorded_names();
	size_t i = symbol_at(names, address);

	if (i == names->n_symbols || names->symbols[i].start > address)
		return false;
	*symbol = names->symbols[i];
	return true;
}

static const struct name_source recorded = { enum_name_of, enum_value_of, enum_is_there, each_enum_value, symbol_of };

bool record_name_is_plain(const char *name)
{
	for (; *name; name++)
		if (*name <= ' ' || *name > '~' || strchr("\"\\,;", *name))
			return false;
	return true;
}

bool record_names_enum(const char *type_name, uint64_t value, const char *name, const char *short_name)
{
	struct recorded_names *names = recorded_names();
	struct type *type = find_type(names, type_name);

	if (!record_name_is_plain(type_name) || !record_name_is_plain(name) || !record_name_is_plain(short_name))
		return false;
	if (!type) {
		if (names->n_types == TYPES_MOST)
			return true;
		type = &names->types[names->n_types++];
		*type = (struct type){ .name = must(strdup(type_name)) };
	}
	if (enum_name_of(type_name, value) || type->count == VALUES_MOST)
		return true;
	if (!(type->count & (type->count - 1)))
		type->values = must(realloc(type->values, (type->count ? type->count * 2 : 1) * sizeof(struct value)));
	type->values[type->count] = (struct value){ value, must(strdup(name)), must(strdup(short_name)) };
	if (value < SMALL)
		type->small[value] = type->values[type->count].short_name;
	type->count++;
	return true;
}

static void forget(struct recorded_names *names, size_t i)
{
	struct symbol *symbol = &names->symbols[i];

	free((char *)(uintptr_t)symbol->name);
	free((char *)(uintptr_t)symbol->module);
	memmove(symbol, symbol + 1, (--names->n_symbols - i) * sizeof(*symbol));
}

bool record_names_symbol(uint64_t start, uint64_t end_at, const char *name, const char *module)
{
	struct recorded_names *names = recorded_names();
	size_t i = symbol_at(names, start), n;

	if (!record_name_is_plain(name) || !record_name_is_plain(module))
		return false;
	if (start >= end_at)
		return true;
	while (i < names->n_symbols && names->symbols[i].start < end_at)
		forget(names, i);
	n = names->n_symbols;
	if (n == SYMBOLS_MOST)
		return true;
	if (!(n & (n - 1)))
		names->symbols = must(realloc(names->symbols, (n ? n * 2 : 1) * sizeof(*names->symbols)));
	memmove(&names->symbols[i + 1], &names->symbols[i], (n - i) * sizeof(*names->symbols));
	names->symbols[i] = (struct symbol){ must(strdup(name)), *module ? must(strdup(module)) : NULL, start, end_at };
	names->n_symbols++;
	return true;
}

static void forget_symbols(struct recorded_names *names)
{
	while (names->n_symbols)
		forget(names, names->n_symbols - 1);
}

void record_names_reloaded(void)
{
	forget_symbols(recorded_names());
}

void record_names_start(void)
{
	names_record(&recorded);
}

static void end(void *memory)
{
	struct recorded_names *names = memory;

	forget_symbols(names);
	free(names->symbols);
	while (names->n_types) {
		struct type *type = &names->types[--names->n_types];

		while (type->count) {
			struct value *value = &type->values[--type->count];

			free(value->name);
			free(value->short_name);
		}
		free(type->values);
		free(type->name);
	}
}

void record_names_stop(void)
{
	context_part_end(CONTEXT_RECORDED_NAMES);
	names_record(NULL);
}
