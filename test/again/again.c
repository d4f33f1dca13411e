/* SPDX-License-Identifier: GPL-2.0-or-later */
/* again.c: starts and stops of tools, many times in one process, with other options each time, and a check for leaks.
 *
 * The allocator counts bytes: AddressSanitizer's, or glibc's without its caches (GLIBC_TUNABLES). Descriptors and
 * mappings show objects in the kernel (maps, programs, links), because nothing is pinned. Facts of the machine (its
 * BTF, its symbols) may stay cached from the first rounds on, and are freed at the end. Then the process is as it was
 * after the first run. */
#include <dirent.h>
#include <fcntl.h>
#include <malloc.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "cmd/fatal.h"
#include "cmd/tools.h"
#include "core/cli/parse.h"
#include "core/names/forget.h"
#include "core/run/run.h"

#ifdef __SANITIZE_ADDRESS__
size_t __sanitizer_get_current_allocated_bytes(void); /* gcc has no header for it */
#define ALLOCATED_BYTES() __sanitizer_get_current_allocated_bytes()
#else
#define ALLOCATED_BYTES() mallinfo2().uordblks
#endif

#define WARM  24 /* warm-up rounds: every combination of the choices below has occurred, so nothing may grow later */
#define WORDS 16

/* The state between two runs. */
struct state {
	size_t descriptors, threads, mappings, bytes;
	sigset_t blocked;
};

static size_t entries(const char *path)
{
	DIR *directory = opendir(path);
	size_t n = 0;

	while (directory && readdir(directory))
		n++;
	if (directory)
		closedir(directory);
	return n;
}

/* Counts mappings of descriptors: the allocator's own come and go. */
static size_t mappings(void)
{
	FILE *file = fopen("/proc/self/maps", "re");
	char line[4352];
	size_t n = 0;

	while (file && fgets(line, sizeof(line), file))
		n += strstr(line, "anon_inode") || strstr(line, "bpf");
	if (file)
		fclose(file);
	return n;
}

static struct state look(void)
{
	struct state state = { .descriptors = entries("/proc/self/fd"),
			       .threads = entries("/proc/self/task"),
			       .mappings = mappings(),
			       .bytes = ALLOCATED_BYTES() };

	sigprocmask(SIG_BLOCK, NULL, &state.blocked);
	return state;
}

static bool is_same(const struct state *one, const struct state *other)
{
	return one->descriptors == other->descriptors && one->threads == other->threads &&
	       one->mappings == other->mappings && one->bytes == other->bytes &&
	       !memcmp(&one->blocked, &other->blocked, sizeof(one->blocked));
}

static void print_state(const char *when, const struct state *state)
{
	fprintf(stderr, "%s: %zu descriptors, %zu threads, %zu mappings, %zu bytes\n", when, state->descriptors,
		state->threads, state->mappings, state->bytes);
}

#define ROUND_VERBOSE 11 /* index of --verbose below */

/* Writes the options of a round to argv[0 .. count - 1]. */
static int choose(const char **argv, const struct tool *tool, unsigned int round)
{
	static const char *const formats[] = { "--json", "--csv", "--wide", "--time" };
	static const char *const filters[][2] = {
		{ "--lport=80,443,8000-8100", NULL },
		{ "--rport", "1-1023" },
		{ "--laddr", "127.0.0.0/8,::1" },
		{ "--raddr", "10.0.0.0/8" },
		{ "--pid", "1" },
		{ "--uid", "0" },
		{ "--comm", "curl*,nginx" },
		{ "--netns", "1" },
		{ "--cgroup", "1" },
		{ "--ring-size", "1" },
		{ "--ring-size", "2" },
		{ "--verbose", NULL },
		{ "--containers", NULL },
	};
	static const char *const other[] = { "--no-header", NULL };
	const char *const *filter = filters[round % (sizeof(filters) / sizeof(filters[0]))];
	int n = 0;

	argv[n++] = tool->name;
	argv[n++] = "--keep-caps";
	argv[n++] = "--duration=0.001";
	argv[n++] = formats[round / 3 % 4];
	if (!strcmp(tool->name, "netqtop"))
		argv[n++] = "--name=lo";
	if (!is_about_sockets(tool) && strcmp(filter[0], "--ring-size"))
		filter = other;
	argv[n++] = filter[0];
	if (filter[1])
		argv[n++] = filter[1];
	return n;
}

static void run_once(const struct tool *tool, unsigned int round)
{
	const char *argv[WORDS];
	int argc = choose(argv, tool, round);
	static struct options options;
	struct error error;

	if (!options_parse(&options, tool, argc, (char **)(uintptr_t)argv, &error) || !run(&options, &error))
		fatal(EXIT_FAILED, "%s, round %u: %.900s", tool->name, round, error.text);
	options_free(&options);
}

static void run_often(const struct tool *tool, unsigned int rounds)
{
	struct state before = { 0 }, after;

	for (unsigned int round = 0; round < rounds; round++) {
		run_once(tool, round);
		if (round == WARM)
			before = look();
	}
	after = look();
	if (is_same(&before, &after))
		return;
	print_state("before", &before);
	print_state("after", &after);
	fatal(EXIT_FAILED, "%s: something is left over after %u runs", tool->name, rounds - WARM);
}

static bool is_wanted(const struct tool *tool, int argc, char **argv)
{
	for (int i = 2; i < argc; i++)
		if (!strcmp(argv[i], tool->name))
			return true;
	return argc == 2;
}

int main(int argc, char **argv)
{
	unsigned int rounds = argc > 1 ? (unsigned int)strtoul(argv[1], NULL, 10) : 0;
	struct state before, after;

	if (rounds <= WARM)
		fatal(EXIT_USAGE, "usage: again ROUNDS [TOOL...]");
	tzset(); /* libc caches the time zone, which some tools print in some rounds only */
	/* The first runs make one-time allocations, and the context's parts. */
	for (size_t i = 0; tool_at(i); i++) {
		if (!is_wanted(tool_at(i), argc, argv))
			continue;
		run_once(tool_at(i), 0);
		run_once(tool_at(i), ROUND_VERBOSE);
	}
	names_forget_machine();
	before = look();
	for (size_t i = 0; tool_at(i); i++)
		if (is_wanted(tool_at(i), argc, argv))
			run_often(tool_at(i), rounds);
	names_forget_machine();
	after = look();
	if (is_same(&before, &after))
		return EXIT_DONE;
	print_state("at the start", &before);
	print_state("at the end", &after);
	fatal(EXIT_FAILED, "what is the machine's was not given back");
}
