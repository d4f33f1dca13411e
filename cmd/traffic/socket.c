/* SPDX-License-Identifier: GPL-2.0-or-later */
/* socket.c: connections of the traffic applet, every call checked. */
#include "cmd/traffic/parts.h"

#include <errno.h>
#include <linux/sockios.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <unistd.h>
#include <linux/filter.h>
#include <linux/sock_diag.h>
#include "cmd/traffic/traffic.h"

/* Blocking calls are repeated after EINTR: with a timeout set, stopping and continuing the process interrupts them. */

#define IN_FLIGHT 1024 /* limit of connections waiting for accept(); the listeners' backlog is 4096 */

socklen_t traffic_loopback(struct sockaddr_storage *storage, int family, uint64_t port)
{
	struct sockaddr_in *v4 = (struct sockaddr_in *)storage;
	struct sockaddr_in6 *v6 = (struct sockaddr_in6 *)storage;

	memset(storage, 0, sizeof(*storage));
	if (family == 0) {
		v4->sin_family = AF_INET;
		v4->sin_addr.s_addr = htonl(INADDR_LOOPBACK);
		v4->sin_port = htons((uint16_t)port);
		return sizeof(*v4);
	}
	v6->sin6_family = AF_INET6;
	v6->sin6_addr = in6addr_loopback;
	v6->sin6_port = htons((uint16_t)port);
	return sizeof(*v6);
}

int traffic_new_socket(int family, int flags)
{
	int one = 1,
	    fd = traffic_check(socket(family ? AF_INET6 : AF_INET, SOCK_STREAM | SOCK_CLOEXEC | flags, 0), "socket");

	/* Allows bind() to ports in TIME_WAIT. */
	traffic_check(setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &one, sizeof(one)), "SO_REUSEADDR");
	return fd;
}

void traffic_limit_waiting(int fd)
{
	struct timeval patience = { .tv_sec = PATIENCE_MS / 1000 };

	traffic_check(setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof(patience)), "SO_RCVTIMEO");
	traffic_check(setsockopt(fd, SOL_SOCKET, SO_SNDTIMEO, &patience, sizeof(patience)), "SO_SNDTIMEO");
}

int traffic_server_socket(const struct traffic *t, size_t slot)
{
	return t->slots[t->family][slot];
}

int traffic_accept_client(struct traffic *t, size_t slot)
{
	int listener = traffic_server_socket(t, slot), fd;

	/* The listener's timeouts apply to the accepted socket. */
	if (t->ring)
		fd = traffic_uring_accept(t, listener);
	else
		fd = (int)TEMP_FAILURE_RETRY(accept4(listener, NULL, NULL, SOCK_CLOEXEC));

	traffic_check(fd, "accept");
	__atomic_fetch_add(&t->totals->accepted, 1, __ATOMIC_RELEASE);
	return fd;
}

/* A full accept queue would drop a SYN and spoil the counts. */
static void keep_pace(const struct traffic *t)
{
	double end = 0;

	while (t->to_accept > __atomic_load_n(&t->totals->accepted, __ATOMIC_ACQUIRE) + IN_FLIGHT) {
		if (end == 0)
			end = traffic_seconds_now() + PATIENCE_MS / 1e3;
		else if (traffic_seconds_now() > end)
			traffic_fail("the server does not accept: timed out");
		traffic_pause_ms(1);
	}
}

static void bind_client(struct traffic *t, int fd)
{
	struct sockaddr_storage storage;
	socklen_t length = traffic_loopback(&storage, t->family, t->next_client_port);

	if (bind(fd, (struct sockaddr *)&storage, length) < 0)
		traffic_fail("client port %llu: %s", (unsigned long long)t->next_client_port, strerror(errno));
	t->next_client_port++;
}

static const char *why_not_connected(int error)
{
	switch (error) {
	case EADDRNOTAVAIL:
		return "all ports are in use, or in TIME_WAIT for a minute after the last run";
	case ENETUNREACH:
		return "Network is unreachable: is lo up in this network namespace?";
	case EINPROGRESS:
		return "timed out";
	default:
		return error ? strerror(error) : "connected, but that was not expected";
	}
}

/* Returns the result of an attempt whose connect() was interrupted: 0 or an errno. */
static int connect_goes_on(int fd)
{
	struct pollfd ready = { .fd = fd, .events = POLLOUT };
	socklen_t length = sizeof(int);
	int error = 0;

	if (!traffic_check((int)TEMP_FAILURE_RETRY(poll(&ready, 1, PATIENCE_MS)), "poll"))
		return EINPROGRESS;
	traffic_check(getsockopt(fd, SOL_SOCKET, SO_ERROR, &error, &length), "SO_ERROR");
	return error;
}

void traffic_open_nowhere(struct traffic *t, size_t slot)
{
	struct sockaddr_storage storage;
	struct sockaddr *to = (struct sockaddr *)&storage;
	socklen_t length = traffic_loopback(&storage, t->family, t->totals->port + slot);
	int fd = traffic_new_socket(t->family, 0), error;

	if (t->family)
		((struct sockaddr_in6 *)to)->sin6_addr = (struct in6_addr){ .s6_addr = { 0xff, 0x02, [15] = 1 } };
	else
		((struct sockaddr_in *)to)->sin_addr.s_addr = htonl(INADDR_ALLHOSTS_GROUP);
	if (t->ring)
		error = traffic_uring_connect(t, fd, to, length);
	else
		error = connect(fd, to, length) ? errno : 0;
	if (error != ENETUNREACH)
		traffic_fail("connect to a multicast address: %s", error ? strerror(error) : "it went well");
	traffic_check(close(fd), "close");
}

int traffic_open_client(struct traffic *t, size_t slot, int result)
{
	struct sockaddr_storage server;
	socklen_t length = traffic_loopback(&server, t->family, t->totals->port + slot);
	int fd = traffic_new_socket(t->family, result == EINPROGRESS ? SOCK_NONBLOCK : 0);
	int error = 0;

	if (slot < SLOT_CHURNING)
		traffic_limit_waiting(fd); /* churning has no time for it: the limit of the whole program applies */
	if (result == 0)
		keep_pace(t);
	if (t->client_port && slot < SLOT_CHURNING)
		bind_client(t, fd);
	if (t->ring)
		error = traffic_uring_connect(t, fd, (struct sockaddr *)&server, length);
	else if (connect(fd, (struct sockaddr *)&server, length) < 0)
		error = errno;
	if (error == EINTR) /* the attempt continues */
		error = connect_goes_on(fd);
	if (error != result)
		traffic_fail("connect to port %zu: %s", t->totals->port + slot, why_not_connected(error));
	t->totals->connects++;
	if (result)
		return fd;
	t->totals->established++;
	if (slot != SLOT_OVERFLOWING)
		t->to_accept++;
	return fd;
}

void traffic_wait_connected(struct traffic *t, int fd)
{
	struct pollfd ready = { .fd = fd, .events = POLLOUT };
	socklen_t length = sizeof(int);
	int error = 0, blocking = 0;

	if (!traffic_check(poll(&ready, 1, PATIENCE_MS), "poll"))
		traffic_fail("connect: timed out");
	traffic_check(getsockopt(fd, SOL_SOCKET, SO_ERROR, &error, &length), "SO_ERROR");
	if (error)
		traffic_fail("connect: %s", strerror(error));
	traffic_check(ioctl(fd, FIONBIO, &blocking), "FIONBIO");
	t->totals->established++;
	t->to_accept++;
}

void traffic_send_bytes(struct traffic *t, int fd, uint64_t n)
{
	static const char payload[65536];

	t->totals->bytes[t->side] += n;
	while (n > 0) {
		size_t part = n < sizeof(payload) ? (size_t)n : sizeof(payload);

		n -= (uint64_t)traffic_check((int)TEMP_FAILURE_RETRY(send(fd, payload, part, MSG_NOSIGNAL)), "send");
	}
}

void traffic_receive_bytes(int fd, uint64_t n)
{
	char payload[65536];

	while (n > 0) {
		size_t part = n < sizeof(payload) ? (size_t)n : sizeof(payload);
		int got = traffic_check((int)TEMP_FAILURE_RETRY(recv(fd, payload, part, 0)), "receive");

		if (got == 0)
			traffic_fail("receive: the connection ended %llu bytes too early", (unsigned long long)n);
		n -= (uint64_t)got;
	}
}

void traffic_wait_end(int fd, int error)
{
	char byte;
	ssize_t got = TEMP_FAILURE_RETRY(recv(fd, &byte, 1, 0));

	if (got > 0)
		traffic_fail("receive: more than was sent");
	if (got < 0 && errno != error)
		traffic_check(-1, "waiting for the end of a connection");
	if (got == 0 && error)
		traffic_fail("the connection ended in peace, not with: %s", strerror(error));
}

static bool is_acked(int fd, uint32_t n)
{
	int waiting;

	traffic_check(ioctl(fd, SIOCOUTQ, &waiting), "SIOCOUTQ");
	return waiting <= (int)n;
}

void traffic_wait_acked(int fd)
{
	traffic_wait_until(is_acked, fd, 0, "acknowledgement");
}

static struct tcp_info tcp_info_of(int fd)
{
	struct tcp_info info = { 0 };
	socklen_t length = sizeof(info);

	traffic_check(getsockopt(fd, IPPROTO_TCP, TCP_INFO, &info, &length), "TCP_INFO");
	return info;
}

/* The kernel's own count of retransmissions; a SYN-ACK counts for the accepted socket. */
void traffic_finish(struct traffic *t, int fd)
{
	t->totals->retransmits[t->side] += tcp_info_of(fd).tcpi_total_retrans;
	traffic_check(close(fd), "close");
}

static bool has_queued(int fd, uint32_t n)
{
	return tcp_info_of(fd).tcpi_unacked >= n; /* of a listener: the length of its accept queue */
}

void traffic_wait_queued(int fd, uint32_t n)
{
	traffic_wait_until(has_queued, fd, n, "accept queue");
}

/* ---- segments that the kernel drops because of a socket filter, and their number ---- */

void traffic_discard(int fd)
{
	struct sock_filter nothing = BPF_STMT(BPF_RET | BPF_K, 0);
	struct sock_fprog program = { .len = 1, .filter = &nothing };

	traffic_check(setsockopt(fd, SOL_SOCKET, SO_ATTACH_FILTER, &program, sizeof(program)), "SO_ATTACH_FILTER");
}

void traffic_stop_discarding(int fd)
{
	int unused = 0;

	traffic_check(setsockopt(fd, SOL_SOCKET, SO_DETACH_FILTER, &unused, sizeof(unused)), "SO_DETACH_FILTER");
}

bool traffic_can_drop(void)
{
	struct sock_filter nothing = BPF_STMT(BPF_RET | BPF_K, 0);
	struct sock_fprog program = { .len = 1, .filter = &nothing };
	int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
	bool can = fd >= 0 && !setsockopt(fd, SOL_SOCKET, SO_ATTACH_FILTER, &program, sizeof(program));

	if (fd >= 0)
		close(fd);
	return can;
}

uint32_t traffic_drops_of(int fd)
{
	uint32_t info[SK_MEMINFO_VARS] = { 0 };
	socklen_t length = sizeof(info);

	traffic_check(getsockopt(fd, SOL_SOCKET, SO_MEMINFO, info, &length), "SO_MEMINFO");
	return info[SK_MEMINFO_DROPS];
}

static bool has_dropped(int fd, uint32_t n)
{
	return traffic_drops_of(fd) >= n;
}

uint32_t traffic_wait_drops(int fd, uint32_t n)
{
	traffic_wait_until(has_dropped, fd, n, "drops");
	return traffic_drops_of(fd);
}
