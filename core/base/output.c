/* SPDX-License-Identifier: GPL-2.0-or-later */
/* output.c: writes to whoever reads, who may be slow or never read again. */
#include "core/base/output.h"

#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/time.h>
#include <time.h>
#include <unistd.h>

#define LOOK_MS 100
#define MS      1000000ULL

bool (*output_goes_on)(const struct output_delay *delay);

static uint64_t now_ns(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (uint64_t)now.tv_sec * 1000000000 + (uint64_t)now.tv_nsec;
}

static void wake(int signal)
{
	(void)signal;
}

static void set_timer(suseconds_t every)
{
	const struct itimerval timer = { { 0, every }, { 0, every } };

	setitimer(ITIMER_REAL, &timer, NULL);
}

/* A write that sleeps in a full pipe, socket or terminal returns after LOOK_MS: the timer's signal interrupts it. It
 * fires again, so one that comes before the write sleeps does no harm. */
static ssize_t write_a_while(int fd, const void *bytes, size_t length)
{
	static bool prepared;
	ssize_t wrote;
	int error;

	if (!prepared) {
		sigset_t set;

		sigemptyset(&set);
		sigaddset(&set, SIGALRM);
		sigaction(SIGALRM, &(struct sigaction){ .sa_handler = wake }, NULL);
		sigprocmask(SIG_UNBLOCK, &set, NULL);
		prepared = true;
	}
	set_timer(LOOK_MS * 1000);
	wrote = write(fd, bytes, length);
	error = errno;
	set_timer(0);
	errno = error;
	return wrote;
}

static bool has_reader(int fd)
{
	struct stat status;

	return fstat(fd, &status) || !S_ISREG(status.st_mode);
}

/* False: output_goes_on() says no. */
static bool may_go_on(int fd, uint64_t since, bool moved)
{
	static struct output_delay delay;
	static uint64_t moved_at, asked_at;
	uint64_t now = now_ns();

	if (has_reader(fd))
		delay.total += now - since;
	if (moved || !moved_at)
		moved_at = now;
	if (now - asked_at < LOOK_MS * MS)
		return true;
	asked_at = now;
	delay.stuck = now - moved_at;
	return output_goes_on(&delay);
}

int output_write(int fd, const void *bytes, size_t length, size_t *done)
{
	for (*done = 0; *done < length;) {
		const char *from = (const char *)bytes + *done;
		uint64_t since = output_goes_on ? now_ns() : 0;
		ssize_t wrote =
			output_goes_on ? write_a_while(fd, from, length - *done) : write(fd, from, length - *done);

		if (wrote > 0)
			*done += (size_t)wrote;
		else if (wrote < 0 && errno == EAGAIN) /* somebody made it non-blocking: a shared terminal or pipe */
			poll(&(struct pollfd){ .fd = fd, .events = POLLOUT }, 1, LOOK_MS);
		else if (wrote == 0 || errno != EINTR)
			return wrote ? errno : ENOSPC;
		if (output_goes_on && !may_go_on(fd, since, wrote > 0))
			return ETIME;
	}
	return 0;
}

const char *output_error(int error)
{
	return error == ETIME ? "nobody reads it, and the end was asked for" : strerror(error);
}
