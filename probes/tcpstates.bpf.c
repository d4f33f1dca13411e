/* SPDX-License-Identifier: GPL-2.0-or-later */
/* tcpstates.bpf.c: an event for each TCP state change. */
#include "probes/lib/pair.bpf.h"
#include "probes/tcp/transition.bpf.h"
#include "probes/tcpstates.h"

char LICENSE[] SEC("license") = "GPL";

/* held: the change before this one, which waited for the ends. */
static __always_inline void emit(struct event *head, const struct transition *t, bool pending)
{
	struct tcpstates_event *e;

	head->ts = pending ? t->tag->pending_since : t->now;
	if (!event_wanted(head, t->sk))
		return;
	e = ring_reserve(sizeof(*e), head);
	if (!e)
		return;
	e->skaddr = (__u64)t->sk;
	e->duration = pending ? 0 : t->duration;
	e->oldstate = pending ? t->tag->pending_state : t->from;
	e->newstate = pending ? t->from : t->to;
	ring_submit(e);
}

/* Connecting, the local port is chosen after the first change (and up to 6.1 a child's remote port is missing in its
 * first): a filter on it has to wait for the second. */
static __always_inline bool ends_wanted(void)
{
	return settings.filter.lports.count || settings.filter.rports.count || settings.filter.n_raddrs;
}

static __always_inline bool ends_missing(const struct event *head)
{
	return (settings.filter.lports.count && !head->lport) ||
	       ((settings.filter.rports.count || settings.filter.n_raddrs) && !head->rport);
}

/* In a loop, so that what makes an event is there once. */
static __always_inline void emit_all(struct event *head, const struct transition *t)
{
	bool pending = ends_wanted() && t->tag && t->tag->pending_since;

#pragma clang loop unroll(disable)
	for (int events = pending ? 2 : 1; events; events--)
		emit(head, t, events == 2);
	if (pending)
		t->tag->pending_since = 0;
}

/* Context: a task with the socket locked, or softirq. */
static __always_inline int state_changed(__u64 *ctx)
{
	struct transition t;
	struct event head;

	if (!transition_read(&t, &head, ctx))
		return 0;
	event_owner(&head, t.sk, t.tag);
	transition_socket(&head, &t);
	if (ends_wanted() && t.tag && t.fresh && t.to != TCP_LISTEN && ends_missing(&head)) {
		t.tag->pending_since = t.now;
		t.tag->pending_state = t.from;
	} else {
		emit_all(&head, &t);
	}
	transition_done(&t);
	return 0;
}

PROGRAM_PAIR("tp_btf/inet_sock_set_state", transition, state_changed)
