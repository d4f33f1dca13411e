/* SPDX-License-Identifier: GPL-2.0-or-later */
/* test_devices.c: lists of network devices. Loopback is in every network namespace. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <net/if.h>
#include <stdbool.h>
#include <string.h>

#include "core/names/devices.h"

static struct list list;

static int blank(void **state)
{
	(void)state;
	memset(&list, 0, sizeof(list));
	return 0;
}

static void loopback(void **state)
{
	(void)state;
	assert_null(devices_find(&list, "lo", 1));
	assert_int_equal(list.count, 1);
	assert_int_equal(list.item[0].first, if_nametoindex("lo"));
	assert_int_equal(DEVICE_TX_QUEUES(list.item[0].last), 1);
	assert_int_equal(DEVICE_RX_QUEUES(list.item[0].last), 1);
	assert_false(DEVICE_KEEPS_TX(list.item[0].last));
}

static void numbers_of_queues(void **state)
{
	uint64_t last = DEVICE_LAST(65535, 3, true);

	(void)state;
	assert_int_equal(DEVICE_TX_QUEUES(last), 65535);
	assert_int_equal(DEVICE_RX_QUEUES(last), 3);
	assert_true(DEVICE_KEEPS_TX(last));
	last = DEVICE_LAST(1, 65535, false);
	assert_int_equal(DEVICE_TX_QUEUES(last), 1);
	assert_int_equal(DEVICE_RX_QUEUES(last), 65535);
	assert_false(DEVICE_KEEPS_TX(last));
}

static void bad_names(void **state)
{
	(void)state;
	assert_string_equal(devices_find(&list, "no-such-name", 8), "no such interface in this network namespace");
	assert_string_equal(devices_find(&list, "", 8), "empty");
	assert_string_equal(devices_find(&list, "lo,", 8), "an item is empty");
	blank(NULL);
	assert_string_equal(devices_find(&list, "lo,lo", 8), "named twice: lo");
	blank(NULL);
	assert_string_equal(devices_find(&list, "lo", 0), "too many interfaces, at most 0");
	assert_string_equal(devices_find(&list, "lo ", 8), "no such interface in this network namespace");
	assert_string_equal(devices_find(&list, "0123456789abcde", 8), "no such interface in this network namespace");
	assert_string_equal(devices_find(&list, "0123456789abcdef", 8), "no such interface in this network namespace");
}

static void names_of_items(void **state)
{
	char name[16];

	(void)state;
	devices_name(name, sizeof(name), "eth0,lo,0123456789abcde,0123456789abcdef", 0);
	assert_string_equal(name, "eth0");
	devices_name(name, sizeof(name), "eth0,lo,0123456789abcde", 1);
	assert_string_equal(name, "lo");
	devices_name(name, sizeof(name), "eth0,lo,0123456789abcde", 2);
	assert_string_equal(name, "0123456789abcde");
	devices_name(name, sizeof(name), "0123456789abcdef", 0);
	assert_string_equal(name, "0123456789abcde");
	devices_name(name, sizeof(name), "eth0", 0);
	for (size_t i = 4; i < sizeof(name); i++)
		assert_int_equal(name[i], 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(loopback, blank),
		cmocka_unit_test_setup(numbers_of_queues, blank),
		cmocka_unit_test_setup(bad_names, blank),
		cmocka_unit_test_setup(names_of_items, blank),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
