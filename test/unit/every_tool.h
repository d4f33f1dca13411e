/* SPDX-License-Identifier: GPL-2.0-or-later */
/* every_tool.h: tests of each tool in cmd/tools.def in turn. */
#ifndef NETTRACE_EVERY_TOOL_H
#define NETTRACE_EVERY_TOOL_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <stdio.h>

#include "core/tool.h"

#define TOOL(name) extern const struct tool name;
#include "cmd/tools.def"
#undef TOOL

static const struct tool *const tools[] = {
#define TOOL(name) &name,
#include "cmd/tools.def"
#undef TOOL
};

#define N_TOOLS (sizeof(tools) / sizeof(tools[0]))

/* Asserts, and names the tool and the part of its tables. */
#define check(condition, tool, what)                                                                                   \
	do {                                                                                                           \
		if (!(condition))                                                                                      \
			fail_msg("%s, %s: not %s", (tool)->name, (what), #condition);                                  \
	} while (0)

/* Iterates over a table that ends with a NULL name; NULL: no rows. */
#define for_each(type, item, table) for (const struct type *item = (table); item && item->name; item++)

/* A test with its tool in *state. */
struct look {
	const char *name;
	CMUnitTestFunction look;
};

#define LOOK(name)                                                                                                     \
	{                                                                                                              \
#name, name                                                                                            \
	}
#define MOST_LOOKS 16

/* Runs each test for each tool. */
static int look_at_tools(const struct look *looks, size_t n_looks)
{
	static char names[N_TOOLS * MOST_LOOKS][96];
	static struct CMUnitTest tests[N_TOOLS * MOST_LOOKS];
	size_t n = N_TOOLS * n_looks;

	for (size_t i = 0; i < n && n_looks <= MOST_LOOKS; i++) {
		const struct tool *tool = tools[i / n_looks];

		snprintf(names[i], sizeof(names[i]), "%s: %s", tool->name, looks[i % n_looks].name);
		tests[i].name = names[i];
		tests[i].test_func = looks[i % n_looks].look;
		tests[i].initial_state = (void *)(uintptr_t)tool;
	}
	return n_looks <= MOST_LOOKS ? _cmocka_run_group_tests("tools", tests, n, NULL, NULL) : 1;
}

#endif
