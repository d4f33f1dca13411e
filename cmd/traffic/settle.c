/* SPDX-License-Identifier: GPL-2.0-or-later */
/* settle.c: waits for closed sockets through sock_diag, because they have no descriptor any more. */
#include "cmd/traffic/parts.h"

#include <arpa/inet.h>
#include <errno.h>
#include <linux/inet_diag.h>
#include <linux/netlink.h>
#include <linux/sock_diag.h>
#include <netinet/tcp.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#define STATE_NEW_SYN_RECV 12 /* not in netinet/tcp.h */
/* TIME_WAIT counts as settled: it lasts a minute, and no tracer reports it. */
#define ON_THE_WAY ((2u << STATE_NEW_SYN_RECV) - 2u - (1u << TCP_TIME_WAIT) - (1u << TCP_CLOSE) - (1u << TCP_LISTEN))

struct request {
	struct nlmsghdr head;
	struct inet_diag_req_v2 body;
};

static bool is_ours(const struct traffic *t, const struct inet_diag_msg *found)
{
	uint16_t from = (uint16_t)(ntohs(found->id.idiag_sport) - t->totals->port);
	uint16_t to = (uint16_t)(ntohs(found->id.idiag_dport) - t->totals->port);

	return from < t->n_slots || to < t->n_slots;
}

/* Counts the traffic's sockets in one part of the answer. last: the answer ends with this part. */
static unsigned int count_part(const struct traffic *t, char *part, size_t size, bool *last)
{
	unsigned int n = 0, left = (unsigned int)size;

	*last = size == 0;
	for (struct nlmsghdr *head = (struct nlmsghdr *)part; NLMSG_OK(head, left); head = NLMSG_NEXT(head, left)) {
		if (head->nlmsg_type == NLMSG_DONE || head->nlmsg_type == NLMSG_ERROR)
			*last = true;
		else
			n += is_ours(t, NLMSG_DATA(head));
	}
	return n;
}

static unsigned int count_open(const struct traffic *t, int fd, int family)
{
	struct request request = {
		.head = { .nlmsg_len = sizeof(request),
			  .nlmsg_type = SOCK_DIAG_BY_FAMILY,
			  .nlmsg_flags = NLM_F_REQUEST | NLM_F_DUMP },
		.body = { .sdiag_family = family ? AF_INET6 : AF_INET,
			  .sdiag_protocol = IPPROTO_TCP,
			  .idiag_states = ON_THE_WAY },
	};
	_Alignas(struct nlmsghdr) char part[32768];
	unsigned int n = 0;
	bool last = false;

	traffic_check((int)send(fd, &request, sizeof(request), 0), "sock_diag");
	while (!last)
		n += count_part(t, part, (size_t)traffic_check((int)recv(fd, part, sizeof(part), 0), "sock_diag"),
				&last);
	return n;
}

void traffic_wait_settled(const struct traffic *t)
{
	int fd = socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, NETLINK_SOCK_DIAG);
	struct timeval patience = { .tv_sec = 5 };
	double end = traffic_seconds_now() + 10;
	unsigned int n;

	if (fd < 0) { /* a kernel without sock_diag: waits for a fixed time */
		traffic_pause_ms(100);
		return;
	}
	traffic_check(setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof(patience)), "SO_RCVTIMEO");
	do {
		n = 0;
		for (int family = 0; family < FAMILIES; family++)
			n += t->families[family] ? count_open(t, fd, family) : 0;
		if (n && traffic_seconds_now() > end)
			traffic_fail("%u sockets are still closing: timed out", n);
		if (n)
			traffic_pause_ms(2);
	} while (n);
	traffic_check(close(fd), "close");
}
