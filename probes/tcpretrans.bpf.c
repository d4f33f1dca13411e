/* SPDX-License-Identifier: GPL-2.0-or-later */
/* tcpretrans.bpf.c: an event for each retransmitted packet of TCP segments. */
#include "probes/tcp/owner_state.bpf.h"
#include "probes/lib/pair.bpf.h"
#include "probes/tcpretrans.h"

char LICENSE[] SEC("license") = "GPL";

#define ICSK_TIME_RETRANS    1 /* include/net/inet_connection_sock.h */
#define ICSK_TIME_LOSS_PROBE 5
#define TCPHDR_SYN           0x02 /* include/net/tcp.h */
#define TCPHDR_ACK           0x10
#define TCPCB_SACKED_ACKED   0x01
#define TCPCB_SACKED_RETRANS 0x02
#define TCPCB_LOST           0x04
#define TCP_CA_LOSS          4 /* include/uapi/linux/tcp.h */

/* Whether tcp_retransmit_timer() is running, because the retransmission timer has expired. Its caller
 * tcp_write_timer_handler() disarms the timer first; while ACKs are handled it is always armed, because data is
 * unacknowledged. Its other caller, tcp_ld_RTO_revert() (ICMP unreachable), has just undone one doubling of the
 * timeout; otherwise each timeout except the last has one. */
static __always_inline bool timed_out(const struct inet_connection_sock *icsk)
{
	__u8 pending = icsk->icsk_pending;

	return !pending || (pending == ICSK_TIME_RETRANS && icsk->icsk_retransmits >= icsk->icsk_backoff + 2);
}

/* Whether tcp_send_loss_probe() is running. Its timer may be armed during recovery too; but recovery sends only
 * segments marked lost, neither retransmitted nor acknowledged since. */
static __always_inline bool is_loss_probe(const struct inet_connection_sock *icsk, __u8 sacked)
{
	return icsk->icsk_pending == ICSK_TIME_LOSS_PROBE &&
	       (!(sacked & TCPCB_LOST) || (sacked & (TCPCB_SACKED_ACKED | TCPCB_SACKED_RETRANS)));
}

/* Whether the server has rejected the data of the SYN (tcp_rcv_fastopen_synack()): it has acknowledged the SYN only. */
static __always_inline bool is_refused_syn_data(struct tcp_sock *tcp)
{
	return BPF_CORE_READ_BITFIELD(tcp, syn_data) && !BPF_CORE_READ_BITFIELD(tcp, syn_data_acked) &&
	       tcp->bytes_acked <= 1;
}

/* The function in net/ipv4 that retransmits. The timer, as TCPTimeouts counts it (or the probe of a closed window,
 * which is no timeout and precedes that count); the probe timer; or tcp_xmit_retransmit_queue(). That one counts
 * TCPSlowStartRetrans in state Loss, and TCPFastRetrans in other states. A timeout enters Loss and sets the undo
 * marker. Without congestion, tcp_simple_retransmit() enters it with marker 0, when the path's MTU is smaller than
 * assumed. */
static __always_inline __u8 cause_of(const struct sock *sk, struct tcp_sock *tcp, const struct tcp_skb_cb *segment)
{
	struct inet_connection_sock *icsk = &tcp->inet_conn;
	__u16 flags = segment->tcp_flags;
	__u8 sacked = segment->sacked;

	if (flags & TCPHDR_SYN)
		return flags & TCPHDR_ACK ? CAUSE_SYNACK : CAUSE_SYN;
	if (timed_out(icsk))
		return tcp->snd_wnd || socket_flag(sk, SOCK_DEAD) ? CAUSE_RTO : CAUSE_ZERO_WINDOW;
	if (is_loss_probe(icsk, sacked))
		return CAUSE_TLP;
	if (is_refused_syn_data(tcp))
		return CAUSE_FAST_OPEN;
	if (BPF_CORE_READ_BITFIELD(icsk, icsk_ca_state) == TCP_CA_LOSS)
		return tcp->undo_marker ? CAUSE_SLOW_START : CAUSE_PMTU;
	return sacked & TCPCB_LOST ? CAUSE_FAST : CAUSE_OTHER;
}

static __always_inline __u8 kind_of(__u8 cause)
{
	if (cause == CAUSE_TLP)
		return KIND_LOSS_PROBE;
	return cause == CAUSE_SYNACK ? KIND_SYNACK : KIND_RETRANSMIT;
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

/* (const struct sock *, const struct sk_buff *); since 6.16 also int err, and calls for failures too. Context: softirq
 * mostly, or a task with the socket locked, which the softirq of another socket may interrupt. */
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
	own.segments = own.err ? 0 : segment->tcp_gso_segs;
	own.cause = cause_of(sk, tcp, segment);
	own.kind = kind_of(own.cause);
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
		.segments = 1,
	};
	struct event head;

	event_fill(&head, sk, tag_find(sk), bpf_ktime_get_boot_ns());
	event_ends(&head, &request->__req_common);
	emit(&head, sk, &own);
	return 0;
}
