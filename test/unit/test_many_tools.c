/* SPDX-License-Identifier: GPL-2.0-or-later */
/* test_many_tools.c: forty tools, copies of one under other names, are listed, selected, recorded and shown as one
 * timeline. (test/live/test_instances.py runs as many in one process.) */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "cmd/applets.h"
#include "cmd/replay.h"
#include "cmd/tool_list.h"
#include "core/base/error.h"
#include "core/bpf/sessions.h"
#include "core/record/writer.h"
#include "probes/tcpstates.h"

#define MANY 40

extern const struct tool tcpstates;

static struct tool many[MANY];
static char names[MANY][8], all_names[MANY * sizeof(names[0])];

size_t __wrap_tools_count(void);
const struct tool *__wrap_tool_at(size_t i);
const struct tool *__wrap_tool_find(const char *name);

/* Replace the functions of cmd/tools.c (-Wl,--wrap). */
size_t __wrap_tools_count(void)
{
	return MANY;
}

const struct tool *__wrap_tool_at(size_t i)
{
	return i < MANY ? &many[i] : NULL;
}

const struct tool *__wrap_tool_find(const char *name)
{
	for (size_t i = 0; i < MANY; i++)
		if (!strcmp(many[i].name, name))
			return &many[i];
	return NULL;
}

static int make_tools(void **state)
{
	(void)state;
	for (size_t i = 0; i < MANY; i++) {
		snprintf(names[i], sizeof(names[i]), "copy%02zu", i);
		many[i] = tcpstates;
		many[i].name = names[i];
		strcat(strcat(all_names, i ? "," : ""), names[i]);
	}
	return 0;
}

static void are_listed(void **state)
{
	char *text;
	size_t size;
	FILE *to = open_memstream(&text, &size);

	(void)state;
	applets_list(to);
	fclose(to);
	for (size_t i = 0; i < MANY; i++) {
		assert_non_null(strstr(text, names[i]));
		assert_ptr_equal(applet_find(names[i])->tool, &many[i]);
	}
	free(text);
}

static void are_named_for_one_process(void **state)
{
	struct options *tools;
	struct error error;
	size_t count;

	(void)state;
	assert_true(tool_list(&tools, &count, all_names, &error));
	assert_int_equal(count, MANY);
	assert_ptr_equal(tools[MANY - 1].tool, &many[MANY - 1]);
	assert_true(TOOLS_MOST >= MANY);
	tool_list_free(tools, count);
}

static void record(const char *path)
{
	static struct options options[MANY];
	const struct options *tools[MANY];
	struct error error;
	struct recorder *recorder = recorder_new(path, 0, &error);
	struct tcpstates_event event = { .common = { .ts = 1000, .family = 4, .lport = 80, .rport = 5000 } };

	for (size_t i = 0; i < MANY; i++) {
		options_init(&options[i], &many[i]);
		tools[i] = &options[i];
	}
	recorder_start(recorder, tools, MANY);
	recorder_begin(recorder, 1000);
	for (size_t i = 0; i < MANY; i++) {
		event.common.tool = (__u8)i;
		event.common.ts += 1000;
		recorder_event(recorder, i, &event.common, sizeof(event));
	}
	assert_true(recorder_stop(recorder, event.common.ts, false, &error));
}

static void are_recorded_and_shown(void **state)
{
	char path[] = "/tmp/many.XXXXXX", text[16384];
	char *words[] = { (char *)(uintptr_t) "replay", path, (char *)(uintptr_t) "trace",
			  (char *)(uintptr_t) "--no-header" };
	int file = memfd_create("rows", MFD_CLOEXEC), out = dup(STDOUT_FILENO), unused = mkstemp(path);
	ssize_t length;
	size_t rows = 0;

	(void)state;
	assert_true(unused >= 0 && file >= 0);
	close(unused);
	unlink(path);
	record(path);
	fflush(stdout);
	dup2(file, STDOUT_FILENO);
	assert_int_equal(replay_main(4, words), EXIT_DONE);
	fflush(stdout);
	dup2(out, STDOUT_FILENO);
	close(out);
	unlink(path);
	length = pread(file, text, sizeof(text) - 1, 0);
	assert_true(length > 0);
	text[length] = '\0';
	for (char *line = text; (line = strchr(line, '\n')); line++)
		rows++;
	assert_int_equal(rows, MANY);
	for (size_t i = 0; i < MANY; i++)
		assert_non_null(strstr(text, names[i]));
	close(file);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(are_listed),
		cmocka_unit_test(are_named_for_one_process),
		cmocka_unit_test(are_recorded_and_shown),
	};

	return cmocka_run_group_tests(tests, make_tools, NULL);
}
