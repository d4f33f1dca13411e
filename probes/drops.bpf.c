/* SPDX-License-Identifier: GPL-2.0-or-later */
/* drops.bpf.c: an event for each packet that the kernel drops, of any protocol. */
#include "probes/drops_owner.bpf.h"
#include "probes/drops_packet.bpf.h"
#include "probes/tcpdrop_freed.bpf.h"

char LICENSE[] SEC("license") = "GPL";
OWN_OPTIONS(struct drops_options);

/* ---- rules for other protocols than TCP ---- */

/* As place_of(), with OTHER_PLACES; PLACES: none. */
__noinline int any_place_of(__u64 location)
{
	int place = place_of(location);

	if (place != PLACE_ANY)
		return place;
#define AT_PLACE_OF(name, symbol)                                                                                      \
	if (at(location, PLACE_##name))                                                                                \
		return PLACE_##name;
	OTHER_PLACES(AT_PLACE_OF)
#undef AT_PLACE_OF
	return PLACES;
}

static __always_inline bool only_frees(__u64 location)
{
	__u32 place = (__u32)any_place_of(location);

	return place < DROP_FREEING || place == PLACE_FREE_LIST || place == PLACE_FREE_LIST_REASON;
}

/* As drop_place(); the lists of packets that qdiscs drop are freed by further functions. Context: any. */
static __always_inline void other_place(void *ctx, struct drop *d)
{
	__u64 frames[FRAMES_OF_FREEING] = {};

	if (!only_frees(d->location) || bpf_get_stack(ctx, frames, sizeof(frames), 0) <= 0)
		return;
#pragma clang loop unroll(full)
	for (int i = 1; i < FRAMES_OF_FREEING; i++) {
		if (only_frees(frames[i - 1]) && !only_frees(frames[i])) {
			d->location = frames[i];
			return;
		}
	}
}

/* The kind of a packet with these traits. */
__noinline int other_kind(__u32 reason, __u32 place, __u32 traits)
{
	__u32 places = places_known() ? ~0U : 0;
	__u64 differs;

	OTHER_RULES(APPLY_RULE)
	return KIND_NEEDED;
}

static __always_inline bool is_echo_reply(const struct contents *c)
{
	return (c->protocol == IPPROTO_ICMP && !c->icmp_type) || (c->protocol == IPPROTO_ICMPV6 && c->icmp_type == 129);
}

static __always_inline __u32 other_traits(const struct drop *d, const struct contents *c, const struct sk_buff *skb)
{
	__u32 destructor = function_half((__u64)skb->destructor), traits = d->traits;

	if (places_known())
		traits |= AT_PLACE |
			  bit_if_zero(destructor ^ (__u32)settings.symbols[PLACE_SOCK_RMEM_FREE].start, IN_ERRORS) |
			  bit_if_zero(destructor ^ (__u32)settings.symbols[PLACE_SOCK_RFREE].start, IN_QUEUE);
	if (settings.arguments[DROP_KFREE_HOOK] > 2)
		traits |= IS_NAMED;
	if (d->received)
		traits |= WAS_RECEIVED;
	if (c->group)
		traits |= IS_GROUP;
	if (is_echo_reply(c))
		traits |= IS_REPLY;
	return traits;
}

/* ---- the event ---- */

/* The device that has the packet; else the one that received it, or that its route leads to. */
static __always_inline __u64 device_of(const struct sk_buff *skb, const struct net *net, const int rung)
{
	struct dst_entry *route = KPTR(rung, skb->_skb_refdst & ~1UL, dst_entry);

	if (device_net(skb))
		return (__u64)skb->dev;
	if (skb->skb_iif)
		return device_find(net, (__u32)skb->skb_iif, rung);
	return (__u64)KREAD(rung, route, dev);
}

static __always_inline void packet_fill(struct drops_event *e, const struct sk_buff *skb, const struct net *net,
					const int rung, const bool read)
{
	struct skb_shared_info *info;
	__u64 device;

	/* From the network header on, wherever the layers have moved the start of the data to. */
	e->length = skb->len + (__u32)(skb->data - skb->head) - skb->network_header;
	e->segments = 1;
	e->ethertype = bpf_ntohs(skb->protocol);
	if (!read) {
		if (device_net(skb))
			device_fill(e, skb->dev, RUNG_CAST);
		return;
	}
	info = KPTR(rung, (__u64)skb->head + skb->end, skb_shared_info);
	if (KREAD(rung, info, gso_segs))
		e->segments = KREAD(rung, info, gso_segs);
	device = device_of(skb, net, rung);
	if (device)
		device_fill(e, KPTR(rung, device, net_device), rung);
}

/* What --explain adds. */
static __always_inline void explain(void *ctx, struct drops_event *e, const struct drop *d, const int rung,
				    const bool read)
{
	/* Skips the two frames of the tracing itself. */
	long got = bpf_get_stack(ctx, e->stack, sizeof(e->stack), 2);

	if (got < 0)
		got = 0;
	if (got < (long)sizeof(e->stack))
		e->stack[(got / 8) & (DROPS_FRAMES - 1)] = 0;
	drop_values_fill(&e->values, &d->at, e->daddr, rung, read);
	if (!d->known)
		e->values.tcp_rmem_max = ~0U; /* limits TCP only */
}

static __always_inline struct drops_event *drop_reserve(const struct event *head)
{
	if (settings.flags & DROPS_EXPLAIN)
		return ring_reserve(sizeof(struct drops_event), head);
	return ring_reserve(__builtin_offsetof(struct drops_event, stack), head);
}

static __always_inline void drop_emit(void *ctx, const struct event *head, const struct drop *d,
				      const struct contents *c, const int rung, const bool read)
{
	const struct sk_buff *skb = d->at.skb;
	struct drops_event *e = drop_reserve(head);

	if (!e)
		return;
	__builtin_memset((char *)e + sizeof(*head), 0, __builtin_offsetof(struct drops_event, stack) - sizeof(*head));
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
	e->icmp_type = c->icmp_type;
	e->icmp_code = c->icmp_code;
	e->received = d->received;
	packet_fill(e, skb, (const struct net *)d->at.net, rung, read);
	if (settings.flags & DROPS_EXPLAIN)
		explain(ctx, e, d, rung, read);
	ring_submit(e);
}

/* Whether the event passes the filters. */
static __always_inline bool drop_wanted(const struct event *head, const struct drop *d, struct sock *full)
{
	if (!event_wanted(head, full))
		return false;
	if (list_has(&own.reasons, d->reason))
		return true;
	COUNT(filtered);
	return false;
}

/* ---- other protocols than TCP ---- */

/* The full socket of the packet; NULL: unknown. Not of a packet: *ours is false. The kernel frees messages of other
 * families of sockets (unix, netlink) in the same way. */
static __always_inline struct sock *other_socket(struct drop *d, struct sk_buff *skb, struct sock *rx_sk, bool *ours)
{
	struct sock *sk = rx_sk ? rx_sk : skb->sk;
	__u16 family;

	*ours = skb->protocol && (skb->dev || skb->skb_iif || skb->_skb_refdst);
	if (!sk)
		return NULL;
	family = sk->__sk_common.skc_family;
	if (family != AF_INET && family != AF_INET6) {
		*ours = *ours && family == AF_PACKET;
		if (rx_sk && family == AF_PACKET)
			d->traits |= TO_PACKET;
		return NULL;
	}
	d->state = sk->__sk_common.skc_state;
	if (d->state == TCP_TIME_WAIT || d->state == TCP_NEW_SYN_RECV)
		return NULL;
	*ours = true;
	return sk;
}

/* Fills namespace, cgroup and ends. */
static __always_inline struct net *other_head(struct event *head, const struct drop *d, const struct contents *c,
					      struct sock *sk, const struct sk_buff *skb, const int rung,
					      const bool read)
{
	struct net *net = NULL;

	event_init(head, bpf_ktime_get_boot_ns());
	if (sk) {
		event_place(head, sk);
		event_ends(head, &sk->__sk_common);
		if (sk->sk_protocol == IPPROTO_UDP)
			udp_owner_set(head, sk);
		net = sk->__sk_common.skc_net.net;
	} else {
		net = device_net(skb);
		if (!net && read)
			net = route_net(skb, rung);
		if (net)
			head->netns = read ? KREAD(rung, KPTR(rung, net, net), ns.inum) : net->ns.inum;
	}
	if (c->family) {
		head->family = c->family;
		__builtin_memcpy(head->laddr, d->received ? c->daddr : c->saddr, 16);
		__builtin_memcpy(head->raddr, d->received ? c->saddr : c->daddr, 16);
		head->lport = d->received ? c->dport : c->sport;
		head->rport = d->received ? c->sport : c->dport;
		head->protocol = c->protocol;
	}
	return net;
}

static __always_inline int other_drop(__u64 *ctx, struct drop *d, const int rung, const bool read)
{
	struct contents c = { .icmp_type = NO_ICMP, .icmp_code = NO_ICMP };
	struct sk_buff *skb = (void *)ctx[0];
	struct sock *rx_sk = freed_arguments(d, ctx), *sk;
	struct event head;
	bool ours;

	sk = other_socket(d, skb, rx_sk, &ours);
	if (!ours)
		return 0;
	if (read)
		contents_read(&c, skb, rung);
	other_place(ctx, d);
	if (at(d->location, PLACE_RELEASE_DATA)) /* a part of a packet that was freed before */
		return 0;
	d->harmless = (__u8)other_kind(d->reason, (__u32)any_place_of(d->location), other_traits(d, &c, skb));
	if (d->harmless && !(settings.flags & DROPS_ALL))
		return 0;
	d->at = (struct drop_subject){ skb, (__u64)sk, (__u64)other_head(&head, d, &c, sk, skb, rung, read) };
	d->state = 0;
	if (drop_wanted(&head, d, sk))
		drop_emit(ctx, &head, d, &c, rung, read);
	return 0;
}

/* ---- hooks ---- */

/* Context: any. */
static __always_inline int kfree(__u64 *ctx, const int rung, const bool read)
{
	struct contents c = { .icmp_type = NO_ICMP, .icmp_code = NO_ICMP };
	struct drop d = {};
	struct event head;
	enum freed freed = freed_tcp(&d, &head, ctx, rung, read);

	if (freed == NOT_TCP)
		return other_drop(ctx, &d, rung, read);
	if (freed == HARMLESS && !(settings.flags & DROPS_ALL))
		return 0;
	freed_tcp_owner(&head, &d);
	if (drop_wanted(&head, &d, d.sk && d.full ? d.sk : NULL))
		drop_emit(ctx, &head, &d, &c, rung, read);
	return 0;
}

SEC("tp_btf/kfree_skb")
int drops_kfree_cast(__u64 *ctx)
{
	return kfree(ctx, RUNG_CAST, true);
}

SEC("tp_btf/kfree_skb")
int drops_kfree_helper(__u64 *ctx)
{
	return kfree(ctx, RUNG_PROBE_READ, true);
}

SEC("tp_btf/kfree_skb")
int drops_kfree_socket(__u64 *ctx)
{
	return kfree(ctx, RUNG_CAST, false);
}

/* Context: any; for a listener: softirq. */
static __always_inline int consume(__u64 *ctx, const int rung)
{
	struct contents c = { .icmp_type = NO_ICMP, .icmp_code = NO_ICMP };
	struct drop d = {};
	struct event head;

	if (freed_syn(&d, &head, ctx, rung) && drop_wanted(&head, &d, NULL))
		drop_emit(ctx, &head, &d, &c, rung, true);
	return 0;
}

SEC("tp_btf/consume_skb")
int drops_consume_cast(__u64 *ctx)
{
	return consume(ctx, RUNG_CAST);
}

SEC("tp_btf/consume_skb")
int drops_consume_helper(__u64 *ctx)
{
	return consume(ctx, RUNG_PROBE_READ);
}
