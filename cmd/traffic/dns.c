/* SPDX-License-Identifier: GPL-2.0-or-later */
/* dns.c: DNS queries of the traffic applet, over UDP to the number of the server's first port. */
#include "cmd/traffic/parts.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#define MESSAGE  512
#define HEADER   12
#define ANSWER   0x80 /* byte 2: QR */
#define NXDOMAIN 3    /* byte 3: RCODE */

static int new_datagram_socket(const struct traffic *t)
{
	int fd = traffic_check(socket(t->family ? AF_INET6 : AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0), "socket");

	traffic_limit_waiting(fd);
	return fd;
}

static size_t put_label(unsigned char *to, const char *label)
{
	size_t length = strlen(label);

	to[0] = (unsigned char)length;
	memcpy(to + 1, label, length);
	return length + 1;
}

/* Writes a query for the addresses of n.traffic.test: type A or AAAA. Returns its length. */
static size_t put_query(unsigned char *to, size_t n, int family)
{
	static const unsigned char header[HEADER] = { [2] = 1, [5] = 1 }; /* recursion desired; one question */
	const unsigned char end[] = { 0, 0, family ? 28 : 1, 0, 1 };
	size_t length = sizeof(header);
	char label[24];

	memcpy(to, header, sizeof(header));
	to[0] = (unsigned char)(n >> 8);
	to[1] = (unsigned char)n;
	snprintf(label, sizeof(label), "%zu", n);
	length += put_label(to + length, label);
	length += put_label(to + length, "traffic");
	length += put_label(to + length, "test");
	memcpy(to + length, end, sizeof(end));
	return length + sizeof(end);
}

/* Makes an answer of a query: one record, with an address of documentation. */
static size_t answer(unsigned char *message, size_t length, int family)
{
	static const unsigned char v4[] = { 192, 0, 2, 1 };
	static const unsigned char v6[16] = { 0x20, 0x01, 0x0d, 0xb8, [15] = 1 };
	const unsigned char size = family ? sizeof(v6) : sizeof(v4);
	/* A pointer to the question's name, type, class, 60 s to live, and the length of the data. */
	const unsigned char record[] = { 0xc0, HEADER, 0, family ? 28 : 1, 0, 1, 0, 0, 0, 60, 0, size };

	message[2] |= ANSWER;
	message[7] = 1;
	memcpy(message + length, record, sizeof(record));
	memcpy(message + length + sizeof(record), family ? v6 : v4, size);
	return length + sizeof(record) + size;
}

static size_t refuse(unsigned char *message, size_t length, int family)
{
	(void)family;
	message[2] |= ANSWER;
	message[3] |= NXDOMAIN;
	return length;
}

/* reply NULL: no answer. */
static void serve(struct traffic *t, size_t n, size_t (*reply)(unsigned char *message, size_t length, int family))
{
	int fd = new_datagram_socket(t);
	struct sockaddr_storage from;
	unsigned char message[MESSAGE];

	traffic_check(bind(fd, (struct sockaddr *)&from, traffic_loopback(&from, t->family, t->totals->port)), "bind");
	traffic_notify(t);
	for (size_t i = 0; i < n; i++) {
		socklen_t size = sizeof(from);
		int got = traffic_check(
			(int)TEMP_FAILURE_RETRY(recvfrom(fd, message, MESSAGE / 2, 0, (struct sockaddr *)&from, &size)),
			"receive");

		if (reply)
			traffic_check((int)sendto(fd, message, reply(message, (size_t)got, t->family), 0,
						  (struct sockaddr *)&from, size),
				      "send");
	}
	traffic_check(close(fd), "close");
}

static void ask(struct traffic *t, size_t n, bool is_answered)
{
	struct sockaddr_storage server;
	socklen_t size = traffic_loopback(&server, t->family, t->totals->port);
	unsigned char message[MESSAGE];

	traffic_wait_notified(t);
	for (size_t i = 0; i < n; i++) {
		int fd = new_datagram_socket(t);

		traffic_check(
			(int)sendto(fd, message, put_query(message, i, t->family), 0, (struct sockaddr *)&server, size),
			"send");
		if (is_answered)
			traffic_check((int)TEMP_FAILURE_RETRY(recv(fd, message, sizeof(message), 0)), "receive");
		traffic_check(close(fd), "close");
	}
}

void traffic_client_asks(struct traffic *t, size_t n)
{
	ask(t, n, true);
}

void traffic_client_asks_in_vain(struct traffic *t, size_t n)
{
	ask(t, n, false);
}

void traffic_server_answers(struct traffic *t, size_t n)
{
	serve(t, n, answer);
}

void traffic_server_knows_no_name(struct traffic *t, size_t n)
{
	serve(t, n, refuse);
}

void traffic_server_is_silent(struct traffic *t, size_t n)
{
	serve(t, n, NULL);
}
