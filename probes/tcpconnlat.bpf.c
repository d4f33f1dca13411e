/* SPDX-License-Identifier: GPL-2.0-or-later */
/* tcpconnlat.bpf.c: an event for each attempt to connect, when it ends.
 *
 * The state of an attempt is in the tag of its socket only, so nothing remains of an attempt that never ends. */
#include "probes/tcp/attempt.bpf.h"
#include "probes/lib/pair.bpf.h"
#include "probes/tcpconnlat.h"

char LICENSE[] SEC("license") = "GPL";
OWN_OPTIONS(struct tcpconnlat_options);

#define NS_OF_MS 1000000ULL

/* Notes that the first SYN left `ago` ns before, if connect() has deferred it to the first data (TCP_FASTOPEN_CONNECT):
 * the socket is in SYN_SENT from connect() on. */
static __always_inline void syn_left(struct tag *tag, __u64 now, __u64 ago)
{
	if (now - tag->life.created_at > ago) /* otherwise it was not deferred */
		tag->syn_at = now - ago;
}

/* Before the ACK of the answer, the last segment sent is the SYN. */
static __always_inline void syn_look(const struct transition *t, const struct attempt *a)
{
	struct tcp_sock *tcp = bpf_skc_to_tcp_sock(t->sk);

	if (tcp && t->tag && t->tag->life.created_at && a->syns == 1 && BPF_CORE_READ_BITFIELD(tcp, fastopen_connect))
		syn_left(t->tag, t->now, bpf_ktime_get_ns() - tcp->tcp_wstamp_ns);
}

/* From the SYN to its answer, or to another end of the attempt. */
static __always_inline __u64 latency_of(const struct transition *t)
{
	const struct tag *tag = t->tag;

	if (tag && tag->life.created_at && tag->syn_at > tag->life.created_at)
		return t->now - tag->syn_at;
	if (t->from == TCP_SYN_SENT)
		return t->duration;
	return tag && tag->life.created_at ? t->now - tag->life.created_at : NOT_KNOWN;
}

static __always_inline void emit(struct event *head, const struct transition *t, const struct attempt *a)
{
	__u64 latency = latency_of(t);
	struct tcpconnlat_event *e;

	event_owner(head, t->sk, t->tag);
	event_socket(head, t->sk);
	if (!event_wanted(head, t->sk))
		return;
	if (latency < own.minimum) { /* an unknown latency passes */
		COUNT(filtered);
		return;
	}
	e = ring_reserve(sizeof(*e), head);
	if (!e)
		return;
	e->latency = latency;
	e->syns = a->syns;
	e->error = a->error;
	e->result = a->result;
	__builtin_memset(e->pad, 0, sizeof(e->pad)); /* the ring contains old bytes */
	ring_submit(e);
}

/* Context: a task with the socket locked, or softirq (of the answer, or of a timer). */
static __always_inline int state_changed(__u64 *ctx)
{
	struct transition t;
	struct attempt a;
	struct event head;

	if (!transition_read(&t, &head, ctx))
		return 0;
	if (t.from == TCP_SYN_SENT && attempt_read(&a, t.sk))
		syn_look(&t, &a);
	if (attempt_ends(&a, &t))
		emit(&head, &t, &a);
	transition_done(&t);
	return 0;
}

PROGRAM_PAIR("tp_btf/inet_sock_set_state", attempt_end, state_changed)

/* The SYN is retransmitted: TCP knows the time of the first SYN, in ms, and forgets it with the answer. Context:
 * softirq (a timer). */
SEC("tp_btf/tcp_retransmit_skb")
int syn_again(__u64 *ctx)
{
	struct sock *sk = (void *)ctx[0];
	struct tcp_sock *tcp;
	struct tag *tag;
	__u32 ago;

	if (sk->__sk_common.skc_state != TCP_SYN_SENT)
		return 0;
	tag = tag_get(sk, false);
	tcp = bpf_skc_to_tcp_sock(sk);
	if (!tag || !tcp || !tag->life.created_at || tag->syn_at > tag->life.created_at ||
	    !BPF_CORE_READ_BITFIELD(tcp, fastopen_connect))
		return 0;
	ago = (__u32)(bpf_ktime_get_ns() / NS_OF_MS) - tcp->retrans_stamp;
	syn_left(tag, bpf_ktime_get_boot_ns(), ago * NS_OF_MS);
	return 0;
}
