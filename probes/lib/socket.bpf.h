/* SPDX-License-Identifier: GPL-2.0-or-later */
/* socket.bpf.h: the common part of an event, from a socket. */
#ifndef NETTRACE_PROBES_LIB_SOCKET_BPF_H
#define NETTRACE_PROBES_LIB_SOCKET_BPF_H

#include "probes/lib/reading.bpf.h"
#include "probes/wire.h"

static __always_inline void address_v4(__u8 *to, __be32 address)
{
	__u32 *word = (__u32 *)to;

	word[0] = 0;
	word[1] = 0;
	word[2] = bpf_htonl(0xffff);
	word[3] = address;
}

static __always_inline void address_v6(__u8 *to, const struct in6_addr *address)
{
	__u32 *word = (__u32 *)to;

	/* Word by word: the verifier checks each load against the kernel's type of the member. */
	word[0] = address->in6_u.u6_addr32[0];
	word[1] = address->in6_u.u6_addr32[1];
	word[2] = address->in6_u.u6_addr32[2];
	word[3] = address->in6_u.u6_addr32[3];
}

/* Fills ends and family from the members that every kind of socket has (including request and TIME_WAIT sockets). */
static __always_inline void event_ends(struct event *e, const struct sock_common *common)
{
	e->lport = common->skc_num;
	e->rport = bpf_ntohs(common->skc_dport);
	if (common->skc_family == AF_INET6) {
		e->family = 6;
		address_v6(e->laddr, &common->skc_v6_rcv_saddr);
		address_v6(e->raddr, &common->skc_v6_daddr);
	} else {
		e->family = 4;
		address_v4(e->laddr, common->skc_rcv_saddr);
		address_v4(e->raddr, common->skc_daddr);
	}
}

/* The socket's cgroup: its creator's at the time of creation. Before 5.16, direct loads cannot read it: NULL. */
static __always_inline struct cgroup *socket_cgroup_by(const struct sock *sk, const int rung)
{
	if (bpf_core_field_exists(struct sock_cgroup_data, cgroup))
		return KREAD(rung, sk, sk_cgrp_data.cgroup);
	return NULL;
}

static __always_inline struct cgroup *socket_cgroup(const struct sock *sk)
{
	return socket_cgroup_by(sk, RUNG_CAST);
}

static __always_inline __u32 socket_netns(const struct sock *sk)
{
	return sk->__sk_common.skc_net.net->ns.inum;
}

/* The same socket as a pointer that the verifier does not trust. For each load of a pointer through a trusted one, on
 * each path, recent verifiers (seen on 6.18) search all kernel types by name: 1 ms a time, most of the time to load a
 * program. Helpers need the trusted pointer, and so do programs before 6.2, where nothing is searched. */
static __always_inline const struct sock *untrusted(const struct sock *sk)
{
	return settings.has_cast ? KPTR(RUNG_CAST, sk, sock) : sk;
}

/* Of an MPTCP socket (262) the low byte is TCP's number, which is the protocol on the wire. */
static __always_inline __u8 protocol_number(__u16 protocol)
{
	return (__u8)protocol;
}

/* Namespace, cgroup and protocol of a full socket. */
static __always_inline void event_place(struct event *e, const struct sock *trusted)
{
	const struct sock *sk = untrusted(trusted);
	struct cgroup *cgroup = socket_cgroup(sk);

	e->netns = socket_netns(sk);
	e->protocol = protocol_number(sk->sk_protocol);
	if (cgroup)
		e->cgroup_id = cgroup->kn->id;
}

/* The local port of a full TCP socket (trusted: from a tracepoint or an iterator). On the way to TCP_CLOSE skc_num is 0
 * already (inet_put_port), but inet_sport remains. */
static __always_inline __u16 socket_lport(struct sock *sk)
{
	__u16 port = sk->__sk_common.skc_num;
	struct tcp_sock *tcp = port ? NULL : bpf_skc_to_tcp_sock(sk);

	return tcp ? bpf_ntohs(tcp->inet_conn.icsk_inet.inet_sport) : port;
}

/* Fills place, ends and family of a full socket. */
static __always_inline void event_socket(struct event *e, struct sock *sk)
{
	event_place(e, sk);
	event_ends(e, &sk->__sk_common);
	e->lport = socket_lport(sk);
}

/* A listening socket has no remote end: its remote address may remain from an earlier connection. */
static __always_inline void event_no_peer(struct event *e)
{
	e->rport = 0;
	if (e->family == 6)
		__builtin_memset(e->raddr, 0, sizeof(e->raddr));
	else
		address_v4(e->raddr, 0);
}

/* Fills place, ends and family of a socket that begins a life by connecting or listening. Its port is the bound one, or
 * none yet: inet_sport may remain from an earlier life (connect(AF_UNSPEC), shutdown() of a listener). */
static __always_inline void event_socket_begins(struct event *e, struct sock *sk, __u8 to)
{
	event_place(e, sk);
	event_ends(e, &sk->__sk_common);
	if (to == TCP_LISTEN)
		event_no_peer(e);
}

/* Bits of skc_flags (enum sock_flags of include/net/sock.h). */
#define SOCK_DEAD     0 /* no process has the socket any longer */
#define SOCK_DONE     1 /* the peer's FIN has arrived: tcp_fin() */
#define SOCK_KEEPOPEN 3 /* SO_KEEPALIVE */
#define SOCK_LINGER   4 /* SO_LINGER */

#define SHUTDOWN_MASK 3 /* of sk_shutdown: both directions are closed (the same file) */

static __always_inline bool socket_flag(const struct sock *sk, int flag)
{
	return sk->__sk_common.skc_flags >> flag & 1;
}

/* The payload that TCP has sent, each byte once, and received. bytes_acked would include SYN and FIN; bytes_received
 * includes the peer's FIN. A retransmission enters bytes_retrans just before bytes_sent, and remains there if sending
 * fails. So the difference is clamped to 0, without a branch. */
static __always_inline __u64 payload_sent(const struct tcp_sock *tcp)
{
	__s64 sent = (__s64)(tcp->bytes_sent - tcp->bytes_retrans);

	return (__u64)(sent & ~(sent >> 63));
}

static __always_inline __u64 payload_received(const struct tcp_sock *tcp, const struct sock *sk)
{
	return tcp->bytes_received - socket_flag(sk, SOCK_DONE);
}

/* Received bytes that no process has read. An unread FIN counts as one until then. */
static __always_inline __u32 unread_bytes(const struct tcp_sock *tcp, const struct sock *sk)
{
	__s32 unread = (__s32)(tcp->rcv_nxt - tcp->copied_seq - socket_flag(sk, SOCK_DONE));

	return unread > 0 ? (__u32)unread : 0;
}

static __always_inline bool is_tcp(const struct sock *sk)
{
	return sk->sk_protocol == IPPROTO_TCP; /* an MPTCP socket (262) is no tcp_sock; its subflows are */
}

#endif
