/* SPDX-License-Identifier: GPL-2.0-or-later */
/* tcpdrop.bpf.c: an event for each TCP packet that the kernel drops. */
#include "probes/tcp/owner_state.bpf.h"
#include "probes/tcpdrop_listen.bpf.h"

char LICENSE[] SEC("license") = "GPL";
OWN_OPTIONS(struct tcpdrop_options);

#define DROP_KFREE_HOOK   OWN_HOOK
#define DROP_CONSUME_HOOK (OWN_HOOK + 1)

struct drop {
	struct packet packet;
	struct sock *sk; /* NULL: none is known */
	__u64 location;
	__u32 reason; /* ~0: the kernel does not tell */
	__u8 state;
	bool known; /* the packet's headers were read */
	bool empty; /* nothing in it but headers that are done with */
	bool received;
	bool clean; /* is_false_drop() */
};

static __always_inline bool at(__u64 location, __u32 symbol)
{
	return location >= settings.symbols[symbol].start && location < settings.symbols[symbol].end;
}

/* What the kernel throws away on every clean connection, and what carries no data: the ACK that ends a handshake or a
 * close, once it has done its work; the last FIN, which TIME_WAIT answers; the FIN that a closed socket still has
 * queued. Where kallsyms hides the places, only the packets are judged. */
static __always_inline bool is_false_drop(const struct drop *d)
{
	const struct packet *p = &d->packet;
	bool places = settings.symbols[IN_RCV_STATE_PROCESS].start != 0;
	bool fin = (p->flags & (FLAG_FIN | FLAG_SYN)) == FLAG_FIN;

	if (!d->known)
		return d->state == TCP_CLOSE && d->empty;
	if (p->payload)
		return false;
	if (d->reason == settings.values[VALUE_QUEUE_PURGE] && d->reason != ~0U)
		return fin;
	if (d->reason != settings.values[VALUE_NOT_SPECIFIED])
		return false;
	if (p->flags == FLAG_ACK && (!places || at(d->location, IN_RCV_STATE_PROCESS)))
		return true;
	if (fin && (places ? at(d->location, IN_KILL_QUEUES) : d->state == TCP_CLOSE))
		return true;
	/* Before 6.11 the TIME_WAIT socket is not told. */
	return fin && (d->state == TCP_TIME_WAIT || (!d->state && settings.arguments[DROP_KFREE_HOOK] < 4)) &&
	       (!places || at(d->location, IN_V4_RCV) || at(d->location, IN_V6_RCV));
}

/* The common part of the event: local is this end. */
static __always_inline void drop_ends(struct event *e, const struct drop *d)
{
	const struct packet *p = &d->packet;

	e->family = p->family;
	__builtin_memcpy(e->laddr, d->received ? p->daddr : p->saddr, 16);
	__builtin_memcpy(e->raddr, d->received ? p->saddr : p->daddr, 16);
	e->lport = d->received ? p->dport : p->sport;
	e->rport = d->received ? p->sport : p->dport;
}

static __always_inline void drop_emit(void *ctx, const struct event *head, const struct drop *d)
{
	const __u64 size = settings.flags & TCPDROP_NO_STACK ? __builtin_offsetof(struct tcpdrop_event, stack)
							     : sizeof(struct tcpdrop_event);
	struct tcpdrop_event *e;
	long got;

	if (settings.flags & TCPDROP_NO_STACK)
		e = ring_reserve(__builtin_offsetof(struct tcpdrop_event, stack), head);
	else
		e = ring_reserve(sizeof(*e), head);
	if (!e)
		return;
	__builtin_memcpy(e->saddr, d->received ? head->raddr : head->laddr, 16);
	__builtin_memcpy(e->daddr, d->received ? head->laddr : head->raddr, 16);
	e->sport = d->received ? head->rport : head->lport;
	e->dport = d->received ? head->lport : head->rport;
	e->flags = d->known ? d->packet.flags : 0xffff;
	e->state = d->state;
	e->clean = d->clean;
	e->reason = d->reason;
	e->reason_code = d->reason < REASON_LISTEN_OVERFLOW ? d->reason : ~0U;
	e->location = d->location;
	if (size == sizeof(*e)) {
		/* The two frames of the tracing itself are skipped. */
		got = bpf_get_stack(ctx, e->stack, sizeof(e->stack), 2);
		if (got < 0)
			got = 0;
		if (got < (long)sizeof(e->stack))
			e->stack[(got / 8) & (TCPDROP_FRAMES - 1)] = 0;
	}
	ring_submit(e);
}

/* The socket, if the packet has one: the receiver's own argument since 6.12; before that, and on the way out, the
 * packet's. It may be a request or TIME_WAIT socket: only what all sockets share is read of it. */
static __always_inline void drop_socket(struct drop *d, struct sock *rx_sk, struct sk_buff *skb)
{
	d->sk = rx_sk;
	if (!rx_sk)
		d->sk = skb->sk;
	d->received = rx_sk || skb->skb_iif;
	d->empty = !skb->len;
	if (d->sk)
		d->state = d->sk->__sk_common.skc_state;
}

static __always_inline bool is_full_socket(const struct drop *d)
{
	return d->sk && d->state != TCP_TIME_WAIT && d->state != TCP_NEW_SYN_RECV;
}

/* Before 6.11 the kernel does not tell which socket a packet was for; if a listener has its port, it is that one's, or
 * one that came from it. */
static __always_inline void drop_owner_by_port(struct event *head, const struct drop *d)
{
	int slot = find_only_owner(head->netns, d->packet.dport);
	struct listener *listener = slot < 0 ? NULL : listener_at(head->netns, d->packet.dport, (__u16)slot);

	if (!listener)
		return;
	event_tag(head, &listener->tag);
	if (head->owner == OWNER_EXACT)
		head->owner = OWNER_INHERITED;
}

/* Filters and sends; head holds what is known of namespace and owner. */
static __always_inline int drop_report(void *ctx, const struct drop *d, struct event *head, struct sock *full)
{
	if (d->known)
		drop_ends(head, d);
	if (!event_wanted(head, full))
		return 0;
	if (!list_has(&own.reasons, d->reason)) {
		COUNT(filtered);
		return 0;
	}
	drop_emit(ctx, head, d);
	return 0;
}

/* (skb, location), 5.17: + reason, 6.11: + the receiving socket. Context: any. */
static __always_inline int kfree(__u64 *ctx, const int rung, const bool read)
{
	struct sk_buff *skb = (void *)ctx[0];
	struct sock *rx_sk = NULL;
	struct drop d = { .location = ctx[1], .reason = ~0U };
	struct event head;
	bool full;

	if (settings.arguments[DROP_KFREE_HOOK] > 2)
		d.reason = (__u32)ctx[2];
	if (settings.arguments[DROP_KFREE_HOOK] > 3)
		rx_sk = (void *)ctx[3];
	drop_socket(&d, rx_sk, skb);
	full = is_full_socket(&d);
	event_init(&head, bpf_ktime_get_boot_ns());
	if (full)
		event_place(&head, d.sk);
	else if (d.sk)
		head.netns = socket_netns(d.sk);
	else if (skb->dev)
		head.netns = skb->dev->nd_net.net->ns.inum;
	if (read)
		d.known = packet_read(&d.packet, skb, rung);
	if (d.known && !head.netns)
		head.netns = route_netns(skb, rung);
	if (d.known && d.received && (!d.state || d.state == TCP_LISTEN) && !(d.packet.flags & FLAG_FIN))
		rung == RUNG_CAST ? catch_up_cast(head.netns, d.packet.dport)
				  : catch_up_helper(head.netns, d.packet.dport);
	if (!d.known && !(full && is_tcp(d.sk)))
		return 0;
	d.clean = is_false_drop(&d);
	if (d.clean && !(settings.flags & TCPDROP_ALL))
		return 0;
	if (d.sk)
		event_ends(&head, &d.sk->__sk_common);
	if (full)
		event_owner(&head, d.sk, tag_find(d.sk));
	else if (!d.sk && d.received && settings.arguments[DROP_KFREE_HOOK] < 4)
		drop_owner_by_port(&head, &d);
	return drop_report(ctx, &d, &head, full ? d.sk : NULL);
}

SEC("tp_btf/kfree_skb")
int kfree_cast(__u64 *ctx)
{
	return kfree(ctx, RUNG_CAST, true);
}

SEC("tp_btf/kfree_skb")
int kfree_helper(__u64 *ctx)
{
	return kfree(ctx, RUNG_PROBE_READ, true);
}

SEC("tp_btf/kfree_skb")
int kfree_socket(__u64 *ctx)
{
	return kfree(ctx, RUNG_CAST, false);
}

/* (skb), 6.11: + location. Context: any; a listener's: softirq. */
static __always_inline int consume(__u64 *ctx, const int rung)
{
	struct sk_buff *skb = (void *)ctx[0];
	struct drop d = { .received = true, .known = true, .state = TCP_LISTEN };
	struct listener *listener;
	struct event head;
	int slot;

	if (settings.arguments[DROP_CONSUME_HOOK] > 1) {
		d.location = ctx[1];
		if (settings.symbols[IN_RCV_STATE_PROCESS].start && !at(d.location, IN_RCV_STATE_PROCESS))
			return 0;
	}
	if (!skb->skb_iif || !packet_read(&d.packet, skb, rung) || (d.packet.flags & (FLAG_SYN | FLAG_ACK)) != FLAG_SYN)
		return 0;
	event_init(&head, bpf_ktime_get_boot_ns());
	head.netns = route_netns(skb, rung);
	slot = rung == RUNG_CAST ? find_dropped_cast(head.netns, d.packet.dport)
				 : find_dropped_helper(head.netns, d.packet.dport);
	listener = slot < 0 ? NULL : listener_at(head.netns, d.packet.dport, (__u16)slot);
	if (!listener)
		return 0;
	d.reason = listen_reason(listener->sk, rung);
	event_tag(&head, &listener->tag);
	return drop_report(ctx, &d, &head, NULL);
}

SEC("tp_btf/consume_skb")
int consume_cast(__u64 *ctx)
{
	return consume(ctx, RUNG_CAST);
}

SEC("tp_btf/consume_skb")
int consume_helper(__u64 *ctx)
{
	return consume(ctx, RUNG_PROBE_READ);
}
