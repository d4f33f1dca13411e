/* SPDX-License-Identifier: GPL-2.0-or-later */
/* subset.c: a small BTF of the types that are wanted of a large one. */
#include "core/kernel/btf/subset.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include <linux/btf.h>

#define ITEMS 8192 /* tcptracer's are 400 */
#define SLOTS (2 * ITEMS)
#define ROOM  8192 /* bytes */

/* A type that will be in it. */
struct item {
	const struct btf_type *type; /* the kernel's */
	uint32_t id;
	bool whole; /* a struct with its wanted members; else a pointer's target, whose inside nobody looks at */
	bool looked_at, looked_at_whole; /* its parts are taken */
};

struct making {
	struct type_scan scan;
	const struct wanted *wanted;
	struct item items[ITEMS];
	uint16_t slots[SLOTS]; /* hash table by id: index + 1 */
	uint32_t count;
	char *types, *strings;
	uint32_t types_size, strings_size;
	bool more; /* something was taken, or is wanted whole now */
	bool failed;
};

/* The number that the type has, or gets; 0 for none (void). */
static uint32_t take(struct making *making, uint32_t id, bool whole)
{
	uint32_t slot = id * 2654435761U % SLOTS;
	struct item *item;

	if (!id)
		return 0;
	while (making->slots[slot] && making->items[making->slots[slot] - 1].id != id)
		slot = (slot + 1) % SLOTS;
	if (!making->slots[slot]) {
		if (making->count == ITEMS) {
			making->failed = true;
			return 0;
		}
		making->items[making->count] = (struct item){ .id = id, .type = type_scan_at(&making->scan, id) };
		if (!making->items[making->count].type) {
			making->failed = true;
			return 0;
		}
		making->more = true;
		making->slots[slot] = (uint16_t)++making->count;
	}
	item = &making->items[making->slots[slot] - 1];
	if (whole && !item->whole)
		item->whole = making->more = true;
	return making->slots[slot];
}

static bool found(void *context, uint32_t id, const struct btf_type *type)
{
	struct making *making = context;

	(void)type;
	take(making, id, true);
	return !making->failed;
}

static bool is_kept(const struct making *making, const struct btf_member *member)
{
	return !member->name_off || wanted_at(making->wanted, member->name_off, WANTED_MEMBER);
}

/* Takes what the type is made of. A struct may turn out to be wanted whole only later: the caller comes again. */
static void take_parts(struct making *making, struct item item)
{
	const struct btf_type *type = item.type;
	const struct btf_array *array = (const void *)(type + 1);
	const struct btf_member *member = (const void *)(type + 1);
	const struct btf_param *param = (const void *)(type + 1);

	switch (BTF_INFO_KIND(type->info)) {
	case BTF_KIND_PTR:
	case BTF_KIND_FUNC:
		take(making, type->type, false);
		break;
	case BTF_KIND_TYPEDEF:
	case BTF_KIND_CONST:
	case BTF_KIND_VOLATILE:
	case BTF_KIND_RESTRICT:
	case BTF_KIND_TYPE_TAG:
		take(making, type->type, item.whole);
		break;
	case BTF_KIND_ARRAY:
		take(making, array->type, item.whole);
		take(making, array->index_type, false);
		break;
	case BTF_KIND_STRUCT:
	case BTF_KIND_UNION:
		for (uint32_t i = 0; item.whole && i < BTF_INFO_VLEN(type->info); i++)
			if (is_kept(making, &member[i]))
				take(making, member[i].type, true);
		break;
	case BTF_KIND_FUNC_PROTO:
		take(making, type->type, false);
		for (uint32_t i = 0; i < BTF_INFO_VLEN(type->info); i++)
			take(making, param[i].type, false);
		break;
	}
}

static void take_all_parts(struct making *making)
{
	while (making->more && !making->failed) {
		making->more = false;
		for (uint32_t i = 0; i < making->count; i++) {
			struct item *item = &making->items[i];

			if (item->looked_at && item->looked_at_whole == item->whole)
				continue;
			item->looked_at = true;
			item->looked_at_whole = item->whole;
			take_parts(making, *item);
		}
	}
}

/* In steps. */
static size_t room_for(size_t size)
{
	return (size + ROOM - 1) / ROOM * ROOM;
}

static void put_bytes(char **to, uint32_t *size, const void *bytes, size_t count)
{
	if (room_for(*size + count) > room_for(*size)) {
		char *grown = realloc(*to, room_for(*size + count));

		if (!grown)
			return;
		*to = grown;
	}
	memcpy(*to + *size, bytes, count);
	*size += (uint32_t)count;
}

static uint32_t put_name(struct making *making, uint32_t place)
{
	const char *text = making->scan.strings + place;
	uint32_t at = making->strings_size;

	if (!place || place >= making->scan.strings_size)
		return 0;
	put_bytes(&making->strings, &making->strings_size, text, strlen(text) + 1);
	return at;
}

static void put(struct making *making, const void *bytes, size_t count)
{
	put_bytes(&making->types, &making->types_size, bytes, count);
}

/* Returns how many. */
static uint32_t put_members(struct making *making, const struct btf_member *members, uint32_t count)
{
	uint32_t kept = 0;

	for (uint32_t i = 0; i < count; i++) {
		struct btf_member member = members[i];

		if (!is_kept(making, &member))
			continue;
		member.name_off = put_name(making, member.name_off);
		member.type = take(making, member.type, true);
		put(making, &member, sizeof(member));
		kept++;
	}
	return kept;
}

static void put_parameters(struct making *making, const struct btf_param *params, uint32_t count)
{
	for (uint32_t i = 0; i < count; i++) {
		struct btf_param param = { .type = take(making, params[i].type, false) };

		put(making, &param, sizeof(param));
	}
}

/* Enumerators are left out: nobody asks for them here. */
static void put_type(struct making *making, struct item item)
{
	const struct btf_type *from = item.type;
	struct btf_type type = { .name_off = put_name(making, from->name_off), .info = from->info, .size = from->size };
	uint32_t kind = BTF_INFO_KIND(from->info), length = BTF_INFO_VLEN(from->info), at = making->types_size;
	struct btf_array array;

	put(making, &type, sizeof(type));
	switch (kind) {
	case BTF_KIND_INT:
		put(making, from + 1, sizeof(uint32_t));
		break;
	case BTF_KIND_ARRAY:
		memcpy(&array, from + 1, sizeof(array));
		array.type = take(making, array.type, false);
		array.index_type = take(making, array.index_type, false);
		put(making, &array, sizeof(array));
		break;
	case BTF_KIND_STRUCT:
	case BTF_KIND_UNION:
		length = item.whole ? put_members(making, (const void *)(from + 1), length) : 0;
		break;
	case BTF_KIND_ENUM:
	case BTF_KIND_ENUM64:
		length = 0;
		break;
	case BTF_KIND_FWD:
	case BTF_KIND_FLOAT:
		break;
	default: /* all others refer to a type */
		type.type = take(making, from->type, false);
		if (kind == BTF_KIND_FUNC_PROTO)
			put_parameters(making, (const void *)(from + 1), length);
	}
	if (kind == BTF_KIND_VAR || kind == BTF_KIND_DATASEC || kind == BTF_KIND_DECL_TAG)
		making->failed = true; /* nothing refers to those */
	type.info = (from->info & ~0xffffU) | length;
	if (making->types_size - at >= sizeof(type))
		memcpy(making->types + at, &type, sizeof(type));
}

/* The pieces as one file. */
static bool assemble(struct brief *brief, struct making *making)
{
	struct btf_header header = {
		.magic = BTF_MAGIC,
		.version = BTF_VERSION,
		.hdr_len = sizeof(header),
		.type_len = making->types_size,
		.str_off = making->types_size,
		.str_len = making->strings_size,
	};

	put_bytes(&brief->bytes, &brief->size, &header, sizeof(header));
	put_bytes(&brief->bytes, &brief->size, making->types, making->types_size);
	put_bytes(&brief->bytes, &brief->size, making->strings, making->strings_size);
	brief->ids = malloc(making->count * sizeof(*brief->ids));
	for (; brief->ids && brief->count < making->count; brief->count++)
		brief->ids[brief->count] = making->items[brief->count].id;
	return brief->ids && brief->size == sizeof(header) + making->types_size + making->strings_size;
}

bool brief_make(struct brief *brief, const char *path, struct wanted *wanted)
{
	struct making *making = calloc(1, sizeof(*making));
	int error = ENOMEM;
	bool ok;

	brief_free(brief);
	if (!making)
		return false;
	making->wanted = wanted;
	errno = EINVAL;
	ok = !wanted->overflow && type_scan_start(&making->scan, path, wanted, found, making);
	if (!ok)
		error = errno;
	if (ok) {
		take_all_parts(making);
		put_bytes(&making->strings, &making->strings_size, "", 1);
		for (uint32_t i = 0; i < making->count && !making->failed; i++)
			put_type(making, making->items[i]);
		ok = !making->failed && assemble(brief, making);
	}
	type_scan_end(&making->scan);
	free(making->types);
	free(making->strings);
	free(making);
	errno = error;
	return ok;
}

void brief_free(struct brief *brief)
{
	free(brief->bytes);
	free(brief->ids);
	memset(brief, 0, sizeof(*brief));
}
