/* SPDX-License-Identifier: GPL-2.0-or-later */
/* open_sockets.bpf.h: the iterators over all open TCP sockets. */
#ifndef NETTRACE_PROBES_TCP_OPEN_SOCKETS_BPF_H
#define NETTRACE_PROBES_TCP_OPEN_SOCKETS_BPF_H

#include "probes/lib/socket.bpf.h"

/* The TCP socket of a file; NULL: none. Context: an iterator over files. */
static __always_inline struct sock *tcp_of_file(struct file *file)
{
	struct socket *socket = file ? bpf_sock_from_file(file) : NULL;
	struct sock *sk = socket ? socket->sk : NULL;

	if (!sk || (sk->__sk_common.skc_family != AF_INET && sk->__sk_common.skc_family != AF_INET6) || !is_tcp(sk))
		return NULL;
	return sk;
}

/* Defines iterators. NAME_tagged visits every tagged socket in every network namespace. NAME_held serves where the
 * kernel forbids iterators with a map (seen on a 6.18). It visits the sockets of every process in every network
 * namespace, and a shared socket more than once. NAME_tcp, before 5.11, visits the sockets of nettrace's own namespace.
 * body: an int of (struct bpf_iter_meta *, struct sock *, const bool tagged). Context: nettrace. */
#define WALK_OPEN_SOCKETS(name, body)                                                                                  \
	SEC("iter/bpf_sk_storage_map")                                                                                 \
	int name##_tagged(struct bpf_iter__bpf_sk_storage_map *ctx)                                                    \
	{                                                                                                              \
		struct sock *sk = ctx->sk;                                                                             \
                                                                                                                       \
		return sk ? body(ctx->meta, sk, true) : 0;                                                             \
	}                                                                                                              \
                                                                                                                       \
	SEC("iter/task_file")                                                                                          \
	int name##_held(struct bpf_iter__task_file *ctx)                                                               \
	{                                                                                                              \
		struct sock *sk = tcp_of_file(ctx->file);                                                              \
                                                                                                                       \
		return sk ? body(ctx->meta, sk, true) : 0;                                                             \
	}                                                                                                              \
                                                                                                                       \
	SEC("iter/tcp")                                                                                                \
	int name##_tcp(struct bpf_iter__tcp *ctx)                                                                      \
	{                                                                                                              \
		struct sock_common *common = ctx->sk_common;                                                           \
		struct sock *sk = common ? (struct sock *)bpf_skc_to_tcp_sock(common) : NULL;                          \
                                                                                                                       \
		return sk ? body(ctx->meta, sk, false) : 0;                                                            \
	}

#endif
