/* SPDX-License-Identifier: GPL-2.0-or-later */
/* dns.bpf.c: an event for each DNS query that a socket of this machine sends,
 * and for each answer that arrives. */
#include "probes/dns.h"
#include "probes/lib/datagram.bpf.h"
#include "probes/lib/event.bpf.h"
#include "probes/owner/holder.bpf.h"

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

/* How much of a packet a program can read. */
enum extent_of {
	LINEAR, /* its first piece, and so UDP only */
	WHOLE,  /* all of it, through bpf_dynptr_from_skb() */
};

struct message {
	struct datagram d;
	struct bpf_dynptr packet; /* WHOLE */
	__u8 protocol;
};

static __always_inline bool is_carrier(__u8 protocol, const int extent)
{
	return protocol == IPPROTO_UDP || (extent == WHOLE && protocol == IPPROTO_TCP);
}

/* Whether the first 6 bytes are those of a standard query or answer
 * (`answers`), with one question. */
static __always_inline bool is_dns(const __u8 *first, __u8 answers)
{
	return (first[2] & (DNS_IS_ANSWER | DNS_OPCODE)) == answers && first[4] == 0 && first[5] == 1;
}

static __always_inline bool linear_is_dns(const struct message *m, __u8 answers, const int rung)
{
	struct in6_addr *at = KPTR(rung, m->d.payload, in6_addr); /* any type that starts with numbers */
	__u8 first[6] = { 0, 0, byte_at(rung, at, 2), 0, byte_at(rung, at, 4), byte_at(rung, at, 5) };

	return m->d.length >= DNS_HEADER && is_dns(first, answers);
}

/* The same through a dynptr. Of TCP, the message follows its length. */
static __always_inline bool whole_is_dns(struct message *m, struct sk_buff *skb, __u8 answers)
{
	__u8 first[8];

	if (m->d.whole < DNS_HEADER + 2 || bpf_dynptr_from_skb(skb, 0, &m->packet) ||
	    bpf_dynptr_read(first, sizeof(first), &m->packet, m->d.offset, 0))
		return false;
	if (m->protocol == IPPROTO_UDP)
		return is_dns(first, answers);
	m->d.offset += 2;
	m->d.whole -= 2;
	return (first[0] || first[1] >= DNS_HEADER) && is_dns(first + 2, answers);
}

/* Copies at most `most` bytes, a constant. Returns the number. */
static __always_inline __u16 message_copy(__u8 *to, const struct message *m, const __u32 most, const int rung,
					  const int extent)
{
	__u32 length = m->d.whole < most ? m->d.whole : most;

	if (extent == WHOLE)
		return bpf_dynptr_read(to, length, &m->packet, m->d.offset, 0) ? 0 : (__u16)length;
	datagram_copy(to, &m->d, most, rung);
	return (__u16)m->d.length;
}

/* Adds what both kinds of event have. lost: the number of lost events. */
static __always_inline void event_add(struct dns_event *e, const struct sk_buff *skb, __u8 kind, __u32 lost)
{
	e->ifindex = (__u32)skb->dev->ifindex;
	e->lost = lost;
	e->kind = kind;
	e->is_split = skb->data_len > 0;
	*(__u32 *)e->pad = 0;
}

/* ---- queries ---- */

/* How certain it is that current sends the packet of this socket. A packet that
 * waited for its neighbour's address leaves in a softirq, over a bystander.
 * From 6.2 on the table of descriptors shows it; before, a bystander of the
 * same user passes for the sender. */
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

/* The sender of a packet that waits for the address of its neighbour. */
struct delayed {
	__u64 at; /* ns */
	struct event event;
};

struct {
	__uint(type, BPF_MAP_TYPE_LRU_HASH);
	__uint(max_entries, 256);
	__type(key, __u64); /* address of the socket */
	__type(value, struct delayed);
} delayed SEC(".maps");

#define DELAY 10000000000ULL /* ns: the kernel drops it earlier */

static __always_inline bool owner_is_current(struct event *e, struct sock *sk)
{
	__u8 quality = sender_quality(sk);

	if (quality == OWNER_UNKNOWN)
		return false;
	event_current(e);
	event_of_worker(e);
	e->owner = quality;
	if (!bpf_core_field_exists(struct sock_cgroup_data, cgroup))
		e->cgroup_id = bpf_get_current_cgroup_id();
	return true;
}

/* (struct neighbour *, int rc). Records the sender of the packet that has just been queued for the neighbour. Context:
 * a task, or softirq. */
SEC("tp_btf/neigh_event_send_done")
int query_waits(__u64 *ctx)
{
	struct neighbour *neighbour = (void *)ctx[0];
	struct sock *sk = neighbour->arp_queue.prev->sk;
	struct delayed wait = {};
	__u64 key = (__u64)sk;

	if (!sk || sk->sk_protocol != IPPROTO_UDP || !owner_is_current(&wait.event, sk))
		return 0;
	wait.at = bpf_ktime_get_boot_ns();
	if (bpf_map_update_elem(&delayed, &key, &wait, BPF_ANY))
		COUNT(lost_map);
	return 0;
}

static __always_inline void query_owner(struct event *e, struct sock *sk)
{
	__u64 key = (__u64)sk;
	const struct delayed *wait;

	if (owner_is_current(e, sk))
		return;
	wait = bpf_map_lookup_elem(&delayed, &key);
	if (!wait || e->ts - wait->at > DELAY) {
		e->uid = sk->sk_uid.val;
		return;
	}
	e->pid = wait->event.pid;
	e->tid = wait->event.tid;
	e->uid = wait->event.uid;
	e->owner = wait->event.owner;
	e->mntns_listed = wait->event.mntns_listed;
	e->cgroup_id = wait->event.cgroup_id;
	__builtin_memcpy(e->comm, wait->event.comm, sizeof(e->comm));
}

static __always_inline int query_send(struct sk_buff *skb, struct sock *sk, const struct message *m, const int rung,
				      const int extent)
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
	head.lport = m->d.sport;
	head.rport = m->d.dport;
	__builtin_memcpy(head.laddr, m->d.saddr, sizeof(head.laddr));
	__builtin_memcpy(head.raddr, m->d.daddr, sizeof(head.raddr));
	if (!event_wanted(&head, sk))
		return 0;
	e = ring_reserve(QUERY_SIZE, &head);
	if (!e) {
		__sync_fetch_and_add(lost, 1);
		return 0;
	}
	event_add(e, skb, DNS_QUERY, *lost);
	e->length = message_copy(e->message, m, DNS_QUERY_BYTES, rung, extent);
	ring_submit(e);
	return 0;
}

/* Reads ends and payload of a packet whose IP header is at this address. */
static __always_inline bool message_read(struct message *m, const struct sk_buff *skb, __u64 network, const int rung)
{
	return m->protocol == IPPROTO_UDP ? datagram_read(&m->d, skb, network, rung)
					  : segment_read(&m->d, skb, network, rung);
}

static __always_inline bool is_dns_message(struct message *m, struct sk_buff *skb, __u8 answers, const int rung,
					   const int extent)
{
	return extent == WHOLE ? whole_is_dns(m, skb, answers) : linear_is_dns(m, answers, rung);
}

/* (struct sk_buff *). Sends a query on departure, from the first device of its
 * socket's namespace. Context: a task, or softirq; preemption is disabled. */
static __always_inline int query_leaves(__u64 *ctx, const int rung, const int extent)
{
	struct sk_buff *skb = (void *)ctx[0];
	struct sock *sk = skb->sk;
	struct message m;
	__u16 port;

	if (!sk || sk->__sk_common.skc_state == TCP_TIME_WAIT || sk->__sk_common.skc_state == TCP_NEW_SYN_RECV)
		return 0;
	port = sk->__sk_common.skc_dport; /* 0: not connected */
	if (port && !is_server(bpf_ntohs(port)))
		return 0;
	m.protocol = (__u8)sk->sk_protocol;
	if (!is_carrier(m.protocol, extent))
		return 0;
	if (!message_read(&m, skb, (__u64)skb->head + skb->network_header, rung) || !is_server(m.d.dport) ||
	    !is_dns_message(&m, skb, 0, rung, extent) ||
	    skb->dev->nd_net.net->ns.inum != sk->__sk_common.skc_net.net->ns.inum)
		return 0;
	return query_send(skb, sk, &m, rung, extent);
}

SEC("tp_btf/net_dev_queue")
int query_whole_cast(__u64 *ctx)
{
	return query_leaves(ctx, RUNG_CAST, WHOLE);
}

SEC("tp_btf/net_dev_queue")
int query_cast(__u64 *ctx)
{
	return query_leaves(ctx, RUNG_CAST, LINEAR);
}

SEC("tp_btf/net_dev_queue")
int query_helper(__u64 *ctx)
{
	return query_leaves(ctx, RUNG_PROBE_READ, LINEAR);
}

/* ---- answers ---- */

static __always_inline int answer_send(struct sk_buff *skb, const struct message *m, const int rung, const int extent)
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
	head.protocol = m->protocol;
	head.family = skb->protocol == bpf_htons(ETH_P_IPV6) ? 6 : 4;
	head.lport = m->d.dport;
	head.rport = m->d.sport;
	__builtin_memcpy(head.laddr, m->d.daddr, sizeof(head.laddr));
	__builtin_memcpy(head.raddr, m->d.saddr, sizeof(head.raddr));
	e = ring_reserve_side_event(ANSWER_SIZE, &head);
	if (!e) {
		__sync_fetch_and_add(lost, 1);
		return 0;
	}
	event_add(e, skb, DNS_ANSWER, *lost);
	e->length = message_copy(e->message, m, DNS_ANSWER_BYTES, rung, extent);
	ring_submit_side_event(e);
	return 0;
}

/* The protocol and the source port of an arriving packet: all that most packets
 * cost. Of a fragment and of an IPv6 extension header, any numbers. */
static __always_inline __u16 arriving_from(struct message *m, const struct sk_buff *skb, const int rung)
{
	__u64 network = (__u64)skb->data;
	struct udphdr *ports; /* where TCP has them, too */

	if (skb->protocol == bpf_htons(ETH_P_IP)) {
		struct iphdr *ip = KPTR(rung, network, iphdr);

		m->protocol = KREAD(rung, ip, protocol);
		ports = KPTR(rung, network + (byte_at(rung, ip, 0) & 0xf) * 4, udphdr);
	} else if (skb->protocol == bpf_htons(ETH_P_IPV6)) {
		struct ipv6hdr *ip = KPTR(rung, network, ipv6hdr);

		m->protocol = KREAD(rung, ip, nexthdr);
		ports = KPTR(rung, network + 40, udphdr);
	} else {
		m->protocol = 0;
		return 0;
	}
	return bpf_ntohs(KREAD(rung, ports, source));
}

/* (struct sk_buff *). Context: softirq. */
static __always_inline int answer_arrives(__u64 *ctx, const int rung, const int extent)
{
	struct sk_buff *skb = (void *)ctx[0];
	struct message m;

	if (!is_server(arriving_from(&m, skb, rung)) || !is_carrier(m.protocol, extent))
		return 0;
	if (!message_read(&m, skb, (__u64)skb->data, rung) || !is_dns_message(&m, skb, DNS_IS_ANSWER, rung, extent))
		return 0;
	return answer_send(skb, &m, rung, extent);
}

SEC("tp_btf/netif_receive_skb")
int answer_whole_cast(__u64 *ctx)
{
	return answer_arrives(ctx, RUNG_CAST, WHOLE);
}

SEC("tp_btf/netif_receive_skb")
int answer_cast(__u64 *ctx)
{
	return answer_arrives(ctx, RUNG_CAST, LINEAR);
}

SEC("tp_btf/netif_receive_skb")
int answer_helper(__u64 *ctx)
{
	return answer_arrives(ctx, RUNG_PROBE_READ, LINEAR);
}
