/* SPDX-License-Identifier: GPL-2.0-or-later */
/* together.c: pairs of options that mean nothing together. Those of common options are here, those of a tool's own in
 * its table. test/pairs/run tries all pairs. */
#include "core/cli/together.h"

#include <stdio.h>
#include <string.h>

#include "core/base/values.h"

static const struct apart common_apart[] = {
	{ "ipv4", "ipv6", NULL },
	{ "json", "csv", NULL },
	{ "columns", "json", "which has every key" },
	{ "containers", "columns", "which names all columns (container is one)" },
	{ "wide", "subnets", "whose table has one width" },
	{ "by", "summary", "which has groups of its own" },
	{ "timestamp", "summary,by", "which prints totals, not rows" },
	{},
};

void given_add(struct given_options *given, const struct opt *opt, const char *written)
{
	for (unsigned int i = 0; i < given->count; i++)
		if (given->items[i].opt == opt)
			return;
	if (given->count == OPTION_ITEMS)
		return;
	given->items[given->count].opt = opt;
	snprintf(given->items[given->count++].written, sizeof(given->items->written), "%s", written);
}

static bool refuse(const struct given *one, const struct given *other, const char *why, struct error *error)
{
	return error_set(error, EXIT_USAGE, "%s: not together with %s%s%s", one->written, other->written,
			 why ? ", " : "", why ? why : "");
}

/* common: a tool's own option of such a name is another one. */
static bool check_pair(const struct apart *apart, bool common, const struct given *earlier, const struct given *later,
		       struct error *error)
{
	if (common && (earlier->opt->type != O_COMMON || later->opt->type != O_COMMON))
		return true;
	if (value_has_name(apart->options, later->opt->name) && value_has_name(apart->others, earlier->opt->name))
		return refuse(later, earlier, apart->why, error);
	if (!value_has_name(apart->options, earlier->opt->name) || !value_has_name(apart->others, later->opt->name))
		return true;
	return apart->why ? refuse(earlier, later, apart->why, error) : refuse(later, earlier, NULL, error);
}

bool together_check(const struct given_options *given, const struct tool *tool, struct error *error)
{
	const struct apart *const tables[] = { tool->apart, common_apart };

	for (size_t i = 0; i < sizeof(tables) / sizeof(tables[0]); i++)
		for (const struct apart *apart = tables[i]; apart && apart->options; apart++)
			for (unsigned int later = 0; later < given->count; later++)
				for (unsigned int earlier = 0; earlier < later; earlier++)
					if (!check_pair(apart, tables[i] == common_apart, &given->items[earlier],
							&given->items[later], error))
						return false;
	return true;
}
