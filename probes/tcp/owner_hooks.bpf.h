/* SPDX-License-Identifier: GPL-2.0-or-later */
/* owner_hooks.bpf.h: the hooks that keep tags up to date, besides the one for state changes (transition.bpf.h). */
#ifndef NETTRACE_PROBES_TCP_OWNER_HOOKS_BPF_H
#define NETTRACE_PROBES_TCP_OWNER_HOOKS_BPF_H

#include "probes/lib/descriptor.bpf.h"
#include "probes/tcp/listener.bpf.h"
#include "probes/tcp/event_owner.bpf.h"
#include "probes/tcp/open_sockets.bpf.h"

/* A tool with rows for accepted connections finds their owners in accept.bpf.h; a tool of totals finds them by a
 * walk. */
#ifndef ACCEPT_ROWS
#define ACCEPT_ROWS 0
#endif
#ifdef TAG_BYTE_COUNTERS
#include "probes/tcp/owner_walk.bpf.h"
#endif
#if !ACCEPT_ROWS && !defined(TAG_BYTE_COUNTERS)

/* accept() returns a socket to its process. Context: the accepting task. */
SEC("fexit/inet_csk_accept")
int owner_accept(__u64 *ctx)
{
	struct sock *sk;
	struct tag *tag;

	/* (sk, flags, err, kern) until 6.9, (sk, arg) since; the returned socket follows. The barrier prevents clang
	 * from merging both into one load at a computed offset, which the verifier rejects (seen on 5.10). */
	if (bpf_core_type_exists(struct proto_accept_arg)) {
		sk = (void *)ctx[2];
		barrier_var(sk);
	} else {
		sk = (void *)ctx[4];
	}
	if (!sk)
		return 0;
	tag = tag_get(sk, false);
	if (tag && owner_set_current(&tag->owner, false))
		tag->owner.fd = newest_descriptor();
	return 0;
}

/* The same without trampolines, which prevent tracing of functions: from the file descriptor that accept() returned.
 * Context: the accepting task, at the end of its system call, which may have begun before tracing. */
static __always_inline int owner_accept_call(__u64 *ctx, const int rung)
{
	struct pt_regs *regs = (void *)ctx[0];
	struct sock *sk;

	if (!is_call(regs, NR_accept, rung) && !is_call(regs, NR_accept4, rung))
		return 0;
	sk = descriptor_sock((long)ctx[1], rung);
	if (!sk || KREAD(rung, sk, sk_protocol) != IPPROTO_TCP)
		return 0;
	accepted_add((__u64)sk, (__u16)ctx[1]);
	return 0;
}

SEC("tp/sys_exit_accept,sys_exit_accept4")
int owner_accept_call_cast(__u64 *ctx)
{
	__u64 ended[] = SYSCALL_ENDED(ctx);

	return owner_accept_call(ended, RUNG_CAST);
}

SEC("tp_btf/sys_exit")
int owner_accept_cast(__u64 *ctx)
{
	return owner_accept_call(ctx, RUNG_CAST);
}

SEC("tp_btf/sys_exit")
int owner_accept_helper(__u64 *ctx)
{
	return owner_accept_call(ctx, RUNG_PROBE_READ);
}

#endif

#ifdef TAG_BYTE_COUNTERS
#define WALK_STEP(ctx) walk_step(ctx)
#else
#define WALK_STEP(ctx) ((void)(ctx))

/* A process that reads from a socket owns it: finds the worker after a fork, a passed descriptor, a socket activation.
 * Only where rows cannot check the owner themselves (owner_verify()). Context: the receiving task, with the socket
 * locked. */
SEC("tp_btf/tcp_rcv_space_adjust")
int owner_receive(__u64 *ctx)
{
	struct sock *sk = (void *)ctx[0];
	struct tag *tag;

	if (!sk->sk_lock.owned)
		return 0;
	tag = tag_get(sk, false);
	if (tag && (tag->owner.quality != OWNER_EXACT || tag->owner.who.pid != bpf_get_current_pid_tgid() >> 32))
		tag_set_current(tag, false);
	return 0;
}

static __always_inline void tag_seed(struct tag *tag, struct task_struct *task, const struct bpf_iter__task_file *ctx)
{
	owner_seed_task(&tag->owner, task, ctx->fd);
}

#endif

/* The tag in a slot of a socket created since tracing began; or a new slot of a listener, for its children. NULL: none.
 * Context: nettrace. */
static __always_inline struct tag *tag_seed_slot(struct sock *sk)
{
	struct tag_slot *slot = tag_slots_used() ? tag_slot_of((__u64)sk) : NULL;

	if (!slot)
		return NULL;
	if (tag_has_slot(slot, (__u64)sk))
		return &slot->tag;
	if (sk->__sk_common.skc_state != TCP_LISTEN || !tag_slot_take(slot, (__u64)sk, bpf_ktime_get_boot_ns()))
		return NULL;
	slot->tag.life.state = TCP_LISTEN;
	return &slot->tag;
}

/* Visits every socket that is open when tracing begins, of every process, in every network namespace. Context:
 * nettrace. */
SEC("iter/task_file")
int owner_seed(struct bpf_iter__task_file *ctx)
{
	struct task_struct *task = ctx->task;
	struct sock *sk = tcp_of_file(ctx->file);
	struct tag *tag;

	WALK_STEP(ctx);
	if (!task || !sk)
		return 0;
	tag = tag_seed_slot(sk);
	if (!tag)
		tag = tag_on_socket(sk, sk->__sk_common.skc_state != TCP_CLOSE);
	if (!tag)
		return 0;
	tag_seed(tag, task, ctx);
	if (listeners_watched() && sk->__sk_common.skc_state == TCP_LISTEN)
		listener_add((__u64)sk, socket_netns(sk), sk->__sk_common.skc_num, sk->sk_drops.counter, tag,
			     socket_cgroup(sk) ? socket_cgroup(sk)->kn->id : 0);
	return 0;
}

/* The same before 5.11, which lacks bpf_sock_from_file() and socket storage. Context: nettrace. */
SEC("iter/task_file")
int owner_seed_hash(struct bpf_iter__task_file *ctx)
{
	struct task_struct *task = ctx->task;
	struct file *file = ctx->file;
	struct sock *sk;
	struct tag *tag;
	__u16 family;
	__u8 state;

	WALK_STEP(ctx);
	if (!task || !file || (file->f_inode->i_mode & S_IFMT) != S_IFSOCK)
		return 0;
	sk = BPF_CORE_READ((struct socket *)file->private_data, sk);
	family = BPF_CORE_READ(sk, __sk_common.skc_family);
	state = BPF_CORE_READ(sk, __sk_common.skc_state);
	if (!sk || (family != AF_INET && family != AF_INET6) || BPF_CORE_READ(sk, sk_protocol) != IPPROTO_TCP)
		return 0;
	tag = tag_get(sk, state != TCP_CLOSE);
	if (!tag)
		return 0;
	tag_seed(tag, task, ctx);
	if (state == TCP_LISTEN)
		listener_add((__u64)sk, BPF_CORE_READ(sk, __sk_common.skc_net.net, ns.inum),
			     BPF_CORE_READ(sk, __sk_common.skc_num), BPF_CORE_READ(sk, sk_drops.counter), tag, 0);
	return 0;
}

#endif
