/* SPDX-License-Identifier: GPL-2.0-or-later */
/* tcpdrop_freed.bpf.h: a TCP packet that the kernel frees: whether it is a drop, its reason, its ends and its owner. */
#ifndef NETTRACE_PROBES_TCPDROP_FREED_BPF_H
#define NETTRACE_PROBES_TCPDROP_FREED_BPF_H

#include "probes/tcp/owner_state.bpf.h"
#include "probes/tcpdrop_listen.bpf.h"
#include "probes/tcpdrop_packet.bpf.h"

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

enum freed {
	NOT_TCP,
	HARMLESS, /* of the kind d->harmless */
	DROPPED,
};

/* The namespace of a packet; NULL: unknown. */
static __always_inline struct net *packet_net(const struct drop *d, const struct sk_buff *skb, const int rung,
					      const bool read)
{
	if (d->sk)
		return d->sk->__sk_common.skc_net.net;
	if (skb->dev)
		return skb->dev->nd_net.net;
	return read ? route_net(skb, rung) : NULL;
}

/* The arguments of kfree_skb: (skb, location), 5.17: + reason, 6.11: + the receiving socket. */
static __always_inline struct sock *freed_arguments(struct drop *d, __u64 *ctx)
{
	d->location = ctx[1];
	d->reason = ~0U;
	if (settings.arguments[DROP_KFREE_HOOK] > 2)
		d->reason = (__u32)ctx[2];
	return settings.arguments[DROP_KFREE_HOOK] > 3 ? (void *)ctx[3] : NULL;
}

/* Fills *head except its ends and owner, for packets that are TCP's. Context: any. */
static __always_inline enum freed freed_tcp(struct drop *d, struct event *head, __u64 *ctx, const int rung,
					    const bool read)
{
	struct sk_buff *skb = (void *)ctx[0];
	struct net *net;

	drop_socket(d, freed_arguments(d, ctx), skb);
	if (read)
		d->known = packet_read(&d->packet, skb, rung);
	if (!d->known && !d->full)
		return NOT_TCP;
	event_init(head, bpf_ktime_get_boot_ns());
	if (d->sk && d->full) /* both, because older verifiers do not infer one from the other */
		event_place(head, d->sk);
	net = packet_net(d, skb, rung, read);
	if (read && net)
		head->netns = KREAD(rung, KPTR(rung, net, net), ns.inum);
	else if (net)
		head->netns = net->ns.inum;
	d->at.skb = skb;
	d->at.net = (__u64)net;
	if (d->sk && d->full)
		d->at.sk = (__u64)d->sk;
	if (read && may_be_listeners(d)) {
		drop_at_listener(d, head, net, rung);
		rung == RUNG_CAST ? catch_up_cast(head->netns, d->packet.dport)
				  : catch_up_helper(head->netns, d->packet.dport);
	}
	drop_place(ctx, d);
	drop_traits(d, skb, rung, read);
	d->harmless = (__u8)drop_kind(d->reason, (__u32)place_of(d->location), d->traits);
	return d->harmless ? HARMLESS : DROPPED;
}

/* Fills ends and owner. */
static __always_inline void freed_tcp_owner(struct event *head, struct drop *d)
{
	if (d->sk)
		event_ends(head, &d->sk->__sk_common);
	if (d->sk && d->full)
		event_owner(head, d->sk, tag_find(d->sk));
	else if (!d->sk && d->received && settings.arguments[DROP_KFREE_HOOK] < 4)
		drop_owner_by_port(head, d);
	if (d->known)
		drop_ends(head, d);
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

/* A SYN that a listener has freed, accepted or not (tcp_rcv_state_process()). (skb), 6.11: + location. False: it is no
 * drop. Context: any; for a listener: softirq. */
static __always_inline bool freed_syn(struct drop *d, struct event *head, __u64 *ctx, const int rung)
{
	struct sk_buff *skb = (void *)ctx[0];
	struct listener *listener;
	struct net *net;
	__u32 bits;

	d->received = true;
	d->known = true;
	d->state = TCP_LISTEN;
	if (settings.arguments[DROP_CONSUME_HOOK] > 1) {
		d->location = ctx[1];
		if (places_known() && !at(d->location, PLACE_RCV_STATE_PROCESS))
			return false;
	}
	if (!skb->skb_iif || !packet_read(&d->packet, skb, rung) ||
	    (d->packet.flags & (FLAG_SYN | FLAG_ACK)) != FLAG_SYN)
		return false;
	net = route_net(skb, rung);
	event_init(head, bpf_ktime_get_boot_ns());
	head->netns = KREAD(rung, KPTR(rung, net, net), ns.inum);
	bits = count_changes(net, head->netns, d->packet.family, rung);
	if (!(bits & (COUNTED_DROP | COUNTED_UNKNOWN)))
		return false;
	listener = syn_listener(head->netns, d->packet.dport, bits & COUNTED_OVERFLOW, rung);
	if (bits & COUNTED_UNKNOWN) {
		if (!listener)
			return false;
		d->reason = listen_reason_guessed(listener->sk, bits, rung);
	} else {
		d->reason = listen_reason(bits, listener, net, rung);
	}
	if (listener)
		event_set_owner(head, &listener->tag.owner);
	d->at = (struct drop_subject){ skb, listener ? listener->sk : 0, (__u64)net };
	drop_ends(head, d);
	return true;
}

#endif
