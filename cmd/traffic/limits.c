/* SPDX-License-Identifier: GPL-2.0-or-later */
/* limits.c: connections of the traffic applet that something holds up for a known time. */
#include "cmd/traffic/parts.h"

#include <errno.h>
#include <sys/socket.h>
#include <unistd.h>

/* Much longer than ten ticks of any kernel (100 ms). */
#define HELD_MS 400
/* More than the receive window of a socket that no process reads, less than its send buffer may grow to. */
#define BURST (512 * 1024)
/* The first segment, its tail loss probe, and the first retransmission by timeout: 0.6 s or more. */
#define DROPS 3
/* Until the receive window is full; shorter than a timeout. */
#define FILL_MS 150

/* ---- a slow reader: the peer's window ---- */

void traffic_client_outruns_reader(struct traffic *t, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		int fd = traffic_open_client(t, SLOT_ACCEPTING, 0);

		traffic_send_bytes(t, fd, BURST);
		traffic_receive_bytes(fd, t->bytes / 2);
		traffic_finish(t, fd);
	}
}

void traffic_server_reads_late(struct traffic *t, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		int fd = traffic_accept_client(t, SLOT_ACCEPTING);

		traffic_pause_ms(HELD_MS);
		traffic_receive_bytes(fd, BURST);
		traffic_send_bytes(t, fd, t->bytes / 2);
		traffic_wait_end(fd, 0);
		traffic_finish(t, fd);
	}
}

/* ---- a small send buffer ---- */

/* The buffer has room for one segment. The kernel blames the buffer if acknowledgements have let TCP send all of it
 * while the process still waits for room (tcp_cwnd_validate()). So the server lets its receive window fill first. */
void traffic_client_has_small_buffer(struct traffic *t, size_t n)
{
	int least = 1;

	for (size_t i = 0; i < n; i++) {
		int fd = traffic_open_client(t, SLOT_ACCEPTING, 0);

		traffic_check(setsockopt(fd, SOL_SOCKET, SO_SNDBUF, &least, sizeof(least)), "SO_SNDBUF");
		traffic_send_bytes(t, fd, BURST);
		traffic_receive_bytes(fd, t->bytes / 2);
		traffic_finish(t, fd);
	}
}

/* Returns the number of bytes that had arrived. */
static uint64_t receive_what_is_there(int fd)
{
	static char payload[BURST];
	ssize_t got = TEMP_FAILURE_RETRY(recv(fd, payload, sizeof(payload), MSG_DONTWAIT));

	return (uint64_t)traffic_check((int)got, "receive");
}

void traffic_server_acknowledges_late(struct traffic *t, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		int fd = traffic_accept_client(t, SLOT_ACCEPTING);
		uint64_t got;

		traffic_pause_ms(FILL_MS);
		traffic_discard(fd);
		got = receive_what_is_there(fd); /* opens the window: the next segment is lost */
		t->totals->filter_drops += traffic_wait_drops(fd, DROPS);
		traffic_stop_discarding(fd);
		traffic_receive_bytes(fd, BURST - got);
		traffic_send_bytes(t, fd, t->bytes / 2);
		traffic_wait_end(fd, 0);
		traffic_finish(t, fd);
	}
}

/* ---- an idle connection ---- */

void traffic_client_thinks(struct traffic *t, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		int fd = traffic_open_client(t, SLOT_ACCEPTING, 0);

		traffic_send_bytes(t, fd, t->bytes);
		traffic_receive_bytes(fd, t->bytes / 2);
		traffic_pause_ms(HELD_MS);
		traffic_finish(t, fd);
	}
}
