/* SPDX-License-Identifier: GPL-2.0-or-later */
/* dns.bpf.c: an event for each DNS query that a socket of this machine sends, and for each answer that arrives. */
#include "probes/lib/datagram.bpf.h"
#include "probes/lib/event.bpf.h"
#include "probes/owner/holder.bpf.h"
#include "probes/dns.h"

char LICENSE[] SEC("license") = "GPL";

OWN_OPTIONS(struct dns_options);

#define DNS_HEADER    12
#define DNS_IS_ANSWER 0x80 /* byte 2: QR ... */
#define DNS_OPCODE    0x78 /* ... and the kind of query; 0: a standard query */

#define QUERY_SIZE    (__builtin_offsetof(struct dns_event, message) + DNS_QUERY_BYTES)
#define ANSWER_SIZE   __builtin_offsetof(struct dns_event, latency)

/* The number of events without room in the ring. */
struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, 1);
	__type(key, __u32);
	__type(value, __u32);
} losses SEC(".maps");

static __always_inline bool is_server(__u16 port)
{
	return list_has(&own.ports, port);
}

/* Whether a message is a standard query, or an answer to one. */
static __always_inline bool is_dns(const struct datagram *d, __u8 answers, const int rung)
{
	struct in6_addr *first = KPTR(rung, d->payload, in6_addr); /* any type that starts with numbers */
	__u8 flags = byte_at(rung, first, 2);

	/* One question, in bytes 4 and 5. */
	return (flags & (DNS_IS_ANSWER | DNS_OPCODE)) == answers && byte_at(rung, first, 4) == 0 &&
	       byte_at(rung, first, 5) == 1;
}

/* Adds what both kinds of event have. lost: the number of lost events. */
static __always_inline void message_fill(struct dns_event *e, const struct sk_buff *skb, const struct datagram *d,
					 __u32 lost)
{
	e->ifindex = (__u32)skb->dev->ifindex;
	e->lost = lost;
	e->length = (__u16)d->length;
	e->is_split = skb->data_len > 0;
	*(__u32 *)e->pad = 0;
}

/* ---- queries ---- */

/* How certain it is that current sends the packet of this socket. A packet that waited for its neighbour's address
 * leaves in a softirq, over a bystander. From 6.2 on the table of descriptors shows it; before, a bystander of the same
 * user passes for the sender. */
static __always_inline __u8 sender_quality(struct sock *sk)
{
	struct task_struct *task;
	__u64 file, leader; /* addresses: as numbers, for the verifier */
	int fd;

	if (sk->sk_lock.owned) /* TCP: a task holds the lock, and is current */
		return OWNER_EXACT;
	if (!(bpf_get_current_pid_tgid() >> 32) || current_is_kernel_thread())
		return OWNER_UNKNOWN;
	if (!settings.has_cast)
		return sk->sk_uid.val == (__u32)bpf_get_current_uid_gid() ? OWNER_INHERITED : OWNER_UNKNOWN;
	file = socket_file(sk);
	if (!file)
		return OWNER_UNKNOWN;
	task = KPTR(RUNG_CAST, bpf_get_current_task_btf(), task_struct);
	leader = word_at((__u64)&task->group_leader);
	fd = holder_descriptor(leader, task->group_leader->start_boottime, file, current_descriptor());
	return fd >= 0 ? OWNER_EXACT : fd == HOLDER_ENDS ? OWNER_INHERITED : OWNER_UNKNOWN;
}

static __always_inline void query_owner(struct event *e, struct sock *sk)
{
	__u8 quality = sender_quality(sk);

	if (quality == OWNER_UNKNOWN) {
		e->uid = sk->sk_uid.val;
		return;
	}
	event_current(e);
	event_of_worker(e);
	e->owner = quality;
	if (!bpf_core_field_exists(struct sock_cgroup_data, cgroup))
		e->cgroup_id = bpf_get_current_cgroup_id();
}

static __always_inline int query_send(struct sk_buff *skb, struct sock *sk, const struct datagram *d, const int rung)
{
	struct dns_event *e;
	struct event head;
	__u32 zero = 0, *lost = bpf_map_lookup_elem(&losses, &zero);

	if (!lost)
		return 0;
	event_init(&head, bpf_ktime_get_boot_ns());
	query_owner(&head, sk);
	event_place(&head, sk);
	head.family = skb->protocol == bpf_htons(ETH_P_IPV6) ? 6 : 4;
	head.lport = d->sport;
	head.rport = d->dport;
	__builtin_memcpy(head.laddr, d->saddr, sizeof(head.laddr));
	__builtin_memcpy(head.raddr, d->daddr, sizeof(head.raddr));
	if (!event_wanted(&head, sk))
		return 0;
	e = ring_reserve(QUERY_SIZE, &head);
	if (!e) {
		__sync_fetch_and_add(lost, 1);
		return 0;
	}
	message_fill(e, skb, d, *lost);
	e->kind = DNS_QUERY;
	datagram_copy(e->message, d, DNS_QUERY_BYTES, rung);
	ring_submit(e);
	return 0;
}

/* (struct sk_buff *). Sends a query on departure, from the first device of its socket's namespace. Context: a task, or
 * softirq; preemption is disabled. */
static __always_inline int query_leaves(__u64 *ctx, const int rung)
{
	struct sk_buff *skb = (void *)ctx[0];
	struct sock *sk = skb->sk;
	struct datagram d;
	__u16 port;

	if (!sk || sk->__sk_common.skc_state == TCP_TIME_WAIT || sk->__sk_common.skc_state == TCP_NEW_SYN_RECV)
		return 0;
	port = sk->__sk_common.skc_dport; /* 0: not connected */
	if ((port && !is_server(bpf_ntohs(port))) || sk->sk_protocol != IPPROTO_UDP)
		return 0;
	if (!datagram_read(&d, skb, (__u64)skb->head + skb->network_header, rung) || !is_server(d.dport) ||
	    d.length <= DNS_HEADER || !is_dns(&d, 0, rung) ||
	    skb->dev->nd_net.net->ns.inum != sk->__sk_common.skc_net.net->ns.inum)
		return 0;
	return query_send(skb, sk, &d, rung);
}

SEC("tp_btf/net_dev_queue")
int query_cast(__u64 *ctx)
{
	return query_leaves(ctx, RUNG_CAST);
}

SEC("tp_btf/net_dev_queue")
int query_helper(__u64 *ctx)
{
	return query_leaves(ctx, RUNG_PROBE_READ);
}

/* ---- answers ---- */

static __always_inline int answer_send(struct sk_buff *skb, const struct datagram *d, const int rung)
{
	struct dns_event *e;
	struct event head;
	__u32 zero = 0, *lost = bpf_map_lookup_elem(&losses, &zero);

	if (!lost)
		return 0;
	event_init(&head, bpf_ktime_get_boot_ns());
	head.netns = skb->dev->nd_net.net->ns.inum;
	if (!list_has(&settings.filter.netns, head.netns))
		return 0;
	head.protocol = IPPROTO_UDP;
	head.family = skb->protocol == bpf_htons(ETH_P_IPV6) ? 6 : 4;
	head.lport = d->dport;
	head.rport = d->sport;
	__builtin_memcpy(head.laddr, d->daddr, sizeof(head.laddr));
	__builtin_memcpy(head.raddr, d->saddr, sizeof(head.raddr));
	e = ring_reserve_side_event(ANSWER_SIZE, &head);
	if (!e) {
		__sync_fetch_and_add(lost, 1);
		return 0;
	}
	message_fill(e, skb, d, *lost);
	e->kind = DNS_ANSWER;
	datagram_copy(e->message, d, DNS_ANSWER_BYTES, rung);
	ring_submit_side_event(e);
	return 0;
}

/* (struct sk_buff *). Context: softirq. */
static __always_inline int answer_arrives(__u64 *ctx, const int rung)
{
	struct sk_buff *skb = (void *)ctx[0];
	struct datagram d;

	if (!datagram_read(&d, skb, (__u64)skb->data, rung) || !is_server(d.sport) || d.length < DNS_HEADER ||
	    !is_dns(&d, DNS_IS_ANSWER, rung))
		return 0;
	return answer_send(skb, &d, rung);
}

SEC("tp_btf/netif_receive_skb")
int answer_cast(__u64 *ctx)
{
	return answer_arrives(ctx, RUNG_CAST);
}

SEC("tp_btf/netif_receive_skb")
int answer_helper(__u64 *ctx)
{
	return answer_arrives(ctx, RUNG_PROBE_READ);
}
