/* SPDX-License-Identifier: GPL-2.0-or-later */
/* instances.c: instances of a tool in one process, each with its own options.
 *
 * Usage: instances TOOL "OPTION ..." "OPTION ..." ... Prints "ready", then until stdin ends a line for each event: the
 * instance, the local and the remote port. */
#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "cmd/tools.h"
#include "cmd/fatal.h"
#include "core/bpf/sessions.h"
#include "core/cli/parse.h"

#define MOST 16 /* words of an instance's options */

static void parse_words(struct options *options, const struct tool *tool, char *text)
{
	char *words[MOST + 1] = { (char *)(uintptr_t)tool->name }, *word;
	struct error error;
	int n = 1;

	while ((word = strsep(&text, " ")) && n < MOST)
		words[n++] = word;
	if (!options_parse(options, tool, n, words, &error))
		exit(error_print(&error));
}

static bool print_event(void *context, const struct event *event, size_t size)
{
	(void)context;
	(void)size;
	printf("%u %u %u\n", event->tool, event->lport, event->rport);
	return true;
}

int main(int argc, char **argv)
{
	static struct sessions sessions;
	static struct options options[TOOLS_MOST];
	struct pollfd ends = { .fd = STDIN_FILENO, .events = POLLIN };
	const struct tool *tool = argc > 2 && argc - 2 <= TOOLS_MOST ? tool_find(argv[1]) : NULL;
	size_t count = (size_t)argc - 2;
	struct error error;

	if (!tool)
		fatal(EXIT_USAGE, "usage: instances TOOL OPTIONS...");
	for (size_t i = 0; i < count; i++)
		parse_words(&options[i], tool, argv[2 + i]);
	if (!sessions_start(&sessions, options, count, print_event, NULL, &error))
		return error_print(&error);
	puts("ready");
	fflush(stdout);
	while (!poll(&ends, 1, 50))
		sessions_read(&sessions);
	do
		sessions_read(&sessions);
	while (sessions.got);
	sessions_stop(&sessions);
	for (size_t i = 0; i < count; i++)
		options_free(&options[i]);
	return EXIT_DONE;
}
