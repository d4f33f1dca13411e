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

/* How long readers have kept this process waiting since output_limit(), ns. Regular files have no reader. */
struct output_delay {
	uint64_t stuck; /* since one took the last byte */
	uint64_t total; /* of all writes */
};

/* False: what is being written is given up. */
typedef bool output_goes_on(void *context, const struct output_delay *delay);

/* Of a context (core/base/context.h): messages are limited as rows are. */
struct output_limit {
	output_goes_on *goes_on; /* NULL: no limit */
	void *context;           /* for goes_on() */
	struct output_delay delay;
	uint64_t moved_at, asked_at; /* when a reader took something, and goes_on() was called; 0: not yet */
	bool gave_up;                /* goes_on() has said no */
	struct sigaction alarm;      /* SIGALRM as it was before */
	timer_t timer;
	pid_t timed; /* the thread that the timer wakes; 0: there is no timer */
};

/* From now on goes_on() is called at most every 100 ms, while a reader keeps a write of this thread waiting or after a
 * write. SIGALRM is taken for it. */
void output_limit(output_goes_on *goes_on, void *context);
/* What goes_on() knew is gone. What is still to be said is waited for a second, and not at all once something was given
 * up. */
void output_limit_end(void);
/* What a limit holds, when its context ends. */
void output_limit_free(struct output_limit *limit);
/* In a child that becomes somebody else's program: without a limit, SIGALRM as it was. */
void output_wait_forever(void);

/* Writes all, whatever signals come, also to a non-blocking descriptor. Returns 0 or an errno; ETIME: goes_on() has
 * said no. *done: bytes written. */
int output_write(int fd, const void *bytes, size_t length, size_t *done);
/* What output_write() returned, in words. */
const char *output_error(int error);

#endif
