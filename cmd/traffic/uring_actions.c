/* SPDX-License-Identifier: GPL-2.0-or-later */
/* uring_actions.c: actions of the traffic applet through io_uring: accept, connect and listen, without data. */
#include "cmd/traffic/uring.h"

#include <errno.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#define BACKLOG   16
#define OP_LISTEN 57 /* an enumerator in newer headers only */

/* Cancels the multishot accept. Two completions follow: the cancellation, with 0, and the cancelled request. */
static void cancel_accept(struct uring *ring)
{
	struct io_uring_sqe request = { .opcode = IORING_OP_ASYNC_CANCEL, .fd = -1 };
	bool more;
	int first = uring_run(ring, &request), second = uring_wait_result(ring, &more);

	if (first + second != -ECANCELED)
		traffic_fail("io_uring: cancelling accept: %d, %d", first, second);
}

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

/* The server reports first whether it supports the request. */
void traffic_client_waits_for_ring(struct traffic *t, size_t n)
{
	traffic_wait_notified(t);
	connect_clients(t, n);
}

void traffic_server_accepts_by_ring(struct traffic *t, size_t n)
{
	struct uring ring;

	uring_open(t, &ring);
	traffic_notify(t);
	traffic_server_accepts_empty(t, n);
	uring_close(t);
}

void traffic_server_accepts_by_one_request(struct traffic *t, size_t n)
{
	struct uring ring;

	uring_open(t, &ring);
	ring.multishot = true;
	uring_submit_accept(&ring, traffic_server_socket(t, SLOT_ACCEPTING));
	if (uring_has_completed(&ring)) /* a result before any connection: an error */
		uring_accept_result(&ring);
	traffic_notify(t);
	traffic_server_accepts_empty(t, n);
	cancel_accept(&ring);
	uring_close(t);
}

void traffic_client_connects_by_ring(struct traffic *t, size_t n)
{
	struct uring ring;

	uring_open(t, &ring);
	connect_clients(t, n);
	uring_close(t);
}

void traffic_client_has_no_way_by_ring(struct traffic *t, size_t n)
{
	struct uring ring;

	uring_open(t, &ring);
	for (size_t i = 0; i < n; i++)
		traffic_open_nowhere(t, SLOT_REFUSING);
	uring_close(t);
}

/* Listens on new sockets, on ports that the kernel chooses, because the slots' sockets listen once. */
void traffic_server_listens_by_ring(struct traffic *t, size_t n)
{
	struct io_uring_sqe request = { .opcode = OP_LISTEN, .len = BACKLOG };
	struct sockaddr_storage any;
	struct uring ring;

	uring_open(t, &ring);
	for (size_t i = 0; i < n; i++) {
		request.fd = traffic_new_socket(t->family, 0);
		traffic_check(bind(request.fd, (struct sockaddr *)&any, traffic_loopback(&any, t->family, 0)), "bind");
		uring_check(uring_run(&ring, &request), "listen", "6.11");
		t->totals->listeners++;
		traffic_check(close(request.fd), "close");
	}
	uring_close(t);
}
