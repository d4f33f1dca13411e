/* SPDX-License-Identifier: GPL-2.0-or-later */
/* drops_packet.bpf.h: the contents of a packet of any protocol, and its device. */
#ifndef NETTRACE_PROBES_DROPS_PACKET_BPF_H
#define NETTRACE_PROBES_DROPS_PACKET_BPF_H

#include "probes/drops.h"
#include "probes/lib/datagram.bpf.h"

#define ETH_P_ARP      0x0806
#define IPPROTO_ICMP   1
#define IPPROTO_ICMPV6 58
#define IPPROTO_SCTP   132
#define NO_HEADER      0xffff /* skb->mac_header: unset */
#define NO_ICMP        0xff

struct contents {
	__u8 saddr[16], daddr[16];
	__u16 sport, dport;
	__u8 family, protocol; /* 0: unknown */
	__u8 icmp_type, icmp_code;
	bool group; /* to a multicast or broadcast address */
};

/* Four bytes at any address. */
static __always_inline __u32 four_bytes(__u64 address, const int rung)
{
	struct in6_addr *at = KPTR(rung, address, in6_addr);

	return KREAD(rung, at, in6_u.u6_addr32[0]);
}

static __always_inline __u8 first_byte(__u64 address, const int rung)
{
	return byte_at(rung, KPTR(rung, address, iphdr), 0);
}

/* Ports, or the type of an ICMP message, at the start of the transport header; end: of the linear part. */
static __always_inline void transport_read(struct contents *c, __u64 header, __u64 end, const int rung)
{
	struct udphdr *udp = KPTR(rung, header, udphdr);

	if (header + 4 > end)
		return;
	if (c->protocol == IPPROTO_ICMP || c->protocol == IPPROTO_ICMPV6) {
		c->icmp_type = first_byte(header, rung);
		c->icmp_code = first_byte(header + 1, rung);
	} else if (c->protocol == IPPROTO_UDP || c->protocol == IPPROTO_TCP || c->protocol == IPPROTO_SCTP) {
		c->sport = bpf_ntohs(KREAD(rung, udp, source));
		c->dport = bpf_ntohs(KREAD(rung, udp, dest));
	}
}

static __always_inline void ip4_read(struct contents *c, __u64 network, __u64 end, const int rung)
{
	struct iphdr *ip = KPTR(rung, network, iphdr);
	__u32 daddr;

	if (network + 20 > end)
		return;
	c->family = 4;
	c->protocol = KREAD(rung, ip, protocol);
	address_v4(c->saddr, KREAD(rung, ip, saddr));
	daddr = KREAD(rung, ip, daddr);
	address_v4(c->daddr, daddr);
	c->group = bpf_ntohl(daddr) >> 28 == 0xe || daddr == ~0U;
	if (!(KREAD(rung, ip, frag_off) & bpf_htons(IP_OFFSET)))
		transport_read(c, network + (byte_at(rung, ip, 0) & 0xf) * 4, end, rung);
}

/* Hop-by-hop, routing and destination options; a fragment header is followed too, if it is the first fragment's. */
static __always_inline bool is_extension(__u8 header)
{
	return header == 0 || header == 43 || header == 44 || header == 60;
}

static __always_inline void ip6_read(struct contents *c, __u64 network, __u64 end, const int rung)
{
	struct ipv6hdr *ip = KPTR(rung, network, ipv6hdr);
	__u64 at = network + 40;
	__u8 next;

	if (at > end)
		return;
	c->family = 6;
	address_at(c->saddr, network + 8, rung);
	address_at(c->daddr, network + 24, rung);
	c->group = c->daddr[0] == 0xff;
	next = KREAD(rung, ip, nexthdr);
#pragma clang loop unroll(full)
	for (int i = 0; i < 2; i++) {
		__u32 word;

		if (!is_extension(next) || at + 8 > end)
			break;
		word = four_bytes(at, rung);
		if (next == 44 && (word >> 16 & bpf_htons(0xfff8))) {
			c->protocol = (__u8)word; /* not the first fragment: no transport header */
			return;
		}
		at += next == 44 ? 8 : ((word >> 8 & 0xff) + 1) * 8;
		next = (__u8)word;
	}
	c->protocol = next;
	transport_read(c, at, end, rung);
}

/* The IPv4 addresses of sender and target in an ARP packet for Ethernet (RFC 826). */
static __always_inline void arp_read(struct contents *c, __u64 network, __u64 end, const int rung)
{
	if (network + 28 > end)
		return;
	c->family = 4;
	address_v4(c->saddr, four_bytes(network + 14, rung));
	address_v4(c->daddr, four_bytes(network + 24, rung));
}

static __always_inline void contents_read(struct contents *c, const struct sk_buff *skb, const int rung)
{
	__u64 network = (__u64)skb->head + skb->network_header;
	__u64 end = (__u64)skb->data + (skb->len - skb->data_len);

	if (skb->protocol == bpf_htons(ETH_P_IP))
		ip4_read(c, network, end, rung);
	else if (skb->protocol == bpf_htons(ETH_P_IPV6))
		ip6_read(c, network, end, rung);
	else if (skb->protocol == bpf_htons(ETH_P_ARP))
		arp_read(c, network, end, rung);
	else if (skb->mac_header != NO_HEADER && skb->mac_header + 14 <= skb->network_header)
		c->group = first_byte((__u64)skb->head + skb->mac_header, rung) & 1;
}

/* ---- the device ---- */

/* Copies the name byte by byte, as the verifier checks each load against the type. */
static __always_inline void device_fill(struct drops_event *e, const struct net_device *dev, const int rung)
{
	e->ifindex = (__u32)KREAD(rung, dev, ifindex);
	if (rung == RUNG_PROBE_READ) {
		bpf_probe_read_kernel(e->device, sizeof(e->device), dev->name);
		return;
	}
#pragma clang loop unroll(full)
	for (int i = 0; i < DEVICE_SIZE; i++)
		e->device[i] = dev->name[i];
}

#define DEVICES_OF_LIST 8 /* of a namespace with up to 2048 devices */

/* The device with this index, as dev_get_by_index_rcu() finds it (net/core/dev.c); 0: none. */
static __always_inline __u64 device_find(const struct net *untyped, __u32 ifindex, const int rung)
{
	struct net *net = KPTR(rung, untyped, net);
	struct list_head *node;
	__u64 at;

	if (!untyped || !ifindex)
		return 0;
	at = (__u64)KREAD(rung, net, dev_index_head) + (ifindex & 255) * sizeof(void *);
#pragma clang loop unroll(disable)
	for (int i = 0; i < DEVICES_OF_LIST; i++) {
		struct net_device *dev;

		node = KPTR(rung, at, list_head);
		at = (__u64)KREAD(rung, node, next);
		if (!at)
			return 0;
		dev = KPTR(rung, at - bpf_core_field_offset(struct net_device, index_hlist), net_device);
		if ((__u32)KREAD(rung, dev, ifindex) == ifindex)
			return (__u64)dev;
	}
	return 0;
}

#endif
