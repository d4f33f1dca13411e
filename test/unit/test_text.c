/* SPDX-License-Identifier: GPL-2.0-or-later */
/* test_text.c: numbers, addresses and columns in a growing buffer. Escapes: test_escape.c. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <arpa/inet.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/base/put.h"
#include "core/base/text.h"

/* Asserts the text, and clears it. */
static void expect(struct text *text, const char *expected)
{
	char *got = strndup(text->data ? text->data : "", text->length);

	assert_string_equal(got, expected);
	free(got);
	text->length = 0;
}

static void buffer_grows(void **state)
{
	struct text text = { 0 };

	(void)state;
	text_bytes(&text, NULL, 0);
	text_string(&text, "");
	assert_int_equal(text.length, 0);
	for (int i = 0; i < 100000; i++)
		text_char(&text, (char)('a' + i % 26));
	assert_int_equal(text.length, 100000);
	assert_true(text.size >= text.length);
	for (size_t i = 0; i < text.length; i++)
		assert_int_equal(text.data[i], 'a' + i % 26);
	text.length = 0;
	text_bytes(&text, "a\0b", 3);
	text_string(&text, "cd");
	assert_int_equal(text.length, 5);
	assert_memory_equal(text.data, "a\0bcd", 5);
	text_free(&text);
	assert_null(text.data);
	assert_int_equal(text.length + text.size, 0);
	text_string(&text, "again");
	expect(&text, "again");
	text_free(&text);
}

/* A piece larger than the doubled buffer. */
static void buffer_takes_large_pieces(void **state)
{
	struct text text = { 0 };
	char *piece = malloc(1000000);

	(void)state;
	assert_non_null(piece);
	memset(piece, 'x', 1000000);
	text_char(&text, '<');
	text_bytes(&text, piece, 1000000);
	text_char(&text, '>');
	assert_int_equal(text.length, 1000002);
	assert_int_equal(text.data[0], '<');
	assert_memory_equal(text.data + 1, piece, 1000000);
	assert_int_equal(text.data[1000001], '>');
	free(piece);
	text_free(&text);
}

static void numbers(void **state)
{
	struct text text = { 0 };
	char expected[32];

	(void)state;
	text_unsigned(&text, 0);
	expect(&text, "0");
	text_unsigned(&text, UINT64_MAX);
	expect(&text, "18446744073709551615");
	text_signed(&text, INT64_MIN);
	expect(&text, "-9223372036854775808");
	text_signed(&text, INT64_MAX);
	expect(&text, "9223372036854775807");
	text_signed(&text, -7);
	expect(&text, "-7");
	text_signed(&text, 0);
	expect(&text, "0");
	/* Around each power of ten, where the number of digits changes. */
	for (uint64_t power = 1; power <= UINT64_MAX / 10; power *= 10) {
		for (uint64_t value = power - 1; value <= power + 1; value++) {
			snprintf(expected, sizeof(expected), "%" PRIu64, value);
			text_unsigned(&text, value);
			expect(&text, expected);
		}
	}
	text_free(&text);
}

static void hexadecimals(void **state)
{
	struct text text = { 0 };

	(void)state;
	text_hex(&text, 0, 0);
	expect(&text, "0");
	text_hex(&text, 0, 4);
	expect(&text, "0000");
	text_hex(&text, 0xabcdef, 1);
	expect(&text, "abcdef");
	text_hex(&text, 0xf, 2);
	expect(&text, "0f");
	text_hex(&text, UINT64_MAX, 8);
	expect(&text, "ffffffffffffffff");
	text_hex(&text, 0x12, 16);
	expect(&text, "0000000000000012");
	text_hex(&text, 0x0123456789abcdef, 1);
	expect(&text, "123456789abcdef");
	text_free(&text);
}

static void decimals(void **state)
{
	static const struct {
		uint64_t value, unit;
		int decimals;
		const char *expected;
	} cases[] = {
		{ 1234567, 1000000, 3, "1.235" },
		{ 0, 1000, 3, "0.000" },
		{ 5, 1000, 3, "0.005" },
		{ 4, 10, 0, "0" },
		{ 5, 10, 0, "1" },
		{ 9994, 10000, 3, "0.999" },
		{ 9995, 10000, 3, "1.000" }, /* the carry reaches the whole part */
		{ 1999999, 1000000, 2, "2.00" },
		{ 1000001, 1000000000, 9, "0.001000001" },
		{ 2, 3, 5, "0.66667" },
		{ 1, 3, 5, "0.33333" },
		{ 7, 1, 2, "7.00" },
		{ UINT64_MAX, 1000000000, 9, "18446744073.709551615" },
		{ UINT64_MAX, 1, 1, "18446744073709551615.0" },
		{ 999999999999999999, 1000000000000000000, 19, "0.9999999999999999990" },
		{ 1, 2, 19, "0.5000000000000000000" },
	};
	struct text text = { 0 };

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		text_decimal(&text, cases[i].value, cases[i].unit, cases[i].decimals);
		expect(&text, cases[i].expected);
	}
	text_free(&text);
}

/* From RFC 5952 and its corner cases, each in its canonical form, which inet_ntop(3) prints too. */
static void ipv6_addresses(void **state)
{
	static const char *const canonical[] = {
		"::",
		"::1",
		"1::",
		"2001:db8::1",
		"2001:db8::2:1",
		"2001:db8:0:1:1:1:1:1", /* one zero group is not shortened */
		"2001:0:0:1::1",        /* the longest run */
		"2001:db8::1:0:0:1",    /* the first of equals */
		"::1:0:0:0:1",
		"0:1::",
		"0:0:1::",
		"1:0:0:2::",
		"0:2:3:4:5:6:7:8",
		"1:2:3:4:5:6:7:8",
		"1:2:3:4:5:6::",
		"fe80::a00:27ff:fe4e:66a1",
		"ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff",
		"::ffff:10.0.0.1",
		"::ffff:0.0.0.0",
		"::10.0.0.1", /* the deprecated form, as inet_ntop writes it */
		"::0.1.0.0",
		"::fffe:a00:1",
		"::ffff:0:a00:1",
		"64:ff9b::a00:1",
	};
	struct text text = { 0 };

	(void)state;
	for (size_t i = 0; i < sizeof(canonical) / sizeof(canonical[0]); i++) {
		uint8_t addr[16];
		char reference[INET6_ADDRSTRLEN];

		assert_int_equal(inet_pton(AF_INET6, canonical[i], addr), 1);
		inet_ntop(AF_INET6, addr, reference, sizeof(reference));
		text_address(&text, addr, 6);
		expect(&text, reference);
		/* Any family but 4 is 6. */
		text_address(&text, addr, 0);
		expect(&text, canonical[i]);
	}
	text_free(&text);
}

/* Groups from a few values, so that zero runs of every length and place occur. */
static void addresses_agree_with_inet_ntop(void **state)
{
	static const uint16_t groups[] = { 0, 0, 0, 1, 0xffff, 0x0f00, 0x0dad };
	struct text text = { 0 };
	char reference[INET6_ADDRSTRLEN];

	(void)state;
	srandom(4711);
	for (int i = 0; i < 50000; i++) {
		uint8_t addr[16];

		for (size_t group = 0; group < 8; group++) {
			uint16_t value = groups[(size_t)random() % (sizeof(groups) / sizeof(groups[0]))];

			if (i % 5 == 0)
				value = (uint16_t)random();
			addr[group * 2] = (uint8_t)(value >> 8);
			addr[group * 2 + 1] = (uint8_t)value;
		}
		if (i % 7 == 0)
			memset(addr, 0, 8);
		inet_ntop(AF_INET6, addr, reference, sizeof(reference));
		text_address(&text, addr, 6);
		expect(&text, reference);
		inet_ntop(AF_INET, addr + 12, reference, sizeof(reference));
		text_address(&text, addr, 4);
		expect(&text, reference);
	}
	text_free(&text);
}

static void padding(void **state)
{
	struct text text = { 0 };

	(void)state;
	text_string(&text, "ab");
	text_pad(&text, 0, 5);
	text_string(&text, "12");
	text_pad(&text, 5, -4);
	expect(&text, "ab     12");
	text_string(&text, "wider");
	text_pad(&text, 0, 3);
	text_pad(&text, 0, -5);
	text_pad(&text, 0, 0);
	expect(&text, "wider");
	text_pad(&text, 0, -2);
	expect(&text, "  ");
	/* Five characters in eight bytes. */
	text_string(&text, "x\xc3\xa4\xe2\x82\xac");
	assert_int_equal(text_cells(&text, 0), 3);
	assert_int_equal(text_cells(&text, 1), 2);
	assert_int_equal(text_cells(&text, text.length), 0);
	text_pad(&text, 0, -5);
	expect(&text, "  x\xc3\xa4\xe2\x82\xac");
	text_string(&text, "\xc3\xa4");
	text_pad(&text, 0, 3);
	assert_int_equal(text_cells(&text, 0), 3);
	expect(&text, "\xc3\xa4  ");
	text_free(&text);
}

/* The fast conversions against exact ones, at roundings and carries. */
static void fast_decimals(void **state)
{
	struct text fast = { 0 }, exact = { 0 };

	(void)state;
	for (uint64_t value = 1; value < UINT64_MAX / 3; value = value * 3 - value / 7) {
		for (uint64_t near = value - 1; near <= value + 1; near++) {
			for (int decimals = 0; decimals <= 6; decimals++) {
				text_end(&fast, put_decimal(text_room(&fast, 64), near, 6, (unsigned int)decimals));
				text_decimal(&exact, near, 1000000, decimals);
				text_end(&fast, put_decimal(text_room(&fast, 64), near, 9, (unsigned int)decimals));
				text_decimal(&exact, near, 1000000000, decimals);
				assert_int_equal(fast.length, exact.length);
				assert_memory_equal(fast.data, exact.data, fast.length);
				fast.length = exact.length = 0;
			}
		}
	}
	text_end(&fast, put_decimal(text_room(&fast, 64), 999999500, 6, 3));
	expect(&fast, "1000.000");
	text_end(&fast, put_decimal(text_room(&fast, 64), UINT64_MAX, 6, 0));
	expect(&fast, "18446744073710");
	text_free(&fast);
	text_free(&exact);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(buffer_grows),   cmocka_unit_test(buffer_takes_large_pieces),
		cmocka_unit_test(numbers),        cmocka_unit_test(hexadecimals),
		cmocka_unit_test(decimals),       cmocka_unit_test(fast_decimals),
		cmocka_unit_test(ipv6_addresses), cmocka_unit_test(addresses_agree_with_inet_ntop),
		cmocka_unit_test(padding),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
