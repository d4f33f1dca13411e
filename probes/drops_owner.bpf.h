/* SPDX-License-Identifier: GPL-2.0-or-later */
/* drops_owner.bpf.h: the owners of UDP sockets, without a program that runs for messages: known from bind(), connect()
 * and a walk at the start.
 *
 * A socket found by its descriptor takes no socket storage, so a map has them by address. The kernel may reuse the
 * address of a closed socket: then the port differs, or the process no longer has the socket (owner_verify()). */
#ifndef NETTRACE_PROBES_DROPS_OWNER_BPF_H
#define NETTRACE_PROBES_DROPS_OWNER_BPF_H

#include "probes/lib/descriptor.bpf.h"
#include "probes/owner/owner.bpf.h"

struct udp_owner {
	struct owner owner;
	__u32 netns;
	__u32 port;
};

struct {
	__uint(type, BPF_MAP_TYPE_LRU_HASH);
	__uint(max_entries, 16384);
	__type(key, __u64);
	__type(value, struct udp_owner);
} udp_owners SEC(".maps");

/* Fills the event's owner, if it is known. Context: any. */
static __always_inline void udp_owner_set(struct event *head, struct sock *sk)
{
	__u64 key = (__u64)sk;
	struct udp_owner *known = bpf_map_lookup_elem(&udp_owners, &key);

	if (!known || known->netns != head->netns || known->port != sk->__sk_common.skc_num)
		return;
	owner_verify(&known->owner, sk);
	event_set_owner(head, &known->owner);
}

/* The end of bind() and connect(). Context: the calling task. */
SEC("tp/sys_exit_bind,sys_exit_connect")
int drops_owner(__u64 *ctx)
{
	__u64 ended[2] = SYSCALL_ENDED(ctx);
	struct pt_regs *regs = (void *)ended[0];
	struct udp_owner made = {};
	struct sock *sk;
	__u64 key;

	if (ended[1])
		return 0;
	sk = descriptor_sock((int)SYSCALL_FIRST(regs), RUNG_CAST);
	if (!sk || sk->sk_protocol != IPPROTO_UDP)
		return 0;
	made.netns = socket_netns(sk);
	made.port = sk->__sk_common.skc_num;
	owner_set_current(&made.owner, true);
	key = (__u64)sk;
	if (bpf_map_update_elem(&udp_owners, &key, &made, BPF_ANY))
		COUNT(lost_map);
	return 0;
}

/* Visits every socket that is open when tracing begins, in every network namespace. Context: nettrace. */
SEC("iter/task_file")
int drops_seed(struct bpf_iter__task_file *ctx)
{
	struct udp_owner made = {}, *known;
	struct task_struct *task = ctx->task;
	struct file *file = ctx->file;
	struct socket *socket;
	struct sock *sk;
	__u64 key;

	if (!task || !file)
		return 0;
	socket = bpf_sock_from_file(file);
	sk = socket ? socket->sk : NULL;
	if (!sk || sk->sk_protocol != IPPROTO_UDP)
		return 0;
	key = (__u64)sk;
	known = bpf_map_lookup_elem(&udp_owners, &key);
	if (known) {
		owner_seed_task(&known->owner, task, ctx->fd);
		return 0;
	}
	made.netns = socket_netns(sk);
	made.port = sk->__sk_common.skc_num;
	owner_seed_task(&made.owner, task, ctx->fd);
	bpf_map_update_elem(&udp_owners, &key, &made, BPF_ANY);
	return 0;
}

#endif
