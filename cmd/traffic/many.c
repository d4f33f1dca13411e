/* SPDX-License-Identifier: GPL-2.0-or-later */
/* many.c: actions of the traffic applet on many connections at once: all write, then all read, so that the order of
 * accept() does not matter. */
#include "cmd/traffic/parts.h"

#include <errno.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdlib.h>
#include <sys/socket.h>

/* With many open connections, one message fits into the socket buffers, so that no order of reads and writes can
 * deadlock. A message also fits into one segment, so that drops and retransmissions are predictable. */
#define MESSAGE_MAX   16384
#define FAST_SEGMENT  200
#define FAST_SEGMENTS 8 /* after the lost one; 3 suffice for fast retransmission */
#define RTO_DROPS     3 /* the segment, its tail loss probe, and the first retransmission by timeout */

static uint64_t message_size(const struct traffic *t)
{
	return t->bytes < MESSAGE_MAX ? t->bytes : MESSAGE_MAX;
}

static int *open_clients(struct traffic *t, size_t n, int result)
{
	int *fds = traffic_allocate(n, sizeof(int));

	for (size_t i = 0; i < n; i++)
		fds[i] = traffic_open_client(t, SLOT_ACCEPTING, result);
	return fds;
}

static int *accept_clients(struct traffic *t, size_t n)
{
	int *fds = traffic_allocate(n, sizeof(int));

	for (size_t i = 0; i < n; i++)
		fds[i] = traffic_accept_client(t, SLOT_ACCEPTING);
	return fds;
}

static void send_all(struct traffic *t, const int *fds, size_t n, uint64_t bytes)
{
	for (size_t i = 0; i < n; i++)
		traffic_send_bytes(t, fds[i], bytes);
}

static void receive_all(const int *fds, size_t n, uint64_t bytes)
{
	for (size_t i = 0; i < n; i++)
		traffic_receive_bytes(fds[i], bytes);
}

static void finish_all(struct traffic *t, int *fds, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		if (t->side == SERVER)
			traffic_wait_end(fds[i], 0);
		traffic_finish(t, fds[i]);
	}
	free(fds);
}

static void client_exchange_all(struct traffic *t, const int *fds, size_t n)
{
	send_all(t, fds, n, message_size(t));
	receive_all(fds, n, message_size(t) / 2);
}

static void server_exchange_all(struct traffic *t, const int *fds, size_t n)
{
	receive_all(fds, n, message_size(t));
	send_all(t, fds, n, message_size(t) / 2);
}

/* The server drops the first `drops` segments of each connection. */
static int *accept_and_drop(struct traffic *t, size_t n, uint32_t drops)
{
	int *fds = accept_clients(t, n);

	for (size_t i = 0; i < n; i++)
		traffic_discard(fds[i]);
	traffic_notify(t);
	for (size_t i = 0; i < n; i++) {
		traffic_wait_drops(fds[i], drops);
		traffic_stop_discarding(fds[i]);
		t->totals->filter_drops += traffic_drops_of(fds[i]); /* a slow machine may have dropped one more */
	}
	return fds;
}

void traffic_client_is_dropped(struct traffic *t, size_t n)
{
	int *fds = open_clients(t, n, 0);

	traffic_wait_notified(t);
	client_exchange_all(t, fds, n);
	finish_all(t, fds, n);
}

void traffic_server_drops(struct traffic *t, size_t n)
{
	int *fds = accept_and_drop(t, n, 1);

	server_exchange_all(t, fds, n);
	finish_all(t, fds, n);
}

void traffic_server_drops_for_long(struct traffic *t, size_t n)
{
	int *fds = accept_and_drop(t, n, RTO_DROPS);

	server_exchange_all(t, fds, n);
	finish_all(t, fds, n);
}

/* The first segment is lost; the later ones arrive, and their acknowledgements trigger a fast retransmission. */
void traffic_client_retransmits_fast(struct traffic *t, size_t n)
{
	int *fds = open_clients(t, n, 0);
	int one = 1;

	traffic_wait_notified(t);
	for (size_t i = 0; i < n; i++) {
		traffic_check(setsockopt(fds[i], IPPROTO_TCP, TCP_NODELAY, &one, sizeof(one)), "TCP_NODELAY");
		traffic_send_bytes(t, fds[i], FAST_SEGMENT);
	}
	traffic_wait_notified(t);
	for (size_t i = 0; i < n * FAST_SEGMENTS; i++)
		traffic_send_bytes(t, fds[i / FAST_SEGMENTS], FAST_SEGMENT);
	receive_all(fds, n, 1);
	finish_all(t, fds, n);
}

void traffic_server_drops_the_first(struct traffic *t, size_t n)
{
	int *fds = accept_and_drop(t, n, 1);

	traffic_notify(t);
	receive_all(fds, n, FAST_SEGMENT * (FAST_SEGMENTS + 1));
	send_all(t, fds, n, 1);
	finish_all(t, fds, n);
}

/* ---- connections that last as long as the program ---- */

void traffic_client_holds(struct traffic *t, size_t n)
{
	t->kept[t->family] = open_clients(t, n, 0);
	client_exchange_all(t, t->kept[t->family], n);
}

void traffic_server_holds(struct traffic *t, size_t n)
{
	t->kept[t->family] = accept_clients(t, n);
	server_exchange_all(t, t->kept[t->family], n);
}

void traffic_client_releases(struct traffic *t, size_t n)
{
	client_exchange_all(t, t->kept[t->family], n);
	finish_all(t, t->kept[t->family], n);
}

void traffic_server_releases(struct traffic *t, size_t n)
{
	server_exchange_all(t, t->kept[t->family], n);
	finish_all(t, t->kept[t->family], n);
}

/* ---- the handshake ---- */

void traffic_client_sends_syn_again(struct traffic *t, size_t n)
{
	int *fds;

	traffic_wait_notified(t);
	fds = open_clients(t, n, EINPROGRESS);
	for (size_t i = 0; i < n; i++)
		traffic_wait_connected(t, fds[i]);
	client_exchange_all(t, fds, n);
	finish_all(t, fds, n);
}

void traffic_server_drops_syn(struct traffic *t, size_t n)
{
	int *fds, listener = traffic_server_socket(t, SLOT_ACCEPTING);
	uint32_t before = traffic_drops_of(listener);

	traffic_discard(listener);
	traffic_notify(t);
	traffic_wait_drops(listener, before + (uint32_t)n);
	traffic_stop_discarding(listener);
	t->totals->filter_drops += traffic_drops_of(listener) - before;
	fds = accept_clients(t, n);
	server_exchange_all(t, fds, n);
	finish_all(t, fds, n);
}

void traffic_client_waits_for_accept(struct traffic *t, size_t n)
{
	int *fds;

	traffic_wait_notified(t);
	fds = open_clients(t, n, 0);
	traffic_wait_notified(t); /* data would let the server accept at once */
	client_exchange_all(t, fds, n);
	finish_all(t, fds, n);
}

/* With TCP_DEFER_ACCEPT the kernel ignores the last ACK of the handshake, and retransmits the SYN-ACK after a second. A
 * client that drops the SYN-ACK would also retransmit SYNs, in a number that depends on a race of two timers. */
void traffic_server_sends_synack_again(struct traffic *t, size_t n)
{
	int *fds, seconds = 1, off = 0, listener = traffic_server_socket(t, SLOT_ACCEPTING);

	traffic_check(setsockopt(listener, IPPROTO_TCP, TCP_DEFER_ACCEPT, &seconds, sizeof(seconds)),
		      "TCP_DEFER_ACCEPT");
	traffic_notify(t);
	fds = accept_clients(t, n);
	traffic_check(setsockopt(listener, IPPROTO_TCP, TCP_DEFER_ACCEPT, &off, sizeof(off)), "TCP_DEFER_ACCEPT");
	traffic_notify(t);
	server_exchange_all(t, fds, n);
	finish_all(t, fds, n);
}
