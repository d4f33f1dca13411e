/* SPDX-License-Identifier: GPL-2.0-or-later */
/* test_kinds.c: every kind of value, known and unknown, as a column, in CSV and in JSON, on a synthetic kernel. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <errno.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "core/base/clock.h"
#include "core/base/error.h"
#include "core/names/containers.h"
#include "core/names/enums.h"
#include "core/names/source.h"
#include "core/names/tcp.h"
#include "core/print/fields.h"

/* ---- the kernel: an enum, and three functions ---- */

static const char *enum_name_of(const char *type, uint64_t value)
{
	if (strcmp(type, "skb_drop_reason") != 0)
		return NULL;
	return value == 2 ? "NOT_SPECIFIED" : value == 3 ? "NO_SOCKET" : value == 4 ? "NETFILTER_DROP" : NULL;
}

static bool symbol_of(uint64_t address, struct symbol *symbol)
{
	static const struct symbol known[] = {
		{ "bpf_prog_0123456789abcdef_kfree", NULL, 0x10000, 0x11000 },
		{ "bpf_trace_run4", NULL, 0x11000, 0x12000 },
		{ "tcp_v4_rcv", NULL, 0x20000, 0x21000 },
		{ "nf_hook_slow", "nf_tables", 0x30000, 0x31000 },
		{ "ip_local_deliver", NULL, 0x40000, 0x41000 },
	};

	for (size_t i = 0; i < sizeof(known) / sizeof(known[0]); i++) {
		*symbol = known[i];
		if (address >= symbol->start && address < symbol->end)
			return true;
	}
	return false;
}

static const struct name_source kernel = { .enum_name = enum_name_of, .symbol = symbol_of };

/* ---- an event, and the text of its members ---- */

struct sample {
	struct event common;
	uint64_t number, number_2;
	uint32_t word;
	int32_t error;
	uint16_t half, port;
	uint8_t byte, address[16];
	char text[16], long_text[64];
	uint64_t stack[6];
	struct drop_values drop;
};

#define FIELD(as, member, ...)                                                                                         \
	{                                                                                                              \
		.name = "value", .title = "VALUE", .kind = as, AT(struct sample, member), __VA_ARGS__                  \
	}
#define PORT .port = offsetof(struct sample, port)
#define V4                                                                                                             \
	{                                                                                                              \
		[10] = 0xff, [11] = 0xff, 203, 0, 113, 9                                                               \
	}
#define V6                                                                                                             \
	{                                                                                                              \
		0x20, 0x01, 0x0d, 0xb8, 0, 1, [15] = 9                                                                 \
	}

/* The text in a column, in CSV and in JSON; NULL: unknown. */
#define ALL(text)   text, text, text
#define NAMED(text) text, text, "\"" text "\""
#define UNKNOWN     NULL, NULL, NULL

static const char *const letters[] = { NULL, "R", "L" }, *const keys[] = { NULL, "retransmit", "probe" };
static const char *const long_names[] = { NULL, "a name that is longer than what is put" };
static const uint64_t slots[64] = { [3] = 5 };

#define LETTERS     NAMES(letters), .keys = keys
#define REASON      .btf_enum = "skb_drop_reason"
#define DROP        REASON, .stack = offsetof(struct sample, stack), .values = offsetof(struct sample, drop)
#define HUNDREDTH   .unit = 100, .decimals = 2

#define UNEXPLAINED "No explanation yet. The kernel location and the stack show the place."

static const struct value {
	struct field field;
	struct sample sample;
	const char *written[3];
} values[] = {
	{ FIELD(F_UINT, byte), { .byte = 0 }, { ALL("0") } },
	{ FIELD(F_UINT, byte), { .byte = UINT8_MAX - 1 }, { ALL("254") } },
	{ FIELD(F_UINT, half), { .half = UINT16_MAX - 1 }, { ALL("65534") } },
	{ FIELD(F_UINT, word), { .word = UINT32_MAX - 1 }, { ALL("4294967294") } },
	{ FIELD(F_UINT, number), { .number = UINT64_MAX - 1 }, { ALL("18446744073709551614") } },
	{ FIELD(F_UINT, number), { .number = UINT64_MAX }, { UNKNOWN } },
	{ FIELD(F_INT, error), { .error = 0 }, { ALL("0") } },
	{ FIELD(F_INT, error), { .error = -22 }, { ALL("-22") } },
	{ FIELD(F_INT, error), { .error = INT32_MAX }, { ALL("2147483647") } },
	{ FIELD(F_INT, error), { .error = INT32_MIN }, { UNKNOWN } },
	{ FIELD(F_ID, word), { .word = 4711 }, { ALL("4711") } },
	/* The group of cgroups, or a namespace: any number but 0. */
	{ FIELD(F_ID, word), { .word = UINT32_MAX }, { ALL("4294967295") } },
	{ FIELD(F_ID, number), { .number = 0 }, { UNKNOWN } },
	{ FIELD(F_PORT, port), { .port = 65535 }, { ALL("65535") } },
	{ FIELD(F_PORT, port), { .port = 0 }, { "0", "0", NULL } },
	{ FIELD(F_BOOL, byte), { .byte = 0 }, { ALL("false") } },
	{ FIELD(F_BOOL, byte), { .byte = 1 }, { ALL("true") } },
	{ FIELD(F_BOOL, byte), { .byte = UINT8_MAX - 1 }, { ALL("true") } },
	{ FIELD(F_BOOL, byte), { .byte = UINT8_MAX }, { UNKNOWN } },
	{ FIELD(F_HEX, number), { .number = 0xffff8881042a8000 }, { NAMED("ffff8881042a8000") } },
	{ FIELD(F_HEX, number), { .number = 0 }, { UNKNOWN } },
	{ FIELD(F_TIME, number),
	  { .number = 3723000000001 },
	  { "01:02:03", "01:02:03", "\"1970-01-01T01:02:03.000000001Z\"" } },
	{ FIELD(F_TIME, number, .decimals = 3),
	  { .number = 3723004000000 },
	  { "01:02:03.004", "01:02:03.004", "\"1970-01-01T01:02:03.004000000Z\"" } },
	{ FIELD(F_RELATIVE, common.ts), { .common.ts = 12345600001 }, { ALL("12345600000") } }, /* since 1 ns */
	{ FIELD(F_RELATIVE, common.ts, .decimals = 6), { .common.ts = 12345600001 }, { ALL("12.345600") } },
	/* From another CPU: relative times are never negative. */
	{ FIELD(F_RELATIVE, common.ts, .decimals = 6), { .common.ts = 0 }, { ALL("0.000000") } },
	{ FIELD(F_MSEC, number, .decimals = 3), { .number = 1204330999 }, { "1204.331", "1204.331", "1204330999" } },
	{ FIELD(F_MSEC, number), { .number = 1204330999 }, { "1204", "1204", "1204330999" } },
	{ FIELD(F_MSEC, number, .decimals = 3), { .number = 0 }, { "0.000", "0.000", "0" } },
	{ FIELD(F_MSEC, number), { .number = NOT_KNOWN }, { UNKNOWN } },
	{ FIELD(F_USEC, number), { .number = 1204330999 }, { "1204330", "1204330", "1204330999" } },
	{ FIELD(F_USEC, number), { .number = NOT_KNOWN }, { UNKNOWN } },
	{ FIELD(F_HUMAN_NS, number), { .number = 3200000 }, { ALL("3.20 ms") } },
	{ FIELD(F_HUMAN_NS, number), { .number = 0 }, { UNKNOWN } },
	{ FIELD(F_HUMAN_NS, number), { .number = NOT_KNOWN }, { UNKNOWN } },
	{ FIELD(F_KBYTES, number), { .number = 2 * 1024 * 1024 + 1023 }, { "2048", "2048", "2098175" } },
	{ FIELD(F_KBYTES, number), { .number = NOT_KNOWN }, { UNKNOWN } },
	/* K and M are used from 1 on, so never 0.98K. JSON and CSV have plain numbers. */
	{ FIELD(F_SI, number), { .number = 0 }, { ALL("0") } },
	{ FIELD(F_SI, number), { .number = 1023 }, { ALL("1023") } },
	{ FIELD(F_SI, number), { .number = 1024 }, { "1.00K", "1024", "1024" } },
	{ FIELD(F_SI, number), { .number = 1048575 }, { "1024.00K", "1048575", "1048575" } },
	{ FIELD(F_SI, number), { .number = 1048576 }, { "1.00M", "1048576", "1048576" } },
	{ FIELD(F_SI, number), { .number = 1ULL << 50 }, { "1073741824.00M", "1125899906842624", "1125899906842624" } },
	{ FIELD(F_SI, number, HUNDREDTH), { .number = 0 }, { "0", "0.00", "0.00" } },
	{ FIELD(F_SI, number, HUNDREDTH), { .number = 102399 }, { ALL("1023.99") } },
	{ FIELD(F_SI, number, HUNDREDTH), { .number = 102400 }, { "1.00K", "1024.00", "1024.00" } },
	{ FIELD(F_SI, number, HUNDREDTH), { .number = 104857600 }, { "1.00M", "1048576.00", "1048576.00" } },
	{ FIELD(F_SI, number), { .number = NOT_KNOWN }, { UNKNOWN } },
	{ FIELD(F_TEXT, text), { .text = "all sixteen used" }, { NAMED("all sixteen used") } },
	{ FIELD(F_TEXT, text),
	  { .text = "a\"b,\033\\" },
	  { "a\"b,\\x1b\\", "\"a\"\"b,\\x1b\\\"", "\"a\\\"b,\\u001b\\\\\"" } },
	{ FIELD(F_TEXT, text),
	  { .text = "gr\xc3\xbc\xc3\x9f\xff" },
	  { "gr\xc3\xbc\xc3\x9f\\xff", "gr\xc3\xbc\xc3\x9f\\xff", "\"gr\xc3\xbc\xc3\x9f\xef\xbf\xbd\"" } },
	{ FIELD(F_TEXT, long_text), { .long_text = "longer than what is put" }, { NAMED("longer than what is put") } },
	{ FIELD(F_TEXT, text), { .text = "" }, { UNKNOWN } },
	{ FIELD(F_TEXT, long_text), { .long_text = "" }, { UNKNOWN } },
	{ FIELD(F_FAMILY, common.family), { .common.family = 4 }, { ALL("4") } },
	{ FIELD(F_FAMILY, common.family), { .common.family = 0 }, { UNKNOWN } },
	{ FIELD(F_ADDRESS, address), { .common.family = 4, .address = V4 }, { NAMED("203.0.113.9") } },
	/* A dual-stack socket, and listeners. */
	{ FIELD(F_ADDRESS, address), { .common.family = 6, .address = V4 }, { NAMED("::ffff:203.0.113.9") } },
	{ FIELD(F_ADDRESS, address), { .common.family = 6, .address = V6 }, { NAMED("2001:db8:1::9") } },
	{ FIELD(F_ADDRESS, address), { .common.family = 4, .address = { 0 } }, { NAMED("0.0.0.0") } },
	{ FIELD(F_ADDRESS, address), { .common.family = 6, .address = { 0 } }, { NAMED("::") } },
	{ FIELD(F_ADDRESS, address, .bracketed = true),
	  { .common.family = 4, .address = V4 },
	  { NAMED("203.0.113.9") } },
	{ FIELD(F_ADDRESS, address, .bracketed = true),
	  { .common.family = 6, .address = V6 },
	  { "[2001:db8:1::9]", "2001:db8:1::9", "\"2001:db8:1::9\"" } },
	{ FIELD(F_ADDRESS, address), { .common.family = 0, .address = V4 }, { UNKNOWN } },
	{ FIELD(F_ENDPOINT, address, PORT),
	  { .common.family = 4, .address = V4, .port = 51544 },
	  { NAMED("203.0.113.9:51544") } },
	{ FIELD(F_ENDPOINT, address, PORT), { .common.family = 6, .address = V6 }, { NAMED("2001:db8:1::9:0") } },
	{ FIELD(F_ENDPOINT, address, PORT), { .common.family = 0, .address = V4 }, { UNKNOWN } },
	{ FIELD(F_ADDR_HASH_PORT, address, PORT),
	  { .common.family = 6, .address = V6, .port = 80 },
	  { NAMED("[2001:db8:1::9]#80") } },
	{ FIELD(F_ADDR_HASH_PORT, address, PORT), { .common.family = 0, .address = V6 }, { UNKNOWN } },
	{ FIELD(F_NAME, byte, TCP_STATES), { .byte = 12 }, { NAMED("NEW_SYN_RECV") } },
	{ FIELD(F_NAME, byte, LETTERS), { .byte = 1 }, { "R", "R", "\"retransmit\"" } },
	/* A newer value than this program knows: the number, as a string in JSON. */
	{ FIELD(F_NAME, byte, LETTERS), { .byte = 3 }, { NAMED("3") } },
	{ FIELD(F_NAME, byte, LETTERS), { .byte = 255 }, { NAMED("255") } },
	{ FIELD(F_NAME, byte, NAMES(long_names)), { .byte = 1 }, { NAMED("a name that is longer than what is put") } },
	{ FIELD(F_NAME, byte, NAMES(long_names)), { .byte = 2 }, { NAMED("2") } },
	{ FIELD(F_NAME, byte, NAMES(long_names)), { .byte = 0 }, { UNKNOWN } },
	{ FIELD(F_NAME, byte, LETTERS), { .byte = 0 }, { UNKNOWN } },
	{ FIELD(F_ENUM, word, REASON), { .word = 3 }, { NAMED("NO_SOCKET") } },
	{ FIELD(F_ENUM, word, REASON), { .word = 1000 }, { NAMED("1000") } },
	{ FIELD(F_ENUM, word, REASON), { .word = 0 }, { NAMED("0") } },
	{ FIELD(F_ENUM, word, .btf_enum = "no_such_enum"), { .word = 3 }, { NAMED("3") } },
	{ FIELD(F_ENUM, word, REASON), { .word = UINT32_MAX }, { UNKNOWN } },
	{ FIELD(F_EXPLANATION, word, REASON), { .word = 1000 }, { NAMED(UNEXPLAINED) } },
	{ FIELD(F_EXPLANATION, word, REASON), { .word = UINT32_MAX }, { UNKNOWN } },
	{ FIELD(F_VALUES, word, DROP),
	  { .word = 4, .stack = { 0x30001, 0x40001 }, .drop.device = "eth0" },
	  { "hook=INPUT device=eth0", "hook=INPUT device=eth0", "{\"hook\":\"INPUT\",\"device\":\"eth0\"}" } },
	{ FIELD(F_VALUES, word, DROP),
	  { .word = 4, .drop.device = "eth0" },
	  { "hook=- device=eth0", "hook=- device=eth0", "{\"hook\":null,\"device\":\"eth0\"}" } },
	{ FIELD(F_VALUES, word, DROP), { .word = 4 }, { UNKNOWN } },
	{ FIELD(F_VALUES, word, DROP), { .word = 3, .drop.device = "eth0" }, { UNKNOWN } },
	{ FIELD(F_TCPFLAGS, half), { .half = 0x18 }, { NAMED("PSH|ACK") } },
	{ FIELD(F_TCPFLAGS, half), { .half = 0xff }, { NAMED("FIN|SYN|RST|PSH|ACK|URG|ECE|CWR") } },
	{ FIELD(F_TCPFLAGS, byte), { .byte = 0xff }, { NAMED("FIN|SYN|RST|PSH|ACK|URG|ECE|CWR") } },
	{ FIELD(F_TCPFLAGS, half), { .half = 0 }, { NAMED("0") } },
	{ FIELD(F_TCPFLAGS, half), { .half = 0xffff }, { UNKNOWN } },
	{ FIELD(F_ERRNO, error), { .error = ECONNRESET }, { NAMED("ECONNRESET") } },
	{ FIELD(F_ERRNO, error), { .error = -ECONNREFUSED }, { NAMED("ECONNREFUSED") } },
	{ FIELD(F_ERRNO, error), { .error = -524 }, { NAMED("524") } }, /* without a name in user space */
	{ FIELD(F_ERRNO, error), { .error = INT_MAX }, { NAMED("2147483647") } },
	{ FIELD(F_ERRNO, error), { .error = INT_MIN }, { NAMED("2147483648") } }, /* it has no positive counterpart */
	{ FIELD(F_ERRNO, error), { .error = 0 }, { UNKNOWN } },
	{ FIELD(F_SYMBOL, number), { .number = 0x205f1 }, { NAMED("tcp_v4_rcv+0x5f1") } },
	{ FIELD(F_SYMBOL, number), { .number = 0x30000 }, { NAMED("nf_hook_slow+0x0 [nf_tables]") } },
	{ FIELD(F_SYMBOL, number), { .number = 0x1000 }, { NAMED("0x0000000000001000") } },
	{ FIELD(F_SYMBOL, number), { .number = 0 }, { UNKNOWN } },
	{ FIELD(F_STACK, stack), { .stack = { 0 } }, { "", "", "[]" } },
	/* The tracing's own frames at the top are omitted; the first 0, or the end of the array, ends the stack. */
	{ FIELD(F_STACK, stack),
	  { .stack = { 0x10020, 0x11010, 0x205f1, 0x1000, 0, 0x30001 } },
	  { "tcp_v4_rcv+0x5f1;0x0000000000001000", "tcp_v4_rcv+0x5f1;0x0000000000001000",
	    "[\"tcp_v4_rcv+0x5f1\",\"0x0000000000001000\"]" } },
	{ FIELD(F_STACK, stack),
	  { .stack = { 0x11010, 0x205f1, 0x205f2, 0x205f3, 0x1000, 0x10020 } },
	  { "tcp_v4_rcv+0x5f1;tcp_v4_rcv+0x5f2;tcp_v4_rcv+0x5f3;0x0000000000001000;"
	    "bpf_prog_0123456789abcdef_kfree+0x20",
	    "tcp_v4_rcv+0x5f1;tcp_v4_rcv+0x5f2;tcp_v4_rcv+0x5f3;0x0000000000001000;"
	    "bpf_prog_0123456789abcdef_kfree+0x20",
	    "[\"tcp_v4_rcv+0x5f1\",\"tcp_v4_rcv+0x5f2\",\"tcp_v4_rcv+0x5f3\",\"0x0000000000001000\","
	    "\"bpf_prog_0123456789abcdef_kfree+0x20\"]" } },
	{ FIELD(F_CONTAINER, number, .unit = CONTAINER_PATH),
	  { .common.cgroup_id = 77 },
	  { NAMED("/a.slice/b.service") } },
	{ FIELD(F_CONTAINER, number, .unit = CONTAINER_POD), { .common.cgroup_id = 77 }, { UNKNOWN } },
	{ FIELD(F_COUNT, common), { .byte = 0 }, { ALL("17") } },
	{ FIELD(F_RATE, number), { .number = 7 }, { "3.50", "3.500", "3.500" } }, /* in two seconds */
	{ FIELD(F_RATE, number, .unit = 1024), { .number = 1023 }, { "0.50", "0.500", "511.500" } },
	{ FIELD(F_RATE, number),
	  { .number = 1ULL << 53 },
	  { "4503599627370496.00", "4503599627370496.000", "4503599627370496.000" } },
	{ FIELD(F_RATE, number), { .number = NOT_KNOWN }, { UNKNOWN } },
	{ FIELD(F_PER_S, number), { .number = 1999 }, { "2.00", "1.999", "1.999" } },
	{ FIELD(F_PER_S, number), { .number = NOT_KNOWN }, { UNKNOWN } },
	{ FIELD(F_LOG2, number, .unit = 1),
	  { .number = 0 },
	  { "8-15:5", "8-15:5", "[{\"from\":8,\"to\":15,\"count\":5}]" } },
	{ FIELD(F_HISTOGRAM, stack),
	  { .stack = { [2] = 7 } },
	  { "4-7:7", "4-7:7", "[{\"from\":4,\"to\":7,\"count\":7}]" } },
};

/* Kinds without an unknown value. */
static bool is_always_known(enum kind kind)
{
	return kind == F_TIME || kind == F_RELATIVE || kind == F_BOOL || kind == F_STACK ||
	       kind_rows[kind].is_counted || kind_rows[kind].is_histogram;
}

static int blank(void **state)
{
	(void)state;
	enum_extend(NULL);
	clock_set(0);
	return 0;
}

/* The text of the field; NULL: unknown. The event is in memory of its exact size, so that AddressSanitizer detects
 * reads past its end. Valid until the next call. */
static const char *written(const struct field *field, const void *sample, size_t size, enum writing how, size_t cells)
{
	static struct text text;
	struct event *event = malloc(size);
	struct field_row row = {
		.event = event, .size = size, .first_ts = 1, .count = 17, .interval = 2000000000, .slots = slots
	};
	bool known;

	assert_non_null(event);
	memcpy(event, sample, size);
	text_free(&text);
	text_char(&text, '>');
	known = field_write(&text, field, &row, how, cells);
	text_char(&text, '\0');
	free(event);
	if (!known)
		assert_int_equal(text.length, 2); /* nothing is appended */
	return known ? text.data + 1 : NULL;
}

static void assert_written(size_t i, const char *have, const char *expected)
{
	if (!have != !expected || (have && strcmp(have, expected)))
		fail_msg("value %zu of kind %d: %s instead of %s", i, values[i].field.kind, have ? have : "not known",
			 expected ? expected : "not known");
}

static void values_in_every_format(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(values) / sizeof(values[0]); i++) {
		struct field field = values[i].field;

		if (field.kind == F_COUNT)
			field.size = 0;
		for (enum writing how = AS_COLUMN; how <= AS_JSON; how++)
			assert_written(i, written(&field, &values[i].sample, sizeof(struct sample), how, 0),
				       values[i].written[how]);
	}
}

/* The table above has each kind, known and unknown. */
static void every_kind_is_tried(void **state)
{
	(void)state;
	for (enum kind kind = F_NONE + 1; kind < F_KINDS; kind++) {
		bool known = false, unknown = is_always_known(kind);

		for (size_t i = 0; i < sizeof(values) / sizeof(values[0]); i++) {
			known |= values[i].field.kind == kind && values[i].written[AS_COLUMN];
			unknown |= values[i].field.kind == kind && !values[i].written[AS_JSON];
		}
		if (!known || !unknown)
			fail_msg("kind %d is not tried, or not as one that is not known", kind);
	}
}

static void every_kind_has_a_row(void **state)
{
	(void)state;
	for (enum kind kind = F_NONE + 1; kind < F_KINDS; kind++) {
		const struct kind_row *row = &kind_rows[kind];

		assert_true(row->put || row->append);
		assert_true(row->schema || kind == F_NAME);
		assert_true(row->sizes || row->is_counted);
		assert_true(!row->has_port || row->is_address);
		for (enum kind other = F_NONE + 1; other < kind; other++) {
			const struct kind_row *twin = &kind_rows[other];

			/* Kinds with one name in recordings have equal bytes. */
			if (row->recorded && twin->recorded && !strcmp(row->recorded, twin->recorded))
				assert_true(row->is_bytes == twin->is_bytes &&
					    (row->unknown == twin->unknown || row->is_counted || twin->is_counted));
		}
	}
}

/* Calls look() with a field of each kind in each allowed size, at the end of an event. */
static void each_size(void (*look)(const struct field *field))
{
	static const uint16_t sizes[] = { 1, 2, 4, 8, 16, 48 };

	for (enum kind kind = F_NONE + 1; kind < F_KINDS; kind++) {
		for (size_t i = 0; i < sizeof(sizes) / sizeof(sizes[0]); i++) {
			const struct field field = { .name = "value",
						     .title = "VALUE",
						     .kind = kind,
						     .off = sizeof(struct event),
						     .size = sizes[i],
						     .unit = 1,
						     .btf_enum = "skb_drop_reason",
						     .names = kind == F_NAME ? letters : NULL,
						     .n_names = kind == F_NAME ? 3 : 0 };
			bool fits = kind_rows[kind].sizes >= SIZES_TEXT ? sizes[i] % 8 == 0
									: kind_rows[kind].sizes & sizes[i];

			if (fits)
				look(&field);
		}
	}
}

static void is_not_known(const struct field *field)
{
	const struct member member = { .name = "value", .kind = field->kind, .off = field->off, .size = field->size };
	unsigned char bytes[sizeof(struct event) + 48];

	memset(bytes, 0x11, sizeof(bytes));
	member_set_unknown(&member, (struct event *)bytes);
	for (size_t i = (size_t)field->off + field->size; i < sizeof(bytes); i++)
		assert_int_equal(bytes[i], 0x11);
	/* A byte of flags has no unknown value; an address depends on the family, a container on the cgroup. */
	if (is_always_known(field->kind) || kind_rows[field->kind].is_address || field->kind == F_CONTAINER ||
	    (field->kind == F_TCPFLAGS && field->size == 1))
		return;
	for (enum writing how = AS_CSV; how <= AS_JSON; how++) {
		if (field->kind == F_PORT && how == AS_CSV)
			continue;
		if (written(field, bytes, (size_t)field->off + field->size, how, 0))
			fail_msg("kind %d of %d bytes is known", field->kind, field->size);
	}
}

static void what_is_made_unknown_is_not_known(void **state)
{
	(void)state;
	each_size(is_not_known);
}

static void ends_early(const struct field *field)
{
	unsigned char bytes[sizeof(struct event) + 48];

	memset(bytes, 0x11, sizeof(bytes));
	((struct event *)bytes)->family = 4;
	if (kind_rows[field->kind].is_counted)
		return;
	for (enum writing how = AS_COLUMN; how <= AS_JSON; how++) {
		if (written(field, bytes, (size_t)field->off + field->size - 1, how, 0))
			fail_msg("kind %d of %d bytes is known behind the end", field->kind, field->size);
	}
}

static void what_is_behind_the_end_is_not_known(void **state)
{
	(void)state;
	each_size(ends_early);
}

/* The port of an endpoint may be missing at the end of an event that has its address. */
static void endpoints_need_their_port(void **state)
{
	const struct field address = FIELD(F_ADDRESS, common.raddr);
	const struct field endpoint = FIELD(F_ENDPOINT, common.raddr, PORT);
	struct sample sample = { .common.family = 4 };
	size_t size = offsetof(struct sample, port) + 1;

	(void)state;
	assert_non_null(written(&address, &sample, size, AS_COLUMN, 0));
	assert_null(written(&endpoint, &sample, size, AS_COLUMN, 0));
	assert_non_null(written(&endpoint, &sample, size + 1, AS_COLUMN, 0));
}

/* ---- dependence on more than the value ---- */

static void texts_are_cut(void **state)
{
	const struct field text = FIELD(F_TEXT, text), address = FIELD(F_ADDRESS, address);
	struct sample sample = { .common.family = 6, .text = "nginx-worker", .address = V6 };

	(void)state;
	assert_string_equal(written(&text, &sample, sizeof(sample), AS_COLUMN, 10), "nginx-work");
	assert_string_equal(written(&text, &sample, sizeof(sample), AS_COLUMN, 12), "nginx-worker");
	assert_string_equal(written(&text, &sample, sizeof(sample), AS_COLUMN, 40), "nginx-worker");
	strcpy(sample.text, "a\"b,\033");
	assert_string_equal(written(&text, &sample, sizeof(sample), AS_COLUMN, 6), "a\"b,"); /* not inside an escape */
	strcpy(sample.text, "gr\xc3\xbc\xc3\x9f");
	assert_string_equal(written(&text, &sample, sizeof(sample), AS_COLUMN, 3), "gr\xc3\xbc");
	assert_string_equal(written(&address, &sample, sizeof(sample), AS_COLUMN, 3),
			    "2001:db8:1::9"); /* only text is truncated */
}

static void times_are_local_or_utc(void **state)
{
	const struct field when = FIELD(F_TIME, common.ts);
	struct sample sample = { .common.ts = 3723000000001 };

	(void)state;
	clock_set(1772668799000000000);
	setenv("TZ", "XYZ-2:30", 1);
	tzset();
	assert_string_equal(written(&when, &sample, sizeof(sample), AS_COLUMN, 0), "03:32:02");
	sample.common.ts += 1000000000; /* the text of a second is cached */
	assert_string_equal(written(&when, &sample, sizeof(sample), AS_COLUMN, 0), "03:32:03");
	assert_string_equal(written(&when, &sample, sizeof(sample), AS_JSON, 0), "\"2026-03-05T01:02:03.000000001Z\"");
	setenv("TZ", "UTC", 1);
	tzset();
}

static void enums_have_names_of_ours_too(void **state)
{
	static const struct enum_extra own[] = {
		{ "skb_drop_reason", "LISTEN_OVERFLOW", 0xfffe0001 },
		{ "other", "OTHER", 3 },
		{},
	};
	const struct field reason = FIELD(F_ENUM, word, REASON);
	struct sample sample = { .word = 3 };

	(void)state;
	enum_extend(own);
	assert_string_equal(written(&reason, &sample, sizeof(sample), AS_CSV, 0), "NO_SOCKET");
	sample.word = 0xfffe0001;
	assert_string_equal(written(&reason, &sample, sizeof(sample), AS_CSV, 0), "LISTEN_OVERFLOW");
	sample.word = 0xfffe0002;
	assert_string_equal(written(&reason, &sample, sizeof(sample), AS_CSV, 0), "4294836226");
}

static void assert_lines(const struct sample *sample, size_t size, const char *expected)
{
	const struct field stack = FIELD(F_STACK, stack);
	struct field_row row = { .event = &sample->common, .size = size };
	struct text text = { 0 };

	field_stack_lines(&text, &stack, &row);
	text_char(&text, '\0');
	assert_string_equal(text.data, expected);
	text_free(&text);
}

static void stacks_in_lines(void **state)
{
	struct sample sample = { .stack = { 0x11010 } };

	(void)state;
	assert_lines(&sample, sizeof(sample), "");
	sample.stack[1] = 0x205f1;
	sample.stack[2] = 0x1000;
	assert_lines(&sample, sizeof(sample), "\ttcp_v4_rcv+0x5f1\n\t0x0000000000001000\n");
	assert_lines(&sample, offsetof(struct sample, stack), "");
}

/* ---- fields of views of members ---- */

static void common_columns_show_common_members(void **state)
{
	(void)state;
	for (const struct column *common = common_columns; common->name; common++) {
		struct field field = field_of_column(NULL, common);

		assert_true(field.title && field.width && field.help);
		assert_true((size_t)field.off + field.size <= sizeof(struct event));
	}
	for (const struct member *common = common_members; common->name; common++)
		assert_true(common->help && (size_t)common->off + common->size <= sizeof(struct event));
}

/* A member of totals is the events' member, with its kind of merge. */
static void members_of_totals_are_those_of_events(void **state)
{
	static const struct member members[] = { { "bytes", F_KBYTES, AT(struct sample, number), .help = "payload" },
						 {} };
	static const struct member own[] = { { "bytes", .merge = SUM, .sorts = 1 }, { "laddr", .groups = 2 }, {} };
	const struct tool tool = { .name = "fake",
				   .members = members,
				   .totals = &(const struct totals){ .members = own } };
	struct field field = field_named(&tool, "bytes");

	(void)state;
	assert_true(field.kind == F_KBYTES && field.off == offsetof(struct sample, number) && field.size == 8);
	assert_true(field.merge == SUM && field.sorts == 1 && !strcmp(field.help, "payload"));
	field = field_of_column(&tool, &(const struct column){ "laddr" });
	assert_true(field.kind == F_ADDRESS && field.groups == 2 && !field.port); /* an address alone */
	field = field_of_column(&tool, &(const struct column){ "local", "LOCAL", .of = "laddr", .as = F_ENDPOINT });
	assert_int_equal(field.port, offsetof(struct event, lport));
}

static void wrong_tables_end_the_program(void **state)
{
	pid_t child = fork();
	int status;

	(void)state;
	assert_true(child >= 0);
	if (child == 0) {
		close(STDERR_FILENO);
		field_of_column(&(const struct tool){ .name = "fake" }, &(const struct column){ "no_such_member" });
		_exit(100);
	}
	assert_int_equal(waitpid(child, &status, 0), child);
	assert_true(WIFEXITED(status));
	assert_int_equal(WEXITSTATUS(status), EXIT_FAILED);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(values_in_every_format, blank),
		cmocka_unit_test(every_kind_is_tried),
		cmocka_unit_test(every_kind_has_a_row),
		cmocka_unit_test_setup(what_is_made_unknown_is_not_known, blank),
		cmocka_unit_test_setup(what_is_behind_the_end_is_not_known, blank),
		cmocka_unit_test_setup(endpoints_need_their_port, blank),
		cmocka_unit_test_setup(texts_are_cut, blank),
		cmocka_unit_test_setup(times_are_local_or_utc, blank),
		cmocka_unit_test_setup(enums_have_names_of_ours_too, blank),
		cmocka_unit_test_setup(stacks_in_lines, blank),
		cmocka_unit_test(common_columns_show_common_members),
		cmocka_unit_test(members_of_totals_are_those_of_events),
		cmocka_unit_test(wrong_tables_end_the_program),
	};

	names_record(&kernel);
	setenv("TZ", "UTC", 1);
	containers_on(NULL, NULL);
	containers_add(77, 0, "/a.slice/b.service");
	return cmocka_run_group_tests(tests, NULL, NULL);
}
