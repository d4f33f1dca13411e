/* SPDX-License-Identifier: GPL-2.0-or-later */
/* udptop.bpf.c: counts of UDP datagrams by socket and peer. */
#include "probes/lib/cgroup.bpf.h"
#include "probes/lib/datagram.bpf.h"
#include "probes/lib/event.bpf.h"
#include "probes/owner/udp_holders.bpf.h"
#include "probes/udptop.h"

char LICENSE[] SEC("license") = "GPL";

struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, UDP_FLOWS);
	__uint(map_flags, BPF_F_MMAPABLE);
	__type(key, __u32);
	__type(value, struct udp_counters);
} totals SEC(".maps");

/* The place of each flow in `totals`. */
struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(max_entries, UDP_FLOWS);
	__type(key, struct udp_flow);
	__type(value, __u32);
} places SEC(".maps");

/* Places that had a flow: the user half adds those that are idle (core/bpf/places.c). */
struct {
	__uint(type, BPF_MAP_TYPE_QUEUE);
	__uint(max_entries, UDP_FLOWS);
	__type(value, __u32);
} free_places SEC(".maps");

/* The next place that never had a flow, and the places that have had one: no two CPUs take the same. */
struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, 1);
	__type(key, __u32);
	__type(value, __u32);
} fresh SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(max_entries, UDP_FLOWS);
	__uint(map_flags, BPF_F_NO_PREALLOC);
	__type(key, __u32);
	__type(value, __u8);
} taken SEC(".maps");

/* The place where a flow was found last, by some of its bits. Often that saves the look-up in `places`, a third
 * of the cost of a datagram. */
#define HINTS 4096

struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, HINTS);
	__type(key, __u32);
	__type(value, __u32);
} hints SEC(".maps");

/* ---- flows ---- */

static __always_inline __u32 *hint_of(const struct udp_flow *flow)
{
	__u32 address = ((const __u32 *)flow->raddr)[3];
	__u32 key = ((__u32)flow->socket ^ address ^ flow->rport << 16 ^ flow->lport) * 0x9e3779b1 >> 20;

	return bpf_map_lookup_elem(&hints, &key);
}

/* Whether the flow has this place. The user half clears the first word of a place that it frees. */
static __always_inline bool is_at(const struct udp_counters *counters, const struct udp_flow *flow)
{
	const __u64 *a = (const __u64 *)&counters->flow, *b = (const __u64 *)flow;

	return !((a[0] ^ b[0]) | (a[1] ^ b[1]) | (a[2] ^ b[2]) | (a[3] ^ b[3]) | (a[4] ^ b[4]) | (a[5] ^ b[5]));
}

/* NULL: the flow is new. */
static __always_inline struct udp_counters *counters_find(const struct udp_flow *flow)
{
	__u32 *hint = hint_of(flow), place = hint ? *hint : 0, *found;
	struct udp_counters *counters = bpf_map_lookup_elem(&totals, &place);

	if (counters && is_at(counters, flow))
		return counters;
	found = bpf_map_lookup_elem(&places, flow);
	if (!found)
		return NULL;
	place = *found;
	if (hint)
		*hint = place;
	return bpf_map_lookup_elem(&totals, &place);
}

static __always_inline void counters_begin(struct udp_counters *c, const struct udp_flow *flow, const struct sock *sk,
					   __u64 cgroup_id, const int rung)
{
	const struct net *net = KREAD(rung, sk, __sk_common.skc_net.net);
	struct event *e = &c->common;

	c->flow = *flow;
	event_init(e, bpf_ktime_get_boot_ns());
	e->netns = KREAD(rung, net, ns.inum);
	e->cgroup_id = cgroup_id;
	e->family = KREAD(rung, sk, __sk_common.skc_family) == AF_INET6 ? 6 : 4;
	e->protocol = IPPROTO_UDP;
	__builtin_memcpy(e->laddr, flow->laddr, sizeof(e->laddr));
	__builtin_memcpy(e->raddr, flow->raddr, sizeof(e->raddr));
	e->lport = flow->lport;
	e->rport = flow->rport;
	c->cgroup_listed = cgroups_match(e, (struct sock *)sk, rung);
}

/* A place that never had a flow; 0: none is left. Place 0 is no flow's. Without an atomic addition that returns its
 * result (new in 5.12): two CPUs may read the same number, of which one takes the place. The next number is then left
 * out. */
static __always_inline __u32 place_fresh(void)
{
	__u32 zero = 0, place, *next = bpf_map_lookup_elem(&fresh, &zero);
	__u8 yes = 1;

	for (int i = 0; next && i < 4; i++) {
		place = *(volatile __u32 *)next + 1;
		if (place >= UDP_FLOWS)
			return 0;
		__sync_fetch_and_add(next, 1);
		if (!bpf_map_update_elem(&taken, &place, &yes, BPF_NOEXIST))
			return place;
	}
	return 0;
}

/* The place of a new flow; 0: none is free. Another CPU may add the same flow first. */
static __always_inline __u32 place_add(const struct udp_flow *flow, const struct sock *sk, __u64 cgroup_id,
				       const int rung)
{
	struct udp_counters *counters;
	__u32 place = 0, *winner;

	if (bpf_map_pop_elem(&free_places, &place))
		place = place_fresh();
	if (!place)
		return 0;
	counters = bpf_map_lookup_elem(&totals, &place);
	if (!counters)
		return 0;
	counters_begin(counters, flow, sk, cgroup_id, rung);
	if (!bpf_map_update_elem(&places, flow, &place, BPF_NOEXIST))
		return place;
	bpf_map_push_elem(&free_places, &place, 0);
	winner = bpf_map_lookup_elem(&places, flow);
	return winner ? *winner : 0;
}

/* The socket's cookie; 0: it has none yet. */
static __always_inline __u64 socket_cookie(const struct sock *sk, const int rung)
{
	return (__u64)KREAD(rung, sk, __sk_common.skc_cookie.counter);
}

/* ---- packets, at the root of cgroup v2 ---- */

/* The packet's socket, if it is of UDP. A mini socket has no protocol; its state differs from those of UDP. */
static __always_inline const struct sock *udp_socket(const struct sk_buff *skb, const int rung)
{
	const struct sock *sk = KREAD(rung, skb, sk);
	__u8 state;

	if (!sk)
		return NULL;
	state = KREAD(rung, sk, __sk_common.skc_state);
	if ((state != TCP_CLOSE && state != TCP_ESTABLISHED) || KREAD(rung, sk, sk_protocol) != IPPROTO_UDP)
		return NULL;
	return sk;
}

/* Fills the ends, and returns the bytes of payload. The transport header is that of UDP, where there are IPv6 extension
 * headers, too. */
static __always_inline __u32 flow_read(struct udp_flow *flow, const struct sk_buff *skb, bool sent, const int rung)
{
	__u64 head = (__u64)KREAD(rung, skb, head);
	__u32 network = KREAD(rung, skb, network_header), transport = KREAD(rung, skb, transport_header);
	__u64 before = head + transport - (__u64)KREAD(rung, skb, data) + 8;
	struct udphdr *udp = KPTR(rung, head + transport, udphdr);
	__u8 *source = sent ? flow->laddr : flow->raddr, *destination = sent ? flow->raddr : flow->laddr;
	__u16 sport = bpf_ntohs(KREAD(rung, udp, source)), dport = bpf_ntohs(KREAD(rung, udp, dest));

	if (KREAD(rung, skb, protocol) == bpf_htons(ETH_P_IPV6)) {
		struct ipv6hdr *ip = KPTR(rung, head + network, ipv6hdr);

		read_v6(rung, source, &ip->saddr);
		read_v6(rung, destination, &ip->daddr);
	} else {
		struct iphdr *ip = KPTR(rung, head + network, iphdr);

		address_v4(source, KREAD(rung, ip, saddr));
		address_v4(destination, KREAD(rung, ip, daddr));
	}
	flow->lport = sent ? sport : dport;
	flow->rport = sent ? dport : sport;
	return KREAD(rung, skb, len) - (__u32)before;
}

static __always_inline void datagram_count(struct __sk_buff *ctx, bool sent, const int rung)
{
	const struct sk_buff *skb = CONTEXT_SKB(rung, ctx);
	const struct sock *sk = udp_socket(skb, rung);
	const struct task_struct *task;
	struct udp_counters *counters;
	struct udp_flow flow = {};
	__u32 place, bytes;

	if (!sk)
		return;
	flow.socket = socket_cookie(sk, rung);
	if (!flow.socket)
		flow.socket = bpf_get_socket_cookie(ctx);
	bytes = flow_read(&flow, skb, sent, rung);
	counters = counters_find(&flow);
	if (!counters) {
		place = place_add(&flow, sk, bpf_skb_cgroup_id(ctx), rung);
		if (!sent && !bpf_map_lookup_elem(&holders, &flow.socket))
			walk_request();
		counters = bpf_map_lookup_elem(&totals, &place);
	}
	if (!counters)
		return;
	if (!sent) {
		__sync_fetch_and_add(&counters->rx_datagrams, 1);
		__sync_fetch_and_add(&counters->rx_bytes, bytes);
		return;
	}
	task = current_task(rung);
	if (counters->flow.socket && counters->common.pid != (__u32)KREAD(rung, task, tgid))
		event_of_task(&counters->common, task, rung);
	__sync_fetch_and_add(&counters->tx_datagrams, 1);
	__sync_fetch_and_add(&counters->tx_bytes, bytes);
}

/* Before fragmentation, and before the neighbour's address is known: ip_finish_output(), ip6_finish_output(). Context:
 * the sending task. */
CGROUP_PROGRAM("cgroup_skb/egress", sent_cast, struct __sk_buff, datagram_count(ctx, true, RUNG_CAST))
CGROUP_PROGRAM("cgroup_skb/egress", sent_helper, struct __sk_buff, datagram_count(ctx, true, RUNG_PROBE_READ))

/* For each socket that gets the datagram, before it is queued: sk_filter_trim_cap(). Context: softirq. */
CGROUP_PROGRAM("cgroup_skb/ingress", received_cast, struct __sk_buff, datagram_count(ctx, false, RUNG_CAST))
CGROUP_PROGRAM("cgroup_skb/ingress", received_helper, struct __sk_buff, datagram_count(ctx, false, RUNG_PROBE_READ))

/* ---- messages, without CAP_NET_ADMIN: their lengths as send and receive calls return them ---- */

#define MSG_PEEK     0x2
#define MSG_ERRQUEUE 0x2000

/* The ends that the socket itself has; without connect() there is no peer. */
static __always_inline void flow_of_socket(struct udp_flow *flow, const struct sock *sk, const int rung)
{
	flow->lport = KREAD(rung, sk, __sk_common.skc_num);
	flow->rport = bpf_ntohs(KREAD(rung, sk, __sk_common.skc_dport));
	if (KREAD(rung, sk, __sk_common.skc_family) == AF_INET6) {
		read_v6(rung, flow->laddr, &sk->__sk_common.skc_v6_rcv_saddr);
		read_v6(rung, flow->raddr, &sk->__sk_common.skc_v6_daddr);
	} else {
		address_v4(flow->laddr, KREAD(rung, sk, __sk_common.skc_rcv_saddr));
		address_v4(flow->raddr, KREAD(rung, sk, __sk_common.skc_daddr));
	}
}

static __always_inline bool is_udp(const struct sock *sk, const int rung)
{
	__u16 family = KREAD(rung, sk, __sk_common.skc_family);

	return (family == AF_INET || family == AF_INET6) && KREAD(rung, sk, sk_protocol) == IPPROTO_UDP;
}

/* The counters of a flow, which may be new; never NULL. */
static __always_inline struct udp_counters *flow_counters(const struct udp_flow *flow, const struct sock *sk,
							  const int rung)
{
	struct udp_counters *counters = counters_find(flow);
	const struct cgroup *cgroup;
	__u64 cgroup_id = 0;
	__u32 place;

	if (counters)
		return counters;
	cgroup = socket_cgroup_by(sk, rung);
	if (cgroup) {
		const struct kernfs_node *directory = KREAD(rung, cgroup, kn);

		cgroup_id = KREAD(rung, directory, id);
	}
	place = place_add(flow, sk, cgroup_id, rung);
	return bpf_map_lookup_elem(&totals, &place);
}

/* (struct sock *, int ret, int flags). A datagram in several parts (MSG_MORE, UDP_CORK) counts with its last one. */
static __always_inline int message_count(__u64 *ctx, bool sent)
{
	const struct sock *sk = KPTR(RUNG_CAST, ctx[0], sock);
	const struct task_struct *task = current_task(RUNG_CAST);
	int bytes = (int)ctx[1], flags = (int)ctx[2];
	struct udp_counters *counters;
	struct udp_flow flow = {};

	if (bytes < 0 || !is_udp(sk, RUNG_CAST) || (!sent && (flags & (MSG_PEEK | MSG_ERRQUEUE))))
		return 0;
	flow.socket = bpf_get_socket_cookie((void *)ctx[0]);
	flow_of_socket(&flow, sk, RUNG_CAST);
	counters = flow_counters(&flow, sk, RUNG_CAST);
	if (!counters)
		return 0;
	if (counters->flow.socket && counters->common.pid != (__u32)task->tgid)
		event_of_task(&counters->common, task, RUNG_CAST);
	if (!sent) {
		__sync_fetch_and_add(&counters->rx_datagrams, 1);
		__sync_fetch_and_add(&counters->rx_bytes, (__u32)bytes);
		return 0;
	}
	__sync_fetch_and_add(&counters->tx_datagrams, !KPTR(RUNG_CAST, ctx[0], udp_sock)->pending);
	__sync_fetch_and_add(&counters->tx_bytes, (__u32)bytes);
	return 0;
}

/* Context: the sending task. */
SEC("tp_btf/sock_send_length")
int sent_length_cast(__u64 *ctx)
{
	return message_count(ctx, true);
}

/* Context: the receiving task. */
SEC("tp_btf/sock_recv_length")
int received_length_cast(__u64 *ctx)
{
	return message_count(ctx, false);
}

/* ---- datagrams without room in the receive buffer ---- */

/* The index of the tool's own hook in settings.arguments. */
#define DROP_HOOK 2

/* (int rc, struct sock *[, struct sk_buff *]). Before 6.12 only the socket is known. */
static __always_inline int drop_count(__u64 *ctx, const int rung)
{
	const struct sock *sk = KPTR(rung, ctx[1], sock);
	struct udp_counters *counters;
	struct udp_flow flow = {};

	if (!is_udp(sk, rung))
		return 0;
	flow.socket = socket_cookie(sk, rung);
	if (settings.arguments[DROP_HOOK] > 2)
		flow_read(&flow, KPTR(rung, ctx[2], sk_buff), false, rung);
	else
		flow_of_socket(&flow, sk, rung);
	counters = flow_counters(&flow, sk, rung);
	if (counters)
		__sync_fetch_and_add(&counters->drops, 1);
	return 0;
}

/* Context: softirq. */
SEC("tp_btf/udp_fail_queue_rcv_skb")
int dropped_cast(__u64 *ctx)
{
	return drop_count(ctx, RUNG_CAST);
}

SEC("tp_btf/udp_fail_queue_rcv_skb")
int dropped_helper(__u64 *ctx)
{
	return drop_count(ctx, RUNG_PROBE_READ);
}
