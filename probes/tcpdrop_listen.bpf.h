/* SPDX-License-Identifier: GPL-2.0-or-later */
/* tcpdrop_listen.bpf.h: which listener dropped a SYN, told by its own count; and whose a port is.
 *
 * The walks over the slots of a port are global functions of numbers: the verifier walks each once, not once for every
 * path of every caller, which saves it half a second. So there is one for each rung. */
#ifndef NETTRACE_PROBES_TCPDROP_LISTEN_BPF_H
#define NETTRACE_PROBES_TCPDROP_LISTEN_BPF_H

#include "probes/tcp/listener.bpf.h"
#include "probes/lib/packet.bpf.h"
#include "probes/tcpdrop.h"

/* The namespace that a SYN came into: by its route (the device is unset when TCP has it). 0: not known. */
static __always_inline __u32 route_netns(const struct sk_buff *skb, const int rung)
{
	struct dst_entry *route = KPTR(rung, skb->_skb_refdst & ~1UL, dst_entry);

	return rung == RUNG_CAST ? route->dev->nd_net.net->ns.inum : BPF_CORE_READ(route, dev, nd_net.net, ns.inum);
}

static __always_inline __u32 listen_reason(__u64 sk, const int rung)
{
	struct inet_connection_sock *listener = KPTR(rung, sk, inet_connection_sock);
	__u32 most = KREAD(rung, listener, icsk_inet.sk.sk_max_ack_backlog);

	if (KREAD(rung, listener, icsk_inet.sk.sk_ack_backlog) > most)
		return REASON_LISTEN_OVERFLOW;
	if ((__u32)KREAD(rung, listener, icsk_accept_queue.qlen.counter) >= most)
		return REASON_SYN_QUEUE_FULL;
	return REASON_LISTEN_DROP;
}

static __always_inline __u32 listener_drops(const struct listener *listener, const int rung)
{
	struct sock *sk = KPTR(rung, listener->sk, sock);

	return (__u32)KREAD(rung, sk, sk_drops.counter);
}

/* A listener that has no room lets a SYN go as if it were consumed: kfree_skb never sees it. But it counts it in its
 * sk_drops just before: the listener whose count has moved since it was last looked at has dropped this one. Returns
 * its slot; -1: none did. */
static __always_inline int find_dropped(__u32 netns, __u32 port, const int rung)
{
#pragma clang loop unroll(disable)
	for (__u16 slot = 0; slot < LISTENER_SLOTS; slot++) {
		struct listener *listener = listener_at(netns, port, slot);

		if (!listener || listener_drops(listener, rung) == listener->drops)
			continue;
		__sync_fetch_and_add(&listener->drops, 1);
		return slot;
	}
	return -1;
}

__noinline int find_dropped_cast(__u32 netns, __u32 port)
{
	return find_dropped(netns, port, RUNG_CAST);
}

__noinline int find_dropped_helper(__u32 netns, __u32 port)
{
	return find_dropped(netns, port, RUNG_PROBE_READ);
}

/* A packet that kfree_skb tells of and that a listener dropped is in its sk_drops too: it must not be taken for a SYN.
 */
static __always_inline int catch_up(__u32 netns, __u32 port, const int rung)
{
#pragma clang loop unroll(disable)
	for (__u16 slot = 0; slot < LISTENER_SLOTS; slot++) {
		struct listener *listener = listener_at(netns, port, slot);

		if (listener)
			listener->drops = listener_drops(listener, rung);
	}
	return 0;
}

__noinline int catch_up_cast(__u32 netns, __u32 port)
{
	return catch_up(netns, port, RUNG_CAST);
}

__noinline int catch_up_helper(__u32 netns, __u32 port)
{
	return catch_up(netns, port, RUNG_PROBE_READ);
}

/* The slot of a listener whose owner the port is; -1: nobody listens, or several processes do. */
__noinline int find_only_owner(__u32 netns, __u32 port)
{
	__u32 pid = 0;
	int found = -1;

#pragma clang loop unroll(disable)
	for (__u16 slot = 0; slot < LISTENER_SLOTS; slot++) {
		struct listener *listener = listener_at(netns, port, slot);

		if (!listener)
			continue;
		if (found >= 0 && pid != listener->tag.owner.who.pid)
			return -1;
		pid = listener->tag.owner.who.pid;
		found = slot;
	}
	return found;
}

#endif
