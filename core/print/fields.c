/* SPDX-License-Identifier: GPL-2.0-or-later */
/* fields.c: the fields that every event has. */
#include "core/print/fields.h"

#include <string.h>

#include "core/base/message.h"
#include "core/base/put.h"

static const char *const owner_names[] = { "unknown", "inherited", "exact" };

#define COMMON(member) AT(struct event, member)

const struct field common_fields[] = {
	{ "ts", "TS", F_TIME, IN_JSON, COMMON(ts), .help = "when it happened: RFC 3339, ns, UTC" },
	{ "pid", "PID", F_ID, .width = 7, COMMON(pid), .help = "process that owns the socket" },
	{ "tid", "TID", F_ID, .width = 7, COMMON(tid), .help = "its thread that acted last" },
	{ "comm", "COMM", F_TEXT, .width = 16, .truncate = true, COMMON(comm), .help = "its name" },
	{ "uid", "UID", F_UINT, .width = 6, COMMON(uid), .help = "its user" },
	{ "owner", "OWNER", F_NAME, .width = 9, COMMON(owner), NAMES(owner_names),
	  .help = "how sure that is: exact, inherited (of the listener, or one of several holders), unknown" },
	{ "netns", "NETNS", F_ID, .width = 10, COMMON(netns), .help = "network namespace of the socket: inode number" },
	{ "cgroup_id", "CGROUP", F_ID, .width = 8, COMMON(cgroup_id),
	  .help = "cgroup (v2) of the socket: inode number" },
	{ "container_id", "CONTAINER_ID", F_CONTAINER, IN_JSON, COMMON(cgroup_id), .unit = CONTAINER_ID,
	  .help = "with --containers: the container that the socket is in" },
	{ "pod_uid", "POD_UID", F_CONTAINER, IN_JSON, COMMON(cgroup_id), .unit = CONTAINER_POD,
	  .help = "with --containers: its pod" },
	{ "cgroup_path", "CGROUP_PATH", F_CONTAINER, IN_JSON, COMMON(cgroup_id), .unit = CONTAINER_PATH,
	  .help = "with --containers: the cgroup of the socket" },
	{ "family", "IP", F_FAMILY, .width = 2, COMMON(family), .help = "IP version of the socket: 4 or 6" },
	{ "laddr", "LADDR", F_ADDRESS, .width = 15, .wide = 39, COMMON(laddr), .help = "local address" },
	{ "lport", "LPORT", F_PORT, .width = 5, COMMON(lport), .help = "local port; 0: not chosen yet" },
	{ "raddr", "RADDR", F_ADDRESS, .width = 15, .wide = 39, COMMON(raddr), .help = "remote address" },
	{ "rport", "RPORT", F_PORT, .width = 5, COMMON(rport), .help = "remote port; 0: none" },
	{ "time", "TIME", F_TIME, IN_TABLE | IN_WIDE | IN_CSV, .width = 8, COMMON(ts), .help = "local time" },
	{ "timestamp", "TIME(s)", F_RELATIVE, IN_TABLE | IN_WIDE | IN_CSV, .width = 9, .decimals = 6, COMMON(ts),
	  .help = "seconds since the first row" },
	{ "timestamp_ns", "TIME(ns)", F_RELATIVE, IN_TABLE | IN_WIDE | IN_CSV, .width = 14, COMMON(ts),
	  .help = "ns since the first row" },
	{ "container", "CONTAINER", F_CONTAINER, IN_TABLE | IN_WIDE | IN_CSV, .width = 12, COMMON(cgroup_id),
	  .unit = CONTAINER_LABEL,
	  .help = "with --containers: the container that the socket is in; in none: the unit of systemd" },
	{},
};

struct field field_complete(const struct field *field)
{
	struct field whole = *field;

	if (field->kind == F_NONE) {
		const struct field *common = common_fields;

		while (common->name && strcmp(common->name, field->name))
			common++;
		if (!common->name)
			fatal(EXIT_FAILED, "internal: no common field %s", field->name);
		whole = *common;
		whole.title = field->title ? field->title : common->title;
		whole.where = field->where ? field->where : common->where;
		whole.width = field->width ? field->width : common->width;
		whole.wide = field->wide ? field->wide : field->width ? field->width : common->wide;
		whole.decimals = field->decimals ? field->decimals : common->decimals;
		whole.truncate = field->truncate || common->truncate;
		whole.help = field->help ? field->help : common->help;
		whole.bracketed = field->bracketed;
		whole.suffix = field->suffix;
		whole.fallback = field->fallback;
		whole.flag = field->flag;
		whole.unless = field->unless;
		whole.merge = field->merge;
		whole.sorts = field->sorts;
		whole.groups = field->groups;
		whole.before = field->before;
		whole.after = field->after;
	}
	if (!whole.where)
		whole.where = whole.title ? IN_TABLE | IN_WIDE | IN_CSV | IN_JSON : IN_JSON;
	if (!whole.wide)
		whole.wide = whole.width;
	return whole;
}

void field_set_unknown(const struct field *field, struct event *event)
{
	void *at = (char *)event + field->off;

	if (kind_rows[field->kind].unknown == UNKNOWN_LEAST)
		number_write(at, field->size, 1ULL << (field->size * 8 - 1));
	else
		memset(at, kind_rows[field->kind].unknown == UNKNOWN_ONES ? 0xff : 0, field->size);
}

/* ---- values: the hot path ---- */

/* Longer text than that is not for putting. */
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
