/* SPDX-License-Identifier: GPL-2.0-or-later */
/* tcpdrop_listen.bpf.h: what the kernel has just counted against a listener, which listener that was, and whose a port
 * is.
 *
 * The kernel counts a packet that a listener has no use for, in the namespace's counters of this CPU, before it frees
 * it. So what has grown on this CPU since the packet before is this one's: whichever listener it was, found by
 * whichever way (SO_REUSEPORT, TPROXY, sk_lookup).
 *
 * The walks over the slots of a port are global functions of numbers: the verifier walks each once, not once for every
 * path of every caller, which saves it half a second. So there is one for each rung. */
#ifndef NETTRACE_PROBES_TCPDROP_LISTEN_BPF_H
#define NETTRACE_PROBES_TCPDROP_LISTEN_BPF_H

#include "probes/lib/packet.bpf.h"
#include "probes/lib/percpu.bpf.h"
#include "probes/tcp/listener.bpf.h"
#include "probes/tcpdrop_judge.bpf.h"

/* ---- what is counted ---- */

/* Counters of a namespace on a CPU as they were last. */
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

/* What has grown: bits. */
enum {
	COUNTED_OVERFLOW = 1,
	COUNTED_DROP = 2,
	COUNTED_QUEUE_FULL = 4,
	COUNTED_DEFERRED = 8,
	COUNTED_NO_ROUTE = 16,
	COUNTED_UNKNOWN = 32, /* not looked at before: whether the last one was this packet's cannot be known */
};

/* A counter by its index in settings.values; counters: this CPU's (64-bit numbers), or 0. */
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

/* What the kernel has counted in this namespace on this CPU since this was last asked. Of a namespace that was not
 * asked for before, what is counted may be older than this packet. Context: softirq. */
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

/* ---- which listener ---- */

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

/* A listener counts in its own sk_drops, too: the one whose count has moved since it was last looked at, and whose
 * accept queue is full where that was the reason, has dropped this packet. */
static __always_inline bool has_dropped(struct listener *listener, bool overflow, const int rung)
{
	if (listener_drops(listener, rung) == listener->drops ||
	    (overflow && !accept_queue_is_full(listener->sk, rung)))
		return false;
	__sync_fetch_and_add(&listener->drops, 1);
	return true;
}

/* The slot of a port's listener that has dropped; -1: none, or it has no slot. */
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

/* What a walk over all listeners looks for, and finds. */
struct search {
	__u32 netns;
	__u32 left; /* so many more are looked at */
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

/* Of a port with more listeners than slots, or of another port than the packet's (TPROXY, sk_lookup). Only after a
 * drop, and of some thousands of listeners the first: this is a softirq. */
static __always_inline struct listener *search_dropped(__u32 netns, bool overflow)
{
	struct search search = { .netns = netns, .overflow = overflow, .left = 4096 };

	bpf_for_each_map_elem(&listeners, search_step, &search, 0);
	return search.found ? bpf_map_lookup_elem(&listeners, &search.key) : NULL;
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

/* ---- why ---- */

/* Of a drop that the kernel counted against a listener. Without syncookies a SYN also finds no room where only a
 * quarter of tcp_max_syn_backlog is left, for peers that have shown themselves (tcp_conn_request()). */
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

/* The same for a SYN where the kernel's counters say nothing. */
static __always_inline __u32 listen_reason_guessed(__u64 sk, __u32 bits, const int rung)
{
	struct sock *listener = KPTR(rung, sk, sock);

	if (accept_queue_is_full(sk, rung))
		return REASON_LISTEN_OVERFLOW;
	if (half_open(sk, rung) >= KREAD(rung, listener, sk_max_ack_backlog))
		return REASON_SYN_QUEUE_FULL;
	return bits & COUNTED_NO_ROUTE ? REASON_LISTEN_NO_ROUTE : REASON_LISTEN_DROP;
}

/* What the kernel must have counted for a packet that it did not let make a connection; named: it says that the
 * listener was the reason. */
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
