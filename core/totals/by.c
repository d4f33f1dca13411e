/* SPDX-License-Identifier: GPL-2.0-or-later */
/* by.c: totals of a tool by a group that the user names, with the tables that an interval tool declares. */
#include "core/totals/by.h"

#include <stdlib.h>
#include <string.h>

#include "core/base/must.h"
#include "core/base/nearest.h"
#include "core/base/number.h"
#include "core/print/fields.h"

#define KEYS 3
#define MOST 16

/* The groups of rows. "unit" equals "container": outside of containers that column has the unit. */
static const struct group {
	const char *name;
	const char *keys[KEYS];
} groups[] = {
	{ "process", { "pid", "comm" } }, { "container", { "cgroup_id" } }, { "unit", { "cgroup_id" } },
	{ "host", { "raddr" } },          { "port", { "lport" } },          { "peer-port", { "rport" } },
};

static const char *const sums[] = { "tx_bytes", "rx_bytes", "retrans", "segments" };

struct by {
	struct tool tool; /* first: options->tool points to it */
	struct totals totals;
	struct member members[MOST];
	struct column columns[MOST];
	size_t n_members, n_columns;
};

static const struct group *group_named(const char *name, struct error *error)
{
	struct nearest nearest = nearest_to(name);

	for (size_t i = 0; i < sizeof(groups) / sizeof(groups[0]); i++) {
		nearest_try(&nearest, groups[i].name);
		if (!strcmp(groups[i].name, name))
			return &groups[i];
	}
	error_set(error, EXIT_USAGE, "--by %.60s: not process, container, unit, host, port or peer-port%s%s%s", name,
		  nearest.found ? " (did you mean " : "", nearest.found ? nearest.found : "",
		  nearest.found ? "?)" : "");
	return NULL;
}

static const struct member *member_of(const struct member *members, const char *name)
{
	for (; members && members->name; members++)
		if (members->kind && !strcmp(members->name, name))
			return members;
	return NULL;
}

static void add_keys(struct by *by, const struct group *group)
{
	for (size_t i = 0; i < KEYS && group->keys[i]; i++) {
		const char *key = group->keys[i];
		bool container = !strcmp(key, "cgroup_id");

		by->members[by->n_members++] = (struct member){ key };
		by->columns[by->n_columns++] = (struct column){ container ? "container" : key };
		if (container)
			by->columns[by->n_columns - 1].width = 24;
		if (!strcmp(key, "raddr"))
			by->columns[by->n_columns - 1].width = 39;
	}
}

/* A sum keeps the title of the tool's own column. */
static void add_sum(struct by *by, const struct tool *tool, const char *name)
{
	const struct member *member = member_of(tool->members, name);
	struct column column = { name, .width = -10 };

	if (!member || member->size > 8)
		return;
	for (const struct column *own = tool->columns; own->name; own++)
		if (!strcmp(own->name, name))
			column.title = own->title;
	if (!column.title)
		column.title = !strcmp(name, "tx_bytes") ? "TX" : !strcmp(name, "rx_bytes") ? "RX" : "RETR";
	by->members[by->n_members] = *member;
	by->members[by->n_members].merge = SUM;
	by->members[by->n_members++].sorts = !strcmp(name, "tx_bytes") || !strcmp(name, "rx_bytes");
	by->columns[by->n_columns++] = column;
}

bool by_apply(struct options *options, const char *name, struct error *error)
{
	const struct tool *tool = options->tool;
	const struct group *group = group_named(name, error);
	struct by *by;

	if (!group)
		return false;
	by = must(calloc(1, sizeof(*by)));
	by->tool = *tool;
	if (is_interval_tool(tool))
		by->totals = *tool->totals;
	add_keys(by, group);
	if (!is_interval_tool(tool)) {
		by->members[by->n_members++] = (struct member){ .name = "count", .kind = F_COUNT, .help = "rows" };
		by->columns[by->n_columns++] = (struct column){ "count", "COUNT", .width = -10 };
	}
	for (size_t i = 0; i < sizeof(sums) / sizeof(sums[0]); i++)
		add_sum(by, tool, sums[i]);
	by->totals.members = by->members;
	by->totals.columns = by->columns;
	by->totals.block = NULL;
	by->totals.live = NULL;
	by->totals.finish = NULL;
	by->totals.flag = 0;
	by->tool.totals = &by->totals;
	by->tool.check = NULL;
	options->containers |= !strcmp(group->keys[0], "cgroup_id");
	options->sort = 0;
	options->by = by;
	options->tool = &by->tool;
	return true;
}

void by_prepare(const struct options *options, struct event *event)
{
	for (const struct member *member = options->tool->totals->members; member->name; member++) {
		void *at = (char *)event + member->off;
		uint64_t unknown = member->size ? UINT64_MAX >> (64 - 8 * member->size) : 0;

		if (member->merge == SUM && number_read(at, member->size) == unknown)
			number_write(at, member->size, 0);
	}
}
