/* SPDX-License-Identifier: GPL-2.0-or-later */
/* test_escape.c: hostile bytes for a terminal, in JSON and in CSV. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <stdlib.h>
#include <string.h>

#include "core/base/text.h"

static void expect(struct text *text, const char *expected)
{
	char *got = strndup(text->data ? text->data : "", text->length);

	assert_string_equal(got, expected);
	free(got);
	text->length = 0;
}

static void printable_escapes(void **state)
{
	static const struct {
		const char *bytes, *expected;
	} cases[] = {
		{ "", "" },
		{ "nginx: worker", "nginx: worker" },
		{ "a\"b\\c,d", "a\"b\\c,d" },
		{ "\x1b[31mred\n", "\\x1b[31mred\\x0a" },
		{ "\x7f\t\r", "\\x7f\\x09\\x0d" },
		{ "\xc3\xa4\xe2\x82\xac\xf0\x9f\x98\x80", "\xc3\xa4\xe2\x82\xac\xf0\x9f\x98\x80" },
		{ "\xc2\x80\xc2\x9f\xc2\xa0", "\\xc2\\x80\\xc2\\x9f\xc2\xa0" }, /* C1; U+00A0 is printable */
		{ "\xc0\xaf\xc1\xbf", "\\xc0\\xaf\\xc1\\xbf" },                 /* overlong */
		{ "\xe0\x9f\xbf\xe0\xa0\x80", "\\xe0\\x9f\\xbf\xe0\xa0\x80" },
		{ "\xf0\x8f\xbf\xbf\xf0\x90\x80\x80", "\\xf0\\x8f\\xbf\\xbf\xf0\x90\x80\x80" },
		{ "\xed\x9f\xbf\xed\xa0\x80\xee\x80\x80", "\xed\x9f\xbf\\xed\\xa0\\x80\xee\x80\x80" }, /* surrogate */
		{ "\xf4\x8f\xbf\xbf\xf4\x90\x80\x80", "\xf4\x8f\xbf\xbf\\xf4\\x90\\x80\\x80" }, /* beyond U+10FFFF */
		{ "\xf5\x80\x80\x80\xff\xfe", "\\xf5\\x80\\x80\\x80\\xff\\xfe" },
		{ "\x80\xbf", "\\x80\\xbf" }, /* no lead byte */
		{ "\xe2\x82", "\\xe2\\x82" }, /* truncated */
		{ "\xe2\x82x\xc3", "\\xe2\\x82x\\xc3" },
		{ "\xf0\x9f\x98x", "\\xf0\\x9f\\x98x" },
	};
	struct text text = { 0 };

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		text_printable(&text, cases[i].bytes, strlen(cases[i].bytes), 0);
		expect(&text, cases[i].expected);
	}
	text_free(&text);
}

/* Ends at the length or at a NUL, whichever comes first; AddressSanitizer detects reads past it. */
static void length_or_nul_ends(void **state)
{
	struct text text = { 0 };
	char *bytes = malloc(3);

	(void)state;
	assert_non_null(bytes);
	memcpy(bytes, "ab\xe2", 3);
	text_printable(&text, bytes, 3, 0);
	expect(&text, "ab\\xe2");
	text_json_string(&text, bytes, 3);
	expect(&text, "\"ab\xef\xbf\xbd\"");
	text_csv_string(&text, bytes, 3);
	expect(&text, "ab\\xe2");
	free(bytes);
	text_printable(&text, "ab\0cd", 5, 0);
	text_json_string(&text, "ab\0cd", 5);
	text_csv_string(&text, "ab\0,d", 5);
	expect(&text, "ab\"ab\"ab");
	text_printable(&text, NULL, 0, 0);
	text_json_string(&text, NULL, 0);
	text_csv_string(&text, NULL, 0);
	expect(&text, "\"\"");
	text_free(&text);
}

static void cut_keeps_characters_and_escapes_whole(void **state)
{
	static const struct {
		const char *bytes;
		size_t cells;
		const char *expected;
	} cases[] = {
		{ "abcdef", 3, "abc" },
		{ "abc", 3, "abc" },
		{ "abc", 100, "abc" },
		{ "\xc3\xa4\xc3\xb6\xc3\xbc", 2, "\xc3\xa4\xc3\xb6" },
		{ "a\xf0\x9f\x98\x80"
		  "b",
		  2, "a\xf0\x9f\x98\x80" },
		{ "ab\x1b"
		  "c",
		  5, "ab" },
		{ "ab\x1b"
		  "c",
		  6, "ab\\x1b" },
		{ "ab\x1b"
		  "c",
		  7,
		  "ab\\x1b"
		  "c" },
		{ "\x01", 3, "" },
		{ "a\"b", 2, "a\"" },
	};
	struct text text = { 0 };

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		text_printable(&text, cases[i].bytes, strlen(cases[i].bytes), cases[i].cells);
		assert_true(text_cells(&text, 0) <= cases[i].cells);
		expect(&text, cases[i].expected);
	}
	text_free(&text);
}

static void json_strings(void **state)
{
	static const struct {
		const char *bytes, *expected;
	} cases[] = {
		{ "", "\"\"" },
		{ "plain /usr/bin", "\"plain /usr/bin\"" },
		{ "a\"b\\c", "\"a\\\"b\\\\c\"" },
		{ "\b\f\n\r\t", "\"\\b\\f\\n\\r\\t\"" },
		{ "\x01\x1b\x1f\x7f", "\"\\u0001\\u001b\\u001f\\u007f\"" },
		{ "\xc2\x80\xc2\x9b\xc2\x9f\xc2\xa0", "\"\\u0080\\u009b\\u009f\xc2\xa0\"" },
		{ "\xc3\xa4\xf0\x9f\x98\x80", "\"\xc3\xa4\xf0\x9f\x98\x80\"" },
		{ "a\xff"
		  "b",
		  "\"a\xef\xbf\xbd"
		  "b\"" },
		{ "\xed\xa0\x80", "\"\xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbd\"" },
		{ "\xc3\"", "\"\xef\xbf\xbd\\\"\"" }, /* the quote after a lead byte must remain */
		{ "\xc2", "\"\xef\xbf\xbd\"" },
	};
	struct text text = { 0 };

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		text_json_string(&text, cases[i].bytes, strlen(cases[i].bytes));
		expect(&text, cases[i].expected);
	}
	text_free(&text);
}

static void csv_values(void **state)
{
	static const struct {
		const char *bytes, *expected;
	} cases[] = {
		{ "", "" },
		{ "plain text", "plain text" },
		{ "a,b", "\"a,b\"" },
		{ "say \"hi\"", "\"say \"\"hi\"\"\"" },
		{ "\"", "\"\"\"\"" },
		{ ",\"", "\",\"\"\"" },
		{ "two\nlines\r", "two\\x0alines\\x0d" },
		{ "a,\n\"", "\"a,\\x0a\"\"\"" },
		{ "\xc3\xa4,\xc3", "\"\xc3\xa4,\\xc3\"" },
		{ "\xe2\"\x82", "\"\\xe2\"\"\\x82\"" },
	};
	struct text text = { 0 };

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		text_csv_string(&text, cases[i].bytes, strlen(cases[i].bytes));
		expect(&text, cases[i].expected);
	}
	text_free(&text);
}

/* For any bytes, a terminal gets only valid UTF-8 without controls: tested with every pair of bytes. */
static void nothing_dangerous_gets_through(void **state)
{
	struct text text = { 0 };

	(void)state;
	for (int pair = 0; pair < 0x10000; pair++) {
		const char bytes[2] = { (char)(pair >> 8), (char)pair };

		text.length = 0;
		text_printable(&text, bytes, 2, 0);
		for (size_t i = 0; i < text.length; i++) {
			uint8_t byte = (uint8_t)text.data[i];

			assert_true(byte >= 0x20 && byte != 0x7f);
			if (byte < 0x80)
				continue;
			/* Two bytes can only make U+00A0..U+07FF. */
			assert_true(text.length == 2 && i == 0 && byte >= 0xc2 && byte <= 0xdf);
			assert_true(((uint8_t)text.data[1] & 0xc0) == 0x80);
			assert_true(byte > 0xc2 || (uint8_t)text.data[1] >= 0xa0);
			break;
		}
	}
	text_free(&text);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(printable_escapes),
		cmocka_unit_test(length_or_nul_ends),
		cmocka_unit_test(cut_keeps_characters_and_escapes_whole),
		cmocka_unit_test(json_strings),
		cmocka_unit_test(csv_values),
		cmocka_unit_test(nothing_dangerous_gets_through),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
