/* SPDX-License-Identifier: GPL-2.0-or-later */
/* tcpretrans.bpf.c: an event for each TCP segment sent again. */
#include "probes/tcp/owner_state.bpf.h"
#include "probes/lib/pair.bpf.h"
#include "probes/tcpretrans.h"

char LICENSE[] SEC("license") = "GPL";

#define ICSK_TIME_LOSS_PROBE 5    /* include/net/inet_connection_sock.h */
#define TCPCB_LOST           0x04 /* include/net/tcp.h */
#define TCP_CA_RECOVERY      3    /* include/uapi/linux/tcp.h */
#define TCP_CA_LOSS          4

/* icsk_pending alone would take most fast retransmits for probes: the timer is armed while recovery runs; but only what
 * recovery sends again was marked lost before. */
static __always_inline __u8 cause_of(const struct sock *sk, struct tcp_sock *tcp, const struct tcp_skb_cb *segment)
{
	__u8 ca_state = BPF_CORE_READ_BITFIELD(&tcp->inet_conn, icsk_ca_state);

	if (sk->__sk_common.skc_state == TCP_SYN_SENT)
		return CAUSE_SYN;
	if (tcp->inet_conn.icsk_pending == ICSK_TIME_LOSS_PROBE && !(segment->sacked & TCPCB_LOST))
		return CAUSE_TLP;
	if (ca_state == TCP_CA_LOSS)
		return CAUSE_RTO;
	return ca_state == TCP_CA_RECOVERY ? CAUSE_FAST : CAUSE_OTHER;
}

static __always_inline void emit(struct event *head, struct sock *sk, const struct tcpretrans_event *own)
{
	struct tcpretrans_event *e;

	if (!event_wanted(head, sk))
		return;
	e = ring_reserve(sizeof(*e), head);
	if (!e)
		return;
	__builtin_memcpy((char *)e + sizeof(*head), (const char *)own + sizeof(*head), sizeof(*e) - sizeof(*head));
	ring_submit(e);
}

/* (const struct sock *, const struct sk_buff *), since 6.16 also int err, then called for failures too. Context:
 * softirq mostly, or a task with the socket locked, which the softirq of another socket may interrupt. */
static __always_inline int sent_again(__u64 *ctx)
{
	struct sock *sk = (void *)ctx[0];
	struct sk_buff *skb = (void *)ctx[1];
	struct tcp_skb_cb *segment = (void *)skb->cb;
	struct tcp_sock *tcp = bpf_skc_to_tcp_sock(sk);
	struct tcpretrans_event own = { .state = sk->__sk_common.skc_state, .seq = segment->seq };
	struct event head;

	if (!tcp)
		return 0;
	if (settings.arguments[0] > 2)
		own.err = (__s32)ctx[2];
	own.cause = cause_of(sk, tcp, segment);
	own.kind = own.cause == CAUSE_TLP ? KIND_LOSS_PROBE : KIND_RETRANSMIT;
	event_fill(&head, sk, tag_find(sk), bpf_ktime_get_boot_ns());
	emit(&head, sk, &own);
	return 0;
}

PROGRAM_PAIR("tp_btf/tcp_retransmit_skb", retransmit, sent_again)

/* (const struct sock *listener, const struct request_sock *). The owner is the listener's. Context: softirq. */
SEC("tp_btf/tcp_retransmit_synack")
int retransmit_synack(__u64 *ctx)
{
	struct sock *sk = (void *)ctx[0];
	struct request_sock *request = (void *)ctx[1];
	struct tcpretrans_event own = {
		.state = TCP_NEW_SYN_RECV,
		.seq = ~0U,
		.kind = KIND_SYNACK,
		.cause = CAUSE_SYNACK,
	};
	struct event head;

	event_fill(&head, sk, tag_find(sk), bpf_ktime_get_boot_ns());
	event_ends(&head, &request->__req_common);
	emit(&head, sk, &own);
	return 0;
}
