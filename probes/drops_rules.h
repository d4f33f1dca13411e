/* SPDX-License-Identifier: GPL-2.0-or-later */
/* drops_rules.h: the rules for harmless packets of other protocols than TCP, and their source in the kernel.
 *
 * As tcpdrop_rules.h, which has the rules for TCP, the kinds and the traits. A packet that matches no rule is a
 * drop. */
#ifndef NETTRACE_PROBES_DROPS_RULES_H
#define NETTRACE_PROBES_DROPS_RULES_H

#include "probes/tcpdrop_rules.h"

/* clang-format off */

/* More kinds of harmless packets. */
#define OTHER_KINDS(kind) \
	kind(MULTICAST, "multicast") /* for a group or protocol that this machine does not take part in */

/* Functions that the rules refer to, after those of DROP_PLACES. */
#define OTHER_PLACES(place) \
	place(FREE_LIST, "kfree_skb_list") \
	place(FREE_LIST_REASON, "kfree_skb_list_reason") \
	place(RELEASE_DATA, "skb_release_data") \
	place(ICMP_RCV, "icmp_rcv") \
	place(ICMPV6_RCV, "icmpv6_rcv") \
	place(PING_RCV, "ping_rcv") \
	place(UDP_DESTRUCT, "udp_destruct_common") \
	place(UDP_DESTRUCT_SOCK, "udp_destruct_sock") \
	place(INET_DESTRUCT, "inet_sock_destruct") \
	place(UDP_QUEUE, "udp_queue_rcv_one_skb") \
	place(UDPV6_QUEUE, "udpv6_queue_rcv_one_skb")

/* Reasons that the rules refer to, besides DROP_REASONS. */
#define OTHER_REASONS(reason) \
	reason(UNHANDLED_PROTO) \
	reason(IP_INNOROUTES) \
	reason(SOCKET_RCVBUFF) \
	reason(PROTO_MEM)

/* Properties of a packet besides those of enum drop_trait: bits. */
enum other_trait {
	IS_GROUP = 0x1000000,  /* to a multicast or broadcast address */
	IS_REPLY = 0x2000000,  /* an ICMP echo reply */
	TO_PACKET = 0x4000000, /* the kernel reports a packet socket as its receiver (6.11) */
};

/* rule(reason, place, all of these traits, none of those, kind, source in the kernel). The first match decides.
 * If kallsyms hides addresses, a rule ignores the place, unless it has AT_PLACE. */
#define OTHER_RULES(rule) \
	rule(ANY, ANY, IN_ERRORS, 0, ERROR_QUEUE, "sock_queue_err_skb(), net/core/skbuff.c; ip_recv_error()") \
	rule(ANY, ANY, OF_PACKET | IN_QUEUE, 0, COPY, "packet_rcv(), packet_release(), net/packet/af_packet.c") \
	rule(ANY, ANY, TO_PACKET, 0, COPY, "packet_rcv(), net/packet/af_packet.c") \
	rule(PACKET_SOCK_ERROR, ANY, 0, 0, COPY, "packet_rcv(), tpacket_rcv(), net/packet/af_packet.c; 6.9") \
	rule(NOT_SPECIFIED, PACKET_RCV, AT_PLACE, 0, COPY, "packet_rcv(), net/packet/af_packet.c") \
	rule(NOT_SPECIFIED, TPACKET_RCV, AT_PLACE, 0, COPY, "tpacket_rcv(), net/packet/af_packet.c") \
	rule(NOT_SPECIFIED, PACKET_RCV_SPKT, AT_PLACE, 0, COPY, "packet_rcv_spkt(), net/packet/af_packet.c") \
	rule(NOT_SPECIFIED, XMIT_NIT, AT_PLACE, 0, COPY, "dev_queue_xmit_nit(), net/core/dev.c") \
	rule(OTHERHOST, ANY, 0, 0, OTHERHOST, "ip_rcv_core(), net/ipv4/ip_input.c; ip6_rcv_core()") \
	rule(DUP_FRAG, ANY, 0, 0, DUPLICATE, "ip_frag_queue(), net/ipv4/ip_fragment.c; ip6_frag_queue()") \
	rule(NO_SOCKET, ANY, IS_REPLY, 0, DONE, "ping_rcv(), net/ipv4/ping.c: for a raw socket, which has a copy") \
	rule(NOT_SPECIFIED, ICMP_RCV, IS_REPLY, 0, DONE, "icmp_rcv(), net/ipv4/icmp.c, before 5.19: the same") \
	rule(NOT_SPECIFIED, PING_RCV, IS_REPLY, 0, DONE, "ping_rcv(), net/ipv4/ping.c: the same") \
	rule(NOT_SPECIFIED, ICMPV6_RCV, AT_PLACE, 0, DONE, \
	     "icmpv6_rcv(), net/ipv6/icmp.c: neighbour discovery, MLD and errors, handled; before 6.4") \
	rule(UNHANDLED_PROTO, ANY, IS_GROUP, 0, MULTICAST, "__netif_receive_skb_core(), net/core/dev.c: LLDP, STP ...") \
	rule(NOT_SPECIFIED, ANY, IS_GROUP | WAS_RECEIVED, 0, MULTICAST, \
	     "ip_route_input_noref(), net/ipv4/route.c; ip6_mc_input(), net/ipv6/ip6_input.c: a group without members") \
	rule(IP_INNOROUTES, ANY, IS_GROUP | WAS_RECEIVED, 0, MULTICAST, \
	     "ip6_pkt_discard(), net/ipv6/route.c: at an interface without IPv6") \
	rule(NOT_SPECIFIED, UDP_DESTRUCT, AT_PLACE, 0, UNREAD, "udp_destruct_common(), net/ipv4/udp.c") \
	rule(NOT_SPECIFIED, UDP_DESTRUCT_SOCK, AT_PLACE, 0, UNREAD, "udp_destruct_sock(), net/ipv4/udp.c") \
	rule(NOT_SPECIFIED, INET_DESTRUCT, AT_PLACE, 0, UNREAD, "inet_sock_destruct(), net/ipv4/af_inet.c; before 6.12") \
	rule(QUEUE_PURGE, INET_DESTRUCT, AT_PLACE, 0, UNREAD, "inet_sock_destruct(), net/ipv4/af_inet.c") \
	rule(SOCKET_CLOSE, ANY, 0, 0, UNREAD, "inet_sock_destruct(), net/ipv4/af_inet.c; 6.12")

/* clang-format on */

#define OTHER_KIND(name, text) KIND_##name,
enum other_kind { OTHER_KINDS_AFTER = KIND_OTHERHOST, OTHER_KINDS(OTHER_KIND) };
#undef OTHER_KIND

#define OTHER_PLACE(name, symbol) PLACE_##name,
enum other_place { OTHER_PLACES_AFTER = PLACE_ANY - 1, OTHER_PLACES(OTHER_PLACE) PLACES };
#undef OTHER_PLACE

#define OTHER_REASON(name) VALUE_##name,
enum other_value { OTHER_VALUES_AFTER = VALUES - 1, OTHER_REASONS(OTHER_REASON) ALL_VALUES };
#undef OTHER_REASON

#endif
