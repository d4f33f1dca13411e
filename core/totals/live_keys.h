/* SPDX-License-Identifier: GPL-2.0-or-later */
/* live_keys.h: the keys that sort and group on a tool's live screen. */
#ifndef NETTRACE_TOTALS_LIVE_KEYS_H
#define NETTRACE_TOTALS_LIVE_KEYS_H

#include "core/model/options.h"

/* A group from here on is one of --by (by_names); before, it is one of the tool (struct member). */
#define LIVE_BY   8
#define LIVE_KEYS 20

struct live_keys {
	struct live_key each[LIVE_KEYS]; /* ends with an empty key */
};

/* The tool's own keys, and those of the groups of --by that its rows can form. cgroups: rows have theirs. */
void live_keys(struct live_keys *keys, const struct options *asked, bool cgroups);
/* Whether rows have the numbers to sort by; 0 may be their own order. */
bool live_has_sort(const struct tool *tool, unsigned int sort);
/* NULL: none. */
const struct live_key *live_key(const struct live_keys *keys, int key);
/* The name of the sort (LIVE_SORT) or group; NULL: it has none. */
const char *live_name(const struct live_keys *keys, int what, unsigned int index);

#endif
