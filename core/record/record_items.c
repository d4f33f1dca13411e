/* SPDX-License-Identifier: GPL-2.0-or-later */
/* record_items.c: what the items of a recording say of names and time; they may be damaged, or made by hand. */
#include "core/record/record_items.h"

#include <string.h>

#include "core/base/clock.h"
#include "core/names/containers.h"
#include "core/record/names.h"

/* The string at *at ends before `end`; *at goes behind it. NULL: it does not. */
static const char *take_string(const char **at, const char *end)
{
	const char *string = *at, *nul = memchr(string, '\0', (size_t)(end - string));

	*at = nul ? nul + 1 : end;
	return nul ? string : NULL;
}

static bool learn_symbol(const void *content, size_t size)
{
	const struct record_symbol *symbol = content;
	const char *at = symbol->names, *end = (const char *)content + size, *name, *module;

	if (size <= sizeof(*symbol))
		return false;
	name = take_string(&at, end);
	module = take_string(&at, end);
	if (name && module)
		record_names_symbol(symbol->start, symbol->end, name, module);
	return name && module;
}

static bool learn_enum(const void *content, size_t size)
{
	const struct record_enum *value = content;
	const char *at = value->names, *end = (const char *)content + size, *type, *name, *short_name;

	if (size <= sizeof(*value))
		return false;
	type = take_string(&at, end);
	name = take_string(&at, end);
	short_name = take_string(&at, end);
	if (type && name && short_name)
		record_names_enum(type, value->value, name, short_name);
	return type && name && short_name;
}

static bool learn_place(const void *content, size_t size)
{
	const struct record_place *place = content;
	const char *at = place->path, *end = (const char *)content + size, *path;

	if (size <= sizeof(*place))
		return false;
	path = take_string(&at, end);
	if (path)
		containers_tell(place->cgroup_id, place->owner, path);
	return path;
}

bool record_item_learn(const struct record_item *item)
{
	const void *content = item + 1;

	switch (item->kind) {
	case ITEM_EVENT:
		return item->size >= sizeof(struct event);
	case ITEM_CLOCK:
		if (item->size >= sizeof(int64_t))
			clock_set(*(const int64_t *)content);
		return item->size >= sizeof(int64_t);
	case ITEM_INTERVAL:
		return item->size > sizeof(struct record_interval) &&
		       !((const char *)content)[item->size - 1]; /* the line of text in it ends */
	case ITEM_LEDGER:
		return item->size >= sizeof(struct record_ledger);
	case ITEM_SYMBOL:
		return learn_symbol(content, item->size);
	case ITEM_RELOADED:
		record_names_reloaded();
		return true;
	case ITEM_ENUM:
		return learn_enum(content, item->size);
	case ITEM_PLACE:
		return learn_place(content, item->size);
	case ITEM_BEGIN:
	case ITEM_END:
		return item->size >= sizeof(uint64_t);
	default:
		return true;
	}
}
