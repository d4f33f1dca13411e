/* SPDX-License-Identifier: GPL-2.0-or-later */
/* by.c: totals by a group that the user names, or per second: a copy of the tool with other tables of totals. */
#include "core/totals/by.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/base/must.h"
#include "core/base/nearest.h"
#include "core/base/number.h"
#include "core/names/containers.h"
#include "core/names/subnets.h"
#include "core/print/choice.h"
#include "core/print/fields.h"

#define MOST 96 /* members or columns of a copy */
#define NAME 40

#define SUMS 4

/* Behind an event: what only the user half knows. */
struct extra {
	uint64_t sums[SUMS]; /* of a tool with rows: its numbers, wide enough to be added up */
	char group[112];     /* container, unit or subnet; as long as a key may be (TOTALS_KEY) */
	char container_id[CONTAINER_NAME], pod_uid[40];
};

enum found {
	IN_EVENT, /* the keys are members of each event; */
	A_HOST,   /* the same, but IPv4 over an IPv6 socket is IPv4 */
	FROM_CGROUP,
	FROM_ADDRESS,
};

static const struct group {
	const char *keys[2];
	enum found found;
	enum of_container of; /* FROM_CGROUP */
	struct column column; /* of keys[0]; without a name: the common one */
	const char *help;     /* of keys[0], if not IN_EVENT */
} groups[] = {
	{ { "pid", "comm" } },
	{ { "container" },
	  FROM_CGROUP,
	  CONTAINER_LABEL,
	  { "container", "CONTAINER", "container", F_TEXT, .width = 24 },
	  "container, or its systemd unit outside of containers" },
	{ { "unit" },
	  FROM_CGROUP,
	  CONTAINER_UNIT,
	  { "unit", "UNIT", .width = 39, .wide = 90, .truncate = true }, /* those of containers have 64 digits */
	  "systemd unit, also of a container" },
	{ { "raddr" }, A_HOST, .column = { "raddr", .width = 39 } },
	{ { "subnet" },
	  FROM_ADDRESS,
	  .column = { "subnet", "SUBNET", .width = 21 },
	  .help = "subnet of the remote address, as given" },
	{ { "lport" } },
	{ { "rport" } },
};
const char *const by_names[] = { "process", "container", "unit", "host", "subnet", "port", "peer-port", NULL };
_Static_assert(sizeof(by_names) / sizeof(by_names[0]) == sizeof(groups) / sizeof(groups[0]) + 1, "each has a name");

/* What groups of a tool with rows add up. */
static const struct column sums[SUMS] = {
	{ "tx_bytes", "TX", .width = -10 },
	{ "rx_bytes", "RX", .width = -10 },
	{ "retrans", "RETR", .width = -8 },
	{ "segments", "SEGMENTS", .width = -8 },
};

struct by {
	struct tool tool; /* first: options->tool points to it */
	const struct tool *of;
	const struct group *group; /* NULL: only rates */
	bool of_totals;            /* adds up numbers of totals, not of rows */
	struct totals totals;
	struct block block;
	struct member members[MOST];
	struct column columns[MOST];
	char names[MOST][NAME]; /* of members and titles */
	size_t n_members, n_columns, n_names;
	size_t own;                        /* offset of struct extra in an event */
	bool named;                        /* struct extra has the group */
	const struct member *summed[SUMS]; /* members of a tool with rows; NULL: it lacks this one */
	struct subnets subnets;
};

/* ---- adding members and columns ---- */

static struct member *add_member(struct by *by, const struct member *member)
{
	if (by->n_members == MOST - 1)
		bug("%s: totals have too many members", by->of->name);
	by->members[by->n_members] = *member;
	return &by->members[by->n_members++];
}

static void add_column(struct by *by, const struct column *column)
{
	if (by->n_columns == MOST - 1)
		bug("%s: totals have too many columns", by->of->name);
	by->columns[by->n_columns++] = *column;
}

static const char *new_name(struct by *by, const char *name, const char *end)
{
	if (by->n_names == MOST)
		bug("%s: totals have too many names", by->of->name);
	snprintf(by->names[by->n_names], NAME, "%s%s", name, end);
	return by->names[by->n_names++];
}

static const struct member *member_of(const struct member *members, const char *name)
{
	for (; members && members->name; members++)
		if (members->kind && !strcmp(members->name, name))
			return members;
	return NULL;
}

static const struct column *column_of(const struct column *columns, const char *name)
{
	for (; columns && columns->name; columns++)
		if (!strcmp(columns->name, name))
			return columns;
	return NULL;
}

/* ---- numbers ---- */

/* Adds the number per second. Returns its member. */
static const struct member *add_rate(struct by *by, const struct member *number)
{
	struct member rate = *number;

	rate.name = new_name(by, number->name, "_per_s");
	rate.kind = number->merge == LATEST ? F_PER_S : F_RATE;
	rate.unit = number->kind == F_KBYTES ? 1024 : 0;
	rate.help = "this number per second; only with --rate";
	if (number->kind == F_COUNT)
		rate.off = rate.size = 0;
	return add_member(by, &rate);
}

/* A right-aligned width of this number of cells or more. */
static int8_t at_least(int8_t width, size_t cells)
{
	return -width < (int)cells ? (int8_t)-cells : width;
}

static void add_column_of_number(struct by *by, const struct column *column, const struct member *rate)
{
	struct column shown = *column;

	if (by->group)
		shown.where = 0;
	if (rate) {
		shown.name = rate->name;
		shown.of = NULL;
		shown.title = new_name(by, column->title, "/s");
		shown.width = at_least(shown.width, strlen(shown.title));
	}
	/* An interval tool is narrow because its own rows are long; rows of groups are not. */
	if (by->group || rate)
		shown.width = at_least(shown.width, is_interval_tool(by->of) ? 10 : 8);
	shown.wide = 0;
	add_column(by, &shown);
}

/* Adds a number with its column (NULL: none); with --rate, also per second: JSON has both, tables and CSV only that. */
static void add_number(struct by *by, const struct options *options, const struct member *member,
		       const struct column *column)
{
	const struct member *rate;

	add_member(by, member);
	rate = options->rate ? add_rate(by, member) : NULL;
	if (column)
		add_column_of_number(by, column, rate);
}

/* Whether rates can divide it: a sum, or a hidden member that finish() computes from sums. */
static bool is_number(const struct member *member)
{
	return member->kind == F_COUNT || (member->merge == SUM && member->size <= 8) ||
	       (member->merge == LATEST && member->kind && member->hidden);
}

/* Adds the count, and sums of what the rows of the tool have. */
static void add_sums_of_rows(struct by *by, const struct options *options)
{
	add_number(by, options, &(struct member){ .name = "count", .kind = F_COUNT, .help = "rows" },
		   &(struct column){ "count", "COUNT", .width = -8 });
	for (size_t i = 0; i < SUMS; i++) {
		const struct member *member = member_of(by->of->members, sums[i].name);
		const struct column *own = column_of(by->of->columns, sums[i].name);
		struct column column = sums[i];
		struct member sum;

		by->summed[i] = member;
		if (!member)
			continue;
		sum = *member;
		sum.off = (uint16_t)(by->own + offsetof(struct extra, sums[i]));
		sum.size = sizeof(uint64_t);
		sum.merge = SUM;
		sum.sorts = i < 2; /* bytes */
		if (own)
			column.title = own->title;
		add_number(by, options, &sum, &column);
	}
}

/* Adds what totals count, in the order of its columns; numbers without a column last. */
static void add_sums_of_totals(struct by *by, const struct options *options)
{
	const struct member *members = by->of->totals->members;

	for (const struct column *column = by->of->totals->columns; column->name; column++) {
		const struct member *member = member_of(members, column->of ? column->of : column->name);

		if (member && is_number(member))
			add_number(by, options, member, column);
		else if (!by->group)
			add_column(by, column);
	}
	for (const struct member *member = members; member->name; member++) {
		if (!is_number(member) || column_of(by->of->totals->columns, member->name))
			continue;
		if (!member->flag)
			add_number(by, options, member, NULL);
		else if (!by->group)
			add_member(by, member);
	}
}

/* ---- groups ---- */

static const struct group *group_named(const char *name, struct error *error)
{
	struct nearest nearest = nearest_to(name);

	for (size_t i = 0; by_names[i]; i++) {
		nearest_try(&nearest, by_names[i]);
		if (!strcmp(by_names[i], name))
			return &groups[i];
	}
	error_set(error, EXIT_USAGE, "--by %.60s: not process, container, unit, host, subnet, port or peer-port%s%s%s",
		  name, nearest.found ? " (did you mean " : "", nearest.found ? nearest.found : "",
		  nearest.found ? "?)" : "");
	return NULL;
}

static void add_name(struct by *by, const char *name, size_t off, size_t size, enum merge merge, const char *help)
{
	add_member(by, &(struct member){ .name = name,
					 .kind = F_TEXT,
					 .off = (uint16_t)(by->own + off),
					 .size = (uint16_t)size,
					 .merge = merge,
					 .help = help });
}

#define OWN(member) offsetof(struct extra, member), sizeof(((struct extra *)0)->member)

/* Whether the tool itself knows the group of its events. */
static bool is_in_event(const struct by *by)
{
	return by->group->found <= A_HOST || member_of(by->of->members, by->group->keys[0]);
}

static void add_keys(struct by *by)
{
	const struct group *group = by->group;

	for (size_t i = 0; i < 2 && group->keys[i]; i++) {
		if (!by->named)
			add_member(by, &(struct member){ group->keys[i] });
		else
			add_name(by, group->keys[i], OWN(group), KEY, group->help);
		add_column(by, !i && group->column.name ? &group->column : &(struct column){ group->keys[i] });
	}
	if (group->found != FROM_CGROUP || group->of != CONTAINER_LABEL)
		return;
	/* These follow from the container. */
	add_name(by, "container_id", OWN(container_id), LATEST, "the whole id of the container");
	add_name(by, "pod_uid", OWN(pod_uid), LATEST, "pod of the container");
}

/* The order that the tool's own option names must be of something that groups add up. */
static bool check_sort(const struct by *by, const struct options *options, struct error *error)
{
	for (const struct member *member = by->members; member->name; member++)
		if (!options->sort || member->sorts & 1U << options->sort)
			return true;
	return error_set(error, EXIT_USAGE, "--sort: not by a number that --by cannot add up");
}

static bool set_subnets(struct by *by, const struct options *options, struct error *error)
{
	bool wanted = by->group && by->group->found == FROM_ADDRESS;
	const char *text = options->subnets ? options->subnets : SUBNETS_USUAL, *message;

	if (options->subnets && !wanted)
		return error_set(error, EXIT_USAGE, "--subnets: only together with --by subnet");
	message = wanted ? subnets_parse(&by->subnets, text) : NULL;
	return !message || error_set(error, EXIT_USAGE, "--subnets %.60s: %s", text, message);
}

/* Groups of a tool's totals have its line above, but one table. */
static void set_block(struct by *by)
{
	const struct block *own = is_interval_tool(by->of) ? by->of->totals->block : NULL;

	if (!own)
		return;
	by->block = *own;
	by->block.no_header = false;
	if (by->group)
		by->block = (struct block){ .stamp = own->stamp, .loadavg_unless = own->loadavg_unless };
	by->totals.block = &by->block;
}

static void set_totals(struct by *by, const struct options *options)
{
	if (by->of_totals)
		by->totals = *by->of->totals;
	by->own = (tool_row_size(by->of) + 7) & ~(size_t)7;
	if (by->group) {
		by->named = !is_in_event(by);
		add_keys(by);
		by->totals.of_rows |= !by->of_totals;
		by->totals.row_size = by->own + sizeof(struct extra);
	} else {
		for (const struct member *member = by->of->totals->members; member->name; member++)
			if (!is_number(member))
				add_member(by, member);
	}
	if (by->of_totals)
		add_sums_of_totals(by, options);
	else
		add_sums_of_rows(by, options);
	by->totals.members = by->members;
	by->totals.columns = by->columns;
	set_block(by);
}

static struct by *by_new(const struct tool *tool, const struct group *group, bool of_totals)
{
	struct by *by = must(calloc(1, sizeof(*by)));

	by->tool = *tool;
	by->tool.totals = &by->totals;
	by->tool.check = NULL;
	by->of = tool;
	by->group = group;
	by->of_totals = of_totals;
	return by;
}

bool by_apply(struct options *options, struct error *error)
{
	const struct group *group = options->by_name ? group_named(options->by_name, error) : NULL;
	struct by *by;

	if (options->by_name && !group)
		return false;
	if (!group && choice_is_histogram(options))
		return error_set(error, EXIT_USAGE, "--rate: histograms have none");
	if (group && group->found == FROM_CGROUP && group->of == CONTAINER_UNIT && options->containers)
		return error_set(error, EXIT_USAGE, "--containers: not together with --by unit");
	by = by_new(options->tool, group, !group || is_interval_tool(options->tool));
	options->by = by;
	if (!set_subnets(by, options, error))
		return false;
	set_totals(by, options);
	if (!check_sort(by, options, error))
		return false;
	options->names_cgroups = group && group->found == FROM_CGROUP;
	options->tool = &by->tool;
	return true;
}

/* ---- groups of totals ---- */

static bool has_key(const struct tool *tool, const char *name)
{
	for (const struct member *member = tool_totals_members(tool); member->name; member++)
		if (member->merge == KEY && !strcmp(member->name, name))
			return true;
	return false;
}

bool by_is_possible(const struct options *options, size_t group, bool cgroups)
{
	const struct tool *tool = options->tool;

	if (choice_is_histogram(options))
		return false;
	if (groups[group].found == FROM_CGROUP)
		return cgroups && !options->names_cgroups;
	if (groups[group].found == FROM_ADDRESS)
		return has_key(tool, "raddr");
	for (size_t i = 0; i < 2 && groups[group].keys[i]; i++)
		if (!has_key(tool, groups[group].keys[i]))
			return false;
	return true;
}

void by_regroup(struct options *grouped, const struct options *options, size_t group)
{
	struct by *by = by_new(options->tool, &groups[group], true);
	struct error error;

	*grouped = *options;
	grouped->subnets = NULL;
	grouped->rate = false; /* the rows have theirs */
	if (!set_subnets(by, grouped, &error))
		bug("%s", error.text);
	set_totals(by, grouped);
	grouped->rate = options->rate;
	grouped->by_name = by_names[group];
	grouped->by = by;
	grouped->tool = &by->tool;
}

/* ---- a run ---- */

static const struct by *by_of(const struct options *options)
{
	return options->by;
}

bool by_derives(const struct options *options)
{
	return by_of(options) && by_of(options)->group;
}

static void copy(char *to, size_t size, const struct event *event, enum of_container of)
{
	size_t length;
	const char *text = containers_text(event, of, &length);

	if (text)
		snprintf(to, size, "%.*s", (int)length, text);
}

static void name_container(const struct by *by, struct event *event, struct extra *extra)
{
	copy(extra->group, sizeof(extra->group), event, by->group->of);
	if (by->group->of == CONTAINER_LABEL) {
		copy(extra->container_id, sizeof(extra->container_id), event, CONTAINER_ID);
		copy(extra->pod_uid, sizeof(extra->pod_uid), event, CONTAINER_POD);
	}
	/* Several cgroups are one row, whose cgroup is unknown. */
	event->cgroup_id = 0;
	event->pid = 0;
}

static void widen(const struct by *by, const struct event *event, struct extra *extra)
{
	for (size_t i = 0; i < SUMS; i++) {
		const struct member *member = by->summed[i];
		uint64_t unknown = member ? UINT64_MAX >> (64 - 8 * member->size) : 0, number;

		if (!member)
			continue;
		number = number_read((const char *)event + member->off, member->size);
		extra->sums[i] = number == unknown ? NOT_KNOWN : number;
	}
}

void by_derive(const struct options *options, struct event *event)
{
	const struct by *by = by_of(options);
	struct extra *extra = (struct extra *)((char *)event + by->own);
	const char *subnet;

	widen(by, event, extra);
	if (by->group->found == A_HOST) {
		event->family = event->family && address_is_v4(event->raddr) ? 4 : event->family;
	} else if (by->group->found == FROM_CGROUP) {
		name_container(by, event, extra);
	} else if (by->named) {
		subnet = event->family ? subnets_find(&by->subnets, event->raddr, false) : NULL;
		snprintf(extra->group, sizeof(extra->group), "%s", subnet ? subnet : "");
	}
}
