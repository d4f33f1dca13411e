/* SPDX-License-Identifier: GPL-2.0-or-later */
/* sockmap.bpf.h: whether a BPF sockmap may have moved data past TCP, whose counters then lack it.
 *
 * A socket in a sockmap has another struct proto (net/core/sock_map.c, net/ipv4/tcp_bpf.c). Its close() gives it the
 * old one back before the state changes. But each exchange clears SOCK_SUPPORT_ZC for good (sock_replace_proto() in
 * include/net/sock.h, 6.1), which TCP sets in each of its sockets. TLS and MPTCP exchange protos as well, but count all
 * bytes. */
#ifndef NETTRACE_PROBES_TCP_SOCKMAP_BPF_H
#define NETTRACE_PROBES_TCP_SOCKMAP_BPF_H

#include "probes/tcp/transition.bpf.h"

/* A bit of struct socket's flags (include/linux/net.h). In 6.16 it changed, when the bits of SO_PASSCRED moved to
 * struct sock. */
static __always_inline bool supports_zero_copy(const struct socket *socket)
{
	return socket->flags >> (bpf_core_field_exists(struct sock, sk_scm_credentials) ? 3 : 5) & 1;
}

static __always_inline bool has_ulp(const struct sock *sk)
{
	return KPTR(RUNG_CAST, sk, tcp_sock)->inet_conn.icsk_ulp_ops != NULL;
}

static __always_inline bool has_first_proto(const struct sock *sk)
{
	return sk->__sk_common.skc_prot == sk->sk_prot_creator;
}

static __always_inline bool proto_was_exchanged(const struct sock *sk)
{
	const struct socket *socket = sk->sk_socket;

	return !has_ulp(sk) && (!has_first_proto(sk) || (socket && !supports_zero_copy(socket)));
}

/* Whether a socket that begins its life would show an exchange. The children of a listener that was in a sockmap, and
 * of MPTCP's, lack the bit without ever being in a sockmap. */
static __always_inline bool would_show_exchange(const struct transition *t, const struct sock *sk)
{
	if (has_ulp(sk))
		return false;
	return !proto_was_exchanged(t->from == TCP_LISTEN ? KPTR(RUNG_CAST, listener_of(t->sk), sock) : sk);
}

/* Notes in the tag what a state change shows. Before 6.2, and of sockets older than the trace, nothing is known: their
 * bytes are TCP's. Context: a task with the socket locked, or softirq. */
static __always_inline void sockmap_notice(struct transition *t)
{
	const struct sock *sk;

	if (!settings.has_cast || !t->tag)
		return;
	sk = KPTR(RUNG_CAST, t->sk, sock);
	if (t->fresh)
		t->tag->sockmap = would_show_exchange(t, sk) ? SOCKMAP_NOT_SEEN : SOCKMAP_UNCERTAIN;
	else if (t->tag->sockmap == SOCKMAP_NOT_SEEN && proto_was_exchanged(sk))
		t->tag->sockmap = SOCKMAP_SEEN;
}

/* Of a socket that was in a sockmap, sets the bytes to unknown. */
static __always_inline void sockmap_hides(const struct tag *tag, __u64 *tx_bytes, __u64 *rx_bytes)
{
	if (!tag || tag->sockmap != SOCKMAP_SEEN)
		return;
	*tx_bytes = NOT_KNOWN;
	*rx_bytes = NOT_KNOWN;
}

#endif
