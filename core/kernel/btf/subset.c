/* SPDX-License-Identifier: GPL-2.0-or-later */
/* subset.c: a builder of a small BTF from selected types of a large one. */
#include "core/kernel/btf/subset.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include <linux/btf.h>

#define ITEMS 8192 /* tcptracer has 400 */
#define SLOTS (2 * ITEMS)
#define ROOM  8192 /* bytes */

/* A type of the subset. */
struct item {
	const struct btf_type *type; /* in the large BTF */
	uint32_t id;
	bool whole; /* with its wanted members; false: the target of a pointer, whose members no program reads */
	bool looked_at, looked_at_whole; /* its parts are added, ... as whole */
};

struct builder {
	struct btf_find find;
	const struct wanted *wanted;
	struct item items[ITEMS];
	uint16_t slots[SLOTS]; /* hash table by id: index + 1 */
	uint32_t count;
	char *types, *strings;
	uint32_t types_size, strings_size;
	bool more; /* a type is new, or whole since the last pass */
	bool failed;
};

/* Returns the id of the type in the subset, adding the type if needed; 0: void. */
static uint32_t add_type(struct builder *builder, uint32_t id, bool whole)
{
	uint32_t slot = id * 2654435761U % SLOTS;
	struct item *item;

	if (!id)
		return 0;
	while (builder->slots[slot] && builder->items[builder->slots[slot] - 1].id != id)
		slot = (slot + 1) % SLOTS;
	if (!builder->slots[slot]) {
		if (builder->count == ITEMS) {
			builder->failed = true;
			return 0;
		}
		builder->items[builder->count] = (struct item){ .id = id, .type = btf_find_at(&builder->find, id) };
		if (!builder->items[builder->count].type) {
			builder->failed = true;
			return 0;
		}
		builder->more = true;
		builder->slots[slot] = (uint16_t)++builder->count;
	}
	item = &builder->items[builder->slots[slot] - 1];
	if (whole && !item->whole)
		item->whole = builder->more = true;
	return builder->slots[slot];
}

static bool found(void *context, uint32_t id, const struct btf_type *type)
{
	struct builder *builder = context;

	(void)type;
	add_type(builder, id, true);
	return !builder->failed;
}

static bool is_kept(const struct builder *builder, const struct btf_member *member)
{
	return !member->name_off || wanted_at(builder->wanted, member->name_off, WANTED_MEMBER);
}

/* Adds the types that the type consists of. A struct may become whole later: the caller repeats the call. */
static void add_members(struct builder *builder, struct item item)
{
	const struct btf_type *type = item.type;
	const struct btf_array *array = (const void *)(type + 1);
	const struct btf_member *member = (const void *)(type + 1);
	const struct btf_param *param = (const void *)(type + 1);

	switch (BTF_INFO_KIND(type->info)) {
	case BTF_KIND_PTR:
	case BTF_KIND_FUNC:
		add_type(builder, type->type, false);
		break;
	case BTF_KIND_TYPEDEF:
	case BTF_KIND_CONST:
	case BTF_KIND_VOLATILE:
	case BTF_KIND_RESTRICT:
	case BTF_KIND_TYPE_TAG:
		add_type(builder, type->type, item.whole);
		break;
	case BTF_KIND_ARRAY:
		add_type(builder, array->type, item.whole);
		add_type(builder, array->index_type, false);
		break;
	case BTF_KIND_STRUCT:
	case BTF_KIND_UNION:
		for (uint32_t i = 0; item.whole && i < BTF_INFO_VLEN(type->info); i++)
			if (is_kept(builder, &member[i]))
				add_type(builder, member[i].type, true);
		break;
	case BTF_KIND_FUNC_PROTO:
		add_type(builder, type->type, false);
		for (uint32_t i = 0; i < BTF_INFO_VLEN(type->info); i++)
			add_type(builder, param[i].type, false);
		break;
	}
}

static void add_all_members(struct builder *builder)
{
	while (builder->more && !builder->failed) {
		builder->more = false;
		for (uint32_t i = 0; i < builder->count; i++) {
			struct item *item = &builder->items[i];

			if (item->looked_at && item->looked_at_whole == item->whole)
				continue;
			item->looked_at = true;
			item->looked_at_whole = item->whole;
			add_members(builder, *item);
		}
	}
}

/* Rounded up, so that buffers grow in steps. */
static size_t room_for(size_t size)
{
	return (size + ROOM - 1) / ROOM * ROOM;
}

static void put_bytes(char **to, uint32_t *size, const void *bytes, size_t count)
{
	if (room_for(*size + count) > room_for(*size)) {
		char *larger = realloc(*to, room_for(*size + count));

		if (!larger)
			return;
		*to = larger;
	}
	memcpy(*to + *size, bytes, count);
	*size += (uint32_t)count;
}

static uint32_t put_name(struct builder *builder, uint32_t place)
{
	const char *text = builder->find.strings + place;
	uint32_t at = builder->strings_size;

	if (!place || place >= builder->find.strings_size)
		return 0;
	put_bytes(&builder->strings, &builder->strings_size, text, strlen(text) + 1);
	return at;
}

static void put(struct builder *builder, const void *bytes, size_t count)
{
	put_bytes(&builder->types, &builder->types_size, bytes, count);
}

/* Returns the number of members. */
static uint32_t put_members(struct builder *builder, const struct btf_member *members, uint32_t count)
{
	uint32_t kept = 0;

	for (uint32_t i = 0; i < count; i++) {
		struct btf_member member = members[i];

		if (!is_kept(builder, &member))
			continue;
		member.name_off = put_name(builder, member.name_off);
		member.type = add_type(builder, member.type, true);
		put(builder, &member, sizeof(member));
		kept++;
	}
	return kept;
}

static void put_parameters(struct builder *builder, const struct btf_param *params, uint32_t count)
{
	for (uint32_t i = 0; i < count; i++) {
		struct btf_param param = { .type = add_type(builder, params[i].type, false) };

		put(builder, &param, sizeof(param));
	}
}

/* Without enumerators: no relocation needs them. */
static void put_type(struct builder *builder, struct item item)
{
	const struct btf_type *from = item.type;
	struct btf_type type = { .name_off = put_name(builder, from->name_off),
				 .info = from->info,
				 .size = from->size };
	uint32_t kind = BTF_INFO_KIND(from->info), length = BTF_INFO_VLEN(from->info), at = builder->types_size;
	struct btf_array array;

	put(builder, &type, sizeof(type));
	switch (kind) {
	case BTF_KIND_INT:
		put(builder, from + 1, sizeof(uint32_t));
		break;
	case BTF_KIND_ARRAY:
		memcpy(&array, from + 1, sizeof(array));
		array.type = add_type(builder, array.type, false);
		array.index_type = add_type(builder, array.index_type, false);
		put(builder, &array, sizeof(array));
		break;
	case BTF_KIND_STRUCT:
	case BTF_KIND_UNION:
		length = item.whole ? put_members(builder, (const void *)(from + 1), length) : 0;
		break;
	case BTF_KIND_ENUM:
	case BTF_KIND_ENUM64:
		length = 0;
		break;
	case BTF_KIND_FWD:
	case BTF_KIND_FLOAT:
		break;
	default: /* all other kinds refer to a type */
		type.type = add_type(builder, from->type, false);
		if (kind == BTF_KIND_FUNC_PROTO)
			put_parameters(builder, (const void *)(from + 1), length);
	}
	if (kind == BTF_KIND_VAR || kind == BTF_KIND_DATASEC || kind == BTF_KIND_DECL_TAG)
		builder->failed = true; /* no type refers to these kinds */
	type.info = (from->info & ~0xffffU) | length;
	if (builder->types_size - at >= sizeof(type))
		memcpy(builder->types + at, &type, sizeof(type));
}

/* Joins the parts to one BTF file. */
static bool assemble(struct btf_subset *subset, struct builder *builder)
{
	struct btf_header header = {
		.magic = BTF_MAGIC,
		.version = BTF_VERSION,
		.hdr_len = sizeof(header),
		.type_len = builder->types_size,
		.str_off = builder->types_size,
		.str_len = builder->strings_size,
	};

	put_bytes(&subset->bytes, &subset->size, &header, sizeof(header));
	put_bytes(&subset->bytes, &subset->size, builder->types, builder->types_size);
	put_bytes(&subset->bytes, &subset->size, builder->strings, builder->strings_size);
	subset->ids = malloc(builder->count * sizeof(*subset->ids));
	for (; subset->ids && subset->count < builder->count; subset->count++)
		subset->ids[subset->count] = builder->items[subset->count].id;
	return subset->ids && subset->size == sizeof(header) + builder->types_size + builder->strings_size;
}

bool btf_subset_make(struct btf_subset *subset, const char *path, struct wanted *wanted)
{
	struct builder *builder = calloc(1, sizeof(*builder));
	int error = ENOMEM;
	bool ok;

	btf_subset_free(subset);
	if (!builder)
		return false;
	builder->wanted = wanted;
	errno = EINVAL;
	ok = !wanted->overflow && btf_find_start(&builder->find, path, wanted, found, builder);
	if (!ok)
		error = errno;
	if (ok) {
		add_all_members(builder);
		put_bytes(&builder->strings, &builder->strings_size, "", 1);
		for (uint32_t i = 0; i < builder->count && !builder->failed; i++)
			put_type(builder, builder->items[i]);
		ok = !builder->failed && assemble(subset, builder);
	}
	btf_find_end(&builder->find);
	free(builder->types);
	free(builder->strings);
	free(builder);
	errno = error;
	return ok;
}

void btf_subset_free(struct btf_subset *subset)
{
	free(subset->bytes);
	free(subset->ids);
	memset(subset, 0, sizeof(*subset));
}
