/* SPDX-License-Identifier: GPL-2.0-or-later */
/* runs.c: simultaneous runs in one process: runs ROUNDS "TOOL OPTION ..." ... Each has its own thread and context, and
 * starts ROUNDS times. They share stdout and stderr. The exit status is that of the last run that failed. */
#include <pthread.h>
#include <stdio.h>
#include <string.h>

#include "cmd/fatal.h"
#include "cmd/tools.h"
#include "core/base/context.h"
#include "core/base/thread.h"
#include "core/cli/parse.h"
#include "core/run/inherited.h"
#include "core/run/run.h"

#define RUNS  16
#define WORDS 32

static unsigned long rounds;

struct run_thread {
	const char *line;
	pthread_t thread;
	int code;
};

static int run_once(const char *line)
{
	char text[1024], *left = text, *words[WORDS + 1] = { NULL };
	const struct tool *tool;
	struct options options;
	struct error error;
	int argc = 0;

	snprintf(text, sizeof(text), "%s", line);
	while (argc < WORDS && (words[argc] = strsep(&left, " ")))
		argc++;
	tool = tool_find(words[0]);
	if (!tool)
		fatal(EXIT_USAGE, "%s: no such tool", words[0]);
	if (options_parse(&options, tool, argc, words, &error))
		run(&options, &error);
	options_free(&options);
	return error_print(&error);
}

static void *run_all(void *memory)
{
	struct run_thread *thread = memory;
	struct context *own = context_new(), *before = context_enter(own);

	for (unsigned long i = 0; i < rounds && !thread->code; i++)
		thread->code = run_once(thread->line);
	context_enter(before);
	context_free(own);
	return NULL;
}

int main(int argc, char **argv)
{
	struct run_thread threads[RUNS] = { { NULL } };
	int count = argc - 2, code = EXIT_DONE;

	if (count < 1 || count > RUNS)
		fatal(EXIT_USAGE, "usage: runs ROUNDS \"TOOL OPTION ...\" ...");
	rounds = strtoul(argv[1], NULL, 10);
	inherited_begin();
	for (int i = 0; i < count; i++) {
		threads[i].line = argv[2 + i];
		if (!thread_start(&threads[i].thread, run_all, &threads[i]))
			fatal(EXIT_FAILED, "cannot start a thread");
	}
	for (int i = 0; i < count; i++) {
		pthread_join(threads[i].thread, NULL);
		code = threads[i].code ? threads[i].code : code;
	}
	return code;
}
