/* SPDX-License-Identifier: GPL-2.0-or-later */
/* test_plan.c: the program chosen for each hook on made-up kernels. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "core/bpf/plan.h"

enum { WITH_EXTRA = 1, WITH_MORE = 2, OTHER = 4, WITHOUT = 8 };

enum { STATE, ACCEPT, EXTRA, WALK, UNLESS };

static const struct hook hooks[] = {
	{ "state", { "state_btf", "state_fentry", "state_kprobe", "state_classic" } },
	{ "accept", { "accept_exit", "accept_syscall" }, "the accepting process" },
	{ "extra", { "extra_btf" }, .flag = WITH_EXTRA | WITH_MORE },
	{ "walk", { "walk_storage" }, "what is still open", RUN_AT_END, WITH_EXTRA },
	{ "usual", { "usual_btf" }, .flag = WITH_EXTRA, .unless = WITHOUT | OTHER },
	{},
};

/* A made-up kernel: programs whose target exists, with the number of its arguments. */
struct target {
	const char *program;
	int arguments;
};

#define KERNEL(...) ((const struct target[]){ __VA_ARGS__, { NULL, 0 } })
#define WHOLE                                                                                                          \
	KERNEL({ "state_btf", 3 }, { "state_fentry", 2 }, { "state_kprobe", 1 }, { "state_classic", 0 },               \
	       { "accept_exit", 4 }, { "accept_syscall", 2 }, { "extra_btf", 5 }, { "walk_storage", 0 },               \
	       { "usual_btf", 1 })

static struct plan plan;
static char asked[512]; /* every program that the planner queried, each followed by a blank */

static int answer(void *context, const char *program)
{
	size_t length = strlen(asked);

	snprintf(asked + length, sizeof(asked) - length, "%s ", program);
	for (const struct target *target = context; target->program; target++) {
		if (strcmp(target->program, program) == 0)
			return target->arguments;
	}
	return -1;
}

static const struct hook *choose(const struct target *kernel, uint32_t flags)
{
	asked[0] = '\0';
	return plan_choose(&plan, flags, answer, (void *)(uintptr_t)kernel);
}

static int start(void **state)
{
	(void)state;
	memset(&plan, 0xa5, sizeof(plan));
	plan_start(&plan, hooks);
	return 0;
}

#define assert_serves(hook, program)                                                                                   \
	do {                                                                                                           \
		assert_non_null(plan_program(&plan, hook));                                                            \
		assert_string_equal(plan_program(&plan, hook), program);                                               \
	} while (0)

static void starts_empty(void **state)
{
	(void)state;
	assert_int_equal(plan.count, 5);
	for (size_t i = 0; i < plan.count; i++) {
		assert_string_equal(plan.hooks[i].name, hooks[i].name);
		assert_null(plan_program(&plan, i));
		for (int alt = 0; alt < ALT_ITEMS; alt++)
			assert_int_equal(plan.choices[i].refused[alt], 0);
	}
	assert_false(plan_refuse(&plan, "state_btf", AT_LOAD, -EPERM));
}

static void the_best_comes_first(void **state)
{
	(void)state;
	assert_null(choose(WHOLE, WITH_EXTRA | WITH_MORE));
	assert_serves(STATE, "state_btf");
	assert_serves(ACCEPT, "accept_exit");
	assert_serves(EXTRA, "extra_btf");
	assert_serves(WALK, "walk_storage");
	assert_serves(UNLESS, "usual_btf");
	/* The planner does not query below its choice. */
	assert_string_equal(asked, "state_btf accept_exit extra_btf walk_storage usual_btf ");
}

static void arguments_are_recorded(void **state)
{
	(void)state;
	assert_null(choose(WHOLE, WITH_EXTRA | WITH_MORE));
	assert_int_equal(plan.choices[STATE].arguments, 3);
	assert_int_equal(plan.choices[ACCEPT].arguments, 4);
	assert_int_equal(plan.choices[EXTRA].arguments, 5);
	assert_int_equal(plan.choices[WALK].arguments, 0);
	/* Arguments of the chosen program, not of the best; none without a choice. */
	assert_true(plan_refuse(&plan, "state_btf", AT_LOAD, -EPERM));
	assert_null(choose(WHOLE, 0));
	assert_int_equal(plan.choices[STATE].arguments, 2);
	assert_int_equal(plan.choices[EXTRA].arguments, 0);
}

static void what_the_kernel_lacks_is_passed_over(void **state)
{
	(void)state;
	assert_null(choose(KERNEL({ "state_kprobe", 1 }, { "state_classic", 0 }, { "accept_syscall", 2 }), 0));
	assert_serves(STATE, "state_kprobe");
	assert_serves(ACCEPT, "accept_syscall");
	assert_int_equal(plan.choices[STATE].alt, 2);
	assert_int_equal(plan.choices[STATE].refused[0], -ENOENT);
	assert_int_equal(plan.choices[STATE].refused[1], -ENOENT);
	assert_int_equal(plan.choices[STATE].refused[2], 0);
	assert_int_equal(plan.choices[STATE].refused[3], 0);
}

/* The time of the refusal does not matter. */
static void refused_goes_to_the_next(void **state)
{
	(void)state;
	assert_null(choose(WHOLE, 0));
	assert_true(plan_refuse(&plan, "state_btf", AT_LOAD, -EPERM)); /* at load */
	assert_null(choose(WHOLE, 0));
	assert_serves(STATE, "state_fentry");
	assert_serves(ACCEPT, "accept_exit");
	assert_true(plan_refuse(&plan, "state_fentry", AT_LOAD, -EOPNOTSUPP)); /* at attach */
	assert_null(choose(WHOLE, 0));
	assert_serves(STATE, "state_kprobe");
	assert_int_equal(plan.choices[STATE].refused[0], -EPERM);
	assert_int_equal(plan.choices[STATE].refused[1], -EOPNOTSUPP);
	assert_int_equal(plan.choices[STATE].refused[2], 0);
}

static void refused_is_never_chosen_again(void **state)
{
	(void)state;
	assert_null(choose(WHOLE, 0));
	assert_true(plan_refuse(&plan, "state_btf", AT_LOAD, -EPERM));
	for (int i = 0; i < 3; i++) {
		assert_null(choose(WHOLE, i ? WITH_EXTRA : 0));
		assert_serves(STATE, "state_fentry");
		assert_null(strstr(asked, "state_btf"));
	}
	/* The plan no longer contains the program: a second refusal would loop forever. */
	assert_false(plan_refuse(&plan, "state_btf", AT_LOAD, -EPERM));
	assert_int_equal(plan.choices[STATE].refused[0], -EPERM);
}

static void no_error_is_an_error_too(void **state)
{
	(void)state;
	assert_null(choose(WHOLE, 0));
	assert_true(plan_refuse(&plan, "state_btf", AT_LOAD, 0));
	assert_int_equal(plan.choices[STATE].refused[0], -EINVAL);
	assert_null(choose(WHOLE, 0));
	assert_serves(STATE, "state_fentry");
}

/* Each refusal keeps its fate; excluded programs are not queried. */
static void fates_are_remembered(void **state)
{
	(void)state;
	plan_exclude(&plan, STATE, 0, EXCLUDED);
	assert_null(choose(KERNEL({ "state_kprobe", 1 }, { "state_classic", 0 }), 0));
	assert_null(strstr(asked, "state_btf"));
	assert_serves(STATE, "state_kprobe");
	assert_true(plan_refuse(&plan, "state_kprobe", AT_ATTACH, -EBUSY));
	assert_null(choose(KERNEL({ "state_classic", 0 }), 0));
	assert_serves(STATE, "state_classic");
	assert_int_equal(plan.choices[STATE].fates[0], EXCLUDED);
	assert_int_equal(plan.choices[STATE].fates[1], NO_TARGET);
	assert_int_equal(plan.choices[STATE].fates[2], AT_ATTACH);
	assert_int_equal(plan.choices[STATE].refused[2], -EBUSY);
	assert_int_equal(plan.choices[STATE].fates[3], NOT_REFUSED);
}

static void an_optional_hook_may_stay_unserved(void **state)
{
	(void)state;
	assert_null(choose(KERNEL({ "state_btf", 3 }), 0));
	assert_serves(STATE, "state_btf");
	assert_null(plan_program(&plan, ACCEPT));
	start(NULL);
	assert_null(choose(WHOLE, 0));
	assert_true(plan_refuse(&plan, "accept_exit", AT_LOAD, -EPERM));
	assert_null(choose(WHOLE, 0));
	assert_true(plan_refuse(&plan, "accept_syscall", AT_LOAD, -EPERM));
	assert_null(choose(WHOLE, 0));
	assert_null(plan_program(&plan, ACCEPT));
	assert_int_equal(plan.choices[ACCEPT].arguments, 0);
	assert_serves(STATE, "state_btf");
}

static void a_required_hook_is_reported(void **state)
{
	static const char *const rungs[] = { "state_btf", "state_fentry", "state_kprobe", "state_classic" };

	(void)state;
	assert_ptr_equal(choose(KERNEL({ "accept_exit", 4 }), 0), &plan.hooks[STATE]);
	/* The other hooks still have programs. */
	assert_serves(ACCEPT, "accept_exit");
	start(NULL);
	for (size_t i = 0; i < ALT_ITEMS; i++) {
		assert_null(choose(WHOLE, 0));
		assert_serves(STATE, rungs[i]);
		assert_true(plan_refuse(&plan, rungs[i], AT_LOAD, -EACCES));
	}
	assert_ptr_equal(choose(WHOLE, 0), &plan.hooks[STATE]);
	/* Of several unserved hooks, the first. */
	assert_ptr_equal(choose(WHOLE, WITH_EXTRA | WITH_MORE), &plan.hooks[STATE]);
	start(NULL);
	assert_ptr_equal(choose(KERNEL({ "accept_exit", 4 }), WITH_EXTRA | WITH_MORE), &plan.hooks[STATE]);
	start(NULL);
	assert_ptr_equal(choose(KERNEL({ "state_btf", 3 }), WITH_EXTRA | WITH_MORE), &plan.hooks[EXTRA]);
	start(NULL);
	assert_ptr_equal(choose(KERNEL({ "state_btf", 3 }), WITH_EXTRA), &plan.hooks[UNLESS]);
}

static void flags_switch_hooks(void **state)
{
	(void)state;
	assert_null(choose(WHOLE, 0));
	assert_null(plan_program(&plan, EXTRA));
	assert_null(plan_program(&plan, WALK));
	assert_null(strstr(asked, "extra_btf"));
	assert_null(choose(WHOLE, OTHER));
	assert_null(plan_program(&plan, EXTRA));
	/* All of the hook's bits are needed. */
	assert_null(choose(WHOLE, WITH_MORE));
	assert_null(plan_program(&plan, EXTRA));
	assert_null(plan_program(&plan, WALK));
	assert_null(choose(WHOLE, WITH_EXTRA));
	assert_null(plan_program(&plan, EXTRA));
	assert_serves(WALK, "walk_storage");
	assert_null(choose(WHOLE, WITH_MORE | WITH_EXTRA | OTHER));
	assert_serves(EXTRA, "extra_btf");
	assert_serves(WALK, "walk_storage");
	/* A required hook that the flags do not select is not needed. */
	start(NULL);
	assert_null(choose(KERNEL({ "state_btf", 3 }), OTHER));
}

/* Any of these bits disables the hook. */
static void flags_switch_hooks_off(void **state)
{
	static const uint32_t off[] = { WITHOUT, OTHER, WITHOUT | OTHER };
	static const struct hook plain = { "plain", { "plain_btf" }, .unless = WITHOUT };

	(void)state;
	assert_null(choose(WHOLE, WITH_EXTRA));
	assert_serves(UNLESS, "usual_btf");
	for (size_t i = 0; i < sizeof(off) / sizeof(off[0]); i++) {
		assert_null(choose(WHOLE, WITH_EXTRA | off[i]));
		assert_null(plan_program(&plan, UNLESS));
		assert_null(strstr(asked, "usual_btf"));
		assert_false(plan_has_hook(&hooks[UNLESS], WITH_EXTRA | off[i]));
	}
	assert_true(plan_has_hook(&plain, 0));
	assert_true(plan_has_hook(&plain, OTHER));
	assert_false(plan_has_hook(&plain, WITHOUT | OTHER));
}

static void only_a_planned_program_is_refused(void **state)
{
	(void)state;
	assert_null(choose(WHOLE, 0));
	assert_false(plan_refuse(&plan, "", AT_LOAD, -EPERM)); /* no program */
	assert_false(plan_refuse(&plan, "no_such_program", AT_LOAD, -EPERM));
	assert_false(plan_refuse(&plan, "state_kprobe", AT_LOAD, -EPERM)); /* a lower rung */
	assert_false(plan_refuse(&plan, "extra_btf", AT_LOAD, -EPERM));    /* of an unselected hook */
	assert_false(plan_refuse(&plan, "state", AT_LOAD, -EPERM));        /* the hook's own name */
	assert_null(choose(WHOLE, WITH_EXTRA | WITH_MORE));
	assert_serves(STATE, "state_btf");
	assert_serves(EXTRA, "extra_btf");
}

/* A tracepoint of this name with too few arguments. */
static void a_target_may_lack_what_it_takes(void **state)
{
	static const struct hook less[] = { { "ring", { "ring_btf", "ring_other" }, "requests", .unusable_args = 4 },
					    {} };

	(void)state;
	plan_start(&plan, less);
	assert_null(choose(KERNEL({ "ring_btf", 4 }, { "ring_other", 5 }), 0));
	assert_serves(0, "ring_other");
	assert_int_equal(plan.choices[0].fates[0], NO_TARGET);
	assert_int_equal(plan.choices[0].refused[0], -ENODATA);
	plan_start(&plan, less);
	assert_null(choose(KERNEL({ "ring_btf", -ENOSYS }), 0)); /* a function that the program calls is missing */
	assert_int_equal(plan.choices[0].refused[0], -ENOSYS);
	plan_start(&plan, less);
	assert_null(choose(KERNEL({ "ring_btf", 0 }), 0));
	assert_serves(0, "ring_btf");
}

static void no_hooks_no_plan(void **state)
{
	static const struct hook none[] = { {} };

	(void)state;
	plan_start(&plan, none);
	assert_int_equal(plan.count, 0);
	assert_null(choose(WHOLE, ~0U));
	assert_string_equal(asked, "");
	assert_false(plan_refuse(&plan, "state_btf", AT_LOAD, -EPERM));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(starts_empty, start),
		cmocka_unit_test_setup(the_best_comes_first, start),
		cmocka_unit_test_setup(arguments_are_recorded, start),
		cmocka_unit_test_setup(what_the_kernel_lacks_is_passed_over, start),
		cmocka_unit_test_setup(refused_goes_to_the_next, start),
		cmocka_unit_test_setup(refused_is_never_chosen_again, start),
		cmocka_unit_test_setup(no_error_is_an_error_too, start),
		cmocka_unit_test_setup(fates_are_remembered, start),
		cmocka_unit_test_setup(an_optional_hook_may_stay_unserved, start),
		cmocka_unit_test_setup(a_required_hook_is_reported, start),
		cmocka_unit_test_setup(flags_switch_hooks, start),
		cmocka_unit_test_setup(flags_switch_hooks_off, start),
		cmocka_unit_test_setup(only_a_planned_program_is_refused, start),
		cmocka_unit_test_setup(a_target_may_lack_what_it_takes, start),
		cmocka_unit_test_setup(no_hooks_no_plan, start),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
