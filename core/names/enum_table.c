/* SPDX-License-Identifier: GPL-2.0-or-later */
/* enum_table.c: one BTF enum as a table between values and names. */
#include "core/names/enum_table.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include <bpf/btf.h>

#include "core/base/must.h"

/* Enumerators that bound or combine the others. They keep their names, but do not affect the shared prefix. */
static bool is_marker(const char *name)
{
	static const char *const ends[] = { "_MAX", "_MASK", "_NUM" };
	size_t length = strlen(name);

	if (strncmp(name, "__", 2) == 0)
		return true;
	for (size_t i = 0; i < sizeof(ends) / sizeof(ends[0]); i++) {
		size_t end = strlen(ends[i]);

		if (length > end && strcmp(name + length - end, ends[i]) == 0)
			return true;
	}
	return false;
}

/* The longest prefix that ends with '_', that all names share, and that leaves a rest of each name. Returns its length;
 * *prefix is one of the names. NULL: all names are markers and `markers` is false. */
static size_t shared_prefix(const struct enum_table *table, bool markers, const char **prefix)
{
	const char *first = NULL;
	size_t length = 0, same;

	for (size_t i = 0; i < table->count; i++) {
		const char *name = table->values[i].name;

		if (!markers && is_marker(name))
			continue;
		if (!first) {
			first = name;
			length = strlen(name);
		}
		for (same = 0; same < length && name[same] == first[same] && name[same + 1];)
			same++;
		length = same;
	}
	while (length && first[length - 1] != '_')
		length--;
	*prefix = first;
	return length;
}

/* Length of the prefix that equals the type's own name in capitals: SKB_DROP_REASON_ of enum skb_drop_reason, which
 * SKB_CONSUMED lacks. */
static size_t type_prefix(const char *type, const char *name)
{
	size_t length = strlen(type);

	if (strncasecmp(name, type, length) != 0 || name[length] != '_' || !name[length + 1])
		return 0;
	return length + 1;
}

static void cut_prefixes(struct enum_table *table)
{
	const char *prefix;
	size_t shared = shared_prefix(table, false, &prefix);

	if (!prefix)
		shared = shared_prefix(table, true, &prefix);
	for (size_t i = 0; i < table->count; i++) {
		struct enum_value *value = &table->values[i];
		size_t cut = type_prefix(table->type, value->name);

		if (shared > cut && strncmp(value->name, prefix, shared) == 0 && value->name[shared])
			cut = shared;
		value->tail = value->name + cut;
	}
}

static int by_key(const void *left, const void *right)
{
	const struct enum_value *a = left, *b = right;

	if (a->key != b->key)
		return a->key < b->key ? -1 : 1;
	return a->order < b->order ? -1 : 1;
}

static void read_values(struct enum_table *table, const struct btf_type *type)
{
	table->narrow = btf_is_enum(type);
	table->negative = btf_kflag(type);
	table->count = btf_vlen(type);
	table->values = must(calloc(table->count + 1, sizeof(*table->values)));
	for (size_t i = 0; i < table->count; i++) {
		struct enum_value *value = &table->values[i];
		__u32 name;

		value->order = i;
		if (table->narrow) {
			value->key = (__u32)btf_enum(type)[i].val;
			name = btf_enum(type)[i].name_off;
		} else {
			value->key = btf_enum64_value(&btf_enum64(type)[i]);
			name = btf_enum64(type)[i].name_off;
		}
		value->name = btf__name_by_offset(table->btf, name);
		if (!value->name)
			value->name = "";
	}
}

struct enum_table *enum_table_add(struct enum_table **list, const struct btf *btf, const char *name,
				  const struct btf_type *type)
{
	struct enum_table *table = must(calloc(1, sizeof(*table)));

	table->type = must(strdup(name));
	table->btf = btf;
	table->next = *list;
	*list = table;
	if (!type)
		return table;
	read_values(table, type);
	cut_prefixes(table);
	qsort(table->values, table->count, sizeof(*table->values), by_key);
	/* Backwards, so that the first of equal values stays. */
	for (size_t i = table->count; i--;) {
		if (table->values[i].key < ENUM_SMALL)
			table->small[table->values[i].key] = table->values[i].tail;
	}
	return table;
}

void enum_table_free(struct enum_table *table)
{
	free(table->values);
	free(table->type);
	free(table);
}

const char *enum_table_name(const struct enum_table *table, uint64_t value)
{
	size_t low = 0, high = table->count;

	if (value < ENUM_SMALL)
		return table->small[value];
	/* A negative value may be sign-extended or not: its field has 32 bits or 64. */
	if (table->narrow && value >= (uint64_t)INT32_MIN)
		value = (uint32_t)value;
	while (low < high) {
		size_t middle = low + (high - low) / 2;

		if (table->values[middle].key < value)
			low = middle + 1;
		else
			high = middle;
	}
	return low < table->count && table->values[low].key == value ? table->values[low].tail : NULL;
}

bool enum_table_value(const struct enum_table *table, const char *name, uint64_t *value)
{
	const struct enum_value *found = NULL;

	for (size_t i = 0; i < table->count; i++) {
		const struct enum_value *item = &table->values[i];

		if (strcasecmp(item->name, name) == 0) {
			found = item;
			break;
		}
		if (strcasecmp(item->tail, name) == 0 && (!found || item->order < found->order))
			found = item;
	}
	if (!found)
		return false;
	*value = table->narrow && table->negative ? (uint64_t)(int64_t)(int32_t)found->key : found->key;
	return true;
}
