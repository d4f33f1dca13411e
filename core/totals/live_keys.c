/* SPDX-License-Identifier: GPL-2.0-or-later */
/* live_keys.c: the keys that sort and group on a tool's live screen. */
#include "core/totals/live_keys.h"

#include <string.h>

#include "core/base/must.h"
#include "core/totals/by.h"

/* In the order of by_names. No tool of totals about sockets has another use for them, except with the same name. */
static const char by_keys[] = "pnuhboe";

static const struct live_key *named(const struct live_keys *keys, const char *name)
{
	for (const struct live_key *each = keys->each; each->key; each++)
		if (each->what == LIVE_GROUP && !strcmp(each->name, name))
			return each;
	return NULL;
}

static void add(struct live_keys *keys, size_t *n, struct live_key key)
{
	if (*n == LIVE_KEYS - 1)
		bug("a live screen has too many keys");
	keys->each[(*n)++] = key;
}

bool live_has_sort(const struct tool *tool, unsigned int sort)
{
	for (const struct member *member = tool_totals_members(tool); member->name; member++)
		if (member->sorts & 1U << sort)
			return true;
	return !sort;
}

void live_keys(struct live_keys *keys, const struct options *asked, bool cgroups)
{
	const struct live *live = asked->tool->totals->live;
	size_t n = 0;

	*keys = (struct live_keys){ 0 };
	for (const struct live_key *own = live ? live->keys : NULL; own && own->key; own++)
		if (own->what == LIVE_SORT ? live_has_sort(asked->tool, own->index) : !asked->by_name)
			add(keys, &n, *own);
	for (size_t i = 0; by_names[i]; i++) {
		unsigned int index = (unsigned int)i + LIVE_BY;

		if (asked->by_name && !strcmp(asked->by_name, by_names[i]))
			index = 0;
		else if (!by_is_possible(asked, i, cgroups) || named(keys, by_names[i]))
			continue;
		add(keys, &n, (struct live_key){ by_keys[i], LIVE_GROUP, (uint8_t)index, by_names[i], 0 });
	}
}

const struct live_key *live_key(const struct live_keys *keys, int key)
{
	for (const struct live_key *each = keys->each; each->key; each++)
		if (each->key == key)
			return each;
	return NULL;
}

const char *live_name(const struct live_keys *keys, int what, unsigned int index)
{
	for (const struct live_key *each = keys->each; each->key; each++)
		if ((int)each->what == what && each->index == index)
			return each->name;
	return NULL;
}
