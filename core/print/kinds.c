/* SPDX-License-Identifier: GPL-2.0-or-later */
/* kinds.c: the formatting of each kind of value, and the table of kinds. The put functions are the hot path, with
 * core/print/columns.c and core/base/put.h. */
#include "core/print/kinds.h"

#include <string.h>

#include "core/base/clock.h"
#include "core/base/histogram.h"
#include "core/base/json.h"
#include "core/base/put.h"
#include "core/names/containers.h"
#include "core/names/drop_values.h"
#include "core/names/enums.h"
#include "core/names/reasons.h"
#include "core/names/stack.h"

/* Kinds share the parameters of PUT and WRITE, and some ignore part of them. */
#define UNUSED __attribute__((unused))
#define PUT(name)                                                                                                      \
	static char *name(char *to, const struct field *field UNUSED, const struct field_row *row UNUSED,              \
			  enum writing how UNUSED, size_t cells UNUSED)
#define WRITE(name)                                                                                                    \
	static bool name(struct text *text, const struct field *field UNUSED, const struct field_row *row UNUSED,      \
			 enum writing how UNUSED, size_t cells UNUSED)

static inline const char *place(const struct field *field, const struct field_row *row)
{
	return (const char *)row->event + field->off;
}

static inline uint64_t number(const struct field *field, const struct field_row *row, bool *known)
{
	return field_number(field, row->event, known);
}

/* ---- short values ---- */

PUT(put_uint)
{
	bool known;
	uint64_t value = number(field, row, &known);

	return known ? put_unsigned(to, value) : NULL;
}

PUT(put_int)
{
	int32_t value;

	memcpy(&value, place(field, row), sizeof(value));
	return value != INT32_MIN ? put_signed(to, value) : NULL;
}

PUT(put_id)
{
	bool known;
	uint64_t value = number(field, row, &known);

	return value ? put_unsigned(to, value) : NULL;
}

PUT(put_port)
{
	uint16_t value;

	memcpy(&value, place(field, row), sizeof(value));
	return value || how != AS_JSON ? put_unsigned(to, value) : NULL;
}

PUT(put_hexadecimal)
{
	uint64_t value;

	memcpy(&value, place(field, row), sizeof(value));
	return value ? put_quote(put_hex(put_quote(to, how == AS_JSON), value, 1), how == AS_JSON) : NULL;
}

PUT(put_time)
{
	uint64_t when;

	memcpy(&when, place(field, row), sizeof(when));
	if (how != AS_JSON && field->iso)
		return clock_put_iso(to, when);
	if (how != AS_JSON)
		return clock_put_local(to, when, field->decimals);
	*to++ = '"';
	to = clock_put_rfc3339(to, when);
	*to++ = '"';
	return to;
}

PUT(put_relative)
{
	/* Rows of several CPUs may be slightly out of order: without the check, a difference would wrap around. */
	uint64_t since = row->event->ts > row->first_ts ? row->event->ts - row->first_ts : 0;

	return field->decimals ? put_decimal(to, since, 9, field->decimals) : put_unsigned(to, since);
}

/* Numbers whose columns have another unit than JSON. */
PUT(put_msec)
{
	bool known;
	uint64_t value = number(field, row, &known);

	if (!known)
		return NULL;
	return how == AS_JSON ? put_unsigned(to, value) : put_decimal(to, value, 6, field->decimals);
}

PUT(put_usec)
{
	bool known;
	uint64_t value = number(field, row, &known);

	return known ? put_unsigned(to, how == AS_JSON ? value : value / 1000) : NULL;
}

PUT(put_kbytes)
{
	bool known;
	uint64_t value = number(field, row, &known);

	return known ? put_unsigned(to, how == AS_JSON ? value : value / 1024) : NULL;
}

PUT(put_text)
{
	const char *bytes = place(field, row);

	if (!*bytes)
		return NULL;
	if (how == AS_JSON)
		return put_json_string(to, bytes, field->size);
	if (how == AS_CSV)
		return put_csv_string(to, bytes, field->size);
	return put_printable(to, bytes, field->size, cells);
}

static inline const char *const *names_of(const struct field *field, enum writing how)
{
	return how == AS_JSON && field->keys ? field->keys : field->names;
}

/* Names of the program: no escapes, but quotes in JSON. */
PUT(put_name)
{
	const char *const *names = names_of(field, how);
	bool known;
	uint64_t value = number(field, row, &known);

	if (value < field->n_names && !names[value])
		return NULL;
	to = put_quote(to, how == AS_JSON);
	to = value < field->n_names ? put_string(to, names[value]) : put_unsigned(to, value);
	return put_quote(to, how == AS_JSON);
}

PUT(put_bool)
{
	unsigned char value = (unsigned char)*place(field, row);

	return value == UINT8_MAX ? NULL : put_string(to, value ? "true" : "false");
}

PUT(put_errno)
{
	const char *name;
	uint32_t error;

	memcpy(&error, place(field, row), sizeof(error));
	error = error > INT32_MAX ? 0 - error : error; /* INT32_MIN has no positive counterpart */
	if (!error)
		return NULL;
	name = strerrorname_np((int)error);
	to = put_quote(to, how == AS_JSON);
	to = name ? put_string(to, name) : put_unsigned(to, error);
	return put_quote(to, how == AS_JSON);
}

PUT(put_tcpflags)
{
	static const char *const names[] = { "FIN|", "SYN|", "RST|", "PSH|", "ACK|", "URG|", "ECE|", "CWR|" };
	bool known;
	uint64_t flags = number(field, row, &known);

	if (!known && field->size > 1)
		return NULL;
	to = put_quote(to, how == AS_JSON);
	for (int bit = 0; bit < 8; bit++)
		if (flags >> bit & 1)
			to = put_string(to, names[bit]);
	to = flags & 0xff ? to - 1 : put_string(to, "0"); /* the last bar */
	return put_quote(to, how == AS_JSON);
}

/* Writes an address, and after this character its port; 0: no port. */
static inline char *put_place(char *to, const struct field *field, const struct field_row *row, enum writing how,
			      bool bracketed, char port)
{
	const struct event *event = row->event;
	uint16_t number = 0;

	if (!event->family)
		return NULL;
	bracketed |= field->bracketed && how == AS_COLUMN && event->family == 6;
	to = put_quote(to, how == AS_JSON);
	if (bracketed)
		*to++ = '[';
	to = put_address(to, (const uint8_t *)place(field, row), event->family);
	if (bracketed)
		*to++ = ']';
	if (port) {
		memcpy(&number, (const char *)event + field->port, sizeof(number));
	}
	if (port && (number || !field->portless)) {
		*to++ = port;
		to = put_unsigned(to, number);
	}
	return put_quote(to, how == AS_JSON);
}

PUT(put_ip)
{
	return put_place(to, field, row, how, false, 0);
}

PUT(put_endpoint)
{
	return put_place(to, field, row, how, false, ':');
}

PUT(put_hash_port)
{
	return put_place(to, field, row, how, true, '#');
}

PUT(put_count)
{
	return put_unsigned(to, row->count);
}

/* Tables have two decimals; programs get three, of the number itself. */
static char *put_thousandths(char *to, double thousandths, enum writing how)
{
	if (how == AS_COLUMN)
		return put_decimal(to, (uint64_t)(thousandths / 10 + 0.5), 2, 2);
	return put_decimal(to, (uint64_t)(thousandths + 0.5), 3, 3);
}

PUT(put_rate)
{
	bool known = true;
	uint64_t value = field->size ? number(field, row, &known) : row->count;
	double one = how != AS_JSON && field->unit ? field->unit : 1;

	if (!known || !row->interval)
		return NULL;
	return put_thousandths(to, (double)value * 1e12 / (double)row->interval / one, how);
}

PUT(put_per_second)
{
	bool known;
	uint64_t value = number(field, row, &known);

	return known ? put_thousandths(to, (double)value, how) : NULL;
}

/* ---- values of any length ---- */

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

/* Writes a trusted name, of the program or the kernel, or else the number: no escapes, but quotes in JSON. */
static bool write_named(struct text *text, const char *name, uint64_t value, enum writing how)
{
	if (how == AS_JSON)
		text_char(text, '"');
	if (name)
		text_string(text, name);
	else
		text_unsigned(text, value);
	if (how == AS_JSON)
		text_char(text, '"');
	return true;
}

WRITE(write_text)
{
	const char *bytes = place(field, row);

	return *bytes && write_string(text, bytes, field->size, how, cells);
}

WRITE(write_name)
{
	bool known;
	uint64_t value = number(field, row, &known);
	const char *name = value < field->n_names ? names_of(field, how)[value] : NULL;

	return (name || value >= field->n_names) && write_named(text, name, value, how);
}

WRITE(write_enum)
{
	bool known;
	uint64_t value = number(field, row, &known);

	return known && write_named(text, enum_name(NULL, field->btf_enum, value), value, how);
}

WRITE(write_explanation)
{
	bool known;
	uint64_t value = number(field, row, &known);
	const char *explanation;

	if (!known)
		return false;
	explanation = reason_text(enum_name(NULL, field->btf_enum, value));
	return write_string(text, explanation, strlen(explanation), how, 0);
}

WRITE(write_values)
{
	struct drop_values values;
	bool known, has_stack = field->stack && field->stack < row->size;
	uint64_t value = number(field, row, &known);

	if (!known || field->values + sizeof(values) > row->size)
		return false;
	memcpy(&values, (const char *)row->event + field->values, sizeof(values));
	return drop_values_put(text, enum_name(NULL, field->btf_enum, value), &values,
			       has_stack ? (const char *)row->event + field->stack : NULL,
			       (size_t)field->values - field->stack, how == AS_JSON);
}

WRITE(write_human_ns)
{
	bool known;
	uint64_t value = number(field, row, &known);

	return known && text_human_ns(text, value);
}

/* K is 1024, and is used from 1024 on. */
WRITE(write_si)
{
	uint64_t one = field->unit ? field->unit : 1, kilo = 1024 * one, mega = 1024 * kilo;
	bool known;
	uint64_t value = number(field, row, &known);

	if (!known)
		return false;
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

WRITE(write_symbol)
{
	uint64_t address;

	memcpy(&address, place(field, row), sizeof(address));
	return address && stack_symbol(text, address, how == AS_JSON);
}

WRITE(write_stack)
{
	return stack_inline(text, place(field, row), field->size, how == AS_JSON);
}

WRITE(write_container)
{
	size_t length;
	const char *string = containers_text(row->event, (enum of_container)field->unit, &length);

	return string && write_string(text, string, length, how, 0);
}

/* Copies all slots of a histogram: 64-bit numbers may be unaligned in an event. */
static size_t read_slots(uint64_t slots[HISTOGRAM_SLOTS], const struct field *field, const struct field_row *row)
{
	bool counted = kind_rows[field->kind].is_counted;
	const void *from = counted ? (const void *)row->slots : place(field, row);
	size_t n = counted ? HISTOGRAM_SLOTS : field->size / sizeof(*slots);

	if (!from || n > HISTOGRAM_SLOTS)
		return 0;
	memcpy(slots, from, n * sizeof(*slots));
	return n;
}

WRITE(write_histogram)
{
	uint64_t slots[HISTOGRAM_SLOTS];
	size_t n = read_slots(slots, field, row);

	if (how == AS_JSON)
		histogram_json(text, slots, n);
	else
		histogram_words(text, slots, n);
	return true;
}

void member_set_unknown(const struct member *member, struct event *event)
{
	void *at = (char *)event + member->off;

	if (kind_rows[member->kind].unknown == UNKNOWN_LEAST)
		number_write(at, member->size, 1ULL << (member->size * 8 - 1));
	else
		memset(at, kind_rows[member->kind].unknown == UNKNOWN_ONES ? 0xff : 0, member->size);
}

void field_stack_lines(struct text *text, const struct field *field, const struct field_row *row)
{
	if (field->off + field->size <= row->size)
		stack_lines(text, place(field, row), field->size);
}

void field_histogram_lines(struct text *text, const struct field *field, const struct field_row *row, bool heading,
			   size_t cells)
{
	uint64_t slots[HISTOGRAM_SLOTS];
	size_t n = read_slots(slots, field, row);

	histogram_lines(text, slots, n, heading ? field->title : NULL, cells);
}

/* ---- the table ---- */

#define SCHEMA_INTEGER "\"type\": [\"integer\", \"null\"]"
#define SCHEMA_UINT    SCHEMA_INTEGER ", \"minimum\": 0"
#define SCHEMA_STRING  "\"type\": [\"string\", \"null\"]"
#define SCHEMA_VALUES                                                                                                  \
	"\"type\": [\"object\", \"null\"], \"additionalProperties\": { \"type\": [\"integer\", \"string\", \"null\"] " \
	"}"
#define SCHEMA_SLOTS "\"type\": \"array\", \"items\": { \"$ref\": \"#/$defs/slot\" }"

const struct kind_row kind_rows[F_KINDS] = {
	[F_NONE] = { 0 },
	[F_UINT] = { "uint", SCHEMA_UINT, .put = put_uint, .sizes = SIZES_NUMBER, .unknown = UNKNOWN_ONES },
	[F_INT] = { "int", SCHEMA_INTEGER, .put = put_int, .sizes = 4, .unknown = UNKNOWN_LEAST },
	[F_ID] = { "id", SCHEMA_INTEGER ", \"minimum\": 1", .put = put_id, .sizes = SIZES_NUMBER },
	[F_PORT] = { "port", SCHEMA_INTEGER ", \"minimum\": 1, \"maximum\": 65535", .put = put_port, .sizes = 2 },
	[F_HEX] = { "hex", SCHEMA_STRING ", \"pattern\": \"^[0-9a-f]+$\"", .put = put_hexadecimal, .sizes = 8,
		    .is_pointer = true },
	[F_TIME] = { "time", "\"type\": \"string\", " JSON_TIME_SCHEMA, "HH:MM:SS", "RFC 3339", put_time, .sizes = 8 },
	[F_RELATIVE] = { NULL, SCHEMA_UINT, .put = put_relative, .sizes = 8 },
	[F_MSEC] = { "uint", SCHEMA_UINT, "ms", "ns", put_msec, .sizes = SIZES_NUMBER, .unknown = UNKNOWN_ONES },
	[F_USEC] = { "uint", SCHEMA_UINT, "us", "ns", put_usec, .sizes = SIZES_NUMBER, .unknown = UNKNOWN_ONES },
	[F_HUMAN_NS] = { NULL, SCHEMA_UINT, .append = write_human_ns, .sizes = SIZES_NUMBER, .unknown = UNKNOWN_ONES },
	[F_KBYTES] = { "uint", SCHEMA_UINT, "KiB", "bytes", put_kbytes, .sizes = SIZES_NUMBER,
		       .unknown = UNKNOWN_ONES },
	[F_SI] = { "uint", "\"type\": [\"number\", \"null\"], \"minimum\": 0", "in tables with K (1024) and M",
		   .append = write_si, .sizes = SIZES_NUMBER, .unknown = UNKNOWN_ONES },
	[F_TEXT] = { "text", SCHEMA_STRING, .put = put_text, .append = write_text, .sizes = SIZES_TEXT,
		     .is_bytes = true },
	[F_FAMILY] = { "family", "\"enum\": [4, 6, null]", .put = put_id, .sizes = 1 },
	[F_ADDRESS] = { "address", SCHEMA_STRING, .put = put_ip, .sizes = 16, .is_bytes = true, .is_address = true },
	[F_ENDPOINT] = { NULL, SCHEMA_STRING, .put = put_endpoint, .sizes = 16, .is_bytes = true, .is_address = true,
			 .has_port = true },
	[F_ADDR_HASH_PORT] = { NULL, SCHEMA_STRING, .put = put_hash_port, .sizes = 16, .is_bytes = true,
			       .is_address = true, .has_port = true },
	[F_NAME] = { "index", NULL, .put = put_name, .append = write_name, .sizes = SIZES_NUMBER },
	[F_ENUM] = { "enum", SCHEMA_STRING, .append = write_enum, .sizes = SIZES_NUMBER, .unknown = UNKNOWN_ONES },
	[F_EXPLANATION] = { NULL, SCHEMA_STRING, .append = write_explanation, .sizes = SIZES_NUMBER,
			    .unknown = UNKNOWN_ONES },
	[F_VALUES] = { NULL, SCHEMA_VALUES, "names and values", "an object", .append = write_values,
		       .sizes = SIZES_NUMBER, .unknown = UNKNOWN_ONES },
	/* Another member, of the same byte, may name its values. */
	[F_BOOL] = { "index", "\"type\": [\"boolean\", \"null\"]", .put = put_bool, .sizes = 1 },
	[F_TCPFLAGS] = { "tcpflags", SCHEMA_STRING ", \"pattern\": \"^(0|[A-Z]{3}([|][A-Z]{3})*)$\"",
			 .put = put_tcpflags, .sizes = 1 | 2, .unknown = UNKNOWN_ONES },
	[F_ERRNO] = { "errno", SCHEMA_STRING, .put = put_errno, .sizes = 4 },
	[F_SYMBOL] = { "symbol", SCHEMA_STRING, .append = write_symbol, .sizes = 8, .is_code = true },
	[F_STACK] = { "stack", "\"type\": [\"array\", \"null\"], \"items\": { \"type\": \"string\" }",
		      .append = write_stack, .sizes = SIZES_NUMBERS, .is_below = true, .is_code = true },
	[F_CONTAINER] = { NULL, SCHEMA_STRING, .append = write_container, .sizes = 8 },
	[F_COUNT] = { NULL, "\"type\": \"integer\", \"minimum\": 1", .put = put_count, .sizes = SIZES_NUMBER,
		      .is_counted = true },
	[F_RATE] = { NULL, "\"type\": [\"number\", \"null\"], \"minimum\": 0", "per second", "per second",
		     .put = put_rate, .sizes = SIZES_NUMBER, .unknown = UNKNOWN_ONES, .is_counted = true },
	[F_PER_S] = { NULL, "\"type\": [\"number\", \"null\"], \"minimum\": 0", "per second", "per second",
		      .put = put_per_second, .sizes = SIZES_NUMBER, .unknown = UNKNOWN_ONES },
	[F_LOG2] = { "uint", SCHEMA_SLOTS, .append = write_histogram, .sizes = 8, .is_histogram = true,
		     .is_counted = true },
	[F_HISTOGRAM] = { "histogram", SCHEMA_SLOTS, .append = write_histogram, .sizes = SIZES_NUMBERS,
			  .is_histogram = true },
};
