/* SPDX-License-Identifier: GPL-2.0-or-later */
/* test_filter.c: the common filters as a replay applies them. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <arpa/inet.h>
#include <string.h>

#include "probes/filter.h"

static struct event between(uint8_t family, const char *local, const char *remote)
{
	struct event event = { .family = family };

	assert_int_equal(inet_pton(AF_INET6, local, event.laddr), 1);
	assert_int_equal(inet_pton(AF_INET6, remote, event.raddr), 1);
	return event;
}

/* The families that --ipv4 and --ipv6 accept. */
static const char *families_of(const struct event *event)
{
	static const struct filter four = { .family = 4 }, six = { .family = 6 };
	bool is_four = filter_matches(&four, event), is_six = filter_matches(&six, event);

	return is_four && is_six ? "both" : is_four ? "4" : is_six ? "6" : "none";
}

static void families_are_those_on_the_wire(void **state)
{
	static const struct {
		uint8_t family;
		const char *local, *remote, *on_the_wire;
	} cases[] = {
		{ 4, "::ffff:127.0.0.1", "::ffff:127.0.0.1", "4" },
		{ 4, "::ffff:0.0.0.0", "::ffff:0.0.0.0", "4" }, /* a listener */
		{ 6, "::1", "::1", "6" },
		{ 6, "::", "::", "6" },                             /* a listener, perhaps dual-stack */
		{ 6, "::ffff:127.0.0.1", "::ffff:127.0.0.1", "4" }, /* an accepted connection */
		{ 6, "::", "::ffff:127.0.0.1", "4" },               /* connecting */
		{ 6, "::ffff:127.0.0.1", "::", "4" },               /* bound */
		{ 6, "::127.0.0.1", "::127.0.0.2", "6" },           /* the deprecated form is IPv6 */
		{ 6, "::fffe:127.0.0.1", "64:ff9b::127.0.0.1", "6" },
		{ 0, "::ffff:127.0.0.1", "::ffff:127.0.0.1", "none" }, /* unknown */
		{ 0, "::", "::", "none" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct event event = between(cases[i].family, cases[i].local, cases[i].remote);

		assert_string_equal(families_of(&event), cases[i].on_the_wire);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = { cmocka_unit_test(families_are_those_on_the_wire) };

	return cmocka_run_group_tests(tests, NULL, NULL);
}
