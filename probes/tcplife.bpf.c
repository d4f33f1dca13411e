/* SPDX-License-Identifier: GPL-2.0-or-later */
/* tcplife.bpf.c: an event for each TCP session. */
#include "open_sockets.bpf.h"
#include "pair.bpf.h"
#include "transition.bpf.h"
#include "tcplife.h"

char LICENSE[] SEC("license") = "GPL";

/* head: time and place. */
static __always_inline void emit(struct event *head, struct sock *sk, struct tag *tag, __u8 state)
{
	struct tcp_sock *tcp = bpf_skc_to_tcp_sock(sk);
	struct tcplife_event *e;

	if (!tcp)
		return;
	event_socket(head, sk);
	event_owner(head, sk, tag);
	if (!event_wanted(head, sk))
		return;
	e = ring_reserve(sizeof(*e), head);
	if (!e)
		return;
	e->tx_bytes = payload_sent(tcp);
	e->rx_bytes = payload_received(tcp, sk);
	e->duration = tag && tag->up ? head->ts - tag->up : NOT_KNOWN;
	e->retrans = tcp->total_retrans;
	e->srtt_us = tcp->srtt_us >> 3;
	e->error = sk->sk_err;
	e->role = tag ? tag->role : ROLE_UNKNOWN;
	e->state = state;
	*(__u16 *)e->pad = 0;
	ring_submit(e);
}

/* Of one handshake two CPUs may make two children; the one too many is closed before it carried anything. (A child of
 * TCP Fast Open can live a whole session in SYN_RECV.) */
static __always_inline bool never_lived(const struct transition *t)
{
	struct tcp_sock *tcp;

	if (t->from != TCP_SYN_RECV)
		return false;
	tcp = bpf_skc_to_tcp_sock(t->sk);
	return tcp && !tcp->bytes_received;
}

/* Context: a task with the socket locked, or softirq (then often that of the FIN that ends a session). */
static __noinline int state_changed(__u64 *ctx)
{
	struct transition t;
	struct event head;

	if (!transition_read(&t, &head, ctx))
		return 0;
	if (t.to == TCP_CLOSE && t.from != TCP_LISTEN && !never_lived(&t) &&
	    ((t.tag && t.tag->up) || (settings.flags & TCPLIFE_OPEN)))
		emit(&head, t.sk, t.tag, t.to);
	transition_done(&t);
	return 0;
}

PROGRAM_PAIR("tp_btf/inet_sock_set_state", session, state_changed)

/* At the end of tracing. */
static __always_inline int emit_open(struct bpf_iter_meta *meta, struct sock *sk, const bool tagged)
{
	__u8 state = sk->__sk_common.skc_state;
	struct event head;

	(void)meta;
	(void)tagged;
	if (state == TCP_LISTEN || state == TCP_CLOSE)
		return 0;
	event_begin(&head, bpf_ktime_get_boot_ns());
	event_place(&head, sk);
	emit(&head, sk, tag_get(sk, false), state);
	return 0;
}

WALK_OPEN_SOCKETS(open, emit_open)
