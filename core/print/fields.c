/* SPDX-License-Identifier: GPL-2.0-or-later */
/* fields.c: the fields that every event has. */
#include "core/print/fields.h"

#include <string.h>

#include "core/names/enums.h"
#include "core/base/message.h"

static const char *const owner_names[] = { "unknown", "inherited", "exact" };

#define COMMON(member) AT(struct event, member)

const struct field common_fields[] = {
	{ "ts", "TS", F_TIME, IN_JSON, COMMON(ts), .help = "when it happened: RFC 3339, ns, UTC" },
	{ "pid", "PID", F_ID, .width = 7, COMMON(pid), .help = "process that owns the socket" },
	{ "tid", "TID", F_ID, .width = 7, COMMON(tid), .help = "its thread that acted last" },
	{ "comm", "COMM", F_TEXT, .width = 16, .cut = true, COMMON(comm), .help = "its name" },
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
			say_exit(EXIT_FAILED, "internal: no common field %s", field->name);
		whole = *common;
		whole.title = field->title ? field->title : common->title;
		whole.where = field->where ? field->where : common->where;
		whole.width = field->width ? field->width : common->width;
		whole.wide = field->wide ? field->wide : field->width ? field->width : common->wide;
		whole.decimals = field->decimals ? field->decimals : common->decimals;
		whole.cut = field->cut || common->cut;
		whole.help = field->help ? field->help : common->help;
		whole.bracketed = field->bracketed;
		whole.glued = field->glued;
		whole.otherwise = field->otherwise;
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

const struct field *field_without_names(const struct field *fields)
{
	for (; fields->name; fields++)
		if (fields->kind == F_ENUM && !enum_exists(NULL, fields->btf_enum))
			return fields;
	return NULL;
}

void field_forget(const struct field *field, struct event *event)
{
	void *at = (char *)event + field->off;

	switch (field->kind) {
	case F_INT:
		*(int32_t *)at = INT32_MIN;
		break;
	case F_UINT:
	case F_MSEC:
	case F_USEC:
	case F_KBYTES:
	case F_SCALED:
	case F_ENUM:
	case F_TCPFLAGS:
		memset(at, 0xff, field->size);
		break;
	default:
		memset(at, 0, field->size);
		break;
	}
}
