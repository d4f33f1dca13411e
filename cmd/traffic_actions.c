/* SPDX-License-Identifier: GPL-2.0-or-later */
/* traffic_actions.c: what `nettrace traffic` can make happen: the client's half and the server's half of each. */
#include "cmd/traffic_parts.h"

#include <errno.h>
#include <sched.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "core/say.h"

/* ---- one connection after the other ---- */

static void client_exchange(struct traffic *t, int fd)
{
	send_bytes(t, fd, t->bytes);
	receive_bytes(fd, t->bytes / 2);
}

static void server_exchange(struct traffic *t, int fd)
{
	receive_bytes(fd, t->bytes);
	send_bytes(t, fd, t->bytes / 2);
}

static void client_closes_first(struct traffic *t, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		int fd = open_client(t, SLOT_ACCEPTING, 0);

		client_exchange(t, fd);
		finish(t, fd);
	}
}

static void server_closes_last(struct traffic *t, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		int fd = accept_client(t, SLOT_ACCEPTING);

		server_exchange(t, fd);
		wait_end(fd, 0);
		finish(t, fd);
	}
}

static void client_closes_last(struct traffic *t, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		int fd = open_client(t, SLOT_ACCEPTING, 0);

		client_exchange(t, fd);
		wait_end(fd, 0);
		finish(t, fd);
	}
}

static void server_closes_first(struct traffic *t, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		int fd = accept_client(t, SLOT_ACCEPTING);

		server_exchange(t, fd);
		finish(t, fd);
	}
}

static void client_is_refused(struct traffic *t, size_t n)
{
	for (size_t i = 0; i < n; i++)
		check(close(open_client(t, SLOT_REFUSING, ECONNREFUSED)), "close");
}

static void client_resets(struct traffic *t, size_t n)
{
	struct linger reset = { .l_onoff = 1, .l_linger = 0 };

	for (size_t i = 0; i < n; i++) {
		int fd = open_client(t, SLOT_ACCEPTING, 0);

		send_bytes(t, fd, t->bytes);
		wait_acked(fd); /* what is not yet sent would never be */
		check(setsockopt(fd, SOL_SOCKET, SO_LINGER, &reset, sizeof(reset)), "SO_LINGER");
		finish(t, fd);
	}
}

static void server_is_reset(struct traffic *t, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		int fd = accept_client(t, SLOT_ACCEPTING);

		receive_bytes(fd, t->bytes);
		wait_end(fd, ECONNRESET);
		finish(t, fd);
	}
}

/* ---- a full accept queue ---- */

#define FILLERS 2 /* a backlog of 1 takes two */

static void client_overflows(struct traffic *t, size_t n)
{
	int fillers[FILLERS];

	for (size_t i = 0; i < FILLERS; i++)
		fillers[i] = open_client(t, SLOT_OVERFLOWING, 0);
	tell(t);
	wait_told(t);
	/* Closed long before the second when the SYN would be sent again, so each is one drop. */
	for (size_t i = 0; i < n; i++)
		check(close(open_client(t, SLOT_OVERFLOWING, EINPROGRESS)), "close");
	tell(t);
	wait_told(t);
	for (size_t i = 0; i < FILLERS; i++) {
		wait_end(fillers[i], ECONNRESET);
		finish(t, fillers[i]);
	}
}

static void server_does_not_accept(struct traffic *t, size_t n)
{
	int *listener = &t->slots[t->family][SLOT_OVERFLOWING];

	wait_told(t);
	wait_queued(*listener, FILLERS);
	tell(t);
	wait_told(t);
	t->totals->listen_drops += wait_drops(*listener, (uint32_t)n);
	check(close(*listener), "close"); /* the kernel resets what was never accepted */
	*listener = -1;
	tell(t);
}

/* ---- as fast as it goes ---- */

/* Both processes stay on one CPU. With two, a segment may overtake another, or come while the socket is being replaced
 * by its TIME_WAIT: some in a thousand connections then get a reset or a retransmission, which nobody can foretell. */
static void stay_on_one_cpu(cpu_set_t *before)
{
	cpu_set_t one;

	CPU_ZERO(before);
	if (sched_getaffinity(0, sizeof(*before), before) < 0)
		return; /* a machine with more CPUs than the set has room for: it works, less exactly */
	for (size_t cpu = 0; cpu < CPU_SETSIZE; cpu++) {
		if (!CPU_ISSET(cpu, before))
			continue;
		CPU_ZERO(&one); /* the last one: interrupts prefer the first */
		CPU_SET(cpu, &one);
	}
	check(sched_setaffinity(0, sizeof(one), &one), "sched_setaffinity");
}

static void stay_no_more(const cpu_set_t *before)
{
	if (CPU_COUNT(before))
		check(sched_setaffinity(0, sizeof(*before), before), "sched_setaffinity");
}

/* Blocks of connections to one port each: there are not enough client ports for more than 28,000 in a minute, because
 * they stay in TIME_WAIT. */
static void client_churns(struct traffic *t, size_t n)
{
	cpu_set_t before;
	double start;

	stay_on_one_cpu(&before);
	wait_told(t);
	start = seconds_now();
	for (size_t i = 0; i < n; i++)
		check(close(open_client(t, SLOT_CHURNING + i / CHURN_PER_PORT, 0)), "close");
	wait_told(t);
	t->churn_seconds += seconds_now() - start;
	if (t->verbose)
		say("churn: %zu connections in %.3f s", n, seconds_now() - start);
	stay_no_more(&before);
}

static void server_churns(struct traffic *t, size_t n)
{
	cpu_set_t before;

	stay_on_one_cpu(&before);
	tell(t);
	for (size_t i = 0; i < n; i++) {
		int fd = accept_client(t, SLOT_CHURNING + i / CHURN_PER_PORT);

		wait_end(fd, 0);
		check(close(fd), "close");
	}
	tell(t);
	stay_no_more(&before);
}

/* ---- a connection that outlives its owner ---- */

__attribute__((noreturn)) static void forked_client(struct traffic *t, int fd, const int go[2])
{
	char byte;

	check(prctl(PR_SET_PDEATHSIG, SIGKILL), "PR_SET_PDEATHSIG");
	check(prctl(PR_SET_NAME, "nt-forked"), "PR_SET_NAME");
	if (getppid() != t->client)
		_exit(EXIT_FAILED); /* the client died before it could be noticed */
	check(close(go[1]), "close");
	check((int)read(go[0], &byte, 1), "pipe");
	client_exchange(t, fd);
	finish(t, fd);
	_exit(EXIT_DONE);
}

static void client_forks(struct traffic *t, size_t n)
{
	t->fork_pids = realloc(t->fork_pids, (t->n_fork_pids + n) * sizeof(pid_t));
	if (!t->fork_pids)
		fail("out of memory");
	for (size_t i = 0; i < n; i++) {
		int go[2], status, fd = open_client(t, SLOT_ACCEPTING, 0);
		pid_t pid;

		check(pipe(go), "pipe");
		pid = check(fork(), "fork");
		if (pid == 0)
			forked_client(t, fd, go);
		t->fork_pids[t->n_fork_pids++] = pid;
		check(close(fd), "close");
		/* The end of the pipe: from now on the child is the only owner. */
		check(close(go[0]), "close");
		check(close(go[1]), "close");
		check(waitpid(pid, &status, 0), "waitpid");
		if (status != 0)
			fail("a forked client has failed");
	}
}

/* Their timers end in the same tick, and a CPU's queue of loopback packets (net.core.netdev_max_backlog, 1000) would
 * drop more; those drops nobody can foretell. */
#define AT_ONCE 500

/* clang-format off */
const struct action traffic_actions[STEPS] = {
	[CONNECT] = { "connect", "Clean connections, closed by the client first", "send, get an answer, close",
		      3, SLOT_ACCEPTING, 0, client_closes_first, server_closes_last },
	[SERVER_FIRST] = { "server-first", "The same, closed by the server first", "send, get an answer, are closed by the server",
			   2, SLOT_ACCEPTING, 0, client_closes_last, server_closes_first },
	[REFUSE] = { "refuse", "Connects to a port where nobody listens", "are refused: nobody listens",
		     2, SLOT_REFUSING, 0, client_is_refused, NULL },
	[RESET] = { "reset", "Connections reset by the client after sending", "send, then reset the connection",
		    2, SLOT_ACCEPTING, 0, client_resets, server_is_reset },
	[RETRANSMIT] = { "retransmit", "Connections whose data is lost until a tail loss probe and a timeout",
			 "send; the data is lost until it was probed for (TLP) and timed out (RTO)",
			 1, SLOT_ACCEPTING, AT_ONCE, client_is_dropped, server_drops_for_long },
	[SYN] = { "syn", "Connections whose first SYN is lost", "lose their first SYN and send it again after a second",
		  1, SLOT_ACCEPTING, AT_ONCE, client_sends_syn_again, server_drops_syn },
	[SYNACK] = { "synack", "Connections whose SYN-ACK is sent twice", "get their SYN-ACK a second time after a second",
		     1, SLOT_ACCEPTING, AT_ONCE, client_waits_for_accept, server_sends_synack_again },
	[FAST] = { "fast", "Connections with a fast retransmit", "lose a segment, and see it from what comes after it",
		   1, SLOT_ACCEPTING, AT_ONCE, client_retransmits_fast, server_drops_the_first },
	[DROP] = { "drop", "Segments dropped by a socket filter, each on a connection of its own", "lose one segment to a socket filter",
		   2, SLOT_ACCEPTING, AT_ONCE, client_is_dropped, server_drops },
	[OVERFLOW] = { "overflow", "SYNs dropped because the accept queue is full", "find the accept queue full (2 more fill it)",
		       3, SLOT_OVERFLOWING, 0, client_overflows, server_does_not_accept },
	[CHURN] = { "churn", "Empty connections as fast as possible", "open and close as fast as possible",
		    100, SLOT_CHURNING, 0, client_churns, server_churns },
	[HOLD] = { "hold", "Connections opened before all others and closed after them", "stay open from now on",
		   1, SLOT_ACCEPTING, 0, client_holds, server_holds },
	[FORK] = { "fork", "Connections inherited and closed by a child of the client", "are inherited by a child, which sends and closes",
		   1, SLOT_ACCEPTING, 0, client_forks, server_closes_last },
	[RELEASE] = { "hold", NULL, "send again, and are closed",
		      0, SLOT_ACCEPTING, 0, client_releases, server_releases },
};
/* clang-format on */
