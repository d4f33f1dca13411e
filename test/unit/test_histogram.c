/* SPDX-License-Identifier: GPL-2.0-or-later */
/* test_histogram.c: power-of-two histograms and their formats. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <stdlib.h>
#include <string.h>

#include "core/base/histogram.h"

static struct text text;
static uint64_t slots[HISTOGRAM_SLOTS];

static int blank(void **state)
{
	(void)state;
	memset(slots, 0, sizeof(slots));
	text.length = 0;
	return 0;
}

static int release(void **state)
{
	(void)state;
	text_free(&text);
	memset(&text, 0, sizeof(text));
	return 0;
}

/* The text since the last call. */
static const char *written(void)
{
	text_char(&text, '\0');
	text.length = 0;
	return text.data;
}

static const char *lines(size_t n, const char *label)
{
	histogram_lines(&text, slots, n, label, 0);
	return written();
}

static void slots_begin_at_powers_of_two(void **state)
{
	(void)state;
	assert_int_equal(histogram_slot(0), 0);
	assert_int_equal(histogram_slot(1), 0);
	for (unsigned int slot = 1; slot < HISTOGRAM_SLOTS; slot++) {
		assert_int_equal(histogram_slot(1ULL << slot), slot);
		assert_int_equal(histogram_slot((1ULL << slot) - 1), slot - 1);
		assert_int_equal(histogram_slot((1ULL << slot) + 1), slot);
	}
	assert_int_equal(histogram_slot(UINT64_MAX), HISTOGRAM_SLOTS - 1);
}

static void lines_up_to_the_last(void **state)
{
	(void)state;
	slots[1] = 1;
	slots[3] = 4;
	assert_string_equal(lines(HISTOGRAM_SLOTS, "usecs"),
			    "     usecs               : count     distribution\n"
			    "         0 -> 1          : 0        |                                        |\n"
			    "         2 -> 3          : 1        |**********                              |\n"
			    "         4 -> 7          : 0        |                                        |\n"
			    "         8 -> 15         : 4        |****************************************|\n");
}

static void bars_fit_a_window(void **state)
{
	const char *line;

	(void)state;
	slots[1] = 1;
	for (size_t cells = 42; cells < 90; cells++) {
		histogram_lines(&text, slots, HISTOGRAM_SLOTS, "usecs", cells);
		line = strstr(written(), "         2");
		assert_non_null(line);
		assert_int_equal(strlen(line), 1 + (cells < 78 ? cells : 78));
	}
	slots[40] = 1;
	histogram_lines(&text, slots, HISTOGRAM_SLOTS, "usecs", 62);
	assert_non_null(strstr(written(), " : 1        |****|\n"));
}

static void bars_are_rounded_down(void **state)
{
	(void)state;
	slots[0] = 80;
	slots[1] = 3; /* 1.5 stars */
	slots[2] = 1; /* half a star */
	assert_string_equal(lines(3, "msecs"),
			    "     msecs               : count     distribution\n"
			    "         0 -> 1          : 80       |****************************************|\n"
			    "         2 -> 3          : 3        |*                                       |\n"
			    "         4 -> 7          : 1        |                                        |\n");
}

/* Slot 31 is the last one of the narrow form: its numbers have 32 bits. */
static void numbers_beyond_32_bits_are_wide(void **state)
{
	const char *narrow, *wide;

	(void)state;
	slots[31] = 2;
	narrow = lines(HISTOGRAM_SLOTS, "nsecs");
	assert_int_equal(strncmp(narrow, "     nsecs               : count", 32), 0);
	assert_non_null(
		strstr(narrow, "\n2147483648 -> 4294967295 : 2        |****************************************|\n"));
	slots[32] = 4;
	wide = lines(HISTOGRAM_SLOTS, "nsecs");
	assert_int_equal(strncmp(wide, "               nsecs                         : count     distribution\n", 70),
			 0);
	assert_non_null(
		strstr(wide, "\n                   0 -> 1                    : 0        |                    |\n"));
	assert_non_null(
		strstr(wide, "\n          2147483648 -> 4294967295           : 2        |**********          |\n"));
	assert_non_null(
		strstr(wide, "\n          4294967296 -> 8589934591           : 4        |********************|\n"));
}

static void the_last_slot_has_no_end(void **state)
{
	(void)state;
	slots[63] = UINT64_MAX;
	assert_non_null(strstr(lines(HISTOGRAM_SLOTS, "x"),
			       "\n 9223372036854775808 -> 18446744073709551615 : 18446744073709551615 |"
			       "********************|\n"));
	histogram_json(&text, slots, HISTOGRAM_SLOTS);
	assert_string_equal(written(), "[{\"from\":9223372036854775808,\"to\":18446744073709551615,"
				       "\"count\":18446744073709551615}]");
}

/* A histogram of the kernel half may be shorter; the bytes after it are another member. */
static void only_so_many_slots_are_read(void **state)
{
	(void)state;
	slots[0] = 1;
	slots[2] = 9;
	assert_non_null(strstr(lines(2, "x"), "         0 -> 1          : 1        |*****"));
	assert_null(strstr(lines(2, "x"), "->  7"));
	histogram_words(&text, slots, 2);
	assert_string_equal(written(), "0-1:1");
	histogram_json(&text, slots, 2);
	assert_string_equal(written(), "[{\"from\":0,\"to\":1,\"count\":1}]");
}

static void nothing_counted(void **state)
{
	(void)state;
	assert_string_equal(lines(HISTOGRAM_SLOTS, "usecs"), "");
	histogram_words(&text, slots, HISTOGRAM_SLOTS);
	assert_string_equal(written(), "");
	histogram_json(&text, slots, HISTOGRAM_SLOTS);
	assert_string_equal(written(), "[]");
}

static void json_and_words_have_what_counted(void **state)
{
	(void)state;
	slots[0] = 3;
	slots[2] = 12;
	slots[40] = 1;
	histogram_json(&text, slots, HISTOGRAM_SLOTS);
	assert_string_equal(written(), "[{\"from\":0,\"to\":1,\"count\":3},{\"from\":4,\"to\":7,\"count\":12},"
				       "{\"from\":1099511627776,\"to\":2199023255551,\"count\":1}]");
	histogram_words(&text, slots, HISTOGRAM_SLOTS);
	assert_string_equal(written(), "0-1:3 4-7:12 1099511627776-2199023255551:1");
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, blank, release)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(slots_begin_at_powers_of_two),
		TEST(lines_up_to_the_last),
		TEST(bars_fit_a_window),
		TEST(bars_are_rounded_down),
		TEST(numbers_beyond_32_bits_are_wide),
		TEST(the_last_slot_has_no_end),
		TEST(only_so_many_slots_are_read),
		TEST(nothing_counted),
		TEST(json_and_words_have_what_counted),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
