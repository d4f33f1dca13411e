/* SPDX-License-Identifier: GPL-2.0-or-later */
/* fields.c: the fields that every event has. */
#include "core/print/fields.h"

#include <string.h>

#include "core/names/enums.h"
#include "core/base/must.h"
#include "core/base/clock.h"
#include "core/base/number.h"
#include "core/base/put.h"
#include "core/names/containers.h"
#include "core/base/histogram.h"
#include "core/names/stack.h"

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
			bug("no common field %s", field->name);
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

	switch (field->kind) {
	case F_INT:
		*(int32_t *)at = INT32_MIN;
		break;
	case F_UINT:
	case F_MSEC:
	case F_USEC:
	case F_KBYTES:
	case F_SI:
	case F_ENUM:
	case F_TCPFLAGS:
		memset(at, 0xff, field->size);
		break;
	default:
		memset(at, 0, field->size);
		break;
	}
}

/* ---- what the kinds of fields print that every row has: the hot path ---- */

/* Longer text than that is not for here. */
#define TEXT_MAX ((FIELD_ROOM - PUT_SLACK) / 6 - 1)

bool field_is_short(const struct field *field)
{
	switch (field->kind) {
	case F_TEXT:
		return field->size <= TEXT_MAX;
	case F_NAME:
		for (uint32_t i = 0; i < field->n_names; i++) {
			if ((field->names[i] && strlen(field->names[i]) > TEXT_MAX) ||
			    (field->keys && field->keys[i] && strlen(field->keys[i]) > TEXT_MAX))
				return false;
		}
		return true;
	case F_UINT:
	case F_INT:
	case F_ID:
	case F_PORT:
	case F_HEX:
	case F_TIME:
	case F_RELATIVE:
	case F_MSEC:
	case F_USEC:
	case F_KBYTES:
	case F_FAMILY:
	case F_ADDRESS:
	case F_ENDPOINT:
	case F_ADDR_HASH_PORT:
	case F_TCPFLAGS:
	case F_BOOL:
	case F_ERRNO:
	case F_COUNT:
		return true;
	default:
		return false;
	}
}

static inline uint64_t load(const void *at, size_t size, bool *known)
{
	uint64_t value;

	/* Of a size that the compiler knows each: no call. */
	switch (size) {
	case 1:
		value = number_read(at, 1);
		*known = value != UINT8_MAX;
		break;
	case 2:
		value = number_read(at, 2);
		*known = value != UINT16_MAX;
		break;
	case 4:
		value = number_read(at, 4);
		*known = value != UINT32_MAX;
		break;
	default:
		value = number_read(at, 8);
		*known = value != UINT64_MAX;
	}
	return value;
}

uint64_t field_number(const struct field *field, const struct event *event, bool *known)
{
	return load((const char *)event + field->off, field->size, known);
}

static char *put_text(char *to, const char *bytes, size_t size, enum writing how, size_t cells)
{
	if (!*bytes)
		return NULL;
	if (how == AS_JSON)
		return put_json_string(to, bytes, size);
	if (how == AS_CSV)
		return put_csv_string(to, bytes, size);
	return put_printable(to, bytes, size, cells);
}

/* A name of ours: no escaping needed, but JSON wants quotes. */
static char *put_name(char *to, const struct field *field, uint64_t value, enum writing how)
{
	const char *const *names = how == AS_JSON && field->keys ? field->keys : field->names;

	if (value < field->n_names && !names[value])
		return NULL;
	to = put_quote(to, how == AS_JSON);
	to = value < field->n_names ? put_string(to, names[value]) : put_unsigned(to, value);
	return put_quote(to, how == AS_JSON);
}

static char *put_errno(char *to, uint32_t value, enum writing how)
{
	uint32_t error = value > INT32_MAX ? 0 - value : value; /* INT32_MIN has no positive counterpart */
	const char *name = strerrorname_np((int)error);

	if (!error)
		return NULL;
	to = put_quote(to, how == AS_JSON);
	to = name ? put_string(to, name) : put_unsigned(to, error);
	return put_quote(to, how == AS_JSON);
}

static char *put_tcpflags(char *to, uint64_t flags, enum writing how)
{
	static const char *const names[] = { "FIN|", "SYN|", "RST|", "PSH|", "ACK|", "URG|", "ECE|", "CWR|" };

	to = put_quote(to, how == AS_JSON);
	for (int bit = 0; bit < 8; bit++)
		if (flags >> bit & 1)
			to = put_string(to, names[bit]);
	to = flags & 0xff ? to - 1 : put_string(to, "0"); /* the last bar */
	return put_quote(to, how == AS_JSON);
}

static char *put_place(char *to, const struct field *field, const struct event *event, enum writing how)
{
	const uint8_t *address = (const uint8_t *)event + field->off;
	bool bracketed =
		field->kind == F_ADDR_HASH_PORT || (field->bracketed && how == AS_COLUMN && event->family == 6);
	uint16_t port;

	if (!event->family)
		return NULL;
	to = put_quote(to, how == AS_JSON);
	if (bracketed)
		*to++ = '[';
	to = put_address(to, address, event->family);
	if (bracketed)
		*to++ = ']';
	if (field->kind != F_ADDRESS) {
		memcpy(&port, (const char *)event + field->port, sizeof(port));
		*to++ = field->kind == F_ADDR_HASH_PORT ? '#' : ':';
		to = put_unsigned(to, port);
	}
	return put_quote(to, how == AS_JSON);
}

static char *put_time(char *to, const struct field *field, uint64_t when, enum writing how)
{
	if (how != AS_JSON)
		return clock_put_local(to, when, field->decimals);
	*to++ = '"';
	to = clock_put_rfc3339(to, when);
	*to++ = '"';
	return to;
}

static char *put_relative(char *to, const struct field *field, const struct field_row *row)
{
	/* Rows of several CPUs may come a little out of order: never a huge unsigned number. */
	uint64_t since = row->event->ts > row->first_ts ? row->event->ts - row->first_ts : 0;

	return field->decimals ? put_decimal(to, since, 9, field->decimals) : put_unsigned(to, since);
}

static char *put_si(char *to, const struct field *field, uint64_t value, enum writing how)
{
	if (how == AS_JSON)
		return put_unsigned(to, value);
	if (field->kind == F_KBYTES)
		return put_unsigned(to, value / 1024);
	if (field->kind == F_USEC)
		return put_unsigned(to, value / 1000);
	return put_decimal(to, value, 6, field->decimals);
}

char *field_put(char *to, const struct field *field, const struct field_row *row, enum writing how, size_t cells)
{
	const char *at = (const char *)row->event + field->off;
	uint64_t value;
	bool known;

	if (field->off + field->size > row->size || (field->port && field->port + sizeof(uint16_t) > row->size))
		return NULL;
	if (field->kind == F_TEXT)
		return put_text(to, at, field->size, how, cells);
	if (field->kind == F_ADDRESS || field->kind == F_ENDPOINT || field->kind == F_ADDR_HASH_PORT)
		return put_place(to, field, row->event, how);
	value = load(at, field->size, &known);
	switch (field->kind) {
	case F_ID:
	case F_FAMILY:
		return value ? put_unsigned(to, value) : NULL;
	case F_PORT:
		return value || how != AS_JSON ? put_unsigned(to, value) : NULL;
	case F_NAME:
		return put_name(to, field, value, how);
	case F_HEX:
		return value ? put_quote(put_hex(put_quote(to, how == AS_JSON), value, 1), how == AS_JSON) : NULL;
	case F_TIME:
		return put_time(to, field, value, how);
	case F_MSEC:
	case F_USEC:
	case F_KBYTES:
		return known ? put_si(to, field, value, how) : NULL;
	case F_RELATIVE:
		return put_relative(to, field, row);
	case F_TCPFLAGS:
		return known || field->size == 1 ? put_tcpflags(to, value, how) : NULL;
	case F_ERRNO:
		return put_errno(to, (uint32_t)value, how);
	case F_INT:
		return (int32_t)value != INT32_MIN ? put_signed(to, (int32_t)value) : NULL;
	case F_BOOL:
		return put_string(to, value ? "true" : "false");
	case F_COUNT:
		return put_unsigned(to, row->count);
	default:
		return known ? put_unsigned(to, value) : NULL;
	}
}

/* ---- what each kind of field prints; field_put.c has the kinds that every row has ---- */

static bool write_string(struct text *text, const char *string, size_t length, enum writing how, size_t cells)
{
	if (how == AS_JSON)
		text_json_string(text, string, length);
	else if (how == AS_CSV)
		text_csv_string(text, string, length);
	else
		text_printable(text, string, length, cells);
	return true;
}

/* A name of ours or the kernel's: no escaping needed, but JSON wants quotes. */
static bool write_name(struct text *text, const char *name, enum writing how)
{
	if (how == AS_JSON)
		text_char(text, '"');
	text_string(text, name);
	if (how == AS_JSON)
		text_char(text, '"');
	return true;
}

static bool write_unnamed(struct text *text, uint64_t value, enum writing how)
{
	if (how == AS_JSON)
		text_char(text, '"');
	text_unsigned(text, value);
	if (how == AS_JSON)
		text_char(text, '"');
	return true;
}

static bool write_enum(struct text *text, const struct field *field, uint64_t value, enum writing how)
{
	const char *name = enum_name(NULL, field->btf_enum, value);

	return name ? write_name(text, name, how) : write_unnamed(text, value, how);
}

/* K is 1024, and begins there. */
static bool write_amount(struct text *text, const struct field *field, uint64_t value, enum writing how)
{
	uint64_t one = field->unit ? field->unit : 1, kilo = 1024 * one, mega = 1024 * kilo;

	if (how != AS_COLUMN || (value && value < kilo)) {
		text_decimal(text, value, one, field->decimals);
	} else if (!value) {
		text_char(text, '0');
	} else {
		text_decimal(text, value, value < mega ? kilo : mega, 2);
		text_char(text, value < mega ? 'K' : 'M');
	}
	return true;
}

static bool write_number(struct text *text, const struct field *field, const struct field_row *row, enum writing how)
{
	bool known;
	uint64_t value = field_number(field, row->event, &known);

	if (!known)
		return false;
	if (field->kind == F_HUMAN_NS)
		return text_human_ns(text, value);
	return field->kind == F_ENUM ? write_enum(text, field, value, how) : write_amount(text, field, value, how);
}

/* The slots of a histogram, all of them: 64-bit numbers may stand anywhere in an event. */
static size_t read_slots(uint64_t slots[HISTOGRAM_SLOTS], const struct field *field, const struct field_row *row)
{
	size_t n = field->kind == F_LOG2 ? HISTOGRAM_SLOTS : field->size / sizeof(*slots);
	const void *from = field->kind == F_LOG2 ? (const void *)row->slots : (const char *)row->event + field->off;

	if (!from || n > HISTOGRAM_SLOTS)
		return 0;
	memcpy(slots, from, n * sizeof(*slots));
	return n;
}

static bool write_histogram(struct text *text, const struct field *field, const struct field_row *row, enum writing how)
{
	uint64_t slots[HISTOGRAM_SLOTS];
	size_t n = read_slots(slots, field, row);

	if (how == AS_JSON)
		histogram_json(text, slots, n);
	else
		histogram_words(text, slots, n);
	return true;
}

bool field_write(struct text *text, const struct field *field, const struct field_row *row, enum writing how,
		 size_t cells)
{
	const char *at = (const char *)row->event + field->off;
	uint64_t value;
	size_t length;

	if (field_is_short(field)) {
		char *end = field_put(text_room(text, FIELD_ROOM), field, row, how, cells);

		if (end)
			text_end(text, end);
		return end != NULL;
	}
	if (field->off + field->size > row->size)
		return false;
	switch (field->kind) {
	case F_TEXT:
		return *at && write_string(text, at, field->size, how, cells);
	case F_SYMBOL:
		memcpy(&value, at, sizeof(value));
		return value && stack_symbol(text, value, how == AS_JSON);
	case F_STACK:
		return stack_inline(text, at, field->size, how == AS_JSON);
	case F_CONTAINER:
		at = containers_text(row->event, (enum of_container)field->unit, &length);
		return at && write_string(text, at, length, how, 0);
	case F_LOG2:
	case F_HISTOGRAM:
		return write_histogram(text, field, row, how);
	default:
		return write_number(text, field, row, how);
	}
}

void field_stack_lines(struct text *text, const struct field *field, const struct field_row *row)
{
	if (field->off + field->size <= row->size)
		stack_lines(text, (const char *)row->event + field->off, field->size);
}

void field_histogram_lines(struct text *text, const struct field *field, const struct field_row *row)
{
	uint64_t slots[HISTOGRAM_SLOTS];
	size_t n = read_slots(slots, field, row);

	histogram_lines(text, slots, n, field->title);
}
