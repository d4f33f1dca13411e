/* SPDX-License-Identifier: GPL-2.0-or-later */
/* uring.c: io_uring requests, one at a time, through the raw system calls. */
#include "cmd/traffic/uring.h"

#include <errno.h>
#include <linux/io_uring.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "cmd/traffic/traffic.h"

#define COMPLETIONS 4096 /* more than the connections that may wait for accept() */
/* Missing in the headers of some build machines. */
#ifndef IORING_ACCEPT_MULTISHOT
#define IORING_ACCEPT_MULTISHOT (1U << 0)
#endif

static void *map(int fd, size_t size, off_t what)
{
	void *memory = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_POPULATE, fd, what);

	if (memory == MAP_FAILED)
		traffic_fail("io_uring: mmap: %s", strerror(errno));
	return memory;
}

void uring_open(struct traffic *t, struct uring *ring)
{
	struct io_uring_params params = { .flags = IORING_SETUP_CQSIZE, .cq_entries = COMPLETIONS };
	char *memory;

	*ring = (struct uring){ 0 };
	ring->fd = (int)syscall(SYS_io_uring_setup, 1, &params);
	if (ring->fd < 0)
		traffic_fail("io_uring: this kernel has none, or does not allow it: %s", strerror(errno));
	ring->memory_size = params.sq_off.array + params.sq_entries * sizeof(uint32_t);
	if (ring->memory_size < params.cq_off.cqes + params.cq_entries * sizeof(struct io_uring_cqe))
		ring->memory_size = params.cq_off.cqes + params.cq_entries * sizeof(struct io_uring_cqe);
	ring->memory = memory = map(ring->fd, ring->memory_size, IORING_OFF_SQ_RING);
	ring->submission = map(ring->fd, sizeof(*ring->submission), IORING_OFF_SQES);
	ring->submitted = (uint32_t *)(memory + params.sq_off.tail);
	ring->completed_head = (uint32_t *)(memory + params.cq_off.head);
	ring->completed_tail = (uint32_t *)(memory + params.cq_off.tail);
	ring->completed_mask = *(uint32_t *)(memory + params.cq_off.ring_mask);
	ring->completed_mask = *(uint32_t *)(memory + params.cq_off.ring_mask);
	ring->completions = (struct io_uring_cqe *)(memory + params.cq_off.cqes);
	t->ring = ring;
}

bool traffic_can_uring(void)
{
	struct io_uring_params params = { 0 };
	int fd = (int)syscall(SYS_io_uring_setup, 1, &params);

	if (fd >= 0)
		close(fd);
	return fd >= 0;
}

void uring_close(struct traffic *t)
{
	struct uring *ring = t->ring;

	t->ring = NULL;
	traffic_check(munmap(ring->submission, sizeof(*ring->submission)), "munmap");
	traffic_check(munmap(ring->memory, ring->memory_size), "munmap");
	traffic_check(close(ring->fd), "close");
}

static void enter(struct uring *ring, unsigned int submit, unsigned int wait)
{
	unsigned int flags = wait ? IORING_ENTER_GETEVENTS : 0;
	long done = TEMP_FAILURE_RETRY(syscall(SYS_io_uring_enter, ring->fd, submit, wait, flags, NULL, 0));

	traffic_check((int)done, "io_uring_enter");
}

static void submit_request(struct uring *ring, const struct io_uring_sqe *request)
{
	*ring->submission = *request;
	__atomic_store_n(ring->submitted, *ring->submitted + 1, __ATOMIC_RELEASE);
	enter(ring, 1, 0);
}

bool uring_has_completed(const struct uring *ring)
{
	return *ring->completed_head != __atomic_load_n(ring->completed_tail, __ATOMIC_ACQUIRE);
}

int uring_wait_result(struct uring *ring, bool *more)
{
	const struct io_uring_cqe *done;
	int result;

	while (!uring_has_completed(ring))
		enter(ring, 0, 1);
	done = &ring->completions[*ring->completed_head & ring->completed_mask];
	result = done->res;
	*more = done->flags & IORING_CQE_F_MORE;
	__atomic_store_n(ring->completed_head, *ring->completed_head + 1, __ATOMIC_RELEASE);
	return result;
}

/* ---- requests ---- */

int uring_run(struct uring *ring, const struct io_uring_sqe *request)
{
	bool more;

	submit_request(ring, request);
	return uring_wait_result(ring, &more);
}

int uring_check(int result, const char *what, const char *since)
{
	if (result == -EINVAL)
		traffic_fail("io_uring: this kernel cannot %s (Linux %s and later can)", what, since);
	if (result < 0)
		traffic_fail("io_uring: %s: %s", what, strerror(-result));
	return result;
}

void uring_submit_accept(struct uring *ring, int listener)
{
	struct io_uring_sqe request = { .opcode = IORING_OP_ACCEPT, .fd = listener, .accept_flags = SOCK_CLOEXEC };

	request.ioprio = ring->multishot ? IORING_ACCEPT_MULTISHOT : 0;
	submit_request(ring, &request);
}

int uring_accept_result(struct uring *ring)
{
	bool more;
	int result = uring_wait_result(ring, &more);

	uring_check(result, ring->multishot ? "accept with one request for all" : "accept",
		    ring->multishot ? "5.19" : "5.5");
	if (ring->multishot && !more)
		traffic_fail("io_uring: the request to accept all ended too early");
	return result;
}

int traffic_uring_accept(struct traffic *t, int listener)
{
	if (!t->ring->multishot)
		uring_submit_accept(t->ring, listener);
	return uring_accept_result(t->ring);
}

int traffic_uring_connect(struct traffic *t, int fd, const struct sockaddr *to, socklen_t length)
{
	struct io_uring_sqe request = {
		.opcode = IORING_OP_CONNECT, .fd = fd, .addr = (uint64_t)(uintptr_t)to, .off = length
	};

	return -uring_run(t->ring, &request);
}
