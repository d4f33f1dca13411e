/* SPDX-License-Identifier: GPL-2.0-or-later */
/* test_fields.c: every kind of field as a column, in CSV and in JSON; on a kernel made here. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <arpa/inet.h>
#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "core/base/clock.h"
#include "core/names/enums.h"
#include "core/names/source.h"
#include "core/print/fields.h"
#include "core/base/error.h"
#include "core/names/tcp.h"

/* ---- the kernel: an enum, and three functions ---- */

static const char *enum_name_of(const char *type, uint64_t value)
{
	if (strcmp(type, "skb_drop_reason") != 0)
		return NULL;
	return value == 2 ? "NOT_SPECIFIED" : value == 3 ? "NO_SOCKET" : NULL;
}

static bool symbol_of(uint64_t address, struct symbol *symbol)
{
	static const struct symbol known[] = {
		{ "bpf_prog_0123456789abcdef_kfree", NULL, 0x10000, 0x11000 },
		{ "bpf_trace_run4", NULL, 0x11000, 0x12000 },
		{ "tcp_v4_rcv", NULL, 0x20000, 0x21000 },
		{ "nf_hook_slow", "nf_tables", 0x30000, 0x31000 },
	};

	for (size_t i = 0; i < sizeof(known) / sizeof(known[0]); i++) {
		*symbol = known[i];
		if (address >= symbol->start && address < symbol->end)
			return true;
	}
	return false;
}

static const struct name_source kernel = { .enum_name = enum_name_of, .symbol = symbol_of };

/* ---- an event, and what its fields print ---- */

struct sample {
	struct event common;
	uint64_t number;
	uint32_t word, reason;
	int32_t error;
	uint16_t half, flags;
	uint8_t byte, state;
	uint8_t address[16];
	uint16_t port;
	char text[16];
	uint64_t place, stack[6];
};

#define OWN(member) AT(struct sample, member)
#define FIELD(...)  (&(const struct field){ "value", "VALUE", __VA_ARGS__ })
#define ENDPOINT    OWN(address), .port = offsetof(struct sample, port)

static struct sample sample;
static size_t size; /* of the event as it came */
static uint64_t first_ts;

static int blank(void **state)
{
	(void)state;
	memset(&sample, 0, sizeof(sample));
	size = sizeof(sample);
	first_ts = 0;
	enum_extend(NULL);
	clock_set(0);
	return 0;
}

static void set_address(const char *address)
{
	sample.common.family = strchr(address, ':') ? 6 : 4;
	if (sample.common.family == 6) {
		assert_int_equal(inet_pton(AF_INET6, address, sample.address), 1);
		return;
	}
	memset(sample.address, 0, sizeof(sample.address));
	sample.address[10] = sample.address[11] = 0xff;
	assert_int_equal(inet_pton(AF_INET, address, sample.address + 12), 1);
}

/* One writing of the field; expected NULL: not known. The event ends where its memory does: AddressSanitizer sees who
 * reads on. */
static void check(const struct field *field, enum writing how, size_t cells, const char *expected, int line)
{
	struct event *event = malloc(size);
	struct field_row row = { .event = event, .size = size, .first_ts = first_ts, .count = 17 };
	struct text text = { 0 };
	bool known;

	assert_non_null(event);
	memcpy(event, &sample, size);
	text_char(&text, '>');
	known = field_write(&text, field, &row, how, cells);
	text_char(&text, '\0');
	if (known != (expected != NULL) || strcmp(text.data + 1, expected ? expected : ""))
		fail_msg("line %d: %s instead of %s", line, known ? text.data + 1 : "not known",
			 expected ? expected : "not known");
	text_free(&text);
	free(event);
}

static void check_all(const struct field *field, const char *column, const char *csv, const char *json, int line)
{
	check(field, AS_COLUMN, 0, column, line);
	check(field, AS_CSV, 0, csv, line);
	check(field, AS_JSON, 0, json, line);
}

#define assert_writes(field, column, csv, json) check_all((field), (column), (csv), (json), __LINE__)
#define assert_plain(field, text)               assert_writes(field, text, text, text)
#define assert_name(field, text)                assert_writes(field, text, text, "\"" text "\"")
#define assert_unknown(field)                   assert_plain(field, NULL)
#define assert_cut(field, cells, text)          check((field), AS_COLUMN, (cells), (text), __LINE__)

/* ---- numbers ---- */

static void numbers_of_all_sizes(void **state)
{
	(void)state;
	assert_plain(FIELD(F_UINT, OWN(byte)), "0");
	sample.byte = 254;
	sample.half = 65534;
	sample.word = UINT32_MAX - 1;
	sample.number = UINT64_MAX - 1;
	assert_plain(FIELD(F_UINT, OWN(byte)), "254");
	assert_plain(FIELD(F_UINT, OWN(half)), "65534");
	assert_plain(FIELD(F_UINT, OWN(word)), "4294967294");
	assert_plain(FIELD(F_UINT, OWN(number)), "18446744073709551614");
	sample.byte = UINT8_MAX;
	sample.half = UINT16_MAX;
	sample.word = UINT32_MAX;
	sample.number = UINT64_MAX;
	assert_unknown(FIELD(F_UINT, OWN(byte)));
	assert_unknown(FIELD(F_UINT, OWN(half)));
	assert_unknown(FIELD(F_UINT, OWN(word)));
	assert_unknown(FIELD(F_UINT, OWN(number)));
}

static void signed_numbers(void **state)
{
	(void)state;
	sample.word = 0;
	assert_plain(FIELD(F_INT, OWN(word)), "0");
	sample.word = (uint32_t)-22;
	assert_plain(FIELD(F_INT, OWN(word)), "-22");
	sample.word = INT32_MAX;
	assert_plain(FIELD(F_INT, OWN(word)), "2147483647");
	sample.word = (uint32_t)INT32_MIN;
	assert_unknown(FIELD(F_INT, OWN(word)));
}

static void ids_are_never_0(void **state)
{
	(void)state;
	assert_unknown(FIELD(F_ID, OWN(word)));
	assert_unknown(FIELD(F_ID, OWN(number)));
	sample.word = 4711;
	sample.number = 1;
	assert_plain(FIELD(F_ID, OWN(word)), "4711");
	assert_plain(FIELD(F_ID, OWN(number)), "1");
	sample.word = UINT32_MAX; /* the group of cgroups, or a namespace: any number but 0 */
	assert_plain(FIELD(F_ID, OWN(word)), "4294967295");
}

static void ports_may_be_0(void **state)
{
	(void)state;
	assert_writes(FIELD(F_PORT, OWN(port)), "0", "0", NULL);
	sample.port = 443;
	assert_plain(FIELD(F_PORT, OWN(port)), "443");
	sample.port = 65535;
	assert_plain(FIELD(F_PORT, OWN(port)), "65535");
}

static void hex_is_a_string_in_json(void **state)
{
	(void)state;
	sample.number = 0xffff8881042a8000;
	assert_name(FIELD(F_HEX, OWN(number)), "ffff8881042a8000");
	sample.number = 0;
	assert_unknown(FIELD(F_HEX, OWN(number)));
}

static void families_are_4_and_6(void **state)
{
	(void)state;
	assert_unknown(FIELD(F_FAMILY, AT(struct event, family)));
	sample.common.family = 4;
	assert_plain(FIELD(F_FAMILY, AT(struct event, family)), "4");
	sample.common.family = 6;
	assert_plain(FIELD(F_FAMILY, AT(struct event, family)), "6");
}

static void json_has_base_units(void **state)
{
	(void)state;
	sample.number = 1204330999;
	assert_writes(FIELD(F_MSEC, OWN(number), .decimals = 3), "1204.331", "1204.331", "1204330999");
	assert_writes(FIELD(F_MSEC, OWN(number), .decimals = 2), "1204.33", "1204.33", "1204330999");
	assert_writes(FIELD(F_MSEC, OWN(number)), "1204", "1204", "1204330999");
	assert_writes(FIELD(F_USEC, OWN(number)), "1204330", "1204330", "1204330999");
	sample.number = 2 * 1024 * 1024 + 1023;
	assert_writes(FIELD(F_KBYTES, OWN(number)), "2048", "2048", "2098175");
	sample.number = 0;
	assert_writes(FIELD(F_MSEC, OWN(number), .decimals = 3), "0.000", "0.000", "0");
	assert_plain(FIELD(F_USEC, OWN(number)), "0");
	assert_plain(FIELD(F_KBYTES, OWN(number)), "0");
	sample.number = NOT_KNOWN;
	assert_unknown(FIELD(F_MSEC, OWN(number), .decimals = 3));
	assert_unknown(FIELD(F_USEC, OWN(number)));
	assert_unknown(FIELD(F_KBYTES, OWN(number)));
}

static void counts_come_with_the_row(void **state)
{
	(void)state;
	assert_plain(FIELD(F_COUNT), "17");
}

/* ---- times ---- */

static void times_are_local_or_rfc3339(void **state)
{
	const struct field *when = FIELD(F_TIME, AT(struct event, ts));

	(void)state;
	sample.common.ts = 3723000000001;
	assert_writes(when, "01:02:03", "01:02:03", "\"1970-01-01T01:02:03.000000001Z\"");
	clock_set(1772668799000000000);
	assert_writes(when, "01:02:02", "01:02:02", "\"2026-03-05T01:02:02.000000001Z\"");
	setenv("TZ", "XYZ-2:30", 1);
	tzset();
	sample.common.ts += 1000000000; /* of a second the text is kept */
	assert_writes(when, "03:32:03", "03:32:03", "\"2026-03-05T01:02:03.000000001Z\"");
	setenv("TZ", "UTC", 1);
	tzset();
}

static void relative_times_never_go_back(void **state)
{
	const struct field *since = FIELD(F_RELATIVE, AT(struct event, ts), .decimals = 6);

	(void)state;
	sample.common.ts = first_ts = 54654400000;
	assert_plain(since, "0.000000");
	sample.common.ts = 67000000000;
	assert_plain(since, "12.345600");
	sample.common.ts = 54654399999; /* of another CPU */
	assert_plain(since, "0.000000");
}

static void relative_times_without_decimals_are_ns(void **state)
{
	const struct field *since = FIELD(F_RELATIVE, AT(struct event, ts));

	(void)state;
	sample.common.ts = first_ts = 54654400000;
	assert_plain(since, "0");
	sample.common.ts = 67000000001;
	assert_plain(since, "12345600001");
}

/* ---- names ---- */

static void texts_are_escaped_and_cut(void **state)
{
	const struct field *text = FIELD(F_TEXT, OWN(text));

	(void)state;
	assert_unknown(text);
	strcpy(sample.text, "nginx-worker");
	assert_name(text, "nginx-worker");
	assert_cut(text, 10, "nginx-work");
	assert_cut(text, 12, "nginx-worker");
	assert_cut(text, 40, "nginx-worker");
	memcpy(sample.text, "all sixteen used", 16);
	assert_name(text, "all sixteen used");
	strcpy(sample.text, "a\"b,\033\\");
	assert_writes(text, "a\"b,\\x1b\\", "\"a\"\"b,\\x1b\\\"", "\"a\\\"b,\\u001b\\\\\"");
	assert_cut(text, 6, "a\"b,"); /* never inside an escape */
	strcpy(sample.text, "gr\xc3\xbc\xc3\x9f"
			    "e\xff");
	assert_writes(text,
		      "gr\xc3\xbc\xc3\x9f"
		      "e\\xff",
		      "gr\xc3\xbc\xc3\x9f"
		      "e\\xff",
		      "\"gr\xc3\xbc\xc3\x9f"
		      "e\xef\xbf\xbd\"");
	assert_cut(text, 3, "gr\xc3\xbc");
}

static void names_by_number(void **state)
{
	static const char *const kinds[] = { NULL, "R", "L" }, *const keys[] = { NULL, "retransmit", "probe" };
	const struct field *name = FIELD(F_NAME, OWN(state), TCP_STATES);
	const struct field *kind = FIELD(F_NAME, OWN(state), NAMES(kinds), .keys = keys);

	(void)state;
	assert_unknown(name);
	sample.state = 1;
	assert_name(name, "ESTABLISHED");
	assert_writes(kind, "R", "R", "\"retransmit\"");
	sample.state = 12;
	assert_name(name, "NEW_SYN_RECV");
	assert_name(kind, "12");
	sample.state = 13; /* newer than this program: a number, in JSON still a string */
	assert_name(name, "13");
	sample.state = 255;
	assert_name(name, "255");
	sample.state = 0;
	assert_unknown(kind);
}

static void names_of_the_kernel(void **state)
{
	static const struct enum_extra own[] = {
		{ "skb_drop_reason", "LISTEN_OVERFLOW", 0xfffe0001 },
		{ "other", "OTHER", 3 },
		{},
	};
	const struct field *reason = FIELD(F_ENUM, OWN(reason), .btf_enum = "skb_drop_reason");
	const struct field *absent = FIELD(F_ENUM, OWN(reason), .btf_enum = "no_such_enum");

	(void)state;
	sample.reason = 3;
	assert_name(reason, "NO_SOCKET");
	assert_name(absent, "3");
	enum_extend(own);
	assert_name(reason, "NO_SOCKET");
	sample.reason = 0xfffe0001;
	assert_name(reason, "LISTEN_OVERFLOW");
	sample.reason = 0xfffe0002;
	assert_name(reason, "4294836226");
	sample.reason = 1000;
	assert_name(reason, "1000");
	sample.reason = 0;
	assert_name(reason, "0");
	sample.reason = UINT32_MAX;
	assert_unknown(reason);
	assert_unknown(absent);
}

/* K and M begin where they are 1: nothing is 0.98K. Machines get numbers. */
static void amounts_in_k_and_m(void **state)
{
	static const struct {
		uint64_t number;
		const char *column, *average, *plain;
	} amounts[] = {
		{ 0, "0", "0", "0.00" },
		{ 1, "1", "0.01", "0.01" },
		{ 1000, "1000", "10.00", "10.00" },
		{ 1001, "1001", "10.01", "10.01" },
		{ 1023, "1023", "10.23", "10.23" },
		{ 1024, "1.00K", "10.24", "10.24" },
		{ 2000, "1.95K", "20.00", "20.00" },
		{ 102399, "100.00K", "1023.99", "1023.99" },
		{ 102400, "100.00K", "1.00K", "1024.00" },
		{ 1048575, "1024.00K", "10.24K", "10485.75" },
		{ 1048576, "1.00M", "10.24K", "10485.76" },
		{ 104857599, "100.00M", "1024.00K", "1048575.99" },
		{ 104857600, "100.00M", "1.00M", "1048576.00" },
		{ 1ULL << 50, "1073741824.00M", "10737418.24M", "11258999068426.24" },
	};
	const struct field *whole = FIELD(F_SI, OWN(number));
	const struct field *hundredths = FIELD(F_SI, .decimals = 2, .unit = 100, OWN(number));

	(void)state;
	for (size_t i = 0; i < sizeof(amounts) / sizeof(amounts[0]); i++) {
		char number[24];

		sample.number = amounts[i].number;
		snprintf(number, sizeof(number), "%llu", (unsigned long long)sample.number);
		assert_writes(whole, amounts[i].column, number, number);
		assert_writes(hundredths, amounts[i].average, amounts[i].plain, amounts[i].plain);
	}
	sample.number = NOT_KNOWN;
	assert_unknown(whole);
}

static void flags_in_their_order(void **state)
{
	const struct field *flags = FIELD(F_TCPFLAGS, OWN(flags));

	(void)state;
	sample.flags = 0x18;
	assert_name(flags, "PSH|ACK");
	sample.flags = 0x02;
	assert_name(flags, "SYN");
	sample.flags = 0xff;
	assert_name(flags, "FIN|SYN|RST|PSH|ACK|URG|ECE|CWR");
	sample.flags = 0;
	assert_name(flags, "0");
	sample.flags = 0xffff;
	assert_unknown(flags);
}

static void errors_of_either_sign(void **state)
{
	const struct field *error = FIELD(F_ERRNO, OWN(error));

	(void)state;
	assert_unknown(error);
	sample.error = ECONNRESET;
	assert_name(error, "ECONNRESET");
	sample.error = -ECONNREFUSED;
	assert_name(error, "ECONNREFUSED");
	sample.error = -1;
	assert_name(error, "EPERM");
	sample.error = -524; /* the kernel's own */
	assert_name(error, "524");
	sample.error = INT_MAX;
	assert_name(error, "2147483647");
}

/* ---- addresses ---- */

static void addresses_by_family(void **state)
{
	const struct field *address = FIELD(F_ADDRESS, OWN(address));

	(void)state;
	assert_unknown(address);
	set_address("203.0.113.9");
	assert_name(address, "203.0.113.9");
	sample.common.family = 6; /* of a dual-stack socket */
	assert_name(address, "::ffff:203.0.113.9");
	set_address("2001:db8:1::9");
	assert_name(address, "2001:db8:1::9");
	sample.common.family = 0;
	assert_unknown(address);
	set_address("0.0.0.0"); /* of a listener */
	assert_name(address, "0.0.0.0");
	set_address("::");
	assert_name(address, "::");
	set_address("2001:db8:1111:2222:3333:4444:5555:6666");
	assert_name(address, "2001:db8:1111:2222:3333:4444:5555:6666");
	assert_cut(address, 15, "2001:db8:1111:2222:3333:4444:5555:6666"); /* only text is cut */
}

static void endpoints_with_ports(void **state)
{
	(void)state;
	sample.port = 51544;
	assert_unknown(FIELD(F_ENDPOINT, ENDPOINT));
	assert_unknown(FIELD(F_ADDR_HASH_PORT, ENDPOINT));
	set_address("203.0.113.9");
	assert_name(FIELD(F_ENDPOINT, ENDPOINT), "203.0.113.9:51544");
	assert_name(FIELD(F_ADDR_HASH_PORT, ENDPOINT), "[203.0.113.9]#51544");
	set_address("2001:db8:1::9");
	assert_name(FIELD(F_ENDPOINT, ENDPOINT), "2001:db8:1::9:51544");
	assert_name(FIELD(F_ADDR_HASH_PORT, ENDPOINT), "[2001:db8:1::9]#51544");
	sample.port = 0;
	assert_name(FIELD(F_ENDPOINT, ENDPOINT), "2001:db8:1::9:0");
}

static void only_v6_of_tables_is_bracketed(void **state)
{
	const struct field *address = FIELD(F_ADDRESS, OWN(address), .bracketed = true);

	(void)state;
	assert_unknown(address);
	set_address("203.0.113.9");
	assert_name(address, "203.0.113.9");
	set_address("2001:db8:1::9");
	assert_writes(address, "[2001:db8:1::9]", "2001:db8:1::9", "\"2001:db8:1::9\"");
	assert_true(field_complete(&(struct field){ "laddr", .bracketed = true }).bracketed);
}

/* ---- code ---- */

static void places_in_the_code(void **state)
{
	const struct field *place = FIELD(F_SYMBOL, OWN(place));

	(void)state;
	assert_unknown(place);
	sample.place = 0x205f1;
	assert_name(place, "tcp_v4_rcv+0x5f1");
	sample.place = 0x30000;
	assert_name(place, "nf_hook_slow+0x0 [nf_tables]");
	sample.place = 0x1000;
	assert_name(place, "0x0000000000001000");
}

/* The tracing's own frames are left out, but only at the top. */
static void stacks_in_one_value(void **state)
{
	static const uint64_t frames[6] = { 0x10020, 0x11010, 0x205f1, 0x1000, 0x30001, 0x10020 };
	const struct field *stack = FIELD(F_STACK, OWN(stack));

	(void)state;
	assert_writes(stack, "", "", "[]");
	memcpy(sample.stack, frames, sizeof(frames));
	sample.stack[5] = 0;
	assert_writes(stack, "tcp_v4_rcv+0x5f1;0x0000000000001000;nf_hook_slow+0x1 [nf_tables]",
		      "tcp_v4_rcv+0x5f1;0x0000000000001000;nf_hook_slow+0x1 [nf_tables]",
		      "[\"tcp_v4_rcv+0x5f1\",\"0x0000000000001000\",\"nf_hook_slow+0x1 [nf_tables]\"]");
	sample.stack[3] = 0; /* the end, whatever follows */
	assert_writes(stack, "tcp_v4_rcv+0x5f1", "tcp_v4_rcv+0x5f1", "[\"tcp_v4_rcv+0x5f1\"]");
	memcpy(sample.stack, frames, sizeof(frames)); /* full: no 0 at its end */
	assert_writes(stack,
		      "tcp_v4_rcv+0x5f1;0x0000000000001000;nf_hook_slow+0x1 [nf_tables];"
		      "bpf_prog_0123456789abcdef_kfree+0x20",
		      "tcp_v4_rcv+0x5f1;0x0000000000001000;nf_hook_slow+0x1 [nf_tables];"
		      "bpf_prog_0123456789abcdef_kfree+0x20",
		      "[\"tcp_v4_rcv+0x5f1\",\"0x0000000000001000\",\"nf_hook_slow+0x1 [nf_tables]\","
		      "\"bpf_prog_0123456789abcdef_kfree+0x20\"]");
}

static void assert_lines(const char *expected)
{
	struct field_row row = { .event = &sample.common, .size = size };
	struct text text = { 0 };

	field_stack_lines(&text, FIELD(F_STACK, OWN(stack)), &row);
	text_char(&text, '\0');
	assert_string_equal(text.data, expected);
	text_free(&text);
}

static void stacks_in_lines(void **state)
{
	(void)state;
	assert_lines("");
	sample.stack[0] = 0x11010;
	assert_lines("");
	sample.stack[1] = 0x205f1;
	sample.stack[2] = 0x1000;
	assert_lines("\ttcp_v4_rcv+0x5f1\n\t0x0000000000001000\n");
	size = offsetof(struct sample, stack);
	assert_lines("");
}

/* ---- events that are shorter than the table ---- */

static void short_events_know_less(void **state)
{
	(void)state;
	memset(&sample, 0x11, sizeof(sample));
	set_address("203.0.113.9");
	size = offsetof(struct sample, number) + 7;
	assert_unknown(FIELD(F_UINT, OWN(number)));
	assert_unknown(FIELD(F_HEX, OWN(number)));
	assert_unknown(FIELD(F_MSEC, OWN(number)));
	assert_unknown(FIELD(F_ID, OWN(word)));
	assert_unknown(FIELD(F_ERRNO, OWN(error)));
	assert_unknown(FIELD(F_NAME, OWN(state), TCP_STATES));
	assert_unknown(FIELD(F_ENUM, OWN(reason), .btf_enum = "skb_drop_reason"));
	assert_unknown(FIELD(F_TCPFLAGS, OWN(flags)));
	assert_unknown(FIELD(F_TEXT, OWN(text)));
	assert_unknown(FIELD(F_SYMBOL, OWN(place)));
	assert_unknown(FIELD(F_STACK, OWN(stack)));
	assert_unknown(FIELD(F_PORT, OWN(port)));
	assert_plain(FIELD(F_FAMILY, AT(struct event, family)), "4");
	size = offsetof(struct sample, address) + 15;
	assert_unknown(FIELD(F_ADDRESS, OWN(address)));
	assert_unknown(FIELD(F_ENDPOINT, ENDPOINT));
	assert_unknown(FIELD(F_ADDR_HASH_PORT, ENDPOINT));
	size = offsetof(struct sample, stack) + sizeof(sample.stack) - 1;
	assert_unknown(FIELD(F_STACK, OWN(stack)));
	size = offsetof(struct sample, word);
	assert_plain(FIELD(F_UINT, OWN(number)), "1229782938247303441");
}

/* ---- a tool's fields completed ---- */

static void views_take_from_the_common_field(void **state)
{
	struct field whole = field_complete(&(struct field){ "comm" });

	(void)state;
	assert_string_equal(whole.title, "COMM");
	assert_true(whole.kind == F_TEXT && whole.off == offsetof(struct event, comm) && whole.size == COMM_SIZE);
	assert_true(whole.width == 16 && whole.wide == 16 && whole.truncate);
	assert_int_equal(whole.where, IN_TABLE | IN_WIDE | IN_CSV | IN_JSON);
	whole = field_complete(&(struct field){ "comm", "C-COMM", .width = 10, .wide = 16 });
	assert_string_equal(whole.title, "C-COMM");
	assert_true(whole.width == 10 && whole.wide == 16 && whole.truncate && whole.help);
	whole = field_complete(&(struct field){ "laddr" });
	assert_true(whole.width == 15 && whole.wide == 39);
	whole = field_complete(&(struct field){ "laddr", .width = 20 });
	assert_true(whole.width == 20 && whole.wide == 20);
	whole = field_complete(&(struct field){ "family", .where = IN_WIDE | IN_CSV, .flag = 2, .unless = 4,
						.before = "<", .after = ">" });
	assert_true(whole.where == (IN_WIDE | IN_CSV) && whole.flag == 2 && whole.unless == 4);
	assert_true(!strcmp(whole.before, "<") && !strcmp(whole.after, ">"));
	whole = field_complete(&(struct field){ "timestamp" });
	assert_true(whole.kind == F_RELATIVE && whole.decimals == 6);
	assert_int_equal(whole.where, IN_TABLE | IN_WIDE | IN_CSV);
	whole = field_complete(&(struct field){ "timestamp", .decimals = 3 });
	assert_int_equal(whole.decimals, 3);
}

static void own_fields_stay_as_they_are(void **state)
{
	struct field whole = field_complete(FIELD(F_UINT, .width = -5, OWN(word)));

	(void)state;
	assert_true(whole.kind == F_UINT && whole.off == offsetof(struct sample, word) && whole.size == 4);
	assert_true(whole.width == -5 && whole.wide == -5);
	assert_int_equal(whole.where, IN_TABLE | IN_WIDE | IN_CSV | IN_JSON);
	whole = field_complete(&(struct field){ "role", NULL, F_NAME, OWN(state) });
	assert_int_equal(whole.where, IN_JSON);
	/* The name of a common field, but a kind: its own. */
	whole = field_complete(&(struct field){ "pid", "PID", F_UINT, OWN(word) });
	assert_true(whole.kind == F_UINT && whole.off == offsetof(struct sample, word));
}

static void every_common_field_is_a_view(void **state)
{
	(void)state;
	for (const struct field *common = common_fields; common->name; common++) {
		struct field whole = field_complete(&(struct field){ common->name });

		assert_int_equal(whole.kind, common->kind);
		assert_int_equal(whole.off, common->off);
		assert_true((size_t)whole.off + whole.size <= sizeof(struct event));
		assert_non_null(whole.title);
		assert_non_null(whole.help);
	}
}

static void wrong_tables_end_the_program(void **state)
{
	pid_t child = fork();
	int status;

	(void)state;
	assert_true(child >= 0);
	if (child == 0) {
		close(STDERR_FILENO);
		field_complete(&(struct field){ "no_such_field" });
		_exit(100);
	}
	assert_int_equal(waitpid(child, &status, 0), child);
	assert_true(WIFEXITED(status));
	assert_int_equal(WEXITSTATUS(status), EXIT_FAILED);
}

/* ---- events that nobody vouches for ---- */

/* The port of an endpoint may lie behind the end of an event that has its address. */
static void short_events_have_no_port(void **state)
{
	(void)state;
	set_address("203.0.113.9");
	size = offsetof(struct sample, port);
	assert_name(FIELD(F_ADDRESS, OWN(address)), "203.0.113.9");
	assert_unknown(FIELD(F_ENDPOINT, ENDPOINT));
	size = offsetof(struct sample, port) + 1;
	assert_unknown(FIELD(F_ADDR_HASH_PORT, ENDPOINT));
}

/* The one number that has no positive counterpart. */
static void the_least_error_is_a_number(void **state)
{
	(void)state;
	sample.error = INT_MIN;
	assert_name(FIELD(F_ERRNO, OWN(error)), "2147483648");
}

/* A time that is not the event's. */
static void times_are_the_fields_own(void **state)
{
	(void)state;
	sample.common.ts = first_ts = 1000000000;
	sample.number = 3723000000000;
	assert_writes(FIELD(F_TIME, OWN(number)), "01:02:03", "01:02:03", "\"1970-01-01T01:02:03.000000000Z\"");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(numbers_of_all_sizes, blank),
		cmocka_unit_test_setup(signed_numbers, blank),
		cmocka_unit_test_setup(ids_are_never_0, blank),
		cmocka_unit_test_setup(ports_may_be_0, blank),
		cmocka_unit_test_setup(hex_is_a_string_in_json, blank),
		cmocka_unit_test_setup(families_are_4_and_6, blank),
		cmocka_unit_test_setup(json_has_base_units, blank),
		cmocka_unit_test_setup(counts_come_with_the_row, blank),
		cmocka_unit_test_setup(times_are_local_or_rfc3339, blank),
		cmocka_unit_test_setup(relative_times_never_go_back, blank),
		cmocka_unit_test_setup(texts_are_escaped_and_cut, blank),
		cmocka_unit_test_setup(names_by_number, blank),
		cmocka_unit_test_setup(names_of_the_kernel, blank),
		cmocka_unit_test_setup(amounts_in_k_and_m, blank),
		cmocka_unit_test_setup(flags_in_their_order, blank),
		cmocka_unit_test_setup(errors_of_either_sign, blank),
		cmocka_unit_test_setup(addresses_by_family, blank),
		cmocka_unit_test_setup(endpoints_with_ports, blank),
		cmocka_unit_test_setup(only_v6_of_tables_is_bracketed, blank),
		cmocka_unit_test_setup(relative_times_without_decimals_are_ns, blank),
		cmocka_unit_test_setup(places_in_the_code, blank),
		cmocka_unit_test_setup(stacks_in_one_value, blank),
		cmocka_unit_test_setup(stacks_in_lines, blank),
		cmocka_unit_test_setup(short_events_know_less, blank),
		cmocka_unit_test_setup(views_take_from_the_common_field, blank),
		cmocka_unit_test_setup(own_fields_stay_as_they_are, blank),
		cmocka_unit_test_setup(every_common_field_is_a_view, blank),
		cmocka_unit_test_setup(wrong_tables_end_the_program, blank),
		cmocka_unit_test_setup(times_are_the_fields_own, blank),
		cmocka_unit_test_setup(short_events_have_no_port, blank),
		cmocka_unit_test_setup(the_least_error_is_a_number, blank),
	};

	names_recorded = &kernel;
	setenv("TZ", "UTC", 1);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
