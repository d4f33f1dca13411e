/* SPDX-License-Identifier: GPL-2.0-or-later */
/* test_values.c: accepted and refused arguments of each kind, their values and messages. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <arpa/inet.h>
#include <fnmatch.h>
#include <linux/magic.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/vfs.h>
#include <unistd.h>

#include "core/base/values.h"

static struct list list;

static int empty_list(void **state)
{
	(void)state;
	memset(&list, 0, sizeof(list));
	return 0;
}

static void assert_item(unsigned int i, uint64_t first, uint64_t last)
{
	assert_true(i < list.count);
	assert_true(list.item[i].first == first && list.item[i].last == last);
}

static void list_takes_numbers_and_ranges(void **state)
{
	(void)state;
	assert_null(value_list(&list, "80,443,8000-8100", 0, 65535));
	assert_null(value_list(&list, "0", 0, 65535));
	assert_null(value_list(&list, "65535-65535", 0, 65535));
	assert_int_equal(list.count, 5);
	assert_item(0, 80, 80);
	assert_item(1, 443, 443);
	assert_item(2, 8000, 8100);
	assert_item(3, 0, 0);
	assert_item(4, 65535, 65535);
}

static void list_takes_64_bits(void **state)
{
	(void)state;
	assert_null(value_list(&list, "18446744073709551615", 0, UINT64_MAX));
	assert_item(0, UINT64_MAX, UINT64_MAX);
	assert_string_equal(value_list(&list, "18446744073709551616", 0, UINT64_MAX), "not a number (0 or more)");
	assert_string_equal(value_list(&list, "99999999999999999999999", 0, UINT64_MAX), "not a number (0 or more)");
}

static void list_refuses(void **state)
{
	static const char *const not_ports[] = { "x",    " 80",  "80 ",   "+80",      "-80", "80-",   "80--90",
						 "0x50", "80.0", "65536", "80-70000", "-",   "1-2-3", "80\n" };

	(void)state;
	for (size_t i = 0; i < sizeof(not_ports) / sizeof(*not_ports); i++)
		assert_string_equal(value_ports(&list, not_ports[i]), "not a port (0-65535)");
	assert_string_equal(value_ports(&list, "80:90"), "not a port (0-65535); a range is written 80-90");
	assert_string_equal(value_ports(&list, ""), "empty");
	assert_string_equal(value_ports(&list, "80,"), "an item is empty");
	assert_string_equal(value_ports(&list, ",80"), "an item is empty");
	assert_string_equal(value_ports(&list, "80,,90"), "an item is empty");
	assert_string_equal(value_ports(&list, "80, 90"), "not a port (0-65535):  90");
	assert_string_equal(value_ports(&list, "90-80"), "ends before it starts");
	assert_string_equal(value_ports(&list, "1,90-80"), "ends before it starts: 90-80");
	assert_string_equal(value_pids(&list, "0"), "not a pid (1-4194304)");
	assert_string_equal(value_pids(&list, "4194305"), "not a pid (1-4194304)");
	assert_string_equal(value_list(&list, "10", 1, 9), "not a number (1-9)");
}

static void list_has_an_end(void **state)
{
	(void)state;
	for (int i = 0; i < LIST_ITEMS; i++)
		assert_null(value_ports(&list, "7"));
	assert_string_equal(value_ports(&list, "7"), "too many items, at most 64");
	assert_int_equal(list.count, LIST_ITEMS);
}

static void users_have_names(void **state)
{
	(void)state;
	assert_null(value_users(&list, "root,1000-1999,4294967294"));
	assert_item(0, 0, 0);
	assert_item(1, 1000, 1999);
	assert_item(2, 4294967294, 4294967294);
	assert_string_equal(value_users(&list, "4294967295"), "not a uid (0-4294967294)");
	assert_string_equal(value_users(&list, "1,no-such-user"),
			    "neither a uid nor a user in /etc/passwd: no-such-user");
}

static void seconds_become_ns(void **state)
{
	static const struct {
		const char *text;
		uint64_t ns;
	} good[] = { { "1", 1000000000 },         { "1.5", 1500000000 },
		     { "0.25", 250000000 },       { ".5", 500000000 },
		     { "0.000000001", 1 },        { "2.000000000", 2000000000 },
		     { "86400", 86400000000000 }, { "9223372035", 9223372035000000000 },
		     { "10s", 10000000000 },      { "500ms", 500000000 },
		     { "1.5m", 90000000000 },     { "5min", 300000000000 },
		     { "2h", 7200000000000 },     { "1d", 86400000000000 } };
	static const char *const bad[] = { "",   "x", "s",  "1x", "1ss", "1sm", "1s1", "1 s",   "1.5.5s",
					   "1.", ".", "-1", "+1", " 1",  "1e3", "1,5", "1.5.5", "inf" };
	uint64_t ns;

	(void)state;
	for (size_t i = 0; i < sizeof(good) / sizeof(*good); i++) {
		assert_null(value_seconds(&ns, good[i].text));
		assert_true(ns == good[i].ns);
	}
	for (size_t i = 0; i < sizeof(bad) / sizeof(*bad); i++)
		assert_string_equal(value_seconds(&ns, bad[i]), "not a time (1, 0.25, 500ms, 10s, 5m, 2h)");
	assert_string_equal(value_seconds(&ns, "0"), "must be more than 0 seconds");
	assert_string_equal(value_seconds(&ns, "0.0"), "must be more than 0 seconds");
	assert_string_equal(value_seconds(&ns, "0.0000000001"), "finer than a nanosecond");
	assert_string_equal(value_seconds(&ns, "9223372037"), "too long");
	assert_string_equal(value_seconds(&ns, "9223372035m"), "too long");
	assert_string_equal(value_seconds(&ns, "99999999999999999999"), "not a time (1, 0.25, 500ms, 10s, 5m, 2h)");
}

static void sizes_become_bytes(void **state)
{
	static const struct {
		const char *text;
		uint64_t bytes;
	} good[] = { { "4096", 4096 },         { "100M", 100ULL << 20 },
		     { "100m", 100ULL << 20 }, { "100MiB", 100ULL << 20 },
		     { "2G", 2ULL << 30 },     { "2g", 2ULL << 30 },
		     { "1K", 1024 },           { "1TiB", 1ULL << 40 } };
	static const char *const bad[] = { "", "M", "1MB", "1Mi", "1MiBs", "1x", "99999999T" };
	uint64_t bytes;

	(void)state;
	for (size_t i = 0; i < sizeof(good) / sizeof(*good); i++) {
		assert_null(value_size(&bytes, good[i].text));
		assert_true(bytes == good[i].bytes);
	}
	for (size_t i = 0; i < sizeof(bad) / sizeof(*bad); i++)
		assert_string_equal(value_size(&bytes, bad[i]), "not a size (64M, 2G)");
}

static void number_is_within(void **state)
{
	uint64_t number;

	(void)state;
	assert_null(value_number(&number, "1024", 1, 1024));
	assert_true(number == 1024);
	assert_string_equal(value_number(&number, "0", 1, 1024), "not a number (1-1024)");
	assert_string_equal(value_number(&number, "1025", 1, 1024), "not a number (1-1024)");
	assert_string_equal(value_number(&number, "", 1, 1024), "not a number (1-1024)");
	assert_string_equal(value_number(&number, "7x", 1, 1024), "not a number (1-1024)");
}

/* Asserts that the cidr of `text` has this address, and a mask of exactly `bits` ones. */
static void assert_cidr(const char *text, const char *address, unsigned int bits)
{
	struct cidr cidrs[CIDR_ITEMS];
	__u8 addr[16];
	__u32 n = 0;

	memset(cidrs, 0xa5, sizeof(cidrs));
	assert_null(value_cidrs(cidrs, &n, text));
	assert_int_equal(n, 1);
	assert_int_equal(inet_pton(AF_INET6, address, addr), 1);
	assert_memory_equal(cidrs[0].addr, addr, sizeof(addr));
	for (unsigned int i = 0; i < 128; i++)
		assert_int_equal(cidrs[0].mask[i / 8] >> (7 - i % 8) & 1, i < bits);
}

static void cidrs_are_masked(void **state)
{
	(void)state;
	assert_cidr("192.0.2.1", "::ffff:192.0.2.1", 128);
	assert_cidr("10.1.2.3/8", "::ffff:10.0.0.0", 104);
	assert_cidr("10.255.2.3/9", "::ffff:10.128.0.0", 105);
	assert_cidr("0.0.0.0/0", "::ffff:0.0.0.0", 96);
	assert_cidr("10.0.0.1/32", "::ffff:10.0.0.1", 128);
	assert_cidr("2001:db8:1:2::3/32", "2001:db8::", 32);
	assert_cidr("2001:db8:ffff::/33", "2001:db8:8000::", 33);
	assert_cidr("::1", "::1", 128);
	assert_cidr("2001:db8::1/0", "::", 0);
	assert_cidr("::ffff:10.1.2.3/104", "::ffff:10.0.0.0", 104);
}

static void cidrs_refuse(void **state)
{
	static const char *const bad[] = {
		"10.0.0", "10.0.0.256", "10.0.0.0.1",
		"x",      "/8",         "fe80::1%eth0",
		" ::1",   "1",          "1111:2222:3333:4444:5555:6666:7777:8888:9999:aaaa:bbbb:cccc:dddd"
	};
	struct cidr cidrs[CIDR_ITEMS];
	__u32 n = 0;

	(void)state;
	for (size_t i = 0; i < sizeof(bad) / sizeof(*bad); i++)
		assert_string_equal(
			value_cidrs(cidrs, &n, bad[i]),
			"not an address, a network (192.0.2.1, 10.0.0.0/8, 2001:db8::/32) or a host that is known");
	assert_string_equal(value_cidrs(cidrs, &n, "10.0.0.0/33"), "not a prefix length (0-32)");
	assert_string_equal(value_cidrs(cidrs, &n, "10.0.0.0/"), "not a prefix length (0-32)");
	assert_string_equal(value_cidrs(cidrs, &n, "::/129"), "not a prefix length (0-128)");
	assert_string_equal(value_cidrs(cidrs, &n, "::/8/8"), "not a prefix length (0-128)");
	assert_string_equal(value_cidrs(cidrs, &n, "::1,::/-1"), "not a prefix length (0-128): ::/-1");
	n = 0;
	for (int i = 0; i < CIDR_ITEMS; i++)
		assert_null(value_cidrs(cidrs, &n, "::1"));
	assert_string_equal(value_cidrs(cidrs, &n, "::1"), "too many networks, at most 32");
}

/* Matches as the kernel half does with a struct glob. */
static bool matches(const struct glob *glob, const char *string)
{
	uint32_t reached = 1;

	for (; *string; string++) {
		uint32_t match = glob->any;

		for (unsigned int i = 0; i < glob->length; i++) {
			if (glob->text[i] == *string)
				match |= 1U << i;
		}
		reached = (reached & match) << 1 | (reached & glob->gap);
	}
	return reached >> glob->length & 1;
}

static void assert_as_fnmatch(const struct glob *glob, const char *pattern, const char *string)
{
	bool expected = fnmatch(pattern, string, FNM_NOESCAPE) == 0;

	if (matches(glob, string) != expected)
		fail_msg("%s and %s: should%s match", pattern, string, expected ? "" : " not");
}

/* Writes the number i, in the base of the alphabet's size, as a word. */
static void word(char *text, const char *alphabet, unsigned int length, unsigned int i)
{
	size_t base = strlen(alphabet);

	for (text[length] = '\0'; length--; i /= (unsigned int)base)
		text[length] = alphabet[i % base];
}

static void short_globs_match_as_fnmatch(void **state)
{
	char pattern[8], string[8];

	(void)state;
	for (unsigned int i = 0; i < 5 * 1024; i++) {
		struct glob glob[GLOB_ITEMS];
		__u32 n = 0;

		word(pattern, "ab*?", 1 + i / 1024, i % 1024);
		assert_null(value_globs(glob, &n, pattern));
		for (unsigned int j = 0; j < 7 * 64; j++) {
			word(string, "ab", j / 64, j % 64);
			assert_as_fnmatch(glob, pattern, string);
		}
	}
}

static void long_globs_match_as_fnmatch(void **state)
{
	char pattern[COMM_SIZE], string[COMM_SIZE];

	(void)state;
	srandom(1);
	for (int i = 0; i < 20000; i++) {
		struct glob glob[GLOB_ITEMS];
		__u32 n = 0;

		word(pattern, "aab*?", 1 + (unsigned int)random() % 15, (unsigned int)random());
		assert_null(value_globs(glob, &n, pattern));
		for (int j = 0; j < 20; j++) {
			word(string, "aaab", (unsigned int)random() % 16, (unsigned int)random());
			assert_as_fnmatch(glob, pattern, string);
		}
	}
}

static void globs_are_compiled(void **state)
{
	struct glob globs[GLOB_ITEMS];
	__u32 n = 0;

	(void)state;
	assert_null(value_globs(globs, &n, "nginx,post**gres*,?sh,*"));
	assert_int_equal(n, 4);
	assert_int_equal(globs[0].length, 5);
	assert_string_equal(globs[0].text, "nginx");
	assert_int_equal(globs[0].gap | globs[0].any, 0);
	assert_int_equal(globs[1].length, 8);
	assert_int_equal(globs[1].gap, 1 << 4 | 1 << 8);
	assert_int_equal(globs[2].any, 1);
	assert_int_equal(globs[3].length, 0);
	assert_int_equal(globs[3].gap, 1);
	/* A comm may contain spaces and any other character. */
	assert_null(value_globs(globs, &n, "tmux: server,[kworker],a\\*"));
	assert_true(matches(&globs[4], "tmux: server") && matches(&globs[5], "[kworker]") && !matches(&globs[5], "k"));
	assert_true(matches(&globs[6], "a\\b"));
}

static void globs_refuse(void **state)
{
	struct glob globs[GLOB_ITEMS];
	__u32 n = 0;

	(void)state;
	assert_null(value_globs(globs, &n, "*123456789abcde?*"));
	assert_int_equal(globs[0].length, 15);
	assert_int_equal(globs[0].gap, 1 | 1 << 15);
	assert_string_equal(value_globs(globs, &n, "123456789abcdefg"), "more than the 15 characters of a comm");
	assert_string_equal(value_globs(globs, &n, ""), "empty");
	assert_string_equal(value_globs(globs, &n, "a,,b"), "an item is empty");
	n = 0;
	assert_string_equal(value_globs(globs, &n, "a,b,c,d,e,f,g,h,i"), "too many patterns, at most 8: i");
}

static void netns_by_number_and_path(void **state)
{
	struct stat status;

	(void)state;
	assert_null(value_netns(&list, "4026531840,4294967295"));
	assert_item(0, 4026531840, 4026531840);
	assert_item(1, 4294967295, 4294967295);
	assert_int_equal(stat("/proc/self/ns/net", &status), 0);
	assert_null(value_netns(&list, "/proc/self/ns/net"));
	assert_item(2, status.st_ino, status.st_ino);
	assert_string_equal(value_netns(&list, "0"), "not a number (1-4294967295)");
	assert_string_equal(value_netns(&list, "4294967296"), "not a number (1-4294967295)");
	assert_string_equal(value_netns(&list, "no-such"), "/run/netns/no-such: No such file or directory");
	assert_string_equal(value_netns(&list, "./no-such"), "./no-such: No such file or directory");
	assert_string_equal(value_netns(&list, "1,/no/such"), "/no/such: No such file or directory");
	assert_string_equal(value_netns(&list, "/dev/null"), "/dev/null: not a network namespace");
	assert_string_equal(value_netns(&list, "/proc/self/ns/pid"), "/proc/self/ns/pid: not a network namespace");
}

static const char *cgroup_mount(void)
{
	static const char *const mounts[] = { "/sys/fs/cgroup", "/sys/fs/cgroup/unified" };
	struct statfs system;

	for (int i = 0; i < 2; i++) {
		if (statfs(mounts[i], &system) == 0 && system.f_type == CGROUP2_SUPER_MAGIC)
			return mounts[i];
	}
	return NULL;
}

static void cgroups_by_number_and_path(void **state)
{
	struct stat status;

	(void)state;
	assert_null(value_cgroups(&list, "1,18446744073709551615"));
	assert_item(1, UINT64_MAX, UINT64_MAX);
	assert_string_equal(value_cgroups(&list, "0"), "not a number (1 or more)");
	assert_string_equal(value_cgroups(&list, "no-such"), "no-such: No such file or directory");
	assert_string_equal(value_cgroups(&list, "/no/such"), "/no/such: No such file or directory");
	assert_string_equal(value_cgroups(&list, "/etc/passwd"), "/etc/passwd: not a directory of cgroup v2");
	assert_string_equal(value_cgroups(&list, "/etc"), "/etc: not a directory of cgroup v2");
	if (!cgroup_mount())
		skip();
	assert_int_equal(stat(cgroup_mount(), &status), 0);
	assert_null(value_cgroups(&list, cgroup_mount()));
	assert_item(2, status.st_ino, status.st_ino);
}

/* Needs root, and a cgroup v2 in which it can create a directory. */
static void cgroups_below_the_mount(void **state)
{
	char name[64], path[256];
	struct stat status;
	const char *message;

	(void)state;
	snprintf(name, sizeof(name), "nettrace-test-%d", (int)getpid());
	if (!cgroup_mount())
		skip();
	snprintf(path, sizeof(path), "%s/%s", cgroup_mount(), name);
	if (mkdir(path, 0755) < 0)
		skip();
	message = value_cgroups(&list, name);
	assert_int_equal(stat(path, &status), 0);
	assert_int_equal(rmdir(path), 0);
	assert_null(message);
	assert_item(0, status.st_ino, status.st_ino);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(list_takes_numbers_and_ranges, empty_list),
		cmocka_unit_test_setup(list_takes_64_bits, empty_list),
		cmocka_unit_test_setup(list_refuses, empty_list),
		cmocka_unit_test_setup(list_has_an_end, empty_list),
		cmocka_unit_test_setup(users_have_names, empty_list),
		cmocka_unit_test(seconds_become_ns),
		cmocka_unit_test(sizes_become_bytes),
		cmocka_unit_test(number_is_within),
		cmocka_unit_test(cidrs_are_masked),
		cmocka_unit_test(cidrs_refuse),
		cmocka_unit_test(globs_are_compiled),
		cmocka_unit_test(globs_refuse),
		cmocka_unit_test(short_globs_match_as_fnmatch),
		cmocka_unit_test(long_globs_match_as_fnmatch),
		cmocka_unit_test_setup(netns_by_number_and_path, empty_list),
		cmocka_unit_test_setup(cgroups_by_number_and_path, empty_list),
		cmocka_unit_test_setup(cgroups_below_the_mount, empty_list),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
