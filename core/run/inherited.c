/* SPDX-License-Identifier: GPL-2.0-or-later */
/* inherited.c: inherited state of the process: signals, descriptors, time namespace. */
#include "core/run/inherited.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stddef.h>
#include <unistd.h>

#include "core/base/clock.h"

/* Signals whose inherited action is replaced. */
static const struct {
	int signal;
	void (*handler)(int);
} changed[] = {
	{ SIGPIPE, SIG_IGN }, /* write() returns EPIPE instead */
	{ SIGXFSZ, SIG_IGN }, /* write() returns EFBIG instead */
	{ SIGCHLD, SIG_DFL }, /* if ignored, a command's exit status would be lost */
};

#define CHANGED (sizeof(changed) / sizeof(changed[0]))

static struct sigaction before[CHANGED];
static sigset_t mask;

/* Otherwise the next open() would return the number of a standard stream, and rows or messages would go to that file.
 * Without /dev/null, a descriptor that allows neither reading nor writing serves. */
static void fill_descriptors(void)
{
	for (int fd = STDIN_FILENO; fd <= STDERR_FILENO; fd++)
		if (fcntl(fd, F_GETFD) < 0 && errno == EBADF && open("/dev/null", O_RDWR) < 0 && open("/", O_PATH) < 0)
			return;
}

void inherited_begin(void)
{
	fill_descriptors();
	sigprocmask(SIG_SETMASK, NULL, &mask);
	for (size_t i = 0; i < CHANGED; i++)
		sigaction(changed[i].signal, &(struct sigaction){ .sa_handler = changed[i].handler }, &before[i]);
	clock_begin();
}

bool inherited_ignores(int signal)
{
	struct sigaction now;

	for (size_t i = 0; i < CHANGED; i++)
		if (changed[i].signal == signal)
			return before[i].sa_handler == SIG_IGN;
	return !sigaction(signal, NULL, &now) && now.sa_handler == SIG_IGN;
}

void inherited_restore(void)
{
	for (size_t i = 0; i < CHANGED; i++)
		sigaction(changed[i].signal, &before[i], NULL);
	sigprocmask(SIG_SETMASK, &mask, NULL);
}
