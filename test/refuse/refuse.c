/* SPDX-License-Identifier: GPL-2.0-or-later */
/* refuse.c: a replacement of libc's syscall() (linked with --wrap), through which libbpf calls bpf(). It refuses the
 * calls that the environment names, and counts all calls.
 *
 * REFUSE=COMMAND:FIRST:LAST:ERRNO: the calls FIRST to LAST (from 1) of a bpf() command, as numbers.
 *
 * REFUSE_COUNTS=FILE: the number of calls of each command, written at the end. */
#include <errno.h>
#include <linux/bpf.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/syscall.h>
#include <unistd.h>

#define COMMANDS 64

static atomic_uint calls[COMMANDS];

long __real_syscall(long number, ...);
long __wrap_syscall(long number, ...);

static int refusal(unsigned int command, unsigned int call)
{
	const char *wanted = getenv("REFUSE");
	unsigned int refused, first, last;
	int error;

	if (!wanted || sscanf(wanted, "%u:%u:%u:%d", &refused, &first, &last, &error) != 4)
		return 0;
	return refused == command && call >= first && call <= last ? error : 0;
}

long __wrap_syscall(long number, ...)
{
	long words[6];
	va_list args;
	int error;

	va_start(args, number);
	for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++)
		words[i] = va_arg(args, long);
	va_end(args);
	if (number == __NR_bpf && words[0] >= 0 && words[0] < COMMANDS) {
		error = refusal((unsigned int)words[0], atomic_fetch_add(&calls[words[0]], 1) + 1);
		if (error) {
			errno = error;
			return -1;
		}
	}
	return __real_syscall(number, words[0], words[1], words[2], words[3], words[4], words[5]);
}

static FILE *counts;

/* Before the sandbox hides files. */
__attribute__((constructor)) static void open_counts(void)
{
	const char *name = getenv("REFUSE_COUNTS");

	counts = name ? fopen(name, "we") : NULL;
}

__attribute__((destructor)) static void tell_counts(void)
{
	for (unsigned int i = 0; counts && i < COMMANDS; i++)
		if (calls[i])
			fprintf(counts, "%u %u\n", i, calls[i]);
	if (counts)
		fclose(counts);
}
