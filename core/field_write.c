/* SPDX-License-Identifier: GPL-2.0-or-later */
/* field_write.c: what each kind of field prints. */
#include <string.h>

#include "core/clock.h"
#include "core/enums.h"
#include "core/fields.h"
#include "core/histogram.h"
#include "core/stack.h"

uint64_t field_number(const struct field *field, const struct event *event, bool *known)
{
	const char *at = (const char *)event + field->off;
	uint64_t value = 0;

	memcpy(&value, at, field->size); /* little-endian hosts only: so is the BPF target that we build for */
	*known = value != (field->size == 8 ? UINT64_MAX : (1ULL << field->size * 8) - 1);
	return value;
}

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

static bool write_indexed(struct text *text, const struct field *field, uint64_t value, enum writing how)
{
	const char *const *names = how == AS_JSON && field->keys ? field->keys : field->names;

	if (value >= field->n_names)
		return write_unnamed(text, value, how);
	return names[value] && write_name(text, names[value], how);
}

static bool write_enum(struct text *text, const struct field *field, uint64_t value, enum writing how)
{
	const char *name = enum_name(NULL, field->btf_enum, value);

	return name ? write_name(text, name, how) : write_unnamed(text, value, how);
}

static bool write_errno(struct text *text, uint32_t value, enum writing how)
{
	uint32_t error = value > INT32_MAX ? 0 - value : value; /* INT32_MIN has no positive counterpart */
	const char *name = strerrorname_np((int)error);

	return error && (name ? write_name(text, name, how) : write_unnamed(text, error, how));
}

static bool write_signed(struct text *text, int32_t value)
{
	if (value == INT32_MIN)
		return false;
	text_signed(text, value);
	return true;
}

static bool write_tcpflags(struct text *text, uint64_t flags, enum writing how)
{
	static const char *const names[] = { "FIN", "SYN", "RST", "PSH", "ACK", "URG", "ECE", "CWR" };
	bool first = true;

	if (how == AS_JSON)
		text_char(text, '"');
	if (!flags)
		text_char(text, '0');
	for (int bit = 0; bit < 8; bit++) {
		if (!(flags >> bit & 1))
			continue;
		if (!first)
			text_char(text, '|');
		text_string(text, names[bit]);
		first = false;
	}
	if (how == AS_JSON)
		text_char(text, '"');
	return true;
}

static bool write_address(struct text *text, const struct field *field, const struct event *event, enum writing how)
{
	const uint8_t *address = (const uint8_t *)event + field->off;
	bool bracketed = field->kind == F_BRACKETS || (field->bracketed && how == AS_COLUMN && event->family == 6);
	const char *separator = field->kind == F_BRACKETS ? "#" : ":";
	uint16_t port;

	if (!event->family)
		return false;
	if (how == AS_JSON)
		text_char(text, '"');
	if (bracketed)
		text_char(text, '[');
	text_address(text, address, event->family);
	if (bracketed)
		text_char(text, ']');
	if (field->kind != F_ADDRESS) {
		memcpy(&port, (const char *)event + field->port, sizeof(port));
		text_string(text, separator);
		text_unsigned(text, port);
	}
	if (how == AS_JSON)
		text_char(text, '"');
	return true;
}

static bool write_time(struct text *text, uint64_t when, enum writing how)
{
	if (how != AS_JSON) {
		clock_local(text, when);
		return true;
	}
	text_char(text, '"');
	clock_rfc3339(text, when);
	text_char(text, '"');
	return true;
}

static bool write_scaled(struct text *text, const struct field *field, uint64_t value, enum writing how)
{
	if (how == AS_JSON)
		text_unsigned(text, value);
	else if (field->kind == F_KBYTES)
		text_unsigned(text, value / 1024);
	else if (field->kind == F_USEC)
		text_unsigned(text, value / 1000);
	else
		text_decimal(text, value, 1000000, field->decimals);
	return true;
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

	switch (field->kind) {
	case F_ID:
	case F_FAMILY:
		known = value != 0;
		break;
	case F_PORT:
		known = value || how != AS_JSON;
		break;
	case F_NAME:
		return write_indexed(text, field, value, how);
	case F_TCPFLAGS:
		return (known || field->size == 1) && write_tcpflags(text, value, how);
	case F_ERRNO:
		return write_errno(text, (uint32_t)value, how);
	case F_INT:
		return write_signed(text, (int32_t)value);
	default:
		break;
	}
	if (!known)
		return false;
	if (field->kind == F_ENUM)
		return write_enum(text, field, value, how);
	if (field->kind == F_SCALED)
		return write_amount(text, field, value, how);
	if (field->kind == F_KBYTES || field->kind == F_MSEC || field->kind == F_USEC)
		return write_scaled(text, field, value, how);
	text_unsigned(text, value);
	return true;
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
	const struct event *event = row->event;
	const char *at = (const char *)event + field->off;
	uint64_t value;

	if (field->off + field->size > row->size || (field->port && field->port + sizeof(uint16_t) > row->size))
		return false;
	switch (field->kind) {
	case F_TIME:
		memcpy(&value, at, sizeof(value));
		return write_time(text, value, how);
	case F_RELATIVE:
		/* Rows of several CPUs may come a little out of order: never a huge unsigned number. */
		value = event->ts > row->first_ts ? event->ts - row->first_ts : 0;
		text_decimal(text, value, field->decimals ? 1000000000 : 1, field->decimals);
		return true;
	case F_TEXT:
		return *at && write_string(text, at, field->size, how, cells);
	case F_HEX:
		memcpy(&value, at, sizeof(value));
		if (how == AS_JSON)
			text_char(text, '"');
		text_hex(text, value, 1);
		if (how == AS_JSON)
			text_char(text, '"');
		return true;
	case F_ADDRESS:
	case F_ENDPOINT:
	case F_BRACKETS:
		return write_address(text, field, event, how);
	case F_SYMBOL:
		memcpy(&value, at, sizeof(value));
		return value && stack_symbol(text, value, how == AS_JSON);
	case F_STACK:
		return stack_inline(text, at, field->size, how == AS_JSON);
	case F_COUNT:
		text_unsigned(text, row->count);
		return true;
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
