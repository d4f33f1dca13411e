/* SPDX-License-Identifier: GPL-2.0-or-later */
/* test_remedy.c: what is said of errors that this machine cannot be brought to make; the others: live/test_refusals. */
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

/* In place of the library's: as root has it. */
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

/* Whatever else: which kernel it is, and which it takes. */
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
