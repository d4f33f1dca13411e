/* SPDX-License-Identifier: GPL-2.0-or-later */
/* output.h: writes to a reader that may be slow or stop reading. */
#ifndef NETTRACE_BASE_OUTPUT_H
#define NETTRACE_BASE_OUTPUT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <signal.h>
#include <sys/types.h>
#include <time.h>

/* How long readers have delayed this process since output_limit(), ns. Regular files have no reader. */
struct output_delay {
	uint64_t stuck; /* since a reader last took a byte */
	uint64_t total; /* sum over all writes */
};

/* Returns false to abandon the current write. */
typedef bool output_goes_on(void *context, const struct output_delay *delay);

/* The part of a context (core/base/context.h) that limits writes, of rows and of messages. */
struct output_limit {
	output_goes_on *goes_on; /* NULL: no limit */
	void *context;           /* for goes_on() */
	struct output_delay delay;
	uint64_t moved_at, asked_at; /* when a reader last took bytes, and when goes_on() ran last; 0: not yet */
	bool gave_up;                /* goes_on() returned false */
	struct sigaction alarm;      /* the previous action of SIGALRM */
	timer_t timer;
	pid_t timed; /* the thread that the timer signals; 0: no timer */
};

/* Calls goes_on() from now on, at most every 100 ms, while a reader delays a write of this context and after each
 * write. The limit uses SIGALRM, which a timer sends to the calling thread. */
void output_limit(output_goes_on *goes_on, void *context);
/* Ends the use of goes_on() and its context. Later output waits for at most a second, and not at all after an abandoned
 * write. */
void output_limit_end(void);
/* Deletes the timer, at the end of the context. */
void output_limit_free(struct output_limit *limit);
/* For a child before it executes another program: removes the limit and restores SIGALRM. */
void output_wait_forever(void);

/* Writes all bytes, across signals and on a non-blocking descriptor. Returns 0 or an errno; ETIME: goes_on() returned
 * false. *done: bytes written. */
int output_write(int fd, const void *bytes, size_t length, size_t *done);
/* The text of an errno of output_write(). */
const char *output_error(int error);

#endif
