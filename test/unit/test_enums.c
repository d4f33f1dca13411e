/* SPDX-License-Identifier: GPL-2.0-or-later */
/* test_enums.c: names of values in a synthetic BTF, and in the running kernel's if it is readable. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <bpf/btf.h>

#include "core/names/enums.h"

/* Freed at the end: names point into it, and the cache has its address as key. */
static struct btf *btf;

struct item {
	const char *name;
	long long value;
};

static void add_enum(const char *type, const struct item *items)
{
	assert_true(btf__add_enum(btf, type, 4) > 0);
	for (; items->name; items++)
		assert_int_equal(btf__add_enum_value(btf, items->name, items->value), 0);
}

static void add_enum64(const char *type, bool is_signed, const struct item *items)
{
	assert_true(btf__add_enum64(btf, type, 8, is_signed) > 0);
	for (; items->name; items++)
		assert_int_equal(btf__add_enum64_value(btf, items->name, (__u64)items->value), 0);
}

#define ITEMS(...) ((const struct item[]){ __VA_ARGS__, { NULL, 0 } })

static int make_btf(void **state)
{
	(void)state;
	btf = btf__new_empty();
	assert_non_null(btf);
	assert_true(btf__add_int(btf, "unsigned int", 4, 0) > 0);
	assert_true(btf__add_enum(btf, "tcp_ca_state", 4) > 0); /* a forward declaration has no values */
	add_enum("tcp_ca_state", ITEMS({ "TCP_CA_Open", 0 }, { "TCP_CA_Disorder", 1 }, { "TCP_CA_Loss", 4 }));
	add_enum("skb_drop_reason",
		 ITEMS({ "SKB_NOT_DROPPED_YET", 0 }, { "SKB_CONSUMED", 1 }, { "SKB_DROP_REASON_NOT_SPECIFIED", 2 },
		       { "SKB_DROP_REASON_NO_SOCKET", 3 }, { "SKB_DROP_REASON_FAR", 1000 },
		       { "SKB_DROP_REASON_MAX", 1001 }, { "SKB_DROP_REASON_SUBSYS_MASK", 0xffff0000 }));
	add_enum("ovs_drop_reason",
		 ITEMS({ "__OVS_DROP_REASON", 0x30000 }, { "OVS_DROP_LAST_ACTION", 0x30001 },
		       { "OVS_DROP_ACTION_ERROR", 0x30002 }, { "OVS_DROP_SMALL", 77 }, { "OVS_DROP_MAX", 0x30003 }));
	add_enum("twice", ITEMS({ "TWICE_FIRST", 5 }, { "TWICE_SECOND", 5 }, { "TWICE_OLD", 300 },
				{ "TWICE_OTHER", 300 }, { "__TWICE_MAX", 301 }));
	add_enum("negative", ITEMS({ "NEG_ONE", -1 }, { "NEG_LEAST", INT32_MIN }, { "NEG_ZERO", 0 }));
	add_enum("no_prefix", ITEMS({ "red", 0 }, { "green", 1 }));
	add_enum("swallowed", ITEMS({ "A_", 0 }, { "A_B", 1 }));
	add_enum("whole", ITEMS({ "W_A_B", 0 }, { "W_A", 1 }, { "W_B", 2 }));
	add_enum("only_markers", ITEMS({ "___RX_DROP_A", 1 }, { "___RX_DROP_B", 2 }));
	add_enum64("wide", false, ITEMS({ "WIDE_SMALL", 7 }, { "WIDE_LARGE", 0x123456789abcdef0 }, { "WIDE_ALL", -1 }));
	add_enum64("wide_signed", true, ITEMS({ "WS_LEAST", INT64_MIN }, { "WS_MINUS", -2 }, { "WS_ONE", 1 }));
	return 0;
}

static void names_lose_their_prefix(void **state)
{
	(void)state;
	assert_string_equal(enum_name(btf, "tcp_ca_state", 0), "Open");
	assert_string_equal(enum_name(btf, "tcp_ca_state", 4), "Loss");
	assert_null(enum_name(btf, "tcp_ca_state", 2));
	assert_null(enum_name(btf, "tcp_ca_state", 5));
	assert_null(enum_name(btf, "tcp_ca_state", UINT64_MAX));
	assert_string_equal(enum_name(btf, "no_prefix", 1), "green");
	/* A rest remains of each name. */
	assert_string_equal(enum_name(btf, "swallowed", 0), "A_");
	assert_string_equal(enum_name(btf, "swallowed", 1), "A_B");
	assert_string_equal(enum_name(btf, "whole", 0), "A_B");
	assert_string_equal(enum_name(btf, "only_markers", 2), "B");
}

/* Names without the type's name as prefix lose the prefix that they share. */
static void the_types_name_is_a_prefix(void **state)
{
	(void)state;
	assert_string_equal(enum_name(btf, "skb_drop_reason", 0), "NOT_DROPPED_YET");
	assert_string_equal(enum_name(btf, "skb_drop_reason", 1), "CONSUMED");
	assert_string_equal(enum_name(btf, "skb_drop_reason", 2), "NOT_SPECIFIED");
	assert_string_equal(enum_name(btf, "skb_drop_reason", 3), "NO_SOCKET");
	assert_string_equal(enum_name(btf, "skb_drop_reason", 1000), "FAR");
	assert_string_equal(enum_name(btf, "skb_drop_reason", 0xffff0000), "SUBSYS_MASK");
	assert_null(enum_name(btf, "skb_drop_reason", 999));
}

static void the_first_of_equal_values_wins(void **state)
{
	uint64_t value;

	(void)state;
	assert_string_equal(enum_name(btf, "twice", 5), "FIRST");
	assert_string_equal(enum_name(btf, "twice", 300), "OLD");
	assert_string_equal(enum_name(btf, "twice", 301), "__TWICE_MAX");
	assert_true(enum_value(btf, "twice", "second", &value) && value == 5);
	assert_true(enum_value(btf, "twice", "TWICE_OTHER", &value) && value == 300);
}

/* A field of 32 bits has the plain value, one of 64 is sign-extended. */
static void negative_values_have_names(void **state)
{
	uint64_t value;

	(void)state;
	assert_string_equal(enum_name(btf, "negative", (uint64_t)-1), "ONE");
	assert_string_equal(enum_name(btf, "negative", 0xffffffff), "ONE");
	assert_string_equal(enum_name(btf, "negative", (uint64_t)INT32_MIN), "LEAST");
	assert_string_equal(enum_name(btf, "negative", 0x80000000), "LEAST");
	assert_null(enum_name(btf, "negative", 0x1ffffffff));
	assert_true(enum_value(btf, "negative", "one", &value) && value == (uint64_t)-1);
	assert_string_equal(enum_name(btf, "wide", 7), "SMALL");
	assert_string_equal(enum_name(btf, "wide", 0x123456789abcdef0), "LARGE");
	assert_string_equal(enum_name(btf, "wide", UINT64_MAX), "ALL");
	assert_null(enum_name(btf, "wide", 0xffffffff));
	assert_string_equal(enum_name(btf, "wide_signed", (uint64_t)-2), "MINUS");
	assert_true(enum_value(btf, "wide_signed", "WS_LEAST", &value) && value == (uint64_t)INT64_MIN);
}

static void subsystems_have_their_own_enums(void **state)
{
	uint64_t value;

	(void)state;
	assert_string_equal(enum_name(btf, "skb_drop_reason", 0x30001), "LAST_ACTION");
	assert_string_equal(enum_name(btf, "skb_drop_reason", 0x30002), "ACTION_ERROR");
	assert_null(enum_name(btf, "skb_drop_reason", 0x40001));
	/* A small value belongs to the kernel itself, and other enums have no subsystems. */
	assert_null(enum_name(btf, "skb_drop_reason", 77));
	assert_null(enum_name(btf, "tcp_ca_state", 0x30001));
	assert_true(enum_value(btf, "skb_drop_reason", "ovs_drop_last_action", &value) && value == 0x30001);
	assert_true(enum_value(btf, "skb_drop_reason", "action_error", &value) && value == 0x30002);
	assert_false(enum_value(btf, "skb_drop_reason", "OVS_DROP_SMALL", &value));
	assert_false(enum_value(btf, "tcp_ca_state", "last_action", &value));
	assert_false(enum_value(btf, "no_drop_reason", "last_action", &value));
}

static void names_have_values(void **state)
{
	uint64_t value = 99;

	(void)state;
	assert_true(enum_value(btf, "skb_drop_reason", "NO_SOCKET", &value) && value == 3);
	assert_true(enum_value(btf, "skb_drop_reason", "skb_drop_reason_far", &value) && value == 1000);
	assert_true(enum_value(btf, "skb_drop_reason", "Consumed", &value) && value == 1);
	assert_true(enum_value(btf, "tcp_ca_state", "disORDER", &value) && value == 1);
	/* "W_A" is a whole name; without its prefix another is "A". */
	assert_true(enum_value(btf, "whole", "w_a", &value) && value == 1);
	assert_true(enum_value(btf, "whole", "a_b", &value) && value == 0);
	value = 99;
	assert_false(enum_value(btf, "skb_drop_reason", "DROP_REASON_NO_SOCKET", &value));
	assert_false(enum_value(btf, "skb_drop_reason", "NO_SOCKE", &value));
	assert_false(enum_value(btf, "skb_drop_reason", "", &value));
	assert_false(enum_value(btf, "unknown", "NO_SOCKET", &value));
	assert_int_equal(value, 99);
}

static void enums_exist_or_not(void **state)
{
	(void)state;
	assert_true(enum_exists(btf, "skb_drop_reason"));
	assert_true(enum_exists(btf, "wide"));
	assert_false(enum_exists(btf, "unsigned int"));
	assert_false(enum_exists(btf, "unknown"));
	assert_false(enum_exists(btf, "unknown"));
	assert_null(enum_name(btf, "unknown", 0));
	assert_null(enum_name(btf, "unknown", 0x30001));
}

static void names_are_in_the_btf(void **state)
{
	int id = btf__find_by_name_kind(btf, "skb_drop_reason", BTF_KIND_ENUM);
	const char *first = enum_name(btf, "skb_drop_reason", 3);

	(void)state;
	assert_true(id > 0);
	assert_ptr_equal(enum_name(btf, "skb_drop_reason", 3), first);
	assert_ptr_equal(btf__str_by_offset(btf, btf_enum(btf__type_by_id(btf, (__u32)id))[3].name_off) + 16, first);
}

/* Equal types in two BTFs are two enums. */
static void each_btf_has_its_own(void **state)
{
	static struct btf *other;

	(void)state;
	other = btf__new_empty();
	assert_non_null(other);
	assert_true(btf__add_enum(other, "skb_drop_reason", 4) > 0);
	assert_int_equal(btf__add_enum_value(other, "SKB_DROP_REASON_MOVED", 3), 0);
	assert_string_equal(enum_name(other, "skb_drop_reason", 3), "MOVED");
	assert_null(enum_name(other, "skb_drop_reason", 0x30001));
	assert_string_equal(enum_name(btf, "skb_drop_reason", 3), "NO_SOCKET");
}

/* As in a module: its own types in addition to the kernel's. */
static void split_btf_has_both(void **state)
{
	static struct btf *base, *split;

	(void)state;
	base = btf__new_empty();
	assert_non_null(base);
	assert_true(btf__add_enum(base, "skb_drop_reason", 4) > 0);
	assert_int_equal(btf__add_enum_value(base, "SKB_DROP_REASON_BASE", 9), 0);
	split = btf__new_empty_split(base);
	assert_non_null(split);
	assert_true(btf__add_enum(split, "mac80211_drop_reason", 4) > 0);
	assert_int_equal(btf__add_enum_value(split, "RX_DROP_U_REPLAY", 0x10002), 0);
	assert_int_equal(btf__add_enum_value(split, "RX_QUEUED", 1), 0);
	assert_string_equal(enum_name(split, "skb_drop_reason", 9), "BASE");
	assert_string_equal(enum_name(split, "skb_drop_reason", 0x10002), "DROP_U_REPLAY");
	assert_null(enum_name(base, "skb_drop_reason", 0x10002));
}

static void the_live_kernel_has_drop_reasons(void **state)
{
	uint64_t value;

	(void)state;
	if (access("/sys/kernel/btf/vmlinux", R_OK) != 0)
		skip();
	assert_false(enum_exists(NULL, "nettrace_no_such_enum"));
	if (!enum_exists(NULL, "skb_drop_reason"))
		skip();
	assert_true(enum_value(NULL, "skb_drop_reason", "no_socket", &value));
	assert_true(value > 0 && value < 100);
	assert_string_equal(enum_name(NULL, "skb_drop_reason", value), "NO_SOCKET");
	assert_null(enum_name(NULL, "skb_drop_reason", 0x7ffe1234));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(names_lose_their_prefix),
		cmocka_unit_test(the_types_name_is_a_prefix),
		cmocka_unit_test(the_first_of_equal_values_wins),
		cmocka_unit_test(negative_values_have_names),
		cmocka_unit_test(subsystems_have_their_own_enums),
		cmocka_unit_test(names_have_values),
		cmocka_unit_test(enums_exist_or_not),
		cmocka_unit_test(names_are_in_the_btf),
		cmocka_unit_test(each_btf_has_its_own),
		cmocka_unit_test(split_btf_has_both),
		cmocka_unit_test(the_live_kernel_has_drop_reasons),
	};

	return cmocka_run_group_tests(tests, make_btf, NULL);
}
