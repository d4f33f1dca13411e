/* SPDX-License-Identifier: GPL-2.0-or-later */
/* tcpdrop.bpf.c: an event for each TCP packet that the kernel drops. */
#include "probes/tcp/owner_state.bpf.h"
#include "probes/tcpdrop_listen.bpf.h"
#include "probes/tcpdrop_packet.bpf.h"

char LICENSE[] SEC("license") = "GPL";
OWN_OPTIONS(struct tcpdrop_options);

/* Fills the common part of the event: the local end is on this machine. */
static __always_inline void drop_ends(struct event *e, const struct drop *d)
{
	const struct packet *p = &d->packet;

	e->family = p->family;
	e->protocol = IPPROTO_TCP;
	__builtin_memcpy(e->laddr, d->received ? p->daddr : p->saddr, 16);
	__builtin_memcpy(e->raddr, d->received ? p->saddr : p->daddr, 16);
	e->lport = d->received ? p->dport : p->sport;
	e->rport = d->received ? p->sport : p->dport;
}

/* Each option ends the event earlier. */
static __always_inline struct tcpdrop_event *drop_reserve(const struct event *head)
{
	if (settings.flags & TCPDROP_EXPLAIN)
		return ring_reserve(sizeof(struct tcpdrop_event), head);
	if (settings.flags & TCPDROP_NO_STACK)
		return ring_reserve(__builtin_offsetof(struct tcpdrop_event, stack), head);
	return ring_reserve(__builtin_offsetof(struct tcpdrop_event, values), head);
}

static __always_inline void drop_stack(void *ctx, struct tcpdrop_event *e)
{
	/* Skips the two frames of the tracing itself. */
	long got = bpf_get_stack(ctx, e->stack, sizeof(e->stack), 2);

	if (got < 0)
		got = 0;
	if (got < (long)sizeof(e->stack))
		e->stack[(got / 8) & (TCPDROP_FRAMES - 1)] = 0;
}

static __always_inline void drop_emit(void *ctx, const struct event *head, const struct drop *d, const int rung,
				      const bool read)
{
	struct tcpdrop_event *e = drop_reserve(head);

	if (!e)
		return;
	__builtin_memcpy(e->saddr, d->received ? head->raddr : head->laddr, 16);
	__builtin_memcpy(e->daddr, d->received ? head->laddr : head->raddr, 16);
	e->sport = d->received ? head->rport : head->lport;
	e->dport = d->received ? head->lport : head->rport;
	e->flags = d->known ? d->packet.flags : 0xffff;
	e->state = d->state;
	e->harmless = d->harmless;
	e->reason = d->reason;
	e->reason_code = d->reason < REASON_LISTEN_OVERFLOW ? d->reason : ~0U;
	e->location = d->location;
	if (!(settings.flags & TCPDROP_NO_STACK))
		drop_stack(ctx, e);
	else if (settings.flags & TCPDROP_EXPLAIN)
		e->stack[0] = 0;
	if (settings.flags & TCPDROP_EXPLAIN)
		drop_values_fill(&e->values, &d->at, e->daddr, rung, read);
	ring_submit(e);
}

/* Before 6.11 the kernel does not report the socket of a packet. If a listener has its port, the packet is for that
 * listener, or for a connection that it accepted. */
static __always_inline void drop_owner_by_port(struct event *head, struct drop *d)
{
	int slot = find_only_owner(head->netns, d->packet.dport);
	struct listener *listener = slot < 0 ? NULL : listener_at(head->netns, d->packet.dport, (__u16)slot);

	if (!listener)
		return;
	if (d->reason >= REASON_LISTEN_OVERFLOW)
		d->at.sk = listener->sk;
	event_set_owner(head, &listener->tag.owner);
	if (head->owner == OWNER_EXACT)
		head->owner = OWNER_INHERITED;
}

/* Filters and sends the event; head has its namespace and owner. */
static __always_inline int drop_report(void *ctx, const struct drop *d, struct event *head, struct sock *full,
				       const int rung, const bool read)
{
	if (d->known)
		drop_ends(head, d);
	if (!event_wanted(head, full))
		return 0;
	if (!list_has(&own.reasons, d->reason)) {
		COUNT(filtered);
		return 0;
	}
	drop_emit(ctx, head, d, rung, read);
	return 0;
}

/* A packet to a listener that the kernel counted as a drop, or as deferred. For the first packet of a namespace on a
 * CPU the counters prove nothing: the kernel's reason and the listener's state decide. Context: softirq. */
static __always_inline void drop_at_listener(struct drop *d, struct event *head, struct net *net, const int rung)
{
	__u32 bits = count_changes(net, head->netns, d->packet.family, rung);
	bool named = !other_reason(d->reason, VALUE_TCP_LISTEN_OVERFLOW);

	d->traits |= bit_unless_zero(bits & COUNTED_DEFERRED, IS_DEFERRED);
	if (d->sk && ((named && !(bits & COUNTED_DROP)) || (bits & COUNTED_UNKNOWN))) {
		bits = listener_guess(d->sk, named, !d->packet.payload, rung);
		d->traits |= bit_unless_zero(bits & COUNTED_DEFERRED, IS_DEFERRED);
	}
	if (!(bits & (COUNTED_OVERFLOW | COUNTED_DROP)))
		return;
	d->reason = listen_reason(bits, NULL, net, rung);
	d->state = TCP_LISTEN;
}

/* Whether TCP has searched a listener for the packet, or found one. */
static __always_inline bool may_be_listeners(const struct drop *d)
{
	return d->known && d->received && (!d->sk || d->state == TCP_LISTEN) && !(d->traits & OF_PACKET);
}

/* (skb, location), 5.17: + reason, 6.11: + the receiving socket. Context: any. */
static __always_inline int kfree(__u64 *ctx, const int rung, const bool read)
{
	struct sk_buff *skb = (void *)ctx[0];
	struct drop d = { .location = ctx[1], .reason = ~0U };
	struct sock *rx_sk = NULL;
	struct net *net = NULL;
	struct event head;

	if (settings.arguments[DROP_KFREE_HOOK] > 2)
		d.reason = (__u32)ctx[2];
	if (settings.arguments[DROP_KFREE_HOOK] > 3)
		rx_sk = (void *)ctx[3];
	drop_socket(&d, rx_sk, skb);
	if (read)
		d.known = packet_read(&d.packet, skb, rung);
	if (!d.known && !d.full)
		return 0;
	event_init(&head, bpf_ktime_get_boot_ns());
	if (d.sk && d.full) /* both, because older verifiers do not infer one from the other */
		event_place(&head, d.sk);
	if (d.sk)
		net = d.sk->__sk_common.skc_net.net;
	else if (skb->dev)
		net = skb->dev->nd_net.net;
	else if (read)
		net = route_net(skb, rung);
	if (read && net)
		head.netns = KREAD(rung, KPTR(rung, net, net), ns.inum);
	else if (net)
		head.netns = net->ns.inum;
	if (read && may_be_listeners(&d)) {
		drop_at_listener(&d, &head, net, rung);
		rung == RUNG_CAST ? catch_up_cast(head.netns, d.packet.dport)
				  : catch_up_helper(head.netns, d.packet.dport);
	}
	drop_place(ctx, &d);
	drop_traits(&d, skb, rung, read);
	d.harmless = (__u8)drop_kind(d.reason, (__u32)place_of(d.location), d.traits);
	if (d.harmless && !(settings.flags & TCPDROP_ALL))
		return 0;
	if (d.sk)
		event_ends(&head, &d.sk->__sk_common);
	if (d.sk && d.full)
		event_owner(&head, d.sk, tag_find(d.sk));
	else if (!d.sk && d.received && settings.arguments[DROP_KFREE_HOOK] < 4)
		drop_owner_by_port(&head, &d);
	d.at.skb = skb;
	d.at.net = (__u64)net;
	if (d.sk && d.full)
		d.at.sk = (__u64)d.sk;
	return drop_report(ctx, &d, &head, d.sk && d.full ? d.sk : NULL, rung, read);
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

/* The listener that dropped a SYN; NULL: not found. */
static __always_inline struct listener *syn_listener(__u32 netns, __u16 port, bool overflow, const int rung)
{
	int slot = rung == RUNG_CAST ? find_dropped_cast(netns, port, overflow)
				     : find_dropped_helper(netns, port, overflow);

	if (slot >= 0)
		return listener_at(netns, port, (__u16)slot);
	return rung == RUNG_CAST ? search_dropped(netns, overflow) : NULL;
}

/* A SYN that a listener has freed, accepted or not (tcp_rcv_state_process()). (skb), 6.11: + location. Context: any;
 * for a listener: softirq. */
static __always_inline int consume(__u64 *ctx, const int rung)
{
	struct sk_buff *skb = (void *)ctx[0];
	struct drop d = { .received = true, .known = true, .state = TCP_LISTEN };
	struct listener *listener;
	struct event head;
	struct net *net;
	__u32 bits;

	if (settings.arguments[DROP_CONSUME_HOOK] > 1) {
		d.location = ctx[1];
		if (places_known() && !at(d.location, PLACE_RCV_STATE_PROCESS))
			return 0;
	}
	if (!skb->skb_iif || !packet_read(&d.packet, skb, rung) || (d.packet.flags & (FLAG_SYN | FLAG_ACK)) != FLAG_SYN)
		return 0;
	net = route_net(skb, rung);
	event_init(&head, bpf_ktime_get_boot_ns());
	head.netns = KREAD(rung, KPTR(rung, net, net), ns.inum);
	bits = count_changes(net, head.netns, d.packet.family, rung);
	if (!(bits & (COUNTED_DROP | COUNTED_UNKNOWN)))
		return 0;
	listener = syn_listener(head.netns, d.packet.dport, bits & COUNTED_OVERFLOW, rung);
	if (bits & COUNTED_UNKNOWN) {
		if (!listener)
			return 0;
		d.reason = listen_reason_guessed(listener->sk, bits, rung);
	} else {
		d.reason = listen_reason(bits, listener, net, rung);
	}
	if (listener)
		event_set_owner(&head, &listener->tag.owner);
	d.at = (struct drop_subject){ skb, listener ? listener->sk : 0, (__u64)net };
	return drop_report(ctx, &d, &head, NULL, rung, true);
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
