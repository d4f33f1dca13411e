/* SPDX-License-Identifier: GPL-2.0-or-later */
/* tcpdrop_rules.h: the rules for harmless packets that the kernel frees, and their source in the kernel.
 *
 * The kernel half applies these tables (tcpdrop_judge.bpf.h), the user half looks up the names, and docs/drops.md
 * explains them with every other reason. A packet that matches no rule is a drop. */
#ifndef NETTRACE_PROBES_TCPDROP_RULES_H
#define NETTRACE_PROBES_TCPDROP_RULES_H

/* clang-format off */

/* Kinds of harmless packets, with their names in JSON. */
#define DROP_KINDS(kind) \
	kind(DONE, "done") /* it has done its work: the last ACK, the last FIN */ \
	kind(DUPLICATE, "duplicate") /* the socket has all of its data already */ \
	kind(PROBE, "probe") /* a keepalive or zero-window probe, which only asks for an answer */ \
	kind(DEFERRED, "deferred") /* the ACK that TCP_DEFER_ACCEPT ignores */ \
	kind(RESET, "reset") /* a RST that has done its work, or found no connection to reset */ \
	kind(COPY, "copy") /* for a packet socket, as tcpdump's */ \
	kind(ERROR_QUEUE, "error-queue") /* timestamps and ICMP errors of a socket */ \
	kind(UNREAD, "unread") /* unread when the socket was closed, or received after that */ \
	kind(OTHERHOST, "otherhost") /* for another host; visible because the device is promiscuous */

/* Functions that the rules refer to. The first ones only free packets: a location within them is no place of a drop. */
#define DROP_PLACES(place) \
	place(KFREE_SKB, "kfree_skb") \
	place(KFREE_SKB_PART, "kfree_skb.part.0") \
	place(KFREE_SKB_REASON, "kfree_skb_reason") \
	place(SK_SKB_REASON_DROP, "sk_skb_reason_drop") \
	place(RCV_STATE_PROCESS, "tcp_rcv_state_process") \
	place(V4_RCV, "tcp_v4_rcv") \
	place(V6_RCV, "tcp_v6_rcv") \
	place(KILL_QUEUES, "sk_stream_kill_queues") \
	place(PACKET_RCV, "packet_rcv") \
	place(TPACKET_RCV, "tpacket_rcv") \
	place(PACKET_RCV_SPKT, "packet_rcv_spkt") \
	place(XMIT_NIT, "dev_queue_xmit_nit") \
	place(SOCK_RFREE, "sock_rfree") \
	place(SOCK_RMEM_FREE, "sock_rmem_free")
#define DROP_FREEING 4 /* the number of these */

/* Reasons of the kernel (enum skb_drop_reason) that the rules refer to. NOT_SPECIFIED also stands for a kernel without
 * reasons. */
#define DROP_REASONS(reason) \
	reason(NOT_SPECIFIED) \
	reason(QUEUE_PURGE) \
	reason(SOCKET_CLOSE) \
	reason(NO_SOCKET) \
	reason(OTHERHOST) \
	reason(PACKET_SOCK_ERROR) \
	reason(DUP_FRAG) \
	reason(TCP_OLD_DATA) \
	reason(TCP_OFOMERGE) \
	reason(TCP_OFO_DROP) \
	reason(TCP_OLD_SEQUENCE) \
	reason(TCP_INVALID_SEQUENCE) \
	reason(TCP_RFC7323_PAWS) \
	reason(TCP_RFC7323_PAWS_ACK) \
	reason(TCP_RFC7323_TW_PAWS) \
	reason(TCP_INVALID_SYN) \
	reason(TCP_OLD_ACK) \
	reason(TCP_TOO_OLD_ACK) \
	reason(TCP_CLOSE) \
	reason(TCP_RESET) \
	reason(TCP_OVERWINDOW) \
	reason(TCP_LISTEN_OVERFLOW) \
	reason(TCP_ABORT_ON_DATA)

/* Properties of a packet and its socket: bits. */
enum drop_trait {
	HAS_FIN = 0x01, /* the TCP flags themselves */
	HAS_SYN = 0x02,
	HAS_RST = 0x04,
	HAS_ACK = 0x10,
	HAS_DATA = 0x100,
	HAS_MORE = 0x200,    /* two bytes of data, or more */
	IS_OLD = 0x400,      /* its socket has all of its data already: it ends at or before rcv_nxt */
	IS_DEFERRED = 0x800, /* the kernel has just counted a TCPDeferAcceptDrop on this CPU */
	IN_QUEUE = 0x1000,   /* of a TCP socket's receive queue: its destructor is sock_rfree() */
	IN_ERRORS = 0x2000,  /* of a socket's error queue: sock_rmem_free() */
	OF_PACKET = 0x4000,  /* it belongs to a packet socket */
	TO_CLOSED = 0x8000,  /* its socket is in CLOSE */
	TO_TIMEWAIT = 0x10000,
	TO_LISTEN = 0x20000,
	TO_NOBODY = 0x40000, /* the socket is unknown ... */
	TO_HIDDEN = 0x80000, /* ... because this kernel does not report it: before 6.11 */
	IS_UNREADABLE = 0x100000, /* its headers are unreadable, and it has no data */
	AT_PLACE = 0x200000,      /* kallsyms shows the addresses of the kernel's functions */
	WAS_RECEIVED = 0x400000,
	IS_NAMED = 0x800000, /* this kernel has reasons (new in 5.17), including NOT_SPECIFIED */
};

/* rule(reason, place, all of these traits, none of those, kind, source in the kernel). The first match decides.
 * If kallsyms hides addresses, a rule ignores the place, unless it has AT_PLACE. */
#define DROP_RULES(rule) \
	rule(ANY, ANY, IN_ERRORS, 0, ERROR_QUEUE, "sock_queue_err_skb(), net/core/skbuff.c; ip_recv_error()") \
	rule(ANY, ANY, OF_PACKET, 0, COPY, "packet_rcv(), packet_release(), net/packet/af_packet.c") \
	rule(PACKET_SOCK_ERROR, ANY, 0, 0, COPY, "packet_rcv(), tpacket_rcv(), net/packet/af_packet.c; 6.9") \
	rule(NOT_SPECIFIED, PACKET_RCV, AT_PLACE, 0, COPY, "packet_rcv(), net/packet/af_packet.c") \
	rule(NOT_SPECIFIED, TPACKET_RCV, AT_PLACE, 0, COPY, "tpacket_rcv(), net/packet/af_packet.c") \
	rule(NOT_SPECIFIED, PACKET_RCV_SPKT, AT_PLACE, 0, COPY, "packet_rcv_spkt(), net/packet/af_packet.c") \
	rule(NOT_SPECIFIED, XMIT_NIT, AT_PLACE, 0, COPY, "dev_queue_xmit_nit(), net/core/dev.c") \
	rule(OTHERHOST, ANY, 0, 0, OTHERHOST, "ip_rcv_core(), net/ipv4/ip_input.c; ip6_rcv_core()") \
	rule(DUP_FRAG, ANY, 0, 0, DUPLICATE, "ip_frag_queue(), net/ipv4/ip_fragment.c; ip6_frag_queue()") \
	rule(TCP_OLD_SEQUENCE, ANY, 0, HAS_RST | HAS_SYN | HAS_FIN | HAS_MORE, PROBE, \
	     "tcp_sequence(), net/ipv4/tcp_input.c; sent by tcp_xmit_probe_skb(); 6.6") \
	rule(TCP_OLD_SEQUENCE, ANY, 0, HAS_RST | HAS_SYN, DUPLICATE, "tcp_sequence(), net/ipv4/tcp_input.c") \
	rule(TCP_INVALID_SEQUENCE, ANY, IS_OLD, HAS_RST | HAS_SYN | HAS_FIN | HAS_MORE, PROBE, \
	     "tcp_validate_incoming(), net/ipv4/tcp_input.c") \
	rule(TCP_INVALID_SEQUENCE, ANY, IS_OLD, HAS_RST, DUPLICATE, "tcp_validate_incoming(), net/ipv4/tcp_input.c") \
	rule(TCP_INVALID_SEQUENCE, ANY, HAS_ACK | TO_HIDDEN, HAS_RST | HAS_SYN | HAS_FIN | HAS_DATA, PROBE, \
	     "tcp_validate_incoming(), net/ipv4/tcp_input.c, before 6.6: a bare ACK, its number cannot be compared") \
	rule(TCP_OLD_DATA, ANY, 0, HAS_RST, DUPLICATE, "tcp_data_queue(), net/ipv4/tcp_input.c") \
	rule(TCP_OFOMERGE, ANY, 0, 0, DUPLICATE, "tcp_data_queue_ofo(), net/ipv4/tcp_input.c") \
	rule(TCP_OFO_DROP, ANY, 0, 0, DUPLICATE, "tcp_ofo_queue(), net/ipv4/tcp_input.c") \
	rule(TCP_RFC7323_PAWS_ACK, ANY, 0, HAS_RST | HAS_SYN, DUPLICATE, "tcp_validate_incoming(); 6.14") \
	rule(TCP_RFC7323_PAWS, ANY, IS_OLD, HAS_RST, DUPLICATE, "tcp_validate_incoming(), net/ipv4/tcp_input.c") \
	rule(TCP_RFC7323_PAWS, ANY, HAS_ACK, HAS_RST | HAS_SYN | HAS_FIN | HAS_DATA, DUPLICATE, \
	     "tcp_validate_incoming(), net/ipv4/tcp_input.c: an ACK that a later one overtook") \
	rule(TCP_RFC7323_TW_PAWS, ANY, IS_OLD, HAS_RST | HAS_SYN, DUPLICATE, "tcp_timewait_state_process(); 6.14") \
	rule(TCP_RFC7323_TW_PAWS, ANY, 0, HAS_SYN | HAS_DATA, DUPLICATE, "tcp_timewait_state_process(); 6.14") \
	rule(TCP_INVALID_SYN, ANY, IS_OLD, HAS_RST, DUPLICATE, \
	     "tcp_validate_incoming(), net/ipv4/tcp_input.c: the SYN, or SYN-ACK, that made this connection") \
	rule(TCP_OLD_ACK, ANY, HAS_ACK, HAS_RST | HAS_SYN | HAS_FIN | HAS_DATA, DUPLICATE, "tcp_ack()") \
	rule(TCP_TOO_OLD_ACK, ANY, HAS_ACK, HAS_RST | HAS_SYN | HAS_FIN | HAS_DATA, DUPLICATE, "tcp_ack()") \
	rule(TCP_OVERWINDOW, ANY, IS_OLD, HAS_RST, DUPLICATE, "tcp_data_queue(), net/ipv4/tcp_input.c") \
	rule(TCP_RESET, ANY, HAS_RST | TO_CLOSED, 0, RESET, "tcp_reset(), net/ipv4/tcp_input.c") \
	rule(TCP_RESET, RCV_STATE_PROCESS, HAS_RST | AT_PLACE, 0, RESET, \
	     "tcp_rcv_state_process(), net/ipv4/tcp_input.c: at a listener, or without ACK in SYN_SENT") \
	rule(TCP_RESET, ANY, HAS_RST | TO_LISTEN, 0, RESET, "tcp_rcv_state_process(), net/ipv4/tcp_input.c") \
	rule(NO_SOCKET, ANY, HAS_RST | WAS_RECEIVED, 0, RESET, "tcp_v4_rcv(), net/ipv4/tcp_ipv4.c; tcp_v6_rcv()") \
	rule(TCP_CLOSE, ANY, HAS_RST, 0, RESET, "tcp_rcv_state_process(), net/ipv4/tcp_input.c") \
	rule(TCP_CLOSE, ANY, 0, HAS_SYN | HAS_DATA, DONE, "tcp_rcv_state_process(), net/ipv4/tcp_input.c") \
	rule(NOT_SPECIFIED, ANY, IS_DEFERRED, 0, DEFERRED, "tcp_check_req(), net/ipv4/tcp_minisocks.c") \
	rule(NOT_SPECIFIED, V4_RCV, HAS_RST | WAS_RECEIVED, 0, RESET, \
	     "tcp_check_req(), tcp_timewait_state_process(), net/ipv4/tcp_minisocks.c") \
	rule(NOT_SPECIFIED, V6_RCV, HAS_RST | WAS_RECEIVED, 0, RESET, \
	     "tcp_check_req(), tcp_timewait_state_process(), net/ipv4/tcp_minisocks.c") \
	rule(NOT_SPECIFIED, V4_RCV, HAS_SYN | TO_LISTEN, HAS_ACK, DUPLICATE, \
	     "tcp_check_req(), net/ipv4/tcp_minisocks.c: a SYN again, answered by the SYN-ACK again") \
	rule(NOT_SPECIFIED, V6_RCV, HAS_SYN | TO_LISTEN, HAS_ACK, DUPLICATE, "tcp_check_req()") \
	rule(NOT_SPECIFIED, V4_RCV, HAS_SYN | TO_HIDDEN | AT_PLACE | IS_NAMED, HAS_ACK, DUPLICATE, \
	     "tcp_check_req()") \
	rule(NOT_SPECIFIED, V6_RCV, HAS_SYN | TO_HIDDEN | AT_PLACE | IS_NAMED, HAS_ACK, DUPLICATE, \
	     "tcp_check_req()") \
	rule(NOT_SPECIFIED, V4_RCV, TO_TIMEWAIT | IS_OLD, HAS_SYN, DUPLICATE, "tcp_timewait_state_process()") \
	rule(NOT_SPECIFIED, V6_RCV, TO_TIMEWAIT | IS_OLD, HAS_SYN, DUPLICATE, "tcp_timewait_state_process()") \
	rule(NOT_SPECIFIED, V4_RCV, TO_TIMEWAIT, HAS_SYN | HAS_DATA, DONE, "tcp_timewait_state_process()") \
	rule(NOT_SPECIFIED, V6_RCV, TO_TIMEWAIT, HAS_SYN | HAS_DATA, DONE, "tcp_timewait_state_process()") \
	rule(NOT_SPECIFIED, V4_RCV, TO_TIMEWAIT | HAS_DATA, HAS_SYN, UNREAD, "tcp_timewait_state_process()") \
	rule(NOT_SPECIFIED, V6_RCV, TO_TIMEWAIT | HAS_DATA, HAS_SYN, UNREAD, "tcp_timewait_state_process()") \
	rule(NOT_SPECIFIED, V4_RCV, HAS_FIN | TO_HIDDEN, HAS_SYN | HAS_DATA, DONE, "tcp_timewait_state_process()") \
	rule(NOT_SPECIFIED, V6_RCV, HAS_FIN | TO_HIDDEN, HAS_SYN | HAS_DATA, DONE, "tcp_timewait_state_process()") \
	rule(NOT_SPECIFIED, RCV_STATE_PROCESS, HAS_ACK, HAS_RST | HAS_SYN | HAS_FIN | HAS_DATA, DONE, \
	     "tcp_rcv_state_process(), net/ipv4/tcp_input.c: the ACK of a handshake or a close") \
	rule(NOT_SPECIFIED, RCV_STATE_PROCESS, IS_OLD, HAS_RST | HAS_SYN, DUPLICATE, "tcp_rcv_state_process()") \
	rule(NOT_SPECIFIED, ANY, IN_QUEUE | TO_CLOSED | HAS_DATA, 0, UNREAD, \
	     "sk_stream_kill_queues(), net/core/stream.c; skb_rbtree_purge(); before 6.4") \
	rule(QUEUE_PURGE, ANY, IN_QUEUE | TO_CLOSED | HAS_DATA, 0, UNREAD, \
	     "__skb_queue_purge(), include/linux/skbuff.h; tcp_disconnect(), sk_stream_kill_queues()") \
	rule(SOCKET_CLOSE, ANY, IN_QUEUE | TO_CLOSED | HAS_DATA, 0, UNREAD, \
	     "inet_sock_destruct(), net/ipv4/af_inet.c") \
	rule(TCP_ABORT_ON_DATA, ANY, 0, HAS_RST, UNREAD, \
	     "tcp_rcv_state_process(), net/ipv4/tcp_input.c: the process had closed the socket; tcprst shows the reset") \
	rule(NOT_SPECIFIED, KILL_QUEUES, HAS_FIN | TO_CLOSED, HAS_SYN | HAS_DATA, DONE, "sk_stream_kill_queues()") \
	rule(QUEUE_PURGE, ANY, HAS_FIN, HAS_SYN | HAS_DATA, DONE, "__skb_queue_purge(), include/linux/skbuff.h") \
	rule(QUEUE_PURGE, ANY, IN_QUEUE | TO_CLOSED, HAS_DATA, DONE, "tcp_disconnect(), net/ipv4/tcp.c") \
	rule(SOCKET_CLOSE, ANY, IN_QUEUE | TO_CLOSED, HAS_DATA, DONE, "inet_sock_destruct(), net/ipv4/af_inet.c") \
	rule(ANY, ANY, IS_UNREADABLE | TO_CLOSED, 0, DONE, "sk_stream_kill_queues(), net/core/stream.c")

/* clang-format on */

#define DROP_KIND(name, text) KIND_##name,
enum drop_kind { KIND_NEEDED, DROP_KINDS(DROP_KIND) };
#undef DROP_KIND

#define DROP_PLACE(name, symbol) PLACE_##name,
enum drop_place { DROP_PLACES(DROP_PLACE) PLACE_ANY };
#undef DROP_PLACE

#define DROP_REASON(name) VALUE_##name,
enum drop_value {
	DROP_REASONS(DROP_REASON) VALUE_ANY,
	/* Counters of the kernel (include/uapi/linux/snmp.h). */
	VALUE_LISTEN_OVERFLOWS = VALUE_ANY,
	VALUE_LISTEN_DROPS,
	VALUE_REQUEST_QUEUE_FULL,
	VALUE_DEFERRED,
	VALUE_NO_ROUTE,
	VALUES,
};
#undef DROP_REASON

#endif
