/* SPDX-License-Identifier: GPL-2.0-or-later */
/* fields.c: the members of every event, and views of members. */
#include "core/print/fields.h"

#include <netinet/in.h>
#include <stdlib.h>
#include <string.h>

#include "core/base/must.h"
#include "core/base/put.h"

static const char *const owner_names[] = { "unknown", "inherited", "exact" };
static const char *const protocol_names[] = {
	[IPPROTO_ICMP] = "icmp", [IPPROTO_TCP] = "tcp", [IPPROTO_UDP] = "udp", [IPPROTO_ICMPV6] = "icmpv6"
};

#define COMMON(member) AT(struct event, member)
#define IN_ALL         (IN_TABLE | IN_WIDE | IN_CSV)

const struct member common_members[] = {
	{ "ts", F_TIME, COMMON(ts), .help = "time of the event: RFC 3339, with ns, in UTC" },
	{ "pid", F_ID, COMMON(pid), .help = "process that owns the socket" },
	{ "tid", F_ID, COMMON(tid), .help = "thread of the owner that acted last" },
	{ "comm", F_TEXT, COMMON(comm), .help = "name of the owner" },
	{ "uid", F_UINT, COMMON(uid), .help = "user of the owner" },
	{ "owner", F_NAME, COMMON(owner), NAMES(owner_names),
	  .help = "certainty of the owner: exact, inherited (from the listener, or one of several processes), "
		  "unknown" },
	{ "netns", F_ID, COMMON(netns), .help = "network namespace of the socket: inode number" },
	{ "cgroup_id", F_ID, COMMON(cgroup_id), .help = "cgroup (v2) of the socket: inode number" },
	{ "container_id", F_CONTAINER, COMMON(cgroup_id), .unit = CONTAINER_ID,
	  .help = "with --containers: container of the socket" },
	{ "pod_uid", F_CONTAINER, COMMON(cgroup_id), .unit = CONTAINER_POD,
	  .help = "with --containers: pod of the container" },
	{ "cgroup_path", F_CONTAINER, COMMON(cgroup_id), .unit = CONTAINER_PATH,
	  .help = "with --containers: path of the socket's cgroup" },
	{ "protocol", F_NAME, COMMON(protocol), NAMES(protocol_names),
	  .help = "transport protocol of the socket or packet: tcp, udp, icmp, icmpv6" },
	{ "family", F_FAMILY, COMMON(family), .help = "IP version of the socket: 4 or 6" },
	{ "laddr", F_ADDRESS, COMMON(laddr), .port = offsetof(struct event, lport), .help = "local address" },
	{ "lport", F_PORT, COMMON(lport), .help = "local port; 0: not assigned yet" },
	{ "raddr", F_ADDRESS, COMMON(raddr), .port = offsetof(struct event, rport), .help = "remote address" },
	{ "rport", F_PORT, COMMON(rport), .help = "remote port; 0: none" },
	{},
};

const struct column common_columns[] = {
	{ "pid", "PID", .width = 7 },
	{ "tid", "TID", .width = 7 },
	{ "comm", "COMM", .width = 16, .truncate = true },
	{ "uid", "UID", .width = 6 },
	{ "owner", "OWNER", .width = 9 },
	{ "netns", "NETNS", .width = 10 },
	{ "cgroup_id", "CGROUP", .width = 8 },
	{ "family", "IP", .width = 2 },
	{ "laddr", "LADDR", .width = 15, .wide = 39 },
	{ "lport", "LPORT", .width = 5 },
	{ "raddr", "RADDR", .width = 15, .wide = 39 },
	{ "rport", "RPORT", .width = 5 },
	{ "time", "TIME", .of = "ts", .width = 8, .help = "local time" },
	{ "timestamp", "TIME(s)", .of = "ts", .as = F_RELATIVE, .width = 9, .decimals = 6,
	  .help = "seconds since the first row" },
	{ "timestamp_ns", "TIME(ns)", .of = "ts", .as = F_RELATIVE, .width = 14, .help = "ns since the first row" },
	{ "container", "CONTAINER", .of = "cgroup_id", .as = F_CONTAINER, .width = 12, .unit = CONTAINER_LABEL,
	  .help = "with --containers: container of the socket, or its systemd unit outside of containers" },
	{},
};

/* ---- views completed by their members ---- */

/* whole: only a member with a kind. */
static const struct member *find(const struct member *members, const char *name, bool whole)
{
	for (; members && members->name; members++)
		if (!strcmp(members->name, name) && (members->kind || !whole))
			return members;
	return NULL;
}

static const struct member *find_any(const struct tool *tool, const char *name, bool whole)
{
	const struct member *found = NULL;

	/* Members of totals first: they define how values are merged. */
	if (tool)
		found = find(tool_totals_members(tool), name, whole);
	if (tool && !found)
		found = find(tool->members, name, whole);
	if (!found)
		found = find(common_members, name, whole);
	if (!found)
		bug("%s: no member %s", tool ? tool->name : "common", name);
	return found;
}

static const struct member *declared(const struct tool *tool, const struct member *member)
{
	return member->kind ? member : find_any(tool, member->name, true);
}

struct field field_of_member(const struct tool *tool, const struct member *member)
{
	const struct member *whole = declared(tool, member);

	return (struct field){
		.name = whole->name,
		.title = whole->name,
		.kind = whole->kind,
		.off = whole->off,
		.size = whole->size,
		.values = whole->values,
		.stack = whole->stack,
		.names = whole->names,
		.keys = whole->keys,
		.n_names = whole->n_names,
		.btf_enum = whole->btf_enum,
		.unit = whole->unit,
		.decimals = whole->decimals,
		.flag = whole->flag,
		.unless = whole->unless,
		.hidden = whole->hidden || member->hidden,
		.merge = member->merge,
		.sorts = member->sorts,
		.groups = member->groups,
		.help = member->help ? member->help : whole->help,
	};
}

struct field field_named(const struct tool *tool, const char *name)
{
	return field_of_member(tool, find_any(tool, name, false));
}

static const struct column *common_column(const char *name)
{
	static const struct column none;
	const struct column *column = common_columns;

	while (column->name && strcmp(column->name, name))
		column++;
	return column->name ? column : &none;
}

/* The column's property, else the common column's, else the member's. */
#define SAID(what)    (column->what ? column->what : common->what)
#define SAID_OF(what) (SAID(what) ? SAID(what) : field.what)

struct field field_of_column(const struct tool *tool, const struct column *column)
{
	const struct column *common = common_column(column->name);
	const struct member *member = find_any(tool, SAID(of) ? SAID(of) : column->name, false);
	struct field field = field_of_member(tool, member);

	field.name = column->name;
	field.title = SAID(title);
	field.kind = SAID(as) ? SAID(as) : field.kind;
	field.port = kind_rows[field.kind].has_port ? declared(tool, member)->port : 0;
	field.where = SAID(where) ? SAID(where) : IN_ALL;
	field.wide = column->wide    ? column->wide
		     : column->width ? column->width
		     : common->wide  ? common->wide
				     : common->width;
	field.width = SAID(width);
	field.decimals = SAID_OF(decimals);
	field.truncate = SAID(truncate);
	field.bracketed = column->bracketed;
	field.portless = column->portless;
	field.once = column->once;
	field.suffix = column->suffix;
	field.bad = column->bad;
	field.fallback = column->fallback;
	field.flag = SAID_OF(flag);
	field.unless = SAID_OF(unless);
	field.before = column->before;
	field.after = column->after;
	if (column->names) {
		field.names = column->names;
		field.n_names = column->n_names;
		field.keys = NULL;
	}
	if (SAID(as))
		field.unit = SAID(unit);
	field.help = SAID(of) ? SAID(help) : SAID_OF(help);
	return field;
}

struct field *fields_of_columns(const struct tool *tool, const struct column *columns)
{
	size_t n = 0;
	struct field *fields;

	while (columns[n].name)
		n++;
	fields = must(calloc(n + 1, sizeof(*fields)));
	for (size_t i = 0; i < n; i++) {
		if (*columns[i].name)
			fields[i] = field_of_column(tool, &columns[i]);
		else
			fields[i] = (struct field){ .name = "",
						    .before = columns[i].before,
						    .after = columns[i].after,
						    .bad = columns[i].bad };
	}
	return fields;
}

void field_title(struct text *text, const struct field *field)
{
	for (const char *c = field->title; *c; c++)
		text_char(text, field->capitals && *c >= 'a' && *c <= 'z' ? (char)(*c - 'a' + 'A') : *c);
}

/* ---- values: the hot path ---- */

/* The longest text that fits FIELD_ROOM with every byte escaped. */
#define TEXT_MAX ((FIELD_ROOM - PUT_SLACK) / 6 - 1)

static bool is_short_name(const char *name)
{
	return !name || strlen(name) <= TEXT_MAX;
}

bool field_is_short(const struct field *field)
{
	if (!kind_rows[field->kind].put || (kind_rows[field->kind].sizes == SIZES_TEXT && field->size > TEXT_MAX))
		return false;
	for (uint32_t i = 0; i < field->n_names; i++) {
		if (!is_short_name(field->names[i]) || (field->keys && !is_short_name(field->keys[i])))
			return false;
	}
	return true;
}

char *field_put(char *to, const struct field *field, const struct field_row *row, enum writing how, size_t cells)
{
	if (field->off + field->size > row->size || (field->port && field->port + sizeof(uint16_t) > row->size))
		return NULL;
	return kind_rows[field->kind].put(to, field, row, how, cells);
}

bool field_write(struct text *text, const struct field *field, const struct field_row *row, enum writing how,
		 size_t cells)
{
	if (field_is_short(field)) {
		char *end = field_put(text_room(text, FIELD_ROOM), field, row, how, cells);

		if (end)
			text_end(text, end);
		return end != NULL;
	}
	return field->off + field->size <= row->size && kind_rows[field->kind].append(text, field, row, how, cells);
}
