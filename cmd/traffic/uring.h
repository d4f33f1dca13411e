/* SPDX-License-Identifier: GPL-2.0-or-later */
/* uring.h: io_uring requests, which tracers of system calls do not see. */
#ifndef NETTRACE_TRAFFIC_URING_H
#define NETTRACE_TRAFFIC_URING_H

#include <linux/io_uring.h>

#include "cmd/traffic/parts.h"

struct uring {
	int fd;
	bool multishot;
	struct io_uring_sqe *submission; /* the queue's only entry */
	struct io_uring_cqe *completions;
	uint32_t *submitted, *completed_head, *completed_tail, completed_mask;
	void *memory;
	size_t memory_size;
};

/* Opens *ring, through which t's process accepts and connects until uring_close(). */
void uring_open(struct traffic *t, struct uring *ring);
void uring_close(struct traffic *t);
/* Submits a request. Returns its result: 0 or more, or a negative errno. */
int uring_run(struct uring *ring, const struct io_uring_sqe *request);
/* Whether a result is available. */
bool uring_has_completed(const struct uring *ring);
/* Waits for a result and returns it; *more: the request will have further results. Only the time limit of the whole
 * program applies. */
int uring_wait_result(struct uring *ring, bool *more);
/* Returns the result; exits on an error, naming the kernel version that supports it. */
int uring_check(int result, const char *what, const char *since);
void uring_submit_accept(struct uring *ring, int listener);
/* Returns the descriptor of an accept request; exits on an error. */
int uring_accept_result(struct uring *ring);

#endif
