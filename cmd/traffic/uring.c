/* SPDX-License-Identifier: GPL-2.0-or-later */
/* uring.c: accept, connect and listen through io_uring instead of system calls, which tracers of system calls
 * do not see. One request at a time, by the bare kernel interface. */
#include "cmd/traffic/parts.h"

#include <errno.h>
#include <linux/io_uring.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "cmd/traffic/traffic.h"

#define COMPLETIONS 4096 /* more than the connections that may wait for accept() */
#define BACKLOG     16
#define OP_LISTEN   57 /* an enumerator in newer headers */
/* Not in the headers of every build machine. */
#ifndef IORING_ACCEPT_MULTISHOT
#define IORING_ACCEPT_MULTISHOT (1U << 0)
#endif

struct uring {
	int fd;
	bool multishot;
	struct io_uring_sqe *submission; /* the queue has this one */
	struct io_uring_cqe *completions;
	uint32_t *submitted, *completed_head, *completed_tail, completed_mask;
	void *memory;
	size_t memory_size;
};

static void *map(int fd, size_t size, off_t what)
{
	void *memory = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_POPULATE, fd, what);

	if (memory == MAP_FAILED)
		traffic_fail("io_uring: mmap: %s", strerror(errno));
	return memory;
}

static void open_ring(struct traffic *t, struct uring *ring)
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

static void close_ring(struct traffic *t)
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

static bool has_completed(const struct uring *ring)
{
	return *ring->completed_head != __atomic_load_n(ring->completed_tail, __ATOMIC_ACQUIRE);
}

/* Returns a result; *more: the same request will have others. The limit on the whole program's time is the only one. */
static int wait_result(struct uring *ring, bool *more)
{
	const struct io_uring_cqe *done;
	int result;

	while (!has_completed(ring))
		enter(ring, 0, 1);
	done = &ring->completions[*ring->completed_head & ring->completed_mask];
	result = done->res;
	*more = done->flags & IORING_CQE_F_MORE;
	__atomic_store_n(ring->completed_head, *ring->completed_head + 1, __ATOMIC_RELEASE);
	return result;
}

/* ---- requests ---- */

static int run_request(struct uring *ring, const struct io_uring_sqe *request)
{
	bool more;

	submit_request(ring, request);
	return wait_result(ring, &more);
}

static int check_result(int result, const char *what, const char *since)
{
	if (result == -EINVAL)
		traffic_fail("io_uring: this kernel cannot %s (Linux %s and later can)", what, since);
	if (result < 0)
		traffic_fail("io_uring: %s: %s", what, strerror(-result));
	return result;
}

static void submit_accept(struct uring *ring, int listener)
{
	struct io_uring_sqe request = { .opcode = IORING_OP_ACCEPT, .fd = listener, .accept_flags = SOCK_CLOEXEC };

	request.ioprio = ring->multishot ? IORING_ACCEPT_MULTISHOT : 0;
	submit_request(ring, &request);
}

static int accept_result(struct uring *ring)
{
	bool more;
	int result = wait_result(ring, &more);

	check_result(result, ring->multishot ? "accept with one request for all" : "accept",
		     ring->multishot ? "5.19" : "5.5");
	if (ring->multishot && !more)
		traffic_fail("io_uring: the request to accept all ended too early");
	return result;
}

int traffic_uring_accept(struct traffic *t, int listener)
{
	if (!t->ring->multishot)
		submit_accept(t->ring, listener);
	return accept_result(t->ring);
}

int traffic_uring_connect(struct traffic *t, int fd, const struct sockaddr *to, socklen_t length)
{
	struct io_uring_sqe request = {
		.opcode = IORING_OP_CONNECT, .fd = fd, .addr = (uint64_t)(uintptr_t)to, .off = length
	};

	return -run_request(t->ring, &request);
}

/* Ends the one request for all: both the cancellation, with 0, and the cancelled one are completed then. */
static void cancel_accept(struct uring *ring)
{
	struct io_uring_sqe request = { .opcode = IORING_OP_ASYNC_CANCEL, .fd = -1 };
	bool more;
	int first = run_request(ring, &request), second = wait_result(ring, &more);

	if (first + second != -ECANCELED)
		traffic_fail("io_uring: cancelling accept: %d, %d", first, second);
}

/* ---- the actions: connections without any data ---- */

static void connect_clients(struct traffic *t, size_t n)
{
	for (size_t i = 0; i < n; i++)
		traffic_finish(t, traffic_open_client(t, SLOT_ACCEPTING, 0));
}

void traffic_server_accepts_empty(struct traffic *t, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		int fd = traffic_accept_client(t, SLOT_ACCEPTING);

		traffic_wait_end(fd, 0);
		traffic_finish(t, fd);
	}
}

/* The server says first whether it can. */
void traffic_client_waits_for_ring(struct traffic *t, size_t n)
{
	traffic_wait_told(t);
	connect_clients(t, n);
}

void traffic_server_accepts_by_ring(struct traffic *t, size_t n)
{
	struct uring ring;

	open_ring(t, &ring);
	traffic_tell(t);
	traffic_server_accepts_empty(t, n);
	close_ring(t);
}

void traffic_server_accepts_by_one_request(struct traffic *t, size_t n)
{
	struct uring ring;

	open_ring(t, &ring);
	ring.multishot = true;
	submit_accept(&ring, traffic_server_socket(t, SLOT_ACCEPTING));
	if (has_completed(&ring)) /* nobody has connected yet: an error */
		accept_result(&ring);
	traffic_tell(t);
	traffic_server_accepts_empty(t, n);
	cancel_accept(&ring);
	close_ring(t);
}

void traffic_client_connects_by_ring(struct traffic *t, size_t n)
{
	struct uring ring;

	open_ring(t, &ring);
	connect_clients(t, n);
	close_ring(t);
}

void traffic_client_has_no_way_by_ring(struct traffic *t, size_t n)
{
	struct uring ring;

	open_ring(t, &ring);
	for (size_t i = 0; i < n; i++)
		traffic_open_nowhere(t, SLOT_REFUSING);
	close_ring(t);
}

/* Sockets of their own, on ports that the kernel chooses, because those of the slots listen at most once. */
void traffic_server_listens_by_ring(struct traffic *t, size_t n)
{
	struct io_uring_sqe request = { .opcode = OP_LISTEN, .len = BACKLOG };
	struct sockaddr_storage any;
	struct uring ring;

	open_ring(t, &ring);
	for (size_t i = 0; i < n; i++) {
		request.fd = traffic_new_socket(t->family, 0);
		traffic_check(bind(request.fd, (struct sockaddr *)&any, traffic_loopback(&any, t->family, 0)), "bind");
		check_result(run_request(&ring, &request), "listen", "6.11");
		t->totals->listeners++;
		traffic_check(close(request.fd), "close");
	}
	close_ring(t);
}
