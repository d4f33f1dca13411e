/* SPDX-License-Identifier: GPL-2.0-or-later */
/* output.c: writes to a reader that may be slow or stop reading. */
#include "core/base/output.h"

#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "core/base/context.h"

#define LOOK_MS 100
#define MS      1000000ULL
#define MOMENT  (1000 * MS)

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

/* The timer signals this thread only, because other threads may write too. */
static void make_timer(struct output_limit *limit)
{
	struct sigevent event = { .sigev_notify = SIGEV_THREAD_ID, .sigev_signo = SIGALRM };

	if (limit->timed == gettid())
		return;
	output_limit_free(limit);
	event._sigev_un._tid = gettid(); /* sigev_notify_thread_id of timer_create(2), which headers lack */
	if (!timer_create(CLOCK_MONOTONIC, &event, &limit->timer))
		limit->timed = gettid();
}

void output_limit_free(struct output_limit *limit)
{
	if (limit->timed)
		timer_delete(limit->timer);
	limit->timed = 0;
}

static void set_timer(const struct output_limit *limit, long every)
{
	const struct itimerspec times = { { 0, every }, { 0, every } };

	if (limit->timed)
		timer_settime(limit->timer, 0, &times, NULL);
}

static bool goes_on_a_moment(void *context, const struct output_delay *delay)
{
	const struct output_limit *limit = context;

	return !limit->gave_up && delay->stuck < MOMENT;
}

void output_limit(output_goes_on *goes_on, void *context)
{
	struct output_limit *limit = &context_current->output_limit;
	struct sigaction before;
	sigset_t set;

	sigemptyset(&set);
	sigaddset(&set, SIGALRM);
	pthread_sigmask(SIG_UNBLOCK, &set, NULL);
	sigaction(SIGALRM, &(struct sigaction){ .sa_handler = wake }, &before);
	if (before.sa_handler != wake) /* otherwise the handler is already set */
		limit->alarm = before;
	make_timer(limit);
	limit->goes_on = goes_on;
	limit->context = context;
	limit->delay = (struct output_delay){ 0 };
	limit->moved_at = limit->asked_at = 0;
	limit->gave_up = false;
}

void output_limit_end(void)
{
	struct output_limit *limit = &context_current->output_limit;

	limit->goes_on = goes_on_a_moment;
	limit->context = limit;
	limit->moved_at = now_ns();
}

void output_wait_forever(void)
{
	struct output_limit *limit = &context_current->output_limit;

	if (limit->goes_on)
		sigaction(SIGALRM, &limit->alarm, NULL);
	limit->goes_on = NULL;
}

/* A write that sleeps in a full pipe, socket or terminal returns after LOOK_MS, because the timer's signal interrupts
 * it. The timer fires again, so a signal before the write sleeps does no harm. */
static ssize_t write_a_while(const struct output_limit *limit, int fd, const void *bytes, size_t length)
{
	ssize_t wrote;
	int error;

	set_timer(limit, LOOK_MS * (long)MS);
	wrote = write(fd, bytes, length);
	error = errno;
	set_timer(limit, 0);
	errno = error;
	return wrote;
}

static bool has_reader(int fd)
{
	struct stat status;

	return fstat(fd, &status) || !S_ISREG(status.st_mode);
}

/* Returns false if goes_on() does. */
static bool may_go_on(struct output_limit *limit, int fd, uint64_t since, bool moved)
{
	uint64_t now = now_ns();

	if (has_reader(fd))
		limit->delay.total += now - since;
	if (moved || !limit->moved_at)
		limit->moved_at = now;
	if (now - limit->asked_at < LOOK_MS * MS)
		return true;
	limit->asked_at = now;
	limit->delay.stuck = now - limit->moved_at;
	limit->gave_up = !limit->goes_on(limit->context, &limit->delay);
	return !limit->gave_up;
}

int output_write(int fd, const void *bytes, size_t length, size_t *done)
{
	struct output_limit *limit = &context_current->output_limit;

	for (*done = 0; *done < length;) {
		const char *from = (const char *)bytes + *done;
		bool limited = limit->goes_on;
		uint64_t since = limited ? now_ns() : 0;
		ssize_t wrote =
			limited ? write_a_while(limit, fd, from, length - *done) : write(fd, from, length - *done);

		if (wrote > 0)
			*done += (size_t)wrote;
		else if (wrote < 0 && errno == EAGAIN) /* another process made a shared terminal or pipe non-blocking */
			poll(&(struct pollfd){ .fd = fd, .events = POLLOUT }, 1, LOOK_MS);
		else if (wrote == 0 || errno != EINTR)
			return wrote ? errno : ENOSPC;
		if (limited && !may_go_on(limit, fd, since, wrote > 0))
			return ETIME;
	}
	return 0;
}

const char *output_error(int error)
{
	return error == ETIME ? "nobody reads it, and the end was asked for" : strerror(error);
}
