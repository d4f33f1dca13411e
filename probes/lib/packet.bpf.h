/* SPDX-License-Identifier: GPL-2.0-or-later */
/* packet.bpf.h: the TCP and IP headers of an sk_buff. */
#ifndef NETTRACE_PROBES_LIB_PACKET_BPF_H
#define NETTRACE_PROBES_LIB_PACKET_BPF_H

#include "probes/lib/reading.bpf.h"
#include "probes/lib/socket.bpf.h"

struct packet {
	__u8 saddr[16], daddr[16];
	__u16 sport, dport;
	__u8 family, flags;
	__u32 payload; /* bytes */
	__u32 seq;
};

#define FLAG_FIN   0x01
#define FLAG_SYN   0x02
#define FLAG_RST   0x04
#define FLAG_ACK   0x10

#define IP_OFFSET  0x1fff      /* of frag_off: not the first fragment */
#define NAMESPACES 0xf0000000U /* PROC_DYNAMIC_FIRST of include/linux/proc_fs.h: inodes of namespaces begin here */

/* Reads bytes that the kernel's type declares as bit-fields. */
static __always_inline __u8 byte_at(const int rung, const void *header, const int offset)
{
	__u8 byte = 0;

	if (rung == RUNG_CAST)
		return ((const __u8 *)header)[offset];
	bpf_probe_read_kernel(&byte, sizeof(byte), (const char *)header + offset);
	return byte;
}

static __always_inline void read_v6(int rung, __u8 *to, const struct in6_addr *from)
{
	if (rung == RUNG_CAST)
		address_v6(to, from);
	else
		bpf_probe_read_kernel(to, 16, from);
}

/* The namespace of the packet's device; NULL: no device. In the queue of a socket other data takes the place of the
 * pointer (dev_scratch, rbnode of struct sk_buff): what is no namespace's inode is no device. */
static __always_inline struct net *device_net(const struct sk_buff *skb)
{
	struct net *net = skb->dev ? skb->dev->nd_net.net : NULL;

	return net && net->ns.inum >= NAMESPACES ? net : NULL;
}

/* The start of the IP payload, and the length of the packet. */
struct extent {
	__u32 header, total;
};

/* False: no TCP, or a fragment without the TCP header. IPv6 extension headers are not followed. */
static __always_inline bool packet_read_v4(struct packet *packet, __u64 network, struct extent *extent, const int rung)
{
	struct iphdr *ip = KPTR(rung, network, iphdr);

	if (KREAD(rung, ip, protocol) != IPPROTO_TCP || (KREAD(rung, ip, frag_off) & bpf_htons(IP_OFFSET)))
		return false;
	packet->family = 4;
	address_v4(packet->saddr, KREAD(rung, ip, saddr));
	address_v4(packet->daddr, KREAD(rung, ip, daddr));
	extent->total = bpf_ntohs(KREAD(rung, ip, tot_len));
	extent->header = (byte_at(rung, ip, 0) & 0xf) * 4;
	return true;
}

static __always_inline bool packet_read_v6(struct packet *packet, __u64 network, struct extent *extent, const int rung)
{
	struct ipv6hdr *ip = KPTR(rung, network, ipv6hdr);

	if (KREAD(rung, ip, nexthdr) != IPPROTO_TCP)
		return false;
	packet->family = 6;
	read_v6(rung, packet->saddr, &ip->saddr);
	read_v6(rung, packet->daddr, &ip->daddr);
	extent->total = bpf_ntohs(KREAD(rung, ip, payload_len));
	extent->header = 40;
	if (extent->total)
		extent->total += 40;
	return true;
}

/* False: no TCP, or the headers are missing (yet). transport_header is not used: some paths leave it unset, and after
 * an encapsulation it may point to an outer header. */
static __always_inline bool packet_read(struct packet *packet, const struct sk_buff *skb, const int rung)
{
	__u32 linear = (__u32)(skb->data - skb->head) + (skb->len - skb->data_len);
	__u64 network = (__u64)skb->head + skb->network_header;
	struct extent extent = {};
	struct tcphdr *tcp;

	if (skb->protocol == bpf_htons(ETH_P_IP)) {
		if (!packet_read_v4(packet, network, &extent, rung))
			return false;
	} else if (skb->protocol == bpf_htons(ETH_P_IPV6)) {
		if (!packet_read_v6(packet, network, &extent, rung))
			return false;
	} else {
		return false;
	}
	if (skb->network_header + extent.header + 20 > linear)
		return false;
	if (!extent.total) /* larger than the field allows (BIG TCP) */
		extent.total = linear - skb->network_header + skb->data_len;
	tcp = KPTR(rung, network + extent.header, tcphdr);
	packet->sport = bpf_ntohs(KREAD(rung, tcp, source));
	packet->dport = bpf_ntohs(KREAD(rung, tcp, dest));
	packet->seq = bpf_ntohl(KREAD(rung, tcp, seq));
	packet->flags = byte_at(rung, tcp, 13);
	extent.header += (byte_at(rung, tcp, 12) >> 4) * 4;
	packet->payload = extent.total > extent.header ? extent.total - extent.header : 0;
	return true;
}

/* The namespace of a packet: from its route, because the device is unset when TCP handles it. May be NULL. */
static __always_inline struct net *route_net(const struct sk_buff *skb, const int rung)
{
	struct dst_entry *route = KPTR(rung, skb->_skb_refdst & ~1UL, dst_entry);

	return rung == RUNG_CAST ? route->dev->nd_net.net : BPF_CORE_READ(route, dev, nd_net.net);
}

#endif
