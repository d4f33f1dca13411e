/* SPDX-License-Identifier: GPL-2.0-or-later */
/* program.c: starts other programs, and reads their output or lets them show ours. */
#include "core/base/program.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <spawn.h>
#include <stdint.h>
#include <sys/wait.h>
#include <unistd.h>

extern char **environ;

/* out: its stdout, or -1: ours. It gets this signal, even if this process ignores it. Returns 0 or a negative errno. */
static int spawn(const char *const words[], int in, int out, int signal, pid_t *pid)
{
	posix_spawn_file_actions_t actions;
	posix_spawnattr_t attributes;
	sigset_t signals;
	int failed;

	posix_spawn_file_actions_init(&actions);
	if (in >= 0)
		posix_spawn_file_actions_adddup2(&actions, in, STDIN_FILENO);
	if (out >= 0)
		posix_spawn_file_actions_adddup2(&actions, out, STDOUT_FILENO);
	sigemptyset(&signals);
	sigaddset(&signals, signal);
	posix_spawnattr_init(&attributes);
	posix_spawnattr_setsigdefault(&attributes, &signals);
	posix_spawnattr_setflags(&attributes, POSIX_SPAWN_SETSIGDEF);
	failed = posix_spawnp(pid, words[0], &actions, &attributes, (char *const *)(uintptr_t)words, environ);
	posix_spawn_file_actions_destroy(&actions);
	posix_spawnattr_destroy(&attributes);
	return -failed;
}

int program_start(const char *const words[], int in, pid_t *pid)
{
	int ends[2], error;

	if (pipe2(ends, O_CLOEXEC))
		return -errno;
	error = spawn(words, in, ends[1], SIGPIPE, pid);
	close(ends[1]);
	if (!error)
		return ends[0];
	close(ends[0]);
	return error;
}

void program_end(pid_t pid)
{
	while (waitpid(pid, NULL, 0) < 0 && errno == EINTR)
		;
}

int program_show(const char *const words[], int in)
{
	struct sigaction ignore = { .sa_handler = SIG_IGN }, before;
	pid_t pid;
	int error;

	sigaction(SIGINT, &ignore, &before);
	error = spawn(words, in, -1, SIGINT, &pid);
	if (!error)
		program_end(pid);
	sigaction(SIGINT, &before, NULL);
	return error;
}
