/* SPDX-License-Identifier: GPL-2.0-or-later */
/* child.c: tools and traffic as child processes, which run this program. */
#include "cmd/doctor/prove_parts.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "core/base/message.h"
#include "core/base/must.h"
#include "cmd/fatal.h"

#define MOST_ARGUMENTS 48
#define PATIENCE_MS    120000 /* emulated machines are slow */
#define SELF           "/proc/self/exe"

/* O_APPEND, because several processes write to the file. */
static int new_file(void)
{
	int fd = memfd_create("nettrace doctor", MFD_CLOEXEC);

	if (fd < 0 || fcntl(fd, F_SETFL, O_APPEND))
		fatal(EXIT_FAILED, "memfd_create: %s", strerror(errno));
	return fd;
}

__attribute__((noreturn)) static void become(const struct child *child, int ready, char **argv, pid_t parent)
{
	int nothing = open("/dev/null", O_RDONLY);

	prctl(PR_SET_PDEATHSIG, SIGKILL);
	if (getppid() != parent)
		_exit(EXIT_FAILED);
	signal(SIGINT, SIG_DFL); /* child_end() sends these signals; the inherited action may be to ignore them (a
				    background job of a script) */
	signal(SIGTERM, SIG_DFL);
	if (nothing >= 0)
		dup2(nothing, STDIN_FILENO);
	if (dup2(child->out, STDOUT_FILENO) < 0 || dup2(child->err, STDERR_FILENO) < 0)
		_exit(EXIT_FAILED);
	if (ready >= 0)
		fcntl(ready, F_SETFD, 0);
	execv(SELF, argv);
	print_error("%s: %s", SELF, strerror(errno));
	_exit(EXIT_FAILED);
}

void child_start(struct child *child, char *const *argv, bool ready)
{
	char number[16], *all[MOST_ARGUMENTS + 3];
	int pair[2] = { -1, -1 };
	size_t n = 0;
	pid_t parent = getpid();

	*child = (struct child){ .ready = -1, .out = new_file(), .err = new_file() };
	if (ready && pipe2(pair, O_CLOEXEC))
		fatal(EXIT_FAILED, "pipe: %s", strerror(errno));
	snprintf(number, sizeof(number), "%d", pair[1]);
	for (size_t i = 0; argv[i] && n < MOST_ARGUMENTS; i++) {
		all[n++] = argv[i];
		if (i != 1 || !ready)
			continue;
		all[n++] = (char *)(uintptr_t) "--ready-fd";
		all[n++] = number;
	}
	all[n] = NULL;
	fflush(stdout);
	child->pid = fork();
	if (child->pid < 0)
		fatal(EXIT_FAILED, "fork: %s", strerror(errno));
	if (!child->pid)
		become(child, pair[1], all, parent);
	if (!ready)
		return;
	close(pair[1]);
	child->ready = pair[0];
}

bool child_wait_attached(struct child *child)
{
	struct pollfd ready = { .fd = child->ready, .events = POLLIN };
	bool attached;
	char byte;

	if (child->ready < 0)
		return false;
	attached = poll(&ready, 1, PATIENCE_MS) == 1 && read(child->ready, &byte, 1) == 1;
	close(child->ready);
	child->ready = -1;
	return attached;
}

static char *contents(int fd)
{
	struct stat status;
	char *text;
	ssize_t got;

	if (fstat(fd, &status))
		fatal(EXIT_FAILED, "fstat: %s", strerror(errno));
	text = must(malloc((size_t)status.st_size + 1));
	got = pread(fd, text, (size_t)status.st_size, 0);
	text[got > 0 ? got : 0] = '\0';
	close(fd);
	return text;
}

/* Returns the child's status; -1: timed out. */
static int wait_for(pid_t pid)
{
	int status;

	for (int ms = 0; ms < PATIENCE_MS; ms += 5) {
		pid_t ended = waitpid(pid, &status, WNOHANG);

		if (ended == pid)
			return WIFSIGNALED(status) ? 128 + WTERMSIG(status) : WEXITSTATUS(status);
		if (ended < 0 && errno != EINTR)
			break;
		poll(NULL, 0, 5);
	}
	kill(pid, SIGKILL);
	waitpid(pid, &status, 0);
	return -1;
}

void child_end(struct child *child, int signal)
{
	if (!child->pid)
		return;
	if (signal)
		kill(child->pid, signal);
	child->status = wait_for(child->pid);
	child->pid = 0;
	child->output = contents(child->out);
	child->messages = contents(child->err);
}
