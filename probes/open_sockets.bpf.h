/* SPDX-License-Identifier: GPL-2.0-or-later */
/* open_sockets.bpf.h: the programs that walk all TCP sockets that are open. */
#ifndef NETTRACE_OPEN_SOCKETS_BPF_H
#define NETTRACE_OPEN_SOCKETS_BPF_H

#include "kernel.h"

/* Defines the iterators NAME_tagged, which finds every tagged socket in every network namespace, and NAME_tcp, for
 * kernels before 5.11: the sockets of nettrace's own namespace. body: an int of (struct bpf_iter_meta *, struct sock *,
 * const bool tagged). Context: nettrace. */
#define WALK_OPEN_SOCKETS(name, body)                                                                                  \
	SEC("iter/bpf_sk_storage_map")                                                                                 \
	int name##_tagged(struct bpf_iter__bpf_sk_storage_map *ctx)                                                    \
	{                                                                                                              \
		struct sock *sk = ctx->sk;                                                                             \
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
