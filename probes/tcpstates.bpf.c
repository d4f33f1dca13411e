/* SPDX-License-Identifier: GPL-2.0-or-later */
/* tcpstates.bpf.c: an event for each TCP state change. */
#include "pair.bpf.h"
#include "transition.bpf.h"
#include "tcpstates.h"

char LICENSE[] SEC("license") = "GPL";

static __always_inline void emit(struct event *head, struct transition *t, __u64 duration)
{
	struct tcpstates_event *e;

	if (!event_wanted(head, t->sk))
		return;
	e = ring_reserve(sizeof(*e), head);
	if (!e)
		return;
	e->skaddr = (__u64)t->sk;
	e->duration = duration;
	e->oldstate = t->from;
	e->newstate = t->to;
	ring_submit(e);
}

/* Connecting, the local port is chosen after the first change (and up to 6.1 a child's remote port is missing in its
 * first): a filter on it has to wait for the second. */
static __always_inline bool ends_missing(const struct event *head)
{
	return (settings.filter.lports.count && !head->lport) ||
	       ((settings.filter.rports.count || settings.filter.n_raddrs) && !head->rport);
}

/* Context: a task with the socket locked, or softirq. */
static __noinline int state_changed(__u64 *ctx)
{
	struct transition t;
	struct event head;

	if (!transition_read(&t, &head, ctx))
		return 0;
	event_socket(&head, t.sk);
	event_owner(&head, t.sk, t.tag);
	if (t.tag && t.fresh && t.to != TCP_LISTEN && ends_missing(&head)) {
		t.tag->held_at = t.now;
		t.tag->held = t.from;
		return 0;
	}
	if (t.tag && t.tag->held_at) {
		struct transition first = t;

		first.from = t.tag->held;
		first.to = t.from;
		head.ts = t.tag->held_at;
		t.tag->held_at = 0;
		emit(&head, &first, 0);
		head.ts = t.now;
	}
	emit(&head, &t, t.duration);
	transition_done(&t);
	return 0;
}

PROGRAM_PAIR("tp_btf/inet_sock_set_state", transition, state_changed)
