/* SPDX-License-Identifier: GPL-2.0-or-later */
/* unpacked.c: compressed recordings, decompressed by a program. Not by a library: users choose the compression, and
 * zstd alone would be a third of this program. */
#include "core/record/unpacked.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <spawn.h>
#include <stdint.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

extern char **environ;

/* The program for the magic number (RFC 1952; RFC 8878; LZ4 Frame Format). NULL: not compressed. */
static const char *program_of(int fd)
{
	static const struct {
		unsigned char magic[4];
		size_t length;
		const char *program;
	} formats[] = { { { 0x1f, 0x8b }, 2, "gzip" },
			{ { 0x28, 0xb5, 0x2f, 0xfd }, 4, "zstd" },
			{ { 0x04, 0x22, 0x4d, 0x18 }, 4, "lz4" } };
	unsigned char start[4];

	/* A pipe cannot be read twice: its user decompresses it first. */
	if (pread(fd, start, sizeof(start), 0) != sizeof(start))
		return NULL;
	for (size_t i = 0; i < sizeof(formats) / sizeof(formats[0]); i++)
		if (!memcmp(start, formats[i].magic, formats[i].length))
			return formats[i].program;
	return NULL;
}

int unpacked_open(const char *path, int fd, pid_t *pid, struct error *error)
{
	const char *program = program_of(fd);
	char *words[] = { (char *)(uintptr_t)program, (char *)(uintptr_t) "-dc", NULL };
	posix_spawn_file_actions_t actions;
	posix_spawnattr_t attributes;
	sigset_t signals;
	int ends[2], failed;

	*pid = 0;
	if (!program)
		return fd;
	if (pipe2(ends, O_CLOEXEC)) {
		error_errno(error, path);
		close(fd);
		return -1;
	}
	posix_spawn_file_actions_init(&actions);
	posix_spawn_file_actions_adddup2(&actions, fd, STDIN_FILENO);
	posix_spawn_file_actions_adddup2(&actions, ends[1], STDOUT_FILENO);
	/* It ends with its reader. */
	sigemptyset(&signals);
	sigaddset(&signals, SIGPIPE);
	posix_spawnattr_init(&attributes);
	posix_spawnattr_setsigdefault(&attributes, &signals);
	posix_spawnattr_setflags(&attributes, POSIX_SPAWN_SETSIGDEF);
	failed = posix_spawnp(pid, program, &actions, &attributes, words, environ);
	posix_spawn_file_actions_destroy(&actions);
	posix_spawnattr_destroy(&attributes);
	close(ends[1]);
	close(fd);
	if (!failed)
		return ends[0];
	close(ends[0]);
	*pid = 0;
	error_set(error, EXIT_FAILED, "%s: packed by %s: %s (unpack it before)", path, program, strerror(failed));
	return -1;
}

void unpacked_close(pid_t pid)
{
	while (pid && waitpid(pid, NULL, 0) < 0 && errno == EINTR)
		;
}
