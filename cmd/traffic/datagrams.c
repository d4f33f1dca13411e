/* SPDX-License-Identifier: GPL-2.0-or-later */
/* datagrams.c: the actions of `nettrace traffic` with UDP: datagrams that find no socket, or a full receive buffer. */
#include "cmd/traffic/parts.h"

#include <errno.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <unistd.h>

#define SMALL_BUFFER 2304 /* the least that the kernel allows */
#define TO_FILL      32   /* more datagrams than such a buffer holds */
#define CONTENT      "datagram"

static int new_datagram_socket(const struct traffic *t)
{
	struct timeval patience = { .tv_sec = PATIENCE_MS / 1000 };
	int fd = traffic_check(socket(t->family ? AF_INET6 : AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0), "socket");

	traffic_check(setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof(patience)), "SO_RCVTIMEO");
	return fd;
}

static int connect_datagrams(const struct traffic *t, uint64_t port)
{
	struct sockaddr_storage storage;
	socklen_t length = traffic_loopback(&storage, t->family, port);
	int fd = new_datagram_socket(t);

	traffic_check(connect(fd, (struct sockaddr *)&storage, length), "connect");
	return fd;
}

/* The answer (ICMP: port unreachable) shows that the datagram was dropped. */
void traffic_client_sends_to_nobody(struct traffic *t, size_t n)
{
	int fd = connect_datagrams(t, (uint64_t)t->totals->port + SLOT_REFUSING);
	char byte;

	for (size_t i = 0; i < n; i++) {
		traffic_check((int)send(fd, CONTENT, sizeof(CONTENT), 0), "send");
		if (recv(fd, &byte, sizeof(byte), 0) >= 0 || errno != ECONNREFUSED)
			traffic_fail("a datagram to port %u: not refused as it should be",
				     t->totals->port + SLOT_REFUSING);
	}
	traffic_check(close(fd), "close");
}

void traffic_client_fills_buffer(struct traffic *t, size_t n)
{
	int fd;

	traffic_wait_notified(t);
	fd = connect_datagrams(t, t->totals->port);
	for (size_t i = 0; i < n + TO_FILL; i++)
		traffic_check((int)send(fd, CONTENT, sizeof(CONTENT), 0), "send");
	traffic_notify(t);
	traffic_wait_notified(t);
	traffic_check(close(fd), "close");
}

/* The port is that of the listener, which is free for UDP. Reads only after everything was sent: what is not there was
 * dropped. */
void traffic_server_does_not_read(struct traffic *t, size_t n)
{
	struct sockaddr_storage storage;
	socklen_t length = traffic_loopback(&storage, t->family, t->totals->port);
	int fd = new_datagram_socket(t), size = SMALL_BUFFER;
	char content[sizeof(CONTENT)];
	size_t read = 0;

	traffic_check(setsockopt(fd, SOL_SOCKET, SO_RCVBUF, &size, sizeof(size)), "SO_RCVBUF");
	traffic_check(bind(fd, (struct sockaddr *)&storage, length), "bind");
	traffic_notify(t);
	traffic_wait_notified(t);
	traffic_wait_drops(fd, (uint32_t)n);
	while (read + traffic_drops_of(fd) < n + TO_FILL) {
		traffic_check((int)recv(fd, content, sizeof(content), 0), "recv");
		read++;
	}
	t->totals->buffer_drops += traffic_drops_of(fd);
	traffic_check(close(fd), "close");
	traffic_notify(t);
}
