/* SPDX-License-Identifier: GPL-2.0-or-later */
/* listen_drop.bpf.h: which listener dropped a SYN, told by its own count. */
#ifndef NETTRACE_LISTEN_DROP_BPF_H
#define NETTRACE_LISTEN_DROP_BPF_H

#include "listener.bpf.h"
#include "packet.bpf.h"
#include "tcpdrop.h"

/* The namespace that a SYN came into: by its route (the device is unset when TCP has it). 0: not known. */
static __always_inline __u32 route_netns(const struct sk_buff *skb, const int rung)
{
	struct dst_entry *route = HEADER(rung, skb->_skb_refdst & ~1UL, dst_entry);

	return rung == BY_CAST ? route->dev->nd_net.net->ns.inum : BPF_CORE_READ(route, dev, nd_net.net, ns.inum);
}

static __always_inline __u32 listen_reason(__u64 sk, const int rung)
{
	struct inet_connection_sock *listener = HEADER(rung, sk, inet_connection_sock);
	__u32 most = MEMBER(rung, listener, icsk_inet.sk.sk_max_ack_backlog);

	if (MEMBER(rung, listener, icsk_inet.sk.sk_ack_backlog) > most)
		return REASON_LISTEN_OVERFLOW;
	if ((__u32)MEMBER(rung, listener, icsk_accept_queue.qlen.counter) >= most)
		return REASON_SYN_QUEUE_FULL;
	return REASON_LISTEN_DROP;
}

/* A listener that has no room lets a SYN go as if it were consumed: kfree_skb never sees it. But it counts it in its
 * sk_drops just before: the listener whose count has moved since it was last looked at has dropped this one. NULL: none
 * did. */
static __always_inline struct listener *listener_dropped(__u32 netns, __u16 port, __u32 *reason, const int rung)
{
	struct listener_key key = { .netns = netns, .port = port };

#pragma clang loop unroll(disable)
	for (__u16 slot = 0; slot < LISTENER_SLOTS; slot++) {
		struct listener *listener;
		struct sock *sk;

		key.slot = slot;
		listener = bpf_map_lookup_elem(&listeners, &key);
		if (!listener)
			continue;
		sk = HEADER(rung, listener->sk, sock);
		if ((__u32)MEMBER(rung, sk, sk_drops.counter) == listener->drops)
			continue;
		__sync_fetch_and_add(&listener->drops, 1);
		*reason = listen_reason(listener->sk, rung);
		return listener;
	}
	return NULL;
}

/* A packet that kfree_skb tells of and that a listener dropped is in its sk_drops too: listener_dropped() must not take
 * it for a SYN. */
static __always_inline void listener_catch_up(__u32 netns, __u16 port, const int rung)
{
	struct listener_key key = { .netns = netns, .port = port };

#pragma clang loop unroll(disable)
	for (__u16 slot = 0; slot < LISTENER_SLOTS; slot++) {
		struct listener *listener;
		struct sock *sk;

		key.slot = slot;
		listener = bpf_map_lookup_elem(&listeners, &key);
		if (!listener)
			continue;
		sk = HEADER(rung, listener->sk, sock);
		listener->drops = (__u32)MEMBER(rung, sk, sk_drops.counter);
	}
}

#endif
