/* SPDX-License-Identifier: GPL-2.0-or-later */
/* actions.c: the actions of `nettrace traffic`: the client's half and the server's half of each. */
#include "cmd/traffic/parts.h"

#include <errno.h>
#include <sched.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "core/base/message.h"
#include "core/base/error.h"

/* ---- one connection after the other ---- */

static void client_exchange(struct traffic *t, int fd)
{
	traffic_send_bytes(t, fd, t->bytes);
	traffic_receive_bytes(fd, t->bytes / 2);
}

static void server_exchange(struct traffic *t, int fd)
{
	traffic_receive_bytes(fd, t->bytes);
	traffic_send_bytes(t, fd, t->bytes / 2);
}

static void client_closes_first(struct traffic *t, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		int fd = traffic_open_client(t, SLOT_ACCEPTING, 0);

		client_exchange(t, fd);
		traffic_finish(t, fd);
	}
}

static void server_closes_last(struct traffic *t, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		int fd = traffic_accept_client(t, SLOT_ACCEPTING);

		server_exchange(t, fd);
		traffic_wait_end(fd, 0);
		traffic_finish(t, fd);
	}
}

static void client_closes_last(struct traffic *t, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		int fd = traffic_open_client(t, SLOT_ACCEPTING, 0);

		client_exchange(t, fd);
		traffic_wait_end(fd, 0);
		traffic_finish(t, fd);
	}
}

static void server_closes_first(struct traffic *t, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		int fd = traffic_accept_client(t, SLOT_ACCEPTING);

		server_exchange(t, fd);
		traffic_finish(t, fd);
	}
}

static void client_is_refused(struct traffic *t, size_t n)
{
	for (size_t i = 0; i < n; i++)
		traffic_check(close(traffic_open_client(t, SLOT_REFUSING, ECONNREFUSED)), "close");
}

static void client_resets(struct traffic *t, size_t n)
{
	struct linger reset = { .l_onoff = 1, .l_linger = 0 };

	for (size_t i = 0; i < n; i++) {
		int fd = traffic_open_client(t, SLOT_ACCEPTING, 0);

		traffic_send_bytes(t, fd, t->bytes);
		traffic_wait_acked(fd); /* unsent data would be lost */
		traffic_check(setsockopt(fd, SOL_SOCKET, SO_LINGER, &reset, sizeof(reset)), "SO_LINGER");
		traffic_finish(t, fd);
	}
}

static void server_is_reset(struct traffic *t, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		int fd = traffic_accept_client(t, SLOT_ACCEPTING);

		traffic_receive_bytes(fd, t->bytes);
		traffic_wait_end(fd, ECONNRESET);
		traffic_finish(t, fd);
	}
}

static void client_has_no_way(struct traffic *t, size_t n)
{
	for (size_t i = 0; i < n; i++)
		traffic_open_nowhere(t, SLOT_ACCEPTING);
}

/* A connected socket cannot listen. */
static void server_cannot_listen(struct traffic *t, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		int fd = traffic_accept_client(t, SLOT_ACCEPTING);

		if (!listen(fd, 1) || errno != EINVAL)
			traffic_fail("listen on a connection: not refused as it should be");
		server_exchange(t, fd);
		traffic_wait_end(fd, 0);
		traffic_finish(t, fd);
	}
}

/* ---- a full accept queue ---- */

#define FILLERS 2 /* a backlog of 1 takes two */

static void client_overflows(struct traffic *t, size_t n)
{
	int fillers[FILLERS];

	for (size_t i = 0; i < FILLERS; i++)
		fillers[i] = traffic_open_client(t, SLOT_OVERFLOWING, 0);
	traffic_notify(t);
	traffic_wait_notified(t);
	/* Each client closes before it would retransmit the SYN after a second, so each makes one drop. */
	for (size_t i = 0; i < n; i++)
		traffic_check(close(traffic_open_client(t, SLOT_OVERFLOWING, EINPROGRESS)), "close");
	traffic_notify(t);
	traffic_wait_notified(t);
	for (size_t i = 0; i < FILLERS; i++) {
		traffic_wait_end(fillers[i], ECONNRESET);
		traffic_finish(t, fillers[i]);
	}
}

static void server_does_not_accept(struct traffic *t, size_t n)
{
	int *listener = &t->slots[t->family][SLOT_OVERFLOWING];

	traffic_wait_notified(t);
	traffic_wait_queued(*listener, FILLERS);
	traffic_notify(t);
	traffic_wait_notified(t);
	t->totals->listen_drops += traffic_wait_drops(*listener, (uint32_t)n);
	traffic_check(close(*listener), "close"); /* the kernel resets connections that were never accepted */
	*listener = -1;
	traffic_notify(t);
}

/* ---- at full speed ---- */

/* Keeps both processes on one CPU. On two, a segment may overtake another, or arrive while the TIME_WAIT socket
 * replaces the connection's. Then a few connections of a thousand have an unpredictable reset or retransmission. */
static void pin_to_cpu(cpu_set_t *before)
{
	cpu_set_t one;

	CPU_ZERO(before);
	if (sched_getaffinity(0, sizeof(*before), before) < 0)
		return; /* more CPUs than the set has bits: the action works, with less exact counts */
	for (size_t cpu = 0; cpu < CPU_SETSIZE; cpu++) {
		if (!CPU_ISSET(cpu, before))
			continue;
		CPU_ZERO(&one); /* the last CPU: interrupts prefer the first */
		CPU_SET(cpu, &one);
	}
	traffic_check(sched_setaffinity(0, sizeof(one), &one), "sched_setaffinity");
}

static void unpin_from_cpu(const cpu_set_t *before)
{
	if (CPU_COUNT(before))
		traffic_check(sched_setaffinity(0, sizeof(*before), before), "sched_setaffinity");
}

/* Connects to one server port in blocks. One port allows 28,000 connections a minute, because client ports stay in
 * TIME_WAIT. */
static void client_churns(struct traffic *t, size_t n)
{
	cpu_set_t before;
	double start, took;

	pin_to_cpu(&before);
	traffic_wait_notified(t);
	start = traffic_seconds_now();
	for (size_t i = 0; i < n; i++)
		traffic_check(close(traffic_open_client(t, SLOT_CHURNING + i / CHURN_PER_PORT, 0)), "close");
	traffic_wait_notified(t);
	took = traffic_seconds_now() - start;
	t->churn_seconds += took;
	if (t->verbose)
		print_note("churn: %zu connections in %.3f s", n, took);
	unpin_from_cpu(&before);
}

static void server_churns(struct traffic *t, size_t n)
{
	cpu_set_t before;

	pin_to_cpu(&before);
	traffic_notify(t);
	for (size_t i = 0; i < n; i++) {
		int fd = traffic_accept_client(t, SLOT_CHURNING + i / CHURN_PER_PORT);

		traffic_wait_end(fd, 0);
		traffic_check(close(fd), "close");
	}
	traffic_notify(t);
	unpin_from_cpu(&before);
}

/* ---- a connection that outlives its owner ---- */

__attribute__((noreturn)) static void forked_client(struct traffic *t, int fd, const int go[2])
{
	char byte;

	traffic_check(prctl(PR_SET_PDEATHSIG, SIGKILL), "PR_SET_PDEATHSIG");
	traffic_check(prctl(PR_SET_NAME, "nt-forked"), "PR_SET_NAME");
	if (getppid() != t->client)
		_exit(EXIT_FAILED); /* the client died before PR_SET_PDEATHSIG took effect */
	traffic_check(close(go[1]), "close");
	traffic_check((int)read(go[0], &byte, 1), "pipe");
	client_exchange(t, fd);
	traffic_finish(t, fd);
	_exit(EXIT_DONE);
}

static void client_forks(struct traffic *t, size_t n)
{
	t->fork_pids = realloc(t->fork_pids, (t->n_fork_pids + n) * sizeof(pid_t));
	if (!t->fork_pids)
		traffic_fail("out of memory");
	for (size_t i = 0; i < n; i++) {
		int go[2], status, fd = traffic_open_client(t, SLOT_ACCEPTING, 0);
		pid_t pid;

		traffic_check(pipe(go), "pipe");
		pid = traffic_check(fork(), "fork");
		if (pid == 0)
			forked_client(t, fd, go);
		t->fork_pids[t->n_fork_pids++] = pid;
		traffic_check(close(fd), "close");
		/* The child waits for the end of the pipe: from here on it is the only owner. */
		traffic_check(close(go[0]), "close");
		traffic_check(close(go[1]), "close");
		traffic_check(waitpid(pid, &status, 0), "waitpid");
		if (status != 0)
			traffic_fail("a forked client has failed");
	}
}

/* The timers of simultaneous connections fire in the same tick. Beyond the length of a CPU's backlog of loopback
 * packets (net.core.netdev_max_backlog, 1000), the kernel would drop an unpredictable number. */
#define AT_ONCE 500

/* clang-format off */
/* The exact events of each action; all but `refuse`, `overflow` and `unreachable` also make a whole connection with a
 * clean end:
 *   reset       the client's RST ends it                    retransmit  3 drops; 3 retransmissions: 1 TLP, 2 RTO
 *   syn         1 drop, 1 SYN retransmission                synack      1 SYN-ACK retransmission
 *   fast        1 drop, 1 fast retransmission               drop        1 drop, 1 retransmission: TLP
 *   overflow    N listen drops, and 2 further connections, which fill the queue and which the server resets
 * Actions through io_uring make empty connections with a clean end; uring-listen makes listeners only.
 * The loopback interface must have its default MTU, so that a message is one segment. */
const struct action traffic_actions[STEPS] = {
	[CONNECT] = { "connect", "Clean connections, closed by the client first", "send, get an answer, close",
		      3, SLOT_ACCEPTING, 0, client_closes_first, server_closes_last },
	[SERVER_FIRST] = { "server-first", "The same, closed by the server first", "send, get an answer, are closed by the server",
			   2, SLOT_ACCEPTING, 0, client_closes_last, server_closes_first },
	[REFUSE] = { "refuse", "Attempts to connect to a port where no process listens", "are refused: nobody listens",
		     2, SLOT_REFUSING, 0, client_is_refused, NULL },
	[RESET] = { "reset", "Connections reset by the client after sending", "send, then reset the connection",
		    2, SLOT_ACCEPTING, 0, client_resets, server_is_reset },
	[RETRANSMIT] = { "retransmit", "Connections that lose their data until a tail loss probe and a timeout",
			 "send; the data is lost until it was probed for (TLP) and timed out (RTO)",
			 1, SLOT_ACCEPTING, AT_ONCE, traffic_client_is_dropped, traffic_server_drops_for_long },
	[SYN] = { "syn", "Connections that lose their first SYN", "lose their first SYN and send it again after a second",
		  1, SLOT_ACCEPTING, AT_ONCE, traffic_client_sends_syn_again, traffic_server_drops_syn },
	[SYNACK] = { "synack", "Connections with a retransmitted SYN-ACK", "get their SYN-ACK a second time after a second",
		     1, SLOT_ACCEPTING, AT_ONCE, traffic_client_waits_for_accept, traffic_server_sends_synack_again },
	[FAST] = { "fast", "Connections with a fast retransmit", "lose a segment, and see it from what comes after it",
		   1, SLOT_ACCEPTING, AT_ONCE, traffic_client_retransmits_fast, traffic_server_drops_the_first },
	[DROP] = { "drop", "Segments dropped by a socket filter, each on a connection of its own", "lose one segment to a socket filter",
		   2, SLOT_ACCEPTING, AT_ONCE, traffic_client_is_dropped, traffic_server_drops },
	[OVERFLOW] = { "overflow", "SYNs dropped because the accept queue is full", "find the accept queue full (2 more fill it)",
		       3, SLOT_OVERFLOWING, 0, client_overflows, server_does_not_accept },
	[CHURN] = { "churn", "Empty connections as fast as possible", "open and close as fast as possible",
		    100, SLOT_CHURNING, 0, client_churns, server_churns },
	[HOLD] = { "hold", "Connections opened before all others and closed after them", "stay open from now on",
		   1, SLOT_ACCEPTING, 0, traffic_client_holds, traffic_server_holds },
	[FORK] = { "fork", "Connections inherited and closed by a child of the client", "are inherited by a child, which sends and closes",
		   1, SLOT_ACCEPTING, 0, client_forks, server_closes_last },
	[URING_ACCEPT] = { "uring-accept", "Empty connections that the server accepts through io_uring", "are accepted through io_uring, and close",
			   0, SLOT_ACCEPTING, 0, traffic_client_waits_for_ring, traffic_server_accepts_by_ring },
	[URING_MULTISHOT] = { "uring-multishot", "The same, with one io_uring request for all", "are accepted by one io_uring request, and close",
			      0, SLOT_ACCEPTING, 0, traffic_client_waits_for_ring, traffic_server_accepts_by_one_request },
	[URING_CONNECT] = { "uring-connect", "Empty connections that the client opens through io_uring", "connect through io_uring, and close",
			    0, SLOT_ACCEPTING, 0, traffic_client_connects_by_ring, traffic_server_accepts_empty },
	[URING_LISTEN] = { "uring-listen", "Sockets that listen through io_uring, on ports of their own", "not used: on ports of their own, the server listens through io_uring",
			   0, SLOT_REFUSING, 0, NULL, traffic_server_listens_by_ring },
	[BAD_LISTEN] = { "bad-listen", "Connections on which the server tries to listen and fails", "send, get an answer, close; the server cannot listen on them",
			 0, SLOT_ACCEPTING, 0, client_closes_first, server_cannot_listen },
	[UNREAD] = { "unread", "Connections that the server closes with all of the client's data unread", "send, and are reset: the server closes with the data unread",
		     0, SLOT_ACCEPTING, 0, traffic_client_sends_in_vain, traffic_server_reads_nothing },
	[KILLED] = { "killed", "Connections whose server process is killed with the client's data unread", "send, and are reset: a signal ends their server process",
		     0, SLOT_ACCEPTING, 0, traffic_client_sends_in_vain, traffic_server_is_killed },
	[LATE] = { "late", "Connections that the client closes before the server's answer", "send and close; the answer comes too late, and is reset",
		   0, SLOT_ACCEPTING, 0, traffic_client_closes_too_early, traffic_server_answers_too_late },
	[DISCONNECT] = { "disconnect", "Connections that the client dissolves with connect(AF_UNSPEC)", "send, then dissolve the connection",
			 0, SLOT_ACCEPTING, 0, traffic_client_disconnects, server_is_reset },
	[SLOW_READER] = { "slow-reader", "Connections whose server does not read for 0.4 s, so that its receive window is full", "send half a megabyte to a server that does not read for 0.4 s",
			  0, SLOT_ACCEPTING, 0, traffic_client_outruns_reader, traffic_server_reads_late },
	[SMALL_SNDBUF] = { "small-sndbuf", "Connections whose client waits for its small send buffer, while a segment is lost until a timeout", "send half a megabyte through the smallest send buffer; a segment is lost until it timed out (RTO)",
			   0, SLOT_ACCEPTING, 0, traffic_client_has_small_buffer, traffic_server_acknowledges_late },
	[IDLE] = { "idle", "Connections that are idle for 0.4 s before they end", "send, get an answer, close 0.4 s later",
		   0, SLOT_ACCEPTING, 0, traffic_client_thinks, server_closes_last },
	[UNREACHABLE] = { "unreachable", "Attempts that fail before the kernel sends a packet: to a multicast address", "fail before anything is sent: to a multicast address",
			  0, SLOT_ACCEPTING, 0, client_has_no_way, NULL },
	[URING_UNREACHABLE] = { "uring-unreachable", "The same through io_uring, to the port after the server's", "fail before anything is sent, through io_uring",
				0, SLOT_REFUSING, 0, traffic_client_has_no_way_by_ring, NULL },
	[DNS] = { "dns", "DNS queries by UDP, each answered with an address", "ask for a name by UDP, and get an address",
		  0, SLOT_ACCEPTING, 0, traffic_client_asks, traffic_server_answers },
	[DNS_FAIL] = { "dns-fail", "DNS queries for names that do not exist", "ask for a name by UDP that does not exist",
		       0, SLOT_ACCEPTING, 0, traffic_client_asks, traffic_server_knows_no_name },
	[DNS_SILENT] = { "dns-silent", "DNS queries without an answer", "ask for a name by UDP, and get no answer",
			 0, SLOT_ACCEPTING, 0, traffic_client_asks_in_vain, traffic_server_is_silent },
	[UDP_REFUSE] = { "udp-refuse", "UDP datagrams to a port without a socket", "are datagrams that find no socket",
			 0, SLOT_REFUSING, 0, traffic_client_sends_to_nobody, NULL },
	[UDP_FULL] = { "udp-full", "UDP datagrams that find a full receive buffer, at least", "are datagrams to a socket that does not read: at least N find a full buffer",
		       0, SLOT_REFUSING, 0, traffic_client_fills_buffer, traffic_server_does_not_read },
	[RELEASE] = { "hold", NULL, "send more data, then close",
		      0, SLOT_ACCEPTING, 0, traffic_client_releases, traffic_server_releases },
};
/* clang-format on */
