/* SPDX-License-Identifier: GPL-2.0-or-later */
/* output.c: writes to a reader that may be slow or stop reading. */
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
#define MOMENT  (1000 * MS)

/* The limit of output_limit(); goes_on NULL: none. */
static struct limit {
	output_goes_on *goes_on;
	void *context;
	struct output_delay delay;
	uint64_t moved_at, asked_at; /* when a reader last took bytes, and when goes_on() ran last; 0: not yet */
	struct sigaction alarm;      /* the previous action of SIGALRM */
	bool gave_up;                /* goes_on() returned false */
} limit;

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

static bool goes_on_a_moment(void *context, const struct output_delay *delay)
{
	(void)context;
	return !limit.gave_up && delay->stuck < MOMENT;
}

void output_limit(output_goes_on *goes_on, void *context)
{
	struct sigaction before;
	sigset_t set;

	sigemptyset(&set);
	sigaddset(&set, SIGALRM);
	sigprocmask(SIG_UNBLOCK, &set, NULL);
	sigaction(SIGALRM, &(struct sigaction){ .sa_handler = wake }, &before);
	limit = (struct limit){ .goes_on = goes_on, .context = context, .alarm = limit.goes_on ? limit.alarm : before };
}

void output_limit_end(void)
{
	limit.goes_on = goes_on_a_moment;
	limit.context = NULL;
	limit.moved_at = now_ns();
}

void output_wait_forever(void)
{
	if (limit.goes_on)
		sigaction(SIGALRM, &limit.alarm, NULL);
	limit.goes_on = NULL;
}

/* A write that sleeps in a full pipe, socket or terminal returns after LOOK_MS, because the timer's signal interrupts
 * it. The timer fires again, so a signal before the write sleeps does no harm. */
static ssize_t write_a_while(int fd, const void *bytes, size_t length)
{
	ssize_t wrote;
	int error;

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

/* Returns false if goes_on() does. */
static bool may_go_on(int fd, uint64_t since, bool moved)
{
	uint64_t now = now_ns();

	if (has_reader(fd))
		limit.delay.total += now - since;
	if (moved || !limit.moved_at)
		limit.moved_at = now;
	if (now - limit.asked_at < LOOK_MS * MS)
		return true;
	limit.asked_at = now;
	limit.delay.stuck = now - limit.moved_at;
	limit.gave_up = !limit.goes_on(limit.context, &limit.delay);
	return !limit.gave_up;
}

int output_write(int fd, const void *bytes, size_t length, size_t *done)
{
	for (*done = 0; *done < length;) {
		const char *from = (const char *)bytes + *done;
		bool limited = limit.goes_on;
		uint64_t since = limited ? now_ns() : 0;
		ssize_t wrote = limited ? write_a_while(fd, from, length - *done) : write(fd, from, length - *done);

		if (wrote > 0)
			*done += (size_t)wrote;
		else if (wrote < 0 && errno == EAGAIN) /* another process made a shared terminal or pipe non-blocking */
			poll(&(struct pollfd){ .fd = fd, .events = POLLOUT }, 1, LOOK_MS);
		else if (wrote == 0 || errno != EINTR)
			return wrote ? errno : ENOSPC;
		if (limited && !may_go_on(fd, since, wrote > 0))
			return ETIME;
	}
	return 0;
}

const char *output_error(int error)
{
	return error == ETIME ? "nobody reads it, and the end was asked for" : strerror(error);
}
