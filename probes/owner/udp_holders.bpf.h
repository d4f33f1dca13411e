/* SPDX-License-Identifier: GPL-2.0-or-later */
/* udp_holders.bpf.h: the processes that hold UDP sockets, by the sockets' cookies: those that make them, and those that
 * a walk over descriptors finds. */
#ifndef NETTRACE_PROBES_OWNER_UDP_HOLDERS_BPF_H
#define NETTRACE_PROBES_OWNER_UDP_HOLDERS_BPF_H

#include "probes/lib/cgroup.bpf.h"
#include "probes/lib/pinned.bpf.h"
#include "probes/lib/ring.bpf.h"
#include "probes/owner/udp_flow.h"

#ifndef S_IFMT
#define S_IFMT   0170000
#define S_IFSOCK 0140000
#endif

/* By the socket's cookie, which no other socket ever gets. */
struct {
	__uint(type, BPF_MAP_TYPE_LRU_HASH);
	__uint(max_entries, 1 << 14);
	__type(key, __u64);
	__type(value, struct udp_holder);
} holders SEC(".maps");

/* Whether the walk is wanted at each interval (core/bpf/iterators.c). */
struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, 1);
	__type(key, __u32);
	__type(value, struct walk);
} walk SEC(".maps");

static __always_inline struct walk *walk_state(void)
{
	__u32 zero = 0;

	return bpf_map_lookup_elem(&walk, &zero);
}

/* Requests a walk, for a socket whose owner only the walk can find. */
static __always_inline void walk_request(void)
{
	struct walk *state = walk_state();

	if (state)
		state->requested = 1;
}

/* ---- processes ---- */

static __always_inline __u32 mntns_of(const struct task_struct *task, const int rung)
{
	const struct nsproxy *nsproxy;
	const struct mnt_namespace *mounts;

	if (!settings.has_mntnsmap)
		return 0;
	nsproxy = KREAD(rung, task, nsproxy);
	if (!nsproxy)
		return 0;
	mounts = KREAD(rung, nsproxy, mnt_ns);
	return KREAD(rung, mounts, ns.inum);
}

static __always_inline void comm_copy(char *to, const struct task_struct *leader, const int rung)
{
	if (rung == RUNG_PROBE_READ) {
		bpf_probe_read_kernel(to, COMM_SIZE, leader->comm);
		return;
	}
	((__u64 *)to)[0] = ((const __u64 *)leader->comm)[0];
	((__u64 *)to)[1] = ((const __u64 *)leader->comm)[1];
}

/* The running task, for KREAD(). */
static __always_inline const struct task_struct *current_task(const int rung)
{
	return KPTR(rung, bpf_get_current_task(), task_struct);
}

/* Makes the task the owner of the event. A kernel thread works for others, and changes nothing. */
static __always_inline void event_of_task(struct event *e, const struct task_struct *task, const int rung)
{
	const struct cred *cred = KREAD(rung, task, cred);

	if (KREAD(rung, task, flags) & PF_KTHREAD)
		return;
	e->tid = (__u32)KREAD(rung, task, pid);
	e->uid = KREAD(rung, cred, uid.val);
	e->mntns_listed = mntns_is_listed(mntns_of(task, rung));
	comm_copy(e->comm, KREAD(rung, task, group_leader), rung);
	e->owner = OWNER_EXACT;
	e->pid = (__u32)KREAD(rung, task, tgid);
}

/* ---- the maker ---- */

static __always_inline void holder_make(struct bpf_sock *sock, const int rung)
{
	struct udp_holder holder = {};
	struct event e = {};
	__u64 cookie;

	if (sock->protocol != IPPROTO_UDP)
		return;
	cookie = bpf_get_socket_cookie(sock);
	event_of_task(&e, current_task(rung), rung);
	if (!e.pid)
		return;
	holder.pid = e.pid;
	holder.tid = e.tid;
	holder.uid = e.uid;
	holder.quality = e.owner;
	holder.mntns_listed = e.mntns_listed;
	__builtin_memcpy(holder.comm, e.comm, sizeof(holder.comm));
	bpf_map_update_elem(&holders, &cookie, &holder, BPF_ANY);
}

/* Context: the task that makes the socket. */
CGROUP_PROGRAM("cgroup/sock_create", made_cast, struct bpf_sock, holder_make(ctx, RUNG_CAST))
CGROUP_PROGRAM("cgroup/sock_create", made_helper, struct bpf_sock, holder_make(ctx, RUNG_PROBE_READ))

/* ---- the walk ---- */

/* The task holds the socket: direct loads, as the iterator's pointers are trusted. */
static __always_inline void holder_found(struct bpf_iter__task_file *ctx, struct task_struct *task, __u64 cookie)
{
	struct udp_holder *found = bpf_map_lookup_elem(&holders, &cookie), holder = {};

	if (!cookie)
		return;
	if (found && found->walk == ctx->meta->session_id) {
		if (found->pid != (__u32)task->tgid)
			found->quality = OWNER_INHERITED;
		return;
	}
	holder.walk = ctx->meta->session_id;
	holder.pid = (__u32)task->tgid;
	holder.tid = (__u32)task->pid;
	holder.uid = task->cred->uid.val;
	holder.mntns_listed = mntns_is_listed(task_mntns(task));
	holder.quality = OWNER_EXACT;
	if (!bpf_core_field_exists(struct sock_cgroup_data, cgroup))
		holder.cgroup_id = task->cgroups->dfl_cgrp->kn->id;
#pragma clang loop unroll(full)
	for (int i = 0; i < COMM_SIZE; i++)
		holder.comm[i] = task->group_leader->comm[i];
	if (bpf_map_update_elem(&holders, &cookie, &holder, BPF_ANY))
		COUNT(lost_map);
}

static __always_inline void walk_begins(const struct bpf_iter__task_file *ctx)
{
	struct walk *state = ctx->meta->seq_num ? NULL : walk_state();

	if (state)
		state->requested = 0;
}

/* Every descriptor of every process. Context: nettrace. */
SEC("iter/task_file")
int udp_held_by(struct bpf_iter__task_file *ctx)
{
	struct task_struct *task = ctx->task;
	struct file *file = ctx->file;
	struct socket *socket = file ? bpf_sock_from_file(file) : NULL;
	struct sock *sk = socket ? socket->sk : NULL;

	walk_begins(ctx);
	if (task && sk && sk->sk_protocol == IPPROTO_UDP)
		holder_found(ctx, task, bpf_get_socket_cookie(sk));
	return 0;
}

/* The same before 5.12, for sockets with a cookie: those with a datagram since the trace began. Context: nettrace. */
SEC("iter/task_file")
int udp_held_by_helper(struct bpf_iter__task_file *ctx)
{
	struct task_struct *task = ctx->task;
	struct file *file = ctx->file;
	struct sock *sk;

	walk_begins(ctx);
	if (!task || !file || (file->f_inode->i_mode & S_IFMT) != S_IFSOCK)
		return 0;
	sk = BPF_CORE_READ((struct socket *)file->private_data, sk);
	if (sk && BPF_CORE_READ(sk, sk_protocol) == IPPROTO_UDP)
		holder_found(ctx, task, (__u64)BPF_CORE_READ(sk, __sk_common.skc_cookie.counter));
	return 0;
}

#endif
