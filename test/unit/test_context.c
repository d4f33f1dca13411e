/* SPDX-License-Identifier: GPL-2.0-or-later */
/* test_context.c: replays at once in one process, of different recordings in different formats: each has the output and
 * the messages of a replay alone. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <dirent.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "cmd/tools.h"
#include "cmd/trace.h"
#include "core/base/context.h"
#include "core/base/thread.h"
#include "core/cli/parse.h"
#include "core/cli/replay_options.h"
#include "core/run/replay.h"
#include "cmd/tool_list.h"

#define RECORDINGS "test/golden/recordings"
#define THREADS    3
#define ROUNDS     4 /* of all cases, in each thread */
#define CASES      256
#define WORDS      16

/* A line "case NAME TOOL OPTION..." of a file next to the recording. */
struct replay_case {
	char recording[128], line[256];
	struct text printed, said; /* of a replay alone */
};

static struct replay_case cases[CASES];
static size_t n_cases;

static void collect(void *context, const char *line, size_t length)
{
	text_bytes(context, line, length);
}

static void read_cases(const char *name)
{
	char path[384], line[256], first[64];
	FILE *file;

	snprintf(path, sizeof(path), "%s/%s", RECORDINGS, name);
	file = fopen(path, "re");
	assert_non_null(file);
	while (fgets(line, sizeof(line), file)) {
		struct replay_case *item = &cases[n_cases];
		int at = 0;

		line[strcspn(line, "\n")] = '\0';
		if (sscanf(line, "case %63s %n", first, &at) != 1 || !at)
			continue;
		assert_true(++n_cases < CASES);
		snprintf(item->line, sizeof(item->line), "%s", line + at);
		snprintf(item->recording, sizeof(item->recording), "%s/%.*s.rec", RECORDINGS, (int)strcspn(name, "."),
			 name);
	}
	fclose(file);
}

/* ---- a replay ---- */

static bool replay_rows(const struct tool *tool, struct recording *recording, int argc, char **argv, int out,
			struct error *error)
{
	const struct record_head *head = recording_head(recording);
	const struct recorded_tool *recorded = record_head_tool(head, tool->name);
	struct options options;
	bool ok;

	if (!recorded)
		recorded = record_head_tool(head, tool_synthesis(tool)->from->name);
	ok = options_parse_recorded(&options, tool, recorded, argc, argv, error) &&
	     replay_run(&options, &options, 1, recording, out, error);
	options_free(&options);
	return ok;
}

static bool replay_timeline(const char *names, struct recording *recording, int argc, char **argv, int out,
			    struct error *error)
{
	const struct record_head *head = recording_head(recording);
	const struct recorded_tool all = { .name = "trace", .text = (char *)(uintptr_t)names };
	struct options asked, *each = NULL;
	size_t count = 0;
	bool ok = options_parse_recorded(&asked, &trace, &all, argc, argv, error) &&
		  trace_tools(&each, &count, &asked, error);

	for (size_t i = 0; ok && i < count; i++) {
		each[i].recorded = record_head_tool(head, each[i].tool->name);
		ok = replay_apply_flags(&each[i], error);
	}
	ok = ok && replay_run(&asked, each, count, recording, out, error);
	tool_list_free(each, count);
	options_free(&asked);
	return ok;
}

/* The recorded tools with a story, separated by commas. */
static void name_stories(const struct record_head *head, char *names, size_t size)
{
	*names = '\0';
	for (size_t i = 0; i < head->n_tools; i++) {
		const struct tool *tool = tool_find(head->tools[i].name);

		if (tool && tool->story)
			snprintf(names + strlen(names), size - strlen(names), "%s%s", *names ? "," : "", tool->name);
	}
}

/* Appends the output and the messages of a replay. */
static bool replay_once(const struct replay_case *item, struct text *printed, struct text *said)
{
	char line[sizeof(item->line)], names[512], *words[WORDS + 1] = { NULL }, *left = line;
	int argc = 0, out = memfd_create("rows", MFD_CLOEXEC);
	struct recording_files files;
	struct recording *recording;
	struct error error;
	bool ok = false;
	ssize_t got;

	message_redirect(collect, said);
	memcpy(line, item->line, sizeof(line));
	while (argc < WORDS && (words[argc] = strsep(&left, " ")))
		argc++;
	recording = recording_files_open(&files, item->recording, &error) ? recording_open(&files, &error) : NULL;
	if (recording) {
		const struct tool *tool = tool_find(words[0]);

		name_stories(recording_head(recording), names, sizeof(names));
		ok = tool ? replay_rows(tool, recording, argc, words, out, &error)
			  : replay_timeline(strcmp(words[0], "trace") ? words[0] : names, recording, argc, words, out,
					    &error);
		recording_close(recording);
	}
	if (!ok)
		error_print(&error);
	message_redirect(NULL, NULL);
	lseek(out, 0, SEEK_SET);
	do {
		char *room = text_room(printed, 65536);

		got = read(out, room, 65536);
		text_end(printed, room + (got > 0 ? got : 0));
	} while (got > 0);
	close(out);
	return ok;
}

/* ---- at once ---- */

struct side {
	size_t first, step; /* the cases, and their order */
	char wrong[512];    /* the first difference from a replay alone; empty: none */
};

static bool is_same(const struct text *one, const struct text *other)
{
	return one->length == other->length && (!one->length || !memcmp(one->data, other->data, one->length));
}

static void *replay_all(void *context)
{
	struct side *side = context;
	struct context *own = context_new(), *before = context_enter(own);

	for (size_t i = 0; i < ROUNDS * n_cases && !*side->wrong; i++) {
		const struct replay_case *item = &cases[(side->first + i * side->step) % n_cases];
		struct text printed = { 0 }, said = { 0 };

		replay_once(item, &printed, &said);
		if (!is_same(&printed, &item->printed) || !is_same(&said, &item->said))
			snprintf(side->wrong, sizeof(side->wrong), "%s, %s: %zu bytes for %zu; said \"%.*s\"",
				 item->recording, item->line, printed.length, item->printed.length, (int)said.length,
				 said.length ? said.data : "");
		text_free(&printed);
		text_free(&said);
	}
	context_enter(before);
	context_free(own);
	return NULL;
}

static void each_is_as_alone(void **state)
{
	/* The step shares no divisor with the number of cases, so each side visits all of them. */
	struct side sides[THREADS] = { { 0, 1, "" }, { n_cases / 3, n_cases - 1, "" }, { n_cases / 2, 1, "" } };
	pthread_t threads[THREADS];

	(void)state;
	for (size_t i = 0; i < THREADS; i++)
		assert_true(thread_start(&threads[i], replay_all, &sides[i]));
	for (size_t i = 0; i < THREADS; i++)
		pthread_join(threads[i], NULL);
	for (size_t i = 0; i < THREADS; i++)
		assert_string_equal(sides[i].wrong, "");
}

/* Each context has its own state, which begins with that of its creator. */
static void contexts_share_nothing(void **state)
{
	struct context *own, *before;

	(void)state;
	clock_set(5);
	message_name("one");
	own = context_new();
	before = context_enter(own);
	assert_int_equal(clock_offset(), 5);
	assert_string_equal(message_name("other"), "one");
	clock_set(7);
	assert_int_equal(clock_offset(), 7);
	assert_ptr_equal(context_enter(before), own);
	assert_int_equal(clock_offset(), 5);
	assert_string_equal(message_name("one"), "one");
	context_free(own);
}

static int replay_alone(void **state)
{
	DIR *directory = opendir(RECORDINGS);
	const struct dirent *entry;
	int failed = 0;

	(void)state;
	setenv("TZ", "UTC", 1);
	while (directory && (entry = readdir(directory)))
		if (strlen(entry->d_name) > 6 && !strcmp(entry->d_name + strlen(entry->d_name) - 6, ".cases"))
			read_cases(entry->d_name);
	if (directory)
		closedir(directory);
	for (size_t i = 0; i < n_cases; i++)
		failed |= !replay_once(&cases[i], &cases[i].printed, &cases[i].said) || !cases[i].printed.length;
	return failed || !n_cases;
}

static int free_cases(void **state)
{
	(void)state;
	for (size_t i = 0; i < n_cases; i++) {
		text_free(&cases[i].printed);
		text_free(&cases[i].said);
	}
	return 0;
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(contexts_share_nothing),
		cmocka_unit_test(each_is_as_alone),
	};

	return cmocka_run_group_tests(tests, replay_alone, free_cases);
}
