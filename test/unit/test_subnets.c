/* SPDX-License-Identifier: GPL-2.0-or-later */
/* test_subnets.c: lists of subnets. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <arpa/inet.h>
#include <string.h>

#include "core/names/subnets.h"

static struct subnets subnets;

static const char *find(const char *text, bool longest)
{
	__u8 address[16] = { [10] = 0xff, [11] = 0xff };
	bool v6 = strchr(text, ':');

	assert_int_equal(inet_pton(v6 ? AF_INET6 : AF_INET, text, v6 ? address : address + 12), 1);
	return subnets_find(&subnets, address, longest);
}

static void the_first_of_the_list(void **state)
{
	(void)state;
	assert_null(subnets_parse(&subnets, "10.0.0.0/8,10.1.0.0/16,2001:db8::/32"));
	assert_string_equal(find("10.1.2.3", false), "10.0.0.0/8");
	assert_string_equal(find("2001:db8:1::", false), "2001:db8::/32");
	assert_null(find("11.0.0.0", false));
	assert_null(find("2001:db9::", false));
}

static void the_longest_prefix(void **state)
{
	(void)state;
	assert_null(subnets_parse(&subnets, "0.0.0.0/0,10.1.2.3/32,10.1.0.0/16,10.1.128.0/17"));
	assert_string_equal(find("10.1.2.3", true), "10.1.2.3/32");
	assert_string_equal(find("10.1.2.4", true), "10.1.0.0/16");
	assert_string_equal(find("10.1.128.4", true), "10.1.128.0/17");
	assert_string_equal(find("192.0.2.1", true), "0.0.0.0/0");
}

static void families_are_apart(void **state)
{
	(void)state;
	assert_null(subnets_parse(&subnets, "::/0"));
	assert_null(find("10.1.2.3", false));
	assert_null(find("::ffff:10.1.2.3", false));
	assert_string_equal(find("::1", false), "::/0");
	assert_null(subnets_parse(&subnets, "0.0.0.0/0"));
	assert_string_equal(find("::ffff:10.1.2.3", false), "0.0.0.0/0");
	assert_null(find("::1", false));
}

static void as_the_user_wrote_them(void **state)
{
	(void)state;
	assert_null(subnets_parse(&subnets, "10.1.2.3/8,2001:DB8:0::/32"));
	assert_string_equal(find("10.200.0.1", false), "10.1.2.3/8"); /* host bits are valid, as in bcc */
	assert_string_equal(find("2001:db8::1", false), "2001:DB8:0::/32");
}

static void what_is_none(void **state)
{
	static const char *const bad[] = { "",      "10.0.0.0",    "10.0.0.0/33", "10.0.0.0/",
					   "/8",    "10.0.0.0/8,", "10.0.0/8",    "::/129",
					   "::/-1", "10.0.0.0/a",  "1.2.3.4/8/8" };
	char many[SUBNETS_MAX * 12 + 20] = "";

	(void)state;
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		assert_non_null(subnets_parse(&subnets, bad[i]));
	for (int i = 0; i <= SUBNETS_MAX; i++)
		strcat(many, i ? ",10.0.0.0/8" : "10.0.0.0/8");
	assert_non_null(subnets_parse(&subnets, many));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_first_of_the_list), cmocka_unit_test(the_longest_prefix),
		cmocka_unit_test(families_are_apart),    cmocka_unit_test(as_the_user_wrote_them),
		cmocka_unit_test(what_is_none),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
