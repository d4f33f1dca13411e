/* SPDX-License-Identifier: GPL-2.0-or-later */
/* tcpdrop_packet.bpf.h: the properties of a freed packet: its socket, the place of the drop, and the traits that the
 * rules need. */
#ifndef NETTRACE_PROBES_TCPDROP_PACKET_BPF_H
#define NETTRACE_PROBES_TCPDROP_PACKET_BPF_H

#include "probes/lib/drop_values.bpf.h"
#include "probes/lib/packet.bpf.h"
#include "probes/tcpdrop_judge.bpf.h"

#define DROP_KFREE_HOOK   0
#define DROP_CONSUME_HOOK 1
#define AF_PACKET         17
#define SOCK_STREAM       1
#define FRAMES_OF_FREEING 8

struct drop {
	struct packet packet;
	struct drop_subject at; /* --explain */
	struct sock *sk;        /* of TCP; NULL: unknown */
	__u64 location;
	__u32 reason; /* ~0: unavailable on this kernel */
	__u32 traits; /* enum drop_trait */
	__u8 state;
	__u8 harmless; /* enum drop_kind */
	bool full;     /* sk is a full socket, neither a request nor a TIME_WAIT socket */
	bool known;    /* the packet's headers were read */
	bool received;
};

/* Excludes raw and packet sockets and a device's sockets, which may look like TCP's. Of request and TIME_WAIT sockets
 * only the members common to all sockets are read. */
static __always_inline bool is_tcp_socket(const struct sock *sk, __u8 state)
{
	__u16 family = sk->__sk_common.skc_family;

	if (family != AF_INET && family != AF_INET6)
		return false;
	if (state == TCP_TIME_WAIT || state == TCP_NEW_SYN_RECV)
		return true;
	return is_tcp(sk) && sk->sk_type == SOCK_STREAM;
}

/* The socket of the packet: since 6.11 the tracepoint's argument for the receiver; before, and for sent packets, the
 * packet's. */
static __always_inline void drop_socket(struct drop *d, struct sock *rx_sk, struct sk_buff *skb)
{
	struct sock *sk = rx_sk ? rx_sk : skb->sk;
	__u8 state;

	d->received = rx_sk || skb->skb_iif;
	if (!sk)
		return;
	state = sk->__sk_common.skc_state;
	if (!is_tcp_socket(sk, state)) {
		if (sk->__sk_common.skc_family == AF_PACKET)
			d->traits |= OF_PACKET;
		return;
	}
	d->sk = sk;
	d->state = state;
	d->full = state != TCP_TIME_WAIT && state != TCP_NEW_SYN_RECV;
}

/* IS_OLD, if the socket already has all data of the packet. Of a SYN only if it made this connection: bytes_received is
 * the distance from the initial sequence number to rcv_nxt. */
static __always_inline __u32 old_trait(const struct drop *d, const int rung)
{
	const struct packet *p = &d->packet;
	__u32 fin = p->flags & FLAG_FIN, syn = p->flags >> 1 & 1;
	__u32 end = p->seq + p->payload + fin, next, begin;
	__u32 more = bit_unless_zero(p->payload | fin, 1);
	struct tcp_sock *tcp;

	if (d->state == TCP_TIME_WAIT) {
		next = d->sk->__sk_common.skc_tw_rcv_nxt;
		begin = p->seq;
	} else if (d->full) {
		tcp = KPTR(rung, d->sk, tcp_sock);
		next = KREAD(rung, tcp, rcv_nxt);
		begin = next - (__u32)KREAD(rung, tcp, bytes_received);
	} else {
		return 0;
	}
	/* Data up to next; a bare ACK must be below next. */
	return (((end - next - more) >> 31) & ~syn) * IS_OLD | (syn * bit_if_zero((__u32)(p->seq + 1 - begin), IS_OLD));
}

/* The traits of a socket in this state; 0: no socket. */
static __always_inline __u32 state_traits(__u8 state, bool received)
{
	__u32 nobody = settings.arguments[DROP_KFREE_HOOK] < 4 ? TO_NOBODY | TO_HIDDEN : TO_NOBODY;

	return bit_if_zero(state ^ TCP_CLOSE, TO_CLOSED) | bit_if_zero(state ^ TCP_TIME_WAIT, TO_TIMEWAIT) |
	       bit_if_zero(state ^ TCP_LISTEN, TO_LISTEN) | (received ? bit_if_zero(state, 1) * nobody : 0);
}

/* Whether the state has valid sequence numbers: before the connection they are meaningless. */
static __always_inline bool has_numbers(__u8 state)
{
	return (1U << state) & (1U << TCP_LISTEN | 1U << TCP_SYN_SENT | 1U << TCP_CLOSE) ? false : true;
}

/* The lower half of a kernel function's address, which identifies it: all are within 4 GiB. Since 7.0 the verifier
 * forbids arithmetic on a pointer from a packet's memory, but its half is a number. */
static __always_inline __u32 function_half(__u64 function)
{
	__u64 low;

	asm volatile("r1 = %[function]; w1 = w1; %[low] = r1" : [low] "=r"(low) : [function] "r"(function) : "r1");
	return (__u32)low;
}

/* Collects the traits that tcpdrop_rules.h needs. */
static __always_inline void drop_traits(struct drop *d, const struct sk_buff *skb, const int rung, const bool read)
{
	__u32 destructor = function_half((__u64)skb->destructor);
	__u32 traits = d->traits | state_traits(d->state, d->received);

	if (places_known()) {
		traits |= AT_PLACE |
			  bit_if_zero(destructor ^ (__u32)settings.symbols[PLACE_SOCK_RMEM_FREE].start, IN_ERRORS);
		if (d->full)
			traits |= bit_if_zero(destructor ^ (__u32)settings.symbols[PLACE_SOCK_RFREE].start, IN_QUEUE);
	}
	if (settings.arguments[DROP_KFREE_HOOK] > 2)
		traits |= IS_NAMED;
	if (d->received)
		traits |= WAS_RECEIVED;
	if (!read || !d->known) {
		d->traits = traits | bit_if_zero(skb->len, IS_UNREADABLE);
		return;
	}
	traits |= d->packet.flags & (HAS_FIN | HAS_SYN | HAS_RST | HAS_ACK);
	traits |= bit_unless_zero(d->packet.payload, HAS_DATA) | bit_unless_zero(d->packet.payload >> 1, HAS_MORE);
	if (d->sk && d->received && has_numbers(d->state))
		traits |= old_trait(d, rung);
	d->traits = traits;
}

/* The place of the drop. Compilers split the function that frees packets (seen on arm64, 5.10). Then the kernel reports
 * an address within it, so the first frame outside counts. Context: any. */
static __always_inline void drop_place(void *ctx, struct drop *d)
{
	__u64 frames[FRAMES_OF_FREEING] = {};

	if ((__u32)place_of(d->location) >= DROP_FREEING)
		return;
	if (bpf_get_stack(ctx, frames, sizeof(frames), 0) <= 0)
		return;
#pragma clang loop unroll(full)
	for (int i = 1; i < FRAMES_OF_FREEING; i++) {
		if ((__u32)place_of(frames[i - 1]) < DROP_FREEING && (__u32)place_of(frames[i]) >= DROP_FREEING) {
			d->location = frames[i];
			return;
		}
	}
}

#endif
