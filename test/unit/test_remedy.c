/* SPDX-License-Identifier: GPL-2.0-or-later */
/* test_remedy.c: remedies of errors that this machine cannot cause; for the others see live/test_refusals. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <errno.h>
#include <string.h>
#include <sys/utsname.h>

#include "core/kernel/kernel.h"
#include "core/kernel/privileges.h"

/* Replaces the library's function: as for root. */
bool privileges_have(int capability)
{
	return capability == CAP_BPF || capability == CAP_PERFMON;
}

static void no_bpf_at_all(void **state)
{
	(void)state;
	assert_string_equal(kernel_remedy(-ENOSYS), "this kernel is built without CONFIG_BPF_SYSCALL");
}

static void no_memory(void **state)
{
	(void)state;
	assert_non_null(strstr(kernel_remedy(-ENOMEM), "--ring-size"));
	assert_non_null(strstr(kernel_remedy(-EMFILE), "ulimit -n"));
}

/* Any other error: names the running kernel and the required one. */
static void anything_else(void **state)
{
	struct utsname names;

	(void)state;
	assert_int_equal(uname(&names), 0);
	assert_non_null(strstr(kernel_remedy(-E2BIG), names.release));
	assert_non_null(strstr(kernel_remedy(-EINVAL), "needs a kernel of 5.10 or later"));
	assert_non_null(strstr(kernel_remedy(-EINVAL), "--verbose"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(no_bpf_at_all),
		cmocka_unit_test(no_memory),
		cmocka_unit_test(anything_else),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
