/* SPDX-License-Identifier: GPL-2.0-or-later */
/* datagram.bpf.h: the payload of a UDP packet, or of a TCP segment. */
#ifndef NETTRACE_PROBES_LIB_DATAGRAM_BPF_H
#define NETTRACE_PROBES_LIB_DATAGRAM_BPF_H

#include "probes/lib/packet.bpf.h"

struct udphdr {
	__be16 source;
	__be16 dest;
	__be16 len;
} __attribute__((preserve_access_index));

struct datagram {
	__u64 payload; /* address */
	__u32 length;  /* of the linear part at that address */
	__u32 offset;  /* of the payload, from skb->data ... */
	__u32 whole;   /* ... and its length, with the parts that are elsewhere
			  (bpf_dynptr_from_skb()) */
	__u16 sport, dport;
	__u8 saddr[16], daddr[16];
};

static __always_inline void address_at(__u8 *to, __u64 from, const int rung)
{
	if (rung == RUNG_PROBE_READ)
		bpf_probe_read_kernel(to, 16, (void *)from);
	else
		address_v6(to, KPTR(rung, from, in6_addr));
}

/* The UDP or TCP header of a packet whose IP header is at this address, and its
 * offset from that; 0: another protocol. IPv6 extension headers are not
 * followed. Fills the addresses. */
static __always_inline __u64 transport_header(struct datagram *d, const struct sk_buff *skb, __u64 network,
					      const __u8 protocol, __u32 *before, const int rung)
{
	if (skb->protocol == bpf_htons(ETH_P_IP)) {
		struct iphdr *ip = KPTR(rung, network, iphdr);

		if (KREAD(rung, ip, protocol) != protocol || (KREAD(rung, ip, frag_off) & bpf_htons(IP_OFFSET)))
			return 0;
		*before = (byte_at(rung, ip, 0) & 0xf) * 4;
		address_v4(d->saddr, KREAD(rung, ip, saddr));
		address_v4(d->daddr, KREAD(rung, ip, daddr));
	} else if (skb->protocol == bpf_htons(ETH_P_IPV6)) {
		struct ipv6hdr *ip = KPTR(rung, network, ipv6hdr);

		if (KREAD(rung, ip, nexthdr) != protocol)
			return 0;
		*before = 40;
		address_at(d->saddr, network + 8, rung);
		address_at(d->daddr, network + 24, rung);
	} else {
		return 0;
	}
	return network + *before;
}

/* network: the address of the IP header. False: no UDP packet. Of a nonlinear
 * packet, only the linear part is visible. */
static __always_inline bool datagram_read(struct datagram *d, const struct sk_buff *skb, __u64 network, const int rung)
{
	__u32 before = 0, linear = skb->len - skb->data_len - (__u32)(network - (__u64)skb->data), length;
	__u64 header = transport_header(d, skb, network, IPPROTO_UDP, &before, rung);
	struct udphdr *udp = KPTR(rung, header, udphdr);

	before += 8;
	if (!header || linear <= before)
		return false;
	length = bpf_ntohs(KREAD(rung, udp, len));
	d->length = linear - before;
	if (length < 8)
		return false;
	if (length - 8 < d->length)
		d->length = length - 8;
	d->payload = header + 8;
	d->offset = (__u32)(d->payload - (__u64)skb->data);
	d->whole = skb->len > d->offset ? skb->len - d->offset : 0;
	if (length - 8 < d->whole)
		d->whole = length - 8;
	d->sport = bpf_ntohs(KREAD(rung, udp, source));
	d->dport = bpf_ntohs(KREAD(rung, udp, dest));
	return true;
}

/* The same for a TCP segment with data, which may be all outside of the linear
 * part. */
static __always_inline bool segment_read(struct datagram *d, const struct sk_buff *skb, __u64 network, const int rung)
{
	__u32 before = 0;
	__u64 header = transport_header(d, skb, network, IPPROTO_TCP, &before, rung);
	struct tcphdr *tcp = KPTR(rung, header, tcphdr);

	if (!header)
		return false;
	d->sport = bpf_ntohs(KREAD(rung, tcp, source));
	d->dport = bpf_ntohs(KREAD(rung, tcp, dest));
	d->payload = header + (byte_at(rung, tcp, 12) >> 4) * 4;
	d->offset = (__u32)(d->payload - (__u64)skb->data);
	d->whole = skb->len > d->offset ? skb->len - d->offset : 0;
	d->length = 0; /* unknown */
	return d->whole;
}

/* Copies at most `most` bytes, a constant multiple of 16, rounded up to 16.
 * Without a helper it copies in steps of 16 bytes, the size of a type that
 * every kernel has. */
static __always_inline void datagram_copy(__u8 *to, const struct datagram *d, const __u32 most, const int rung)
{
	__u32 length = d->length < most ? d->length : most;

	if (rung == RUNG_PROBE_READ) {
		bpf_probe_read_kernel(to, length, (void *)d->payload);
		return;
	}
#pragma clang loop unroll(disable)
	for (__u32 at = 0; at < most && at < length; at += 16)
		address_v6(to + at, KPTR(rung, d->payload + at, in6_addr));
}

#endif
