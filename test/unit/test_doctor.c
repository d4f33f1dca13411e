/* SPDX-License-Identifier: GPL-2.0-or-later */
/* test_doctor.c: the doctor's counting, its reasons for missing programs, and that every tool has a proof. */
#include "every_tool.h"

#include <errno.h>
#include <linux/capability.h>
#include <stdio.h>
#include <string.h>

#include "cmd/doctor/count.h"
#include "cmd/doctor/expect.h"
#include "cmd/doctor/parts.h"
#include "core/bpf/plan.h"
#include "core/kernel/kernel.h"

#define REPORT                                                                                                         \
	"{\"connect\":11,\"server_first\":3,\"refuse\":5,\"reset\":2,\"retransmit\":1,\"syn\":1,\"synack\":1,"         \
	"\"fast\":1,"                                                                                                  \
	"\"drop\":2,\"overflow\":3,\"churn\":0,\"hold\":2,\"fork\":1,\"bad_listen\":2,\"slow_reader\":1,\"small_"      \
	"sndbuf\":1,\"unreachable\":2,\"uring_"                                                                        \
	"unreachable\":3,\"dns\":7,\"dns_fail\":3,\"dns_silent\":2,\"udp_refuse\":7,\"udp_full\":5,\"buffer_drops\":"  \
	"9,\"listeners\":2,\"connects\":"                                                                              \
	"42,"                                                                                                          \
	"\"established\":34,\"accepted\":32,\"bytes_client\":29800,\"bytes_server\":13001,\"retransmits_client\":7,"   \
	"\"retransmits_server\":1,\"filter_drops\":7,\"listen_drops\":3,\"server_port\":7301,\"refused_port\":7302,"   \
	"\"overflow_port\":7303,\"churn_port\":null,\"client_pid\":101,\"server_pid\":102,\"fork_pids\":[103,1040]}\n"

static const struct known known = { .report = REPORT, .measured = { { "twins", 3 }, { "again", 0 } } };

#define ROW                                                                                                            \
	"{\"tool\":\"tcpdrop\",\"pid\":102,\"comm\":\"a \\\"b\\\", "                                                   \
	"\\\\\",\"uid\":null,\"ret\":-22,\"flags\":\"SYN|ACK\","                                                       \
	"\"lport\":7301,\"stack\":[\"x\",\"y\"],\"last\":0}"

static void assert_value(const char *key, const char *expected)
{
	const char *value;
	size_t length;

	assert_true(count_value(ROW, key, &value, &length));
	assert_int_equal(length, strlen(expected));
	assert_memory_equal(value, expected, length);
}

static void values(void **state)
{
	const char *value;
	uint64_t number;
	size_t length;

	(void)state;
	assert_value("tool", "tcpdrop");
	assert_value("pid", "102");
	assert_value("comm", "a \\\"b\\\", \\\\");
	assert_value("uid", "null");
	assert_value("ret", "-22");
	assert_value("stack", "[\"x\",\"y\"]");
	assert_value("last", "0");
	assert_false(count_value(ROW, "port", &value, &length)); /* no suffix of lport */
	assert_false(count_number(ROW, "uid", &number));
	assert_false(count_number(ROW, "tool", &number));
	assert_false(count_number(ROW, "ret", &number)); /* counts are never negative */
	assert_true(count_number(ROW, "lport", &number));
	assert_int_equal(number, 7301);
}

static void numbers_in_arrays(void **state)
{
	(void)state;
	assert_true(count_in_array(REPORT, "fork_pids", 103));
	assert_true(count_in_array(REPORT, "fork_pids", 1040));
	assert_false(count_in_array(REPORT, "fork_pids", 104));
	assert_false(count_in_array(REPORT, "fork_pids", 10));
	assert_false(count_in_array(REPORT, "connect", 11));
	assert_false(count_in_array("{\"fork_pids\":[]}", "fork_pids", 0));
}

static void expressions(void **state)
{
	static const struct {
		const char *text;
		int64_t sum; /* -1: none */
	} cases[] = {
		{ "7", 7 },
		{ "connect", 11 },
		{ "3*connect", 33 },
		{ "2*connect+refuse-3*reset", 21 },
		{ "twins+again+1", 4 },
		{ "connects-established", 8 },
		{ "established-connects", -1 },
		{ "established-connects+8", 0 },
		{ "unheard_of", -1 },
		{ "churn_port", -1 },
		{ "connect+", -1 },
		{ "", -1 },
		{ "connect reset", -1 },
		{ "connect*3", -1 },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		uint64_t sum;
		bool is_one = count_expression(cases[i].text, &known, &sum);

		if (is_one != (cases[i].sum >= 0) || (is_one && sum != (uint64_t)cases[i].sum))
			fail_msg("\"%s\" is not %lld", cases[i].text, (long long)cases[i].sum);
	}
}

static void matches(void **state)
{
	static const char *const yes[] = { "",
					   "tool=tcpdrop",
					   "tool=x|tcpdrop|y pid=@server_pid",
					   "uid=null",
					   "ret=-22 last=0",
					   "lport=@server_port|@overflow_port",
					   "tool=tcpdrop|" };
	static const char *const no[] = { "tool=tcp",        "tool=tcpdrops",  "pid=@client_pid",
					  "port=7301",       "uid=",           "tool=tcpdrop pid=1",
					  "pid=@unheard_of", "pid=server_pid", "tool" };

	(void)state;
	for (size_t i = 0; i < sizeof(yes) / sizeof(yes[0]); i++)
		if (!count_matches(ROW, yes[i], &known))
			fail_msg("does not match: %s", yes[i]);
	for (size_t i = 0; i < sizeof(no) / sizeof(no[0]); i++)
		if (count_matches(ROW, no[i], &known))
			fail_msg("matches: %s", no[i]);
}

/* A new tool without a proof fails here. A proof selects by keys that the tool prints, and its expected sums are
 * valid. */
static void has_a_sound_proof(void **state)
{
	const struct tool *tool = *state;
	struct known here = known;
	bool exact = false;

	here.measured[2].name = "deferred";
	here.measured[3].name = "without a SYN";
	here.measured[4].name = "sent";
	check(tool->proof, tool, "proof");
	for (const struct expectation *row = tool->proof; row->what; row++) {
		uint64_t sum;

		check((row->how == MEASURE) == !row->expected, tool, row->what);
		check(!row->options || row == tool->proof, tool, row->what);
		if (row->expected && row->family != BY_KERNEL)
			check(count_expression(row->expected, &here, &sum), tool, row->what);
		exact = exact || row->how == EXACTLY;
	}
	check(exact || !is_about_sockets(tool), tool, "something exact");
}

static const struct machine plain = {
	.capabilities = ~0ULL, .sk_storage = true, .no_trampolines = -524, .no_map_iterators = -1
};

static void reasons(void **state)
{
	struct rung rung = { "accept_function", "fexit/inet_csk_accept", NO_TARGET, -ENOENT };

	(void)state;
	assert_string_equal(doctor_why(&rung, &plain), "functions cannot be traced here (trampolines: ENOTSUPP)");
	strcpy(rung.section, "tp_btf/accept");
	assert_string_equal(doctor_why(&rung, &plain), "this kernel's BTF has no such tracepoint");
	strcpy(rung.section, "iter/tcp");
	assert_string_equal(doctor_why(&rung, &plain), "this kernel's BTF has no such iterator");
	strcpy(rung.section, "iter/bpf_sk_storage_map");
	assert_string_equal(doctor_why(&rung, &plain), "iterators cannot use maps here (EPERM)");
	rung.fate = AT_LOAD;
	rung.error = -EPERM;
	assert_string_equal(doctor_why(&rung, &plain), "refused at load: EPERM");
	rung.fate = AT_ATTACH;
	assert_string_equal(doctor_why(&rung, &plain), "refused at attach: EPERM");
	rung.fate = EXCLUDED;
	assert_string_equal(doctor_why(&rung, &plain), "excluded by --without");
	rung.fate = SKIPPED;
	assert_string_equal(doctor_why(&rung, &plain), "skipped by --rung");
	rung.fate = NOT_REFUSED;
	assert_string_equal(doctor_why(&rung, &plain), "");
	assert_string_equal(doctor_error_name(-99999), "errno 99999");
}

/* Replaces the function that reads this machine (linked with --wrap). */
const char *__wrap_kernel_remedy(int error);

const char *__wrap_kernel_remedy(int error)
{
	static char remedy[32];

	snprintf(remedy, sizeof(remedy), "the kernel's for %s", doctor_error_name(error));
	return remedy;
}

static void remedies(void **state)
{
	struct machine machine = plain;

	(void)state;
	assert_null(doctor_remedy(EXCLUDED, -ECANCELED, &machine));
	assert_null(doctor_remedy(NO_TARGET, -ENOENT, &machine));
	assert_null(doctor_remedy(AT_LOAD, -EINVAL, &machine)); /* the program itself is at fault */
	assert_string_equal(doctor_remedy(AT_LOAD, -EPERM, &machine), "the kernel's for EPERM");
	assert_string_equal(doctor_remedy(AT_ATTACH, -ENOMEM, &machine), "the kernel's for ENOMEM");
	assert_null(doctor_remedy(AT_LOAD, -EACCES, &machine)); /* from the verifier */
	machine.no_bpf = -EACCES;
	assert_string_equal(doctor_remedy(AT_LOAD, -EACCES, &machine), "the kernel's for EACCES");
	machine.no_bpf = 0;
	strcpy(machine.lockdown, "confidentiality");
	assert_non_null(strstr(doctor_remedy(AT_LOAD, -EINVAL, &machine), "6.2"));
	machine.capabilities = 1ULL << 39; /* CAP_BPF without CAP_PERFMON */
	for (size_t i = 0; i < 3; i++) {
		static const int errors[] = { EPERM, EACCES, EINVAL };
		const char *remedy = doctor_remedy(AT_LOAD, -errors[i], &machine);

		assert_non_null(strstr(remedy, "the kernel's for E"));
		assert_non_null(strstr(remedy, "add: [BPF, PERFMON]"));
	}
	machine.no_btf = -ENOENT;
	assert_string_equal(doctor_remedy(AT_LOAD, -EPERM, &machine), "the kernel's for ENOENT");
}

static void capabilities(void **state)
{
	struct machine machine = { .capabilities = 0 };
	char list[MACHINE_CAPABILITIES];

	(void)state;
	assert_string_equal(machine_capabilities(&machine, list), "none");
	machine.capabilities = 1ULL << 38 | 1ULL << 39;
	assert_string_equal(machine_capabilities(&machine, list), "perfmon, bpf");
	machine.capabilities = ~0ULL;
	assert_string_equal(machine_capabilities(&machine, list), "all");
	machine.capabilities = ~(1ULL << CAP_SYS_RESOURCE);
	assert_string_equal(machine_capabilities(&machine, list), "all but sys_resource");
}

static void exclusions_of_a_tool(void **state)
{
	static const struct hook hooks[] = { { "accept", { "by_function", "by_call" } }, {} };
	const struct tool tool = { .name = "tool", .hooks = hooks };
	struct kernel kernel = { .sk_storage = true,
				 .tag_slots = true,
				 .map_iterators = true,
				 .task_btf = true,
				 .cast = true,
				 .trampolines = true };
	char some[64];

	(void)state;
	assert_true(is_excluded("other,by_call", "by_call", "tp_btf/sys_exit"));
	assert_true(is_excluded("tp_btf", "by_call", "tp_btf/sys_exit"));
	assert_false(is_excluded("tp", "by_call", "tp_btf/sys_exit"));
	assert_false(is_excluded("by_calls,call", "by_call", "tp_btf/sys_exit"));
	assert_false(is_excluded(NULL, "by_call", "tp_btf/sys_exit"));
	assert_null(exclusions_known(some, sizeof(some), "by_call,fexit,sk_storage", &tool));
	assert_string_equal(some, "by_call,fexit,sk_storage");
	assert_string_equal(exclusions_known(some, sizeof(some), "by_call,nothing,by_function", &tool),
			    "nothing,by_function");
	assert_string_equal(some, "by_call,by_function");
	assert_non_null(exclusions_known(some, sizeof(some), ",", &tool));
	assert_string_equal(exclusions_known(some, sizeof(some), "kprobe", &tool),
			    "kprobe"); /* no tool has such a program */
	exclusions_apply(&kernel, "by_call,sk_storage,cast,trampolines");
	assert_false(kernel.sk_storage);
	assert_true(kernel.tag_slots);
	assert_false(kernel.cast);
	assert_false(kernel.trampolines);
	assert_true(kernel.task_btf);
	exclusions_apply(&kernel, "tag_slots");
	assert_false(kernel.tag_slots);
	assert_true(kernel.map_iterators);
	exclusions_apply(&kernel, "map_iterators");
	assert_false(kernel.map_iterators);
}

/* The remaining programs of a hook with three, by --rung. */
static void rungs(void **state)
{
	static const char *const programs[] = { "by_function", "by_call", "by_state" };
	static const char *const sections[] = { "fexit/inet_csk_accept", "tp_btf/sys_exit",
						"tp_btf/inet_sock_set_state" };
	static const struct {
		const char *rung, *left;
	} cases[] = {
		{ NULL, "yyy" },     { "", "yyy" },        { "1", "yyy" },
		{ "2", "-yy" },      { "3", "--y" },       { "4", "--y" },
		{ "tp_btf", "-yy" }, { "by_call", "-y-" }, { "fexit,by_state", "y-y" },
		{ "iter", "yyy" },   { "other", "yyy" },
	};
	static const struct hook hooks[] = { { "accept", { "by_function", "by_call", "by_state" } }, {} };
	const struct tool tool = { .name = "tool", .hooks = hooks };
	char some[64];

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
		for (size_t alt = 0; alt < 3; alt++)
			if (is_below_rung(cases[i].rung, programs, sections, 3, alt) == (cases[i].left[alt] == 'y'))
				fail_msg("--rung %s: %s", cases[i].rung, programs[alt]);
	assert_null(exclusions_known_rungs(some, sizeof(some), "2", &tool));
	assert_string_equal(some, "2");
	assert_null(exclusions_known_rungs(some, sizeof(some), "by_call,fexit", &tool));
	assert_string_equal(some, "by_call,fexit");
	assert_non_null(exclusions_known_rungs(some, sizeof(some), "0", &tool));
	assert_non_null(exclusions_known_rungs(some, sizeof(some), "5", &tool));
	assert_non_null(exclusions_known_rungs(some, sizeof(some), "22", &tool));
	assert_non_null(exclusions_known_rungs(some, sizeof(some), "kprobe", &tool));
	assert_non_null(
		exclusions_known_rungs(some, sizeof(some), "sk_storage", &tool)); /* no program, but a feature */
}

int main(void)
{
	static const struct look looks[] = { LOOK(has_a_sound_proof) };
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(values),
		cmocka_unit_test(numbers_in_arrays),
		cmocka_unit_test(expressions),
		cmocka_unit_test(matches),
		cmocka_unit_test(reasons),
		cmocka_unit_test(remedies),
		cmocka_unit_test(exclusions_of_a_tool),
		cmocka_unit_test(capabilities),
		cmocka_unit_test(rungs),
	};
	int failed = cmocka_run_group_tests_name("doctor", tests, NULL, NULL);

	return failed + look_at_tools(looks, sizeof(looks) / sizeof(looks[0]));
}
