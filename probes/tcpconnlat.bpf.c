/* SPDX-License-Identifier: GPL-2.0-or-later */
/* tcpconnlat.bpf.c: an event for each attempt to connect, when it ends. All that is kept of an attempt is in the tag of
 * its socket: nothing is left over of one that never ends. */
#include "probes/tcp/attempt.bpf.h"
#include "probes/lib/pair.bpf.h"
#include "probes/tcpconnlat.h"

char LICENSE[] SEC("license") = "GPL";
OWN_OPTIONS(struct tcpconnlat_options);

static __always_inline void emit(struct event *head, const struct transition *t, const struct attempt *a)
{
	struct tcpconnlat_event *e;

	event_owner(head, t->sk, t->tag);
	event_socket(head, t->sk);
	if (!event_wanted(head, t->sk))
		return;
	if (t->duration < own.minimum) { /* one that is not known is shown */
		COUNT(filtered);
		return;
	}
	e = ring_reserve(sizeof(*e), head);
	if (!e)
		return;
	e->latency = t->duration;
	e->syns = a->syns;
	e->error = a->error;
	e->result = a->result;
	ring_submit(e);
}

/* Context: a task with the socket locked, or softirq (that of the answer, or of a timer). */
static __always_inline int state_changed(__u64 *ctx)
{
	struct transition t;
	struct attempt a;
	struct event head;

	if (!transition_read(&t, &head, ctx))
		return 0;
	if (attempt_ends(&a, &t))
		emit(&head, &t, &a);
	transition_done(&t);
	return 0;
}

PROGRAM_PAIR("tp_btf/inet_sock_set_state", attempt_end, state_changed)
