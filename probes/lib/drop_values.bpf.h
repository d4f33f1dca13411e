/* SPDX-License-Identifier: GPL-2.0-or-later */
/* drop_values.bpf.h: the values of a socket, its namespace, device and route that explain a drop (struct drop_values),
 * for any tool of drops. All of it runs for a drop that is reported with --explain, and only then. */
#ifndef NETTRACE_PROBES_LIB_DROP_VALUES_BPF_H
#define NETTRACE_PROBES_LIB_DROP_VALUES_BPF_H

#include "probes/lib/packet.bpf.h"
#include "probes/lib/percpu.bpf.h"

#define DEVCONF_RP_FILTER 7 /* IPV4_DEVCONF_RP_FILTER - 1 (include/uapi/linux/ip.h) */

/* What a drop is about, as addresses; 0: unknown. */
struct drop_subject {
	const struct sk_buff *skb;
	__u64 sk;  /* a full socket */
	__u64 net; /* its namespace, or the packet's */
};

/* Copies 16 bytes of a name. */
static __always_inline void copy_name(char *to, const char *from, const int rung)
{
	if (rung == RUNG_CAST) {
		((__u64 *)to)[0] = ((const __u64 *)from)[0];
		((__u64 *)to)[1] = ((const __u64 *)from)[1];
	} else {
		bpf_probe_read_kernel(to, 16, from);
	}
}

/* Pages of a protocol. The CPUs keep some more of them in reserve, uncounted (since 5.19; include/net/sock.h). */
static __always_inline void values_of_protocol(struct drop_values *values, struct sock *sk, const int rung)
{
	struct proto *proto = KREAD(rung, sk, __sk_common.skc_prot);
	void *allocated = KREAD(rung, proto, memory_allocated);
	long *limits = KREAD(rung, proto, sysctl_mem);

	if (!allocated || !limits)
		return;
	values->memory = number_at((__u64)allocated, rung);
	values->memory_limit = number_at((__u64)limits + 2 * sizeof(__u64), rung);
}

static __always_inline void values_of_socket(struct drop_values *values, __u64 address, const int rung)
{
	struct sock *sk = KPTR(rung, address, sock);
	struct inet_connection_sock *listener = KPTR(rung, address, inet_connection_sock);

	values->rmem = (__u32)KREAD(rung, sk, sk_backlog.rmem_alloc.counter);
	values->backlog = (__u32)KREAD(rung, sk, sk_backlog.len);
	values->rcvbuf = (__u32)KREAD(rung, sk, sk_rcvbuf);
	values->sndbuf = (__u32)KREAD(rung, sk, sk_sndbuf);
	values_of_protocol(values, sk, rung);
	if (KREAD(rung, sk, __sk_common.skc_state) != TCP_LISTEN)
		return;
	values->queue = KREAD(rung, sk, sk_ack_backlog);
	values->queue_limit = KREAD(rung, sk, sk_max_ack_backlog);
	values->half_open = (__u32)KREAD(rung, listener, icsk_accept_queue.qlen.counter);
}

static __always_inline void values_of_namespace(struct drop_values *values, __u64 address, const int rung)
{
	struct net *net = KPTR(rung, address, net);
	struct ipv4_devconf *all = KREAD(rung, net, ipv4.devconf_all);

	values->somaxconn = (__u32)KREAD(rung, net, core.sysctl_somaxconn);
	values->max_syn_backlog = (__u32)KREAD(rung, net, ipv4.sysctl_max_syn_backlog);
	values->tcp_rmem_max = (__u32)KREAD(rung, net, ipv4.sysctl_tcp_rmem[2]);
	if (all)
		values->rp_filter_all = (__u32)KREAD(rung, all, data[DEVCONF_RP_FILTER]);
}

static __always_inline void values_of_device(struct drop_values *values, __u64 address, const int rung)
{
	struct net_device *device = KPTR(rung, address, net_device);
	struct in_device *in = KREAD(rung, device, ip_ptr);
	struct Qdisc *qdisc = KREAD(rung, device, qdisc);
	const struct Qdisc_ops *ops;

	copy_name(values->device, device->name, rung);
	if (in)
		values->rp_filter = (__u32)KREAD(rung, in, cnf.data[DEVCONF_RP_FILTER]);
	if (!qdisc)
		return;
	values->qdisc_packets = KREAD(rung, qdisc, q.qlen);
	values->qdisc_limit = KREAD(rung, qdisc, limit);
	ops = KREAD(rung, qdisc, ops);
	if (ops)
		copy_name(values->qdisc, ops->id, rung);
}

/* The gateway of the packet's route, or its destination. */
static __always_inline void values_of_route(struct drop_values *values, __u64 route, bool v6, const __u8 *destination,
					    const int rung)
{
	struct rtable *v4 = KPTR(rung, route, rtable);
	__u8 family = v6 ? AF_INET6 : KREAD(rung, v4, rt_gw_family);

	if (v6 && settings.casts[CAST_rt6_info])
		read_v6(rung, values->next_hop, &KPTR(rung, route, rt6_info)->rt6i_gateway);
	else if (family == AF_INET)
		address_v4(values->next_hop, KREAD(rung, v4, rt_gw4));
	else if (family == AF_INET6 && !v6)
		read_v6(rung, values->next_hop, &v4->rt_gw6);
	if (!((__u64 *)values->next_hop)[0] && !((__u64 *)values->next_hop)[1])
		__builtin_memcpy(values->next_hop, destination, 16);
}

/* Fills *values, in the ring. destination: of the packet. read: whether this rung can read memory without BTF types;
 * otherwise all values are unknown. Context: any. */
static __always_inline void drop_values_fill(struct drop_values *values, const struct drop_subject *at,
					     const __u8 *destination, const int rung, const bool read)
{
	__u64 route = at->skb->_skb_refdst & ~1UL;
	__u64 device = device_net(at->skb) ? (__u64)at->skb->dev : 0;
	struct dst_entry *dst;

	__builtin_memset(values, 0xff, __builtin_offsetof(struct drop_values, device));
	__builtin_memset(values->device, 0, sizeof(*values) - __builtin_offsetof(struct drop_values, device));
	if (!read)
		return;
	if (at->sk)
		values_of_socket(values, at->sk, rung);
	if (at->net)
		values_of_namespace(values, at->net, rung);
	if (route) {
		values_of_route(values, route, at->skb->protocol == bpf_htons(ETH_P_IPV6), destination, rung);
		dst = KPTR(rung, route, dst_entry);
		device = device ? device : (__u64)KREAD(rung, dst, dev);
	}
	if (device)
		values_of_device(values, device, rung);
}

#endif
