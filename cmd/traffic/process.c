/* SPDX-License-Identifier: GPL-2.0-or-later */
/* process.c: errors, waits and turns of both processes of the traffic applet. */
#include "cmd/traffic/parts.h"

#include <errno.h>
#include <poll.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "core/base/message.h"
#include "core/base/error.h"

void traffic_fail(const char *format, ...)
{
	char line[512];
	va_list args;

	va_start(args, format);
	vsnprintf(line, sizeof(line), format, args);
	va_end(args);
	print_error("%s", line);
	/* Not exit(): the server and forked clients must not run the exit handlers of the whole program. */
	_exit(EXIT_FAILED);
}

int traffic_check(int result, const char *what)
{
	if (result < 0)
		traffic_fail("%s: %s", what, errno == EAGAIN || errno == EWOULDBLOCK ? "timed out" : strerror(errno));
	return result;
}

void *traffic_allocate(size_t n, size_t size)
{
	void *memory = calloc(n ? n : 1, size);

	if (!memory)
		traffic_fail("out of memory");
	return memory;
}

void traffic_pause_ms(long ms)
{
	struct timespec pause = { .tv_sec = ms / 1000, .tv_nsec = ms % 1000 * 1000000 };

	nanosleep(&pause, NULL);
}

double traffic_seconds_now(void)
{
	struct timespec now;

	traffic_check(clock_gettime(CLOCK_MONOTONIC, &now), "clock_gettime");
	return (double)now.tv_sec + (double)now.tv_nsec / 1e9;
}

void traffic_wait_until(bool (*done)(int fd, uint32_t n), int fd, uint32_t n, const char *what)
{
	double end = traffic_seconds_now() + PATIENCE_MS / 1e3;

	while (!done(fd, n)) {
		if (traffic_seconds_now() > end)
			traffic_fail("%s: timed out", what);
		traffic_pause_ms(1);
	}
}

/* The process that failed first has printed the reason; the other exits silently. */
__attribute__((noreturn)) static void other_has_ended(const struct traffic *t)
{
	int status;

	if (t->side == CLIENT && waitpid(t->server, &status, 0) == t->server && WIFSIGNALED(status))
		traffic_fail("the server was killed");
	_exit(EXIT_FAILED);
}

void traffic_send_control(const struct traffic *t, const void *message, size_t size)
{
	ssize_t sent = send(t->control, message, size, MSG_NOSIGNAL);

	if (sent < 0 && (errno == EPIPE || errno == ECONNRESET))
		other_has_ended(t);
	traffic_check((int)sent, "the other process");
}

bool traffic_receive_control(const struct traffic *t, void *message, size_t size)
{
	ssize_t got = recv(t->control, message, size, 0);

	if (got < 0 && errno == ECONNRESET)
		got = 0; /* the other process ended with unread messages */
	traffic_check((int)got, "the other process");
	if (got > 0 && (size_t)got != size)
		traffic_fail("the other process: out of step");
	return got > 0;
}

void traffic_notify(const struct traffic *t)
{
	char turn = 0;

	traffic_send_control(t, &turn, sizeof(turn));
}

void traffic_wait_notified(const struct traffic *t)
{
	struct pollfd ready = { .fd = t->control, .events = POLLIN };
	char turn;

	if (!traffic_check(poll(&ready, 1, PATIENCE_MS), "poll"))
		traffic_fail("the other process: timed out");
	if (!traffic_receive_control(t, &turn, sizeof(turn)))
		other_has_ended(t);
}
