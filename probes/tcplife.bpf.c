/* SPDX-License-Identifier: GPL-2.0-or-later */
/* tcplife.bpf.c: an event for each TCP session. */
#include "probes/lib/iterate.bpf.h"
#include "probes/tcp/open_sockets.bpf.h"
#include "probes/lib/pair.bpf.h"
#include "probes/tcp/limits.bpf.h"
#include "probes/tcp/sockmap.bpf.h"
#include "probes/tcplife.h"

char LICENSE[] SEC("license") = "GPL";

/* The caller has set the time of head; fills the rest of it. */
static __always_inline bool wanted(struct event *head, struct sock *sk, struct tag *tag)
{
	event_owner(head, sk, tag);
	event_socket(head, sk);
	return event_wanted(head, sk);
}

/* Fills the members between the head and the limits. */
static __always_inline void fill(struct tcplife_event *e, struct sock *sk, struct tcp_sock *tcp, struct tag *tag,
				 const struct event *head, __u8 state)
{
	e->tx_bytes = payload_sent(tcp);
	e->rx_bytes = payload_received(tcp, sk);
	sockmap_hides(tag, &e->tx_bytes, &e->rx_bytes);
	e->duration = tag && tag->life.established_at ? head->ts - tag->life.established_at : NOT_KNOWN;
	e->retrans = tcp->total_retrans;
	e->srtt_us = tcp->srtt_us >> 3;
	e->error = sk->sk_err;
	e->role = tag ? tag->life.role : ROLE_UNKNOWN;
	e->state = state;
	*(__u16 *)e->pad = 0;
}

/* Not before fill(). At TCP_CLOSE, TCP still has all of its counters: it clears them later (tcp_disconnect()). */
static __always_inline void fill_limits(struct tcplife_event *e, struct sock *sk, struct tcp_sock *tcp)
{
	struct chrono chrono;

	chrono_read(&chrono, tcp);
	limits_fill(&e->limits, tcp, sk, &chrono, e->duration);
	limits_judge(&e->limits, e->duration);
}

static __always_inline void emit(struct event *head, struct sock *sk, struct tag *tag, __u8 state)
{
	struct tcp_sock *tcp = bpf_skc_to_tcp_sock(sk);
	struct tcplife_event *e;

	if (!tcp || !wanted(head, sk, tag))
		return;
	if (settings.flags & TCPLIFE_LIMITS)
		e = ring_reserve(sizeof(*e), head);
	else
		e = ring_reserve(__builtin_offsetof(struct tcplife_event, limits), head);
	if (!e)
		return;
	fill(e, sk, tcp, tag, head, state);
	if (settings.flags & TCPLIFE_LIMITS)
		fill_limits(e, sk, tcp);
	ring_submit(e);
}

/* Whether the child never lived: for one handshake two CPUs may create two children, and the surplus one is closed
 * without data. (A child of TCP Fast Open can live a whole session in SYN_RECV.) */
static __always_inline bool never_lived(const struct transition *t)
{
	struct tcp_sock *tcp;

	if (t->from != TCP_SYN_RECV)
		return false;
	tcp = bpf_skc_to_tcp_sock(t->sk);
	return tcp && !tcp->bytes_received;
}

/* Context: a task with the socket locked, or softirq (often of the FIN that ends a session). */
static __always_inline int state_changed(__u64 *ctx)
{
	struct transition t;
	struct event head;

	if (!transition_read(&t, &head, ctx))
		return 0;
	sockmap_notice(&t);
	if (t.to == TCP_CLOSE && t.from != TCP_LISTEN && !never_lived(&t) &&
	    ((t.tag && t.tag->life.established_at) || (settings.flags & TCPLIFE_OPEN)))
		emit(&head, t.sk, t.tag, t.to);
	transition_done(&t);
	return 0;
}

PROGRAM_PAIR("tp_btf/inet_sock_set_state", session, state_changed)

/* Writes the open sessions at the end of tracing. Without the ring, which could lose some of many. Context:
 * nettrace. */
static __always_inline int emit_open(struct bpf_iter_meta *meta, struct sock *sk, const bool tagged)
{
	struct tcp_sock *tcp = bpf_skc_to_tcp_sock(sk);
	__u8 state = sk->__sk_common.skc_state;
	struct tcplife_event own = {};
	struct tag *tag;

	(void)tagged;
	if (!tcp || state == TCP_LISTEN || state == TCP_CLOSE)
		return 0;
	tag = tag_get(sk, false);
	if (tag && tag_is_reported(tag))
		return 0;
	event_init(&own.common, bpf_ktime_get_boot_ns());
	if (!wanted(&own.common, sk, tag))
		return 0;
	fill(&own, sk, tcp, tag, &own.common, state);
	if (settings.flags & TCPLIFE_LIMITS)
		fill_limits(&own, sk, tcp);
	else
		limits_clear(&own.limits);
	if (event_write(meta, &own, sizeof(own)) && tag)
		tag_set_reported(tag, true);
	return 0;
}

WALK_OPEN_SOCKETS(open, emit_open)
