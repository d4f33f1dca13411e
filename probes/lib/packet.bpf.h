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
	__u16 payload; /* bytes of TCP payload; of a GSO packet possibly fewer than there are */
};

#define FLAG_FIN 0x01
#define FLAG_SYN 0x02
#define FLAG_ACK 0x10

/* For what the kernel's own type has as bit-fields. */
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

/* False: not TCP, or its headers are not there (yet). IPv6 extension headers are not walked. */
static __always_inline bool packet_read(struct packet *packet, const struct sk_buff *skb, const int rung)
{
	__u64 network = (__u64)skb->head + skb->network_header, transport;
	__u32 header_size, total;
	struct tcphdr *tcp;

	if (skb->protocol == bpf_htons(ETH_P_IP)) {
		struct iphdr *ip = KPTR(rung, network, iphdr);

		if (KREAD(rung, ip, protocol) != IPPROTO_TCP)
			return false;
		packet->family = 4;
		address_v4(packet->saddr, KREAD(rung, ip, saddr));
		address_v4(packet->daddr, KREAD(rung, ip, daddr));
		total = bpf_ntohs(KREAD(rung, ip, tot_len));
		header_size = 20;
	} else if (skb->protocol == bpf_htons(ETH_P_IPV6)) {
		struct ipv6hdr *ip = KPTR(rung, network, ipv6hdr);

		if (KREAD(rung, ip, nexthdr) != IPPROTO_TCP)
			return false;
		packet->family = 6;
		read_v6(rung, packet->saddr, &ip->saddr);
		read_v6(rung, packet->daddr, &ip->daddr);
		total = bpf_ntohs(KREAD(rung, ip, payload_len)) + 40;
		header_size = 40;
	} else {
		return false;
	}
	/* Not set on every path: then the smallest IP header is taken. */
	transport = skb->transport_header;
	if (transport == 0xffff || transport <= skb->network_header)
		transport = skb->network_header + header_size;
	header_size = transport - skb->network_header;
	transport += (__u64)skb->head;
	tcp = KPTR(rung, transport, tcphdr);
	packet->sport = bpf_ntohs(KREAD(rung, tcp, source));
	packet->dport = bpf_ntohs(KREAD(rung, tcp, dest));
	packet->flags = byte_at(rung, tcp, 13);
	header_size += (byte_at(rung, tcp, 12) >> 4) * 4;
	packet->payload = total > header_size ? total - header_size : 0;
	return true;
}

#endif
