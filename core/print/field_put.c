/* SPDX-License-Identifier: GPL-2.0-or-later */
/* field_put.c: what the kinds of fields print that every row has: the hot path. */
#include "core/base/clock.h"
#include "core/print/fields.h"
#include "core/base/number.h"
#include "core/base/put.h"

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
	case F_BRACKETS:
	case F_BOOL:
	case F_TCPFLAGS:
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
	bool bracketed = field->kind == F_BRACKETS || (field->bracketed && how == AS_COLUMN && event->family == 6);
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
		*to++ = field->kind == F_BRACKETS ? '#' : ':';
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

static char *put_scaled(char *to, const struct field *field, uint64_t value, enum writing how)
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
	if (field->kind == F_ADDRESS || field->kind == F_ENDPOINT || field->kind == F_BRACKETS)
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
		return known ? put_scaled(to, field, value, how) : NULL;
	case F_RELATIVE:
		return put_relative(to, field, row);
	case F_BOOL:
		return put_string(to, value ? "true" : "false");
	case F_TCPFLAGS:
		return known || field->size == 1 ? put_tcpflags(to, value, how) : NULL;
	case F_ERRNO:
		return put_errno(to, (uint32_t)value, how);
	case F_INT:
		return (int32_t)value != INT32_MIN ? put_signed(to, (int32_t)value) : NULL;
	case F_COUNT:
		return put_unsigned(to, row->count);
	default:
		return known ? put_unsigned(to, value) : NULL;
	}
}
