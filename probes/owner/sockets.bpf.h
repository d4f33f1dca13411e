/* SPDX-License-Identifier: GPL-2.0-or-later */
/* sockets.bpf.h: owners of sockets of any protocol, in socket storage. The including file may define one protocol,
 * whose sockets alone are followed:
 *
 * #define OWNER_PROTOCOL IPPROTO_UDP
 *
 * The hooks follow from the tool's subject (core/model/owner_hooks.c). */
#ifndef NETTRACE_PROBES_OWNER_SOCKETS_BPF_H
#define NETTRACE_PROBES_OWNER_SOCKETS_BPF_H

#include "probes/lib/event.bpf.h"
#include "probes/owner/owner.bpf.h"

struct {
	__uint(type, BPF_MAP_TYPE_SK_STORAGE);
	__uint(map_flags, BPF_F_NO_PREALLOC);
	__type(key, int);
	__type(value, struct owner);
} owners SEC(".maps");

static __always_inline bool is_followed(const struct sock *sk)
{
	__u16 family = sk->__sk_common.skc_family;

	if (family != AF_INET && family != AF_INET6)
		return false;
#ifdef OWNER_PROTOCOL
	return sk->sk_protocol == OWNER_PROTOCOL;
#else
	return true;
#endif
}

/* NULL: unknown. With create: out of memory, which is counted, or tracing programs may not use socket storage (before
 * 5.11). Context: any. */
static __always_inline struct owner *owner_get(struct sock *sk, bool create)
{
	struct owner *owner;

	if (!settings.has_sk_storage)
		return NULL;
	owner = bpf_sk_storage_get(&owners, sk, NULL, create ? BPF_SK_STORAGE_GET_F_CREATE : 0);
	if (!owner && create)
		COUNT(lost_map);
	return owner;
}

/* Fills the common part of an event of a full socket. Context: any. */
static __always_inline void event_of_socket(struct event *e, struct sock *sk)
{
	struct owner *owner = owner_get(sk, false);

	event_init(e, bpf_ktime_get_boot_ns());
	if (owner) {
		owner_verify(owner, sk);
		event_set_owner(e, owner);
	}
	event_socket(e, sk);
}

/* Makes the process that sends or receives the owner. */
static __always_inline int owner_acts(struct sock *sk)
{
	struct owner *owner;

	if (!is_followed(sk))
		return 0;
	owner = owner_get(sk, true);
	if (owner && (owner->quality != OWNER_EXACT || owner->who.pid != bpf_get_current_pid_tgid() >> 32))
		owner_set_current(owner, true);
	return 0;
}

/* (struct sock *, int ret, int flags). Context: the sending or receiving task. */
SEC("tp_btf/sock_send_length")
int owner_sends(__u64 *ctx)
{
	return owner_acts((void *)ctx[0]);
}

SEC("tp_btf/sock_recv_length")
int owner_receives(__u64 *ctx)
{
	return owner_acts((void *)ctx[0]);
}

/* Visits every socket that is open when tracing begins, of every process, in every network namespace. Context:
 * nettrace. */
SEC("iter/task_file")
int owner_seed_any(struct bpf_iter__task_file *ctx)
{
	struct socket *socket = ctx->file ? bpf_sock_from_file(ctx->file) : NULL;
	struct sock *sk = socket ? socket->sk : NULL;
	struct task_struct *task = ctx->task;
	struct owner *owner;

	if (!task || !sk || !is_followed(sk))
		return 0;
	owner = owner_get(sk, true);
	if (owner)
		owner_seed_task(owner, task, ctx->fd);
	return 0;
}

#endif
