/* SPDX-License-Identifier: GPL-2.0-or-later */
/* replays.c: many command lines in one process, for run. A line of stdin is a command line, its words separated by
 * tabs:
 *   replay FILE WORD...    nettrace replay FILE WORD...
 *   parse TOOL WORD...     the options of a run, which does not begin
 * Prints a line for each: the exit status, a hash of the output, and the messages, separated by tabs. A command line
 * that ends the program has no answer but its exit status. */
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "cmd/applets.h"
#include "cmd/replay.h"
#include "core/base/message.h"
#include "core/base/must.h"
#include "core/cli/parse.h"
#include "core/model/options.h"

#define WORDS 64

static int parse_only(int argc, char **argv)
{
	const struct applet *applet = applet_find(argv[0]);
	struct options options;
	struct error error;

	if (!applet || !applet->tool)
		bug("%s: no tool", argv[0]);
	options_parse(&options, applet->tool, argc, argv, &error);
	options_free(&options);
	return error_print(&error);
}

static int run_line(int argc, char **argv)
{
	return !strcmp(argv[0], "parse") ? parse_only(argc - 1, argv + 1) : replay_main(argc, argv);
}

/* Empties the file behind one of the standard streams. */
static int catch (int fd)
{
	int file = memfd_create("caught", MFD_CLOEXEC);

	if (file < 0 || dup2(file, fd) < 0)
		bug("a file in memory for stream %d: %m", fd);
	return file;
}

static void empty(int file)
{
	if (ftruncate(file, 0) || lseek(file, 0, SEEK_SET))
		bug("cannot empty a file in memory: %m");
}

/* FNV-1a. */
static unsigned long long hash_of(int file)
{
	unsigned char bytes[65536];
	unsigned long long hash = 0xcbf29ce484222325;
	off_t at = 0;

	for (ssize_t got; (got = pread(file, bytes, sizeof(bytes), at)) > 0; at += got)
		for (ssize_t i = 0; i < got; i++)
			hash = (hash ^ bytes[i]) * 0x100000001b3;
	return hash;
}

static void print_messages(FILE *to, int file)
{
	char text[4096];
	ssize_t got = pread(file, text, sizeof(text), 0);

	for (ssize_t i = 0; i < got; i++)
		if (text[i] == '\n')
			fputs("\\n", to);
		else
			fputc(text[i], to);
	fputc('\n', to);
}

int main(void)
{
	FILE *answers = fdopen(dup(STDOUT_FILENO), "w");
	int out = catch (STDOUT_FILENO), said = catch (STDERR_FILENO);
	char line[4096];

	while (must(answers) && fgets(line, sizeof(line), stdin)) {
		char *words[WORDS + 1] = { NULL }, *left = line;
		int argc = 0, code;

		line[strcspn(line, "\n")] = '\0';
		while (argc < WORDS && (words[argc] = strsep(&left, "\t")))
			argc++;
		empty(out);
		empty(said);
		message_name("nettrace");
		code = run_line(argc, words);
		fflush(stdout);
		fprintf(answers, "%d\t%llx\t", code, hash_of(out));
		print_messages(answers, said);
		fflush(answers);
	}
	return 0;
}
