/* SPDX-License-Identifier: GPL-2.0-or-later */
/* tcpdrop_listen.bpf.h: drops that the kernel counts for a listener: the counters, the listener, and the owner of its
 * port.
 *
 * The kernel counts a packet that a listener rejects in the namespace's counters of this CPU, before it frees the
 * packet. So the growth on this CPU since the previous packet is due to this one, whichever listener it was and however
 * it was found (SO_REUSEPORT, TPROXY, sk_lookup).
 *
 * The walks over the slots of a port are global functions of numbers: the verifier checks each once, not once for every
 * path of every caller, which saves half a second. So there is one for each rung. */
#ifndef NETTRACE_PROBES_TCPDROP_LISTEN_BPF_H
#define NETTRACE_PROBES_TCPDROP_LISTEN_BPF_H

#include "probes/lib/packet.bpf.h"
#include "probes/lib/percpu.bpf.h"
#include "probes/tcp/listener.bpf.h"
#include "probes/tcpdrop_judge.bpf.h"

/* ---- the kernel's counters ---- */

/* The counters of a namespace on a CPU at the last look. */
struct counted_before {
	__u64 overflows, drops, queue_full, deferred, no_route;
};

struct counted_key {
	__u32 netns, cpu;
};

struct {
	__uint(type, BPF_MAP_TYPE_LRU_HASH);
	__uint(max_entries, 16384);
	__type(key, struct counted_key);
	__type(value, struct counted_before);
} counted SEC(".maps");

/* The counters that have grown: bits. */
enum {
	COUNTED_OVERFLOW = 1,
	COUNTED_DROP = 2,
	COUNTED_QUEUE_FULL = 4,
	COUNTED_DEFERRED = 8,
	COUNTED_NO_ROUTE = 16,
	COUNTED_UNKNOWN = 32, /* first look: the growth may be older than this packet */
};

/* A counter by its index in settings.values; counters: address of this CPU's (64-bit numbers), or 0. */
static __always_inline __u64 count_of(__u64 counters, __u32 value, const int rung)
{
	__u32 index = settings.values[value];

	return counters && index != ~0U ? number_at(counters + index * sizeof(__u64), rung) : 0;
}

static __always_inline __u32 grown(__u64 before, __u64 now, __u32 bit)
{
	return bit_unless_zero(now ^ before, bit);
}

static __always_inline __u32 counts_grown(const struct counted_before *before, const struct counted_before *now)
{
	return grown(before->overflows, now->overflows, COUNTED_OVERFLOW) |
	       grown(before->drops, now->drops, COUNTED_DROP) |
	       grown(before->queue_full, now->queue_full, COUNTED_QUEUE_FULL) |
	       grown(before->deferred, now->deferred, COUNTED_DEFERRED) |
	       grown(before->no_route, now->no_route, COUNTED_NO_ROUTE);
}

/* The counters of this namespace on this CPU that have grown since the last look. At the first look, the counts may be
 * older than this packet. Context: softirq. */
static __always_inline __u32 count_changes(struct net *untyped, __u32 netns, __u8 family, const int rung)
{
	struct counted_key key = { .netns = netns, .cpu = bpf_get_smp_processor_id() };
	struct net *net = KPTR(rung, untyped, net);
	__u64 tcp = percpu_address(KREAD(rung, net, mib.net_statistics), rung);
	__u64 ip = percpu_address(
		family == 6 ? KREAD(rung, net, mib.ipv6_statistics) : KREAD(rung, net, mib.ip_statistics), rung);
	struct counted_before now = {}, *before;
	__u32 bits;

	if (!tcp || settings.values[VALUE_LISTEN_DROPS] == ~0U)
		return COUNTED_UNKNOWN;
	now.overflows = count_of(tcp, VALUE_LISTEN_OVERFLOWS, rung);
	now.drops = count_of(tcp, VALUE_LISTEN_DROPS, rung);
	now.queue_full = count_of(tcp, VALUE_REQUEST_QUEUE_FULL, rung);
	now.deferred = count_of(tcp, VALUE_DEFERRED, rung);
	now.no_route = count_of(ip, VALUE_NO_ROUTE, rung);
	before = bpf_map_lookup_elem(&counted, &key);
	if (!before) {
		bpf_map_update_elem(&counted, &key, &now, BPF_ANY);
		if (!now.drops && !now.deferred)
			return 0;
		return COUNTED_UNKNOWN | (now.no_route ? COUNTED_NO_ROUTE : 0);
	}
	bits = counts_grown(before, &now);
	*before = now;
	return bits;
}

/* ---- the listener ---- */

static __always_inline __u32 listener_drops(const struct listener *listener, const int rung)
{
	struct sock *sk = KPTR(rung, listener->sk, sock);

	return (__u32)KREAD(rung, sk, sk_drops.counter);
}

static __always_inline bool accept_queue_is_full(__u64 sk, const int rung)
{
	struct sock *listener = KPTR(rung, sk, sock);

	return KREAD(rung, listener, sk_ack_backlog) > KREAD(rung, listener, sk_max_ack_backlog);
}

static __always_inline __u32 half_open(__u64 sk, const int rung)
{
	struct inet_connection_sock *listener = KPTR(rung, sk, inet_connection_sock);

	return (__u32)KREAD(rung, listener, icsk_accept_queue.qlen.counter);
}

/* A listener counts its drops in sk_drops too. The one that dropped this packet has a count above the last one seen,
 * and a full accept queue if that was the reason. */
static __always_inline bool has_dropped(struct listener *listener, bool overflow, const int rung)
{
	if (listener_drops(listener, rung) == listener->drops ||
	    (overflow && !accept_queue_is_full(listener->sk, rung)))
		return false;
	__sync_fetch_and_add(&listener->drops, 1);
	return true;
}

/* The slot of the port's listener that has dropped a packet; -1: none, or it has no slot. */
static __always_inline int find_dropped(__u32 netns, __u32 port, bool overflow, const int rung)
{
#pragma clang loop unroll(disable)
	for (__u16 slot = 0; slot < LISTENER_SLOTS; slot++) {
		struct listener *listener = listener_at(netns, port, slot);

		if (listener && has_dropped(listener, overflow, rung))
			return slot;
	}
	return -1;
}

__noinline int find_dropped_cast(__u32 netns, __u32 port, bool overflow)
{
	return find_dropped(netns, port, overflow, RUNG_CAST);
}

__noinline int find_dropped_helper(__u32 netns, __u32 port, bool overflow)
{
	return find_dropped(netns, port, overflow, RUNG_PROBE_READ);
}

/* The input and result of a walk over all listeners. */
struct search {
	__u32 netns;
	__u32 left; /* the number of listeners still to check */
	bool overflow, found;
	struct listener_key key;
};

static long search_step(void *map, struct listener_key *key, struct listener *listener, struct search *search)
{
	(void)map;
	if (!search->left--)
		return 1;
	if (key->netns != search->netns || !has_dropped(listener, search->overflow, RUNG_CAST))
		return 0;
	search->key = *key;
	search->found = true;
	return 1;
}

/* Finds a listener without a slot, or on another port than the packet's (TPROXY, sk_lookup). Runs after a drop only,
 * and checks at most some thousands of listeners, because it runs in softirq. */
static __always_inline struct listener *search_dropped(__u32 netns, bool overflow)
{
	struct search search = { .netns = netns, .overflow = overflow, .left = 4096 };

	bpf_for_each_map_elem(&listeners, search_step, &search, 0);
	return search.found ? bpf_map_lookup_elem(&listeners, &search.key) : NULL;
}

/* A packet that kfree_skb reports and that a listener dropped is in its sk_drops too: it must not count as a SYN
 * later. */
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

/* The slot of a listener if one process owns all listeners of the port; -1: no listener, or several processes. */
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

/* ---- the reason ---- */

/* The reason of a drop that the kernel counted for a listener. Without syncookies, the last quarter of
 * tcp_max_syn_backlog is reserved for peers known to be alive, so a SYN finds the queue full earlier
 * (tcp_conn_request()). */
static __always_inline __u32 listen_reason(__u32 bits, const struct listener *listener, struct net *untyped,
					   const int rung)
{
	struct net *net = KPTR(rung, untyped, net);
	__u32 most;

	if (bits & COUNTED_OVERFLOW)
		return REASON_LISTEN_OVERFLOW;
	if (bits & COUNTED_QUEUE_FULL)
		return REASON_SYN_QUEUE_FULL;
	if (bits & COUNTED_NO_ROUTE)
		return REASON_LISTEN_NO_ROUTE;
	most = (__u32)KREAD(rung, net, ipv4.sysctl_max_syn_backlog);
	if (listener && most && half_open(listener->sk, rung) > most - (most >> 2))
		return REASON_SYN_QUEUE_FULL;
	return REASON_LISTEN_DROP;
}

/* The reason of a dropped SYN where the kernel's counters do not show it. */
static __always_inline __u32 listen_reason_guessed(__u64 sk, __u32 bits, const int rung)
{
	struct sock *listener = KPTR(rung, sk, sock);

	if (accept_queue_is_full(sk, rung))
		return REASON_LISTEN_OVERFLOW;
	if (half_open(sk, rung) >= KREAD(rung, listener, sk_max_ack_backlog))
		return REASON_SYN_QUEUE_FULL;
	return bits & COUNTED_NO_ROUTE ? REASON_LISTEN_NO_ROUTE : REASON_LISTEN_DROP;
}

/* The counters that the kernel must have incremented for a packet that made no connection; named: the kernel's reason
 * names the listener. */
static __always_inline __u32 listener_guess(struct sock *sk, bool named, bool bare, const int rung)
{
	struct inet_connection_sock *listener = KPTR(rung, sk, inet_connection_sock);

	if (KREAD(rung, listener, icsk_inet.sk.sk_ack_backlog) > KREAD(rung, listener, icsk_inet.sk.sk_max_ack_backlog))
		return COUNTED_OVERFLOW | COUNTED_DROP;
	if (named)
		return COUNTED_DROP;
	return bare && KREAD(rung, listener, icsk_accept_queue.rskq_defer_accept) ? COUNTED_DEFERRED : 0;
}

#endif
