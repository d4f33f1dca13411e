/* SPDX-License-Identifier: GPL-2.0-or-later */
/* owner.bpf.h: who a socket belongs to: a tag on each socket, set where the task is known, read where it is not.
 *
 * Most TCP events run in softirq, where current is whoever was interrupted. sk_lock.owned tells: 1 only while a task
 * holds the socket, and then current is that task. The tag dies with the socket; children of a listener get a copy of
 * its tag from the kernel (BPF_F_CLONE), until their own process acts on them. */
#ifndef NETTRACE_OWNER_BPF_H
#define NETTRACE_OWNER_BPF_H

#include "filter.bpf.h"
#include "socket.bpf.h"

struct tag {
	__u32 pid, tid, uid;
	__u8 owner; /* enum owner_quality */
	__u8 role;  /* enum role */
	__u8 seeded;
	__u8 held;       /* the state that the held row left; see transition.bpf.h */
	__u64 cgroup_id; /* of the owner; only where the socket's own cannot be had */
	__u64 born;      /* first state change seen; 0: before tracing */
	__u64 up;    /* entered its last state before closing began: ESTABLISHED, SYN_SENT, SYN_RECV; 0: not known */
	__u64 since; /* entered the present state; 0: not known */
	__u64 held_at;
	char comm[COMM_SIZE];
};

struct {
	__uint(type, BPF_MAP_TYPE_SK_STORAGE);
	__uint(map_flags, BPF_F_NO_PREALLOC | BPF_F_CLONE);
	__type(key, int);
	__type(value, struct tag);
} tags SEC(".maps");

/* Before 5.11 tracing programs may not use socket storage: keyed by the socket's address, cleaned at TCP_CLOSE. */
struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(max_entries, 65536);
	__type(key, __u64);
	__type(value, struct tag);
} tags_hash SEC(".maps");

/* What an accept call learned about a socket that storage does not take from it (no trusted pointer), until the next
 * event of that socket. Old entries fall out; one older than the socket is ignored. */
struct accepted {
	__u64 at;
	__u32 pid, tid, uid, pad;
	char comm[COMM_SIZE];
};

struct {
	__uint(type, BPF_MAP_TYPE_LRU_HASH);
	__uint(max_entries, 16384);
	__type(key, __u64);
	__type(value, struct accepted);
} accepted SEC(".maps");

#include "listener.bpf.h"

static __always_inline struct tag *tag_get(struct sock *sk, bool create)
{
	__u64 key = (__u64)sk;
	struct tag *tag;

	if (settings.has_sk_storage) {
		tag = bpf_sk_storage_get(&tags, sk, NULL, create ? BPF_SK_STORAGE_GET_F_CREATE : 0);
	} else {
		tag = bpf_map_lookup_elem(&tags_hash, &key);
		if (!tag && create) {
			struct tag empty = {};

			bpf_map_update_elem(&tags_hash, &key, &empty, BPF_NOEXIST);
			tag = bpf_map_lookup_elem(&tags_hash, &key);
		}
	}
	if (!tag && create)
		COUNT(lost_map);
	return tag;
}

static __always_inline void tag_drop(struct sock *sk)
{
	__u64 key = (__u64)sk;

	if (!settings.has_sk_storage)
		bpf_map_delete_elem(&tags_hash, &key);
}

/* Work handed to the kernel's own threads (io_uring tear-down, MPTCP) acts on sockets of others. */
static __always_inline bool current_is_kernel_thread(void)
{
	char comm[COMM_SIZE];

	if (settings.has_task_btf) {
		struct task_struct *task = bpf_get_current_task_btf();

		return task->flags & PF_KTHREAD;
	}
	bpf_get_current_comm(comm, sizeof(comm));
	return comm[0] == 'k' && comm[1] == 'w' && comm[2] == 'o' && comm[3] == 'r' && comm[4] == 'k';
}

/* Current acts on the socket and is no interrupted bystander: from now on it is the owner. */
static __always_inline void tag_claim(struct tag *tag)
{
	__u64 id = bpf_get_current_pid_tgid();

	if (tag->owner != OWNER_UNKNOWN && current_is_kernel_thread())
		return;
	tag->pid = id >> 32;
	tag->tid = (__u32)id;
	tag->uid = (__u32)bpf_get_current_uid_gid();
	tag->owner = OWNER_EXACT;
	tag->seeded = 0;
	bpf_get_current_comm(tag->comm, sizeof(tag->comm));
	if (!bpf_core_field_exists(struct sock_cgroup_data, cgroup))
		tag->cgroup_id = bpf_get_current_cgroup_id();
}

/* What accept() learned, if it is newer than the socket. */
static __always_inline void tag_fold(struct tag *tag, struct sock *sk)
{
	__u64 key = (__u64)sk;
	struct accepted *a;

	if (tag->owner == OWNER_EXACT || tag->role == ROLE_CLIENT)
		return;
	a = bpf_map_lookup_elem(&accepted, &key);
	if (!a)
		return;
	if (a->at >= tag->born) {
		tag->pid = a->pid;
		tag->tid = a->tid;
		tag->uid = a->uid;
		tag->owner = OWNER_EXACT;
		__builtin_memcpy(tag->comm, a->comm, sizeof(tag->comm));
	}
	bpf_map_delete_elem(&accepted, &key);
}

/* The owner that a tag names, into an event. */
static __always_inline void event_tag(struct event *e, const struct tag *tag)
{
	if (tag->owner == OWNER_UNKNOWN)
		return;
	e->pid = tag->pid;
	e->tid = tag->tid;
	e->uid = tag->uid;
	e->owner = tag->owner;
	e->cgroup_id = tag->cgroup_id;
	__builtin_memcpy(e->comm, tag->comm, sizeof(e->comm));
}

/* The owner of a full socket into an event; no tag: not known. Context: any. */
static __always_inline void event_owner(struct event *e, struct sock *sk, struct tag *tag)
{
	struct cgroup *cgroup = socket_cgroup(sk);

	e->uid = UID_NOT_KNOWN;
	if (tag) {
		tag_fold(tag, sk);
		event_tag(e, tag);
	}
	if (cgroup)
		e->cgroup_id = cgroup->kn->id;
}

/* Everything common about an event of a full TCP socket. Context: any. */
static __always_inline void event_fill(struct event *e, struct sock *sk, struct tag *tag, __u64 ts)
{
	__builtin_memset(e, 0, sizeof(*e));
	e->ts = ts;
	event_socket(e, sk);
	event_owner(e, sk, tag);
}

/* Counts the event as filtered where it does not match. */
static __always_inline bool event_wanted(const struct event *e, struct cgroup *cgroup)
{
	bool cgroup_ok = cgroup ? cgroup_matches(cgroup) : list_has(&settings.filter.cgroups, e->cgroup_id);

	if (event_matches(e) && cgroup_ok)
		return true;
	COUNT(filtered);
	return false;
}

static __always_inline bool is_tcp(const struct sock *sk)
{
	return sk->sk_protocol == IPPROTO_TCP; /* an MPTCP socket (262) is no tcp_sock; its subflows are */
}

/* ---- the hooks that keep tags up to date, with the one that follows state changes (transition.bpf.h) ---- */

/* accept() returns a socket to its process. Context: the accepting task. */
SEC("fexit/inet_csk_accept")
int owner_accept(__u64 *ctx)
{
	/* (sk, flags, err, kern) until 6.9, (sk, arg) since; the returned socket follows. */
	struct sock *sk = settings.arguments[OWNER_ACCEPT] == 2 ? (void *)ctx[2] : (void *)ctx[4];
	struct tag *tag;

	if (!sk)
		return 0;
	tag = tag_get(sk, false);
	if (tag)
		tag_claim(tag);
	return 0;
}

#if defined(__TARGET_ARCH_x86)
#define SYSCALL_NUMBER(regs) ((regs)->orig_ax)
#define NR_accept            43
#define NR_accept4           288
#elif defined(__TARGET_ARCH_arm64)
#define SYSCALL_NUMBER(regs) ((regs)->syscallno)
#define NR_accept            202
#define NR_accept4           242
#endif

/* The same where functions cannot be traced (no trampolines): from the file descriptor that accept() returned. Context:
 * the accepting task, at the end of its system call; also one that began before tracing. */
SEC("tp_btf/sys_exit")
int owner_accept_syscall(__u64 *ctx)
{
	struct pt_regs *regs = (void *)ctx[0];
	long fd = (long)ctx[1], number = (long)SYSCALL_NUMBER(regs);
	struct accepted a = {};
	struct fdtable *table;
	struct list_head *slot; /* any kernel type that starts with a pointer */
	struct file *file;
	struct socket *socket;
	struct sock *sk;
	__u64 key, id;

	if ((number != NR_accept && number != NR_accept4) || fd < 0)
		return 0;
	table = bpf_get_current_task_btf()->files->fdt;
	if ((unsigned long)fd >= table->max_fds)
		return 0;
	/* The table's entries are plain numbers to the verifier; each step is a read-only cast. */
	slot = bpf_rdonly_cast(&table->fd[fd], bpf_core_type_id_kernel(struct list_head));
	file = bpf_rdonly_cast(slot->next, bpf_core_type_id_kernel(struct file));
	socket = bpf_rdonly_cast(file->private_data, bpf_core_type_id_kernel(struct socket));
	sk = bpf_rdonly_cast(socket->sk, bpf_core_type_id_kernel(struct sock));
	if (!is_tcp(sk))
		return 0;
	id = bpf_get_current_pid_tgid();
	key = (__u64)sk;
	a.at = bpf_ktime_get_boot_ns();
	a.pid = id >> 32;
	a.tid = (__u32)id;
	a.uid = (__u32)bpf_get_current_uid_gid();
	bpf_get_current_comm(a.comm, sizeof(a.comm));
	if (bpf_map_update_elem(&accepted, &key, &a, BPF_ANY))
		COUNT(lost_map);
	return 0;
}

/* Who reads from a socket owns it: finds the worker behind a fork, a descriptor passed on, a socket activation.
 * Context: the receiving task, with the socket locked. */
SEC("tp_btf/tcp_rcv_space_adjust")
int owner_receive(__u64 *ctx)
{
	struct sock *sk = (void *)ctx[0];
	struct tag *tag;

	if (!sk->sk_lock.owned)
		return 0;
	tag = tag_get(sk, false);
	if (tag && (tag->owner != OWNER_EXACT || tag->pid != bpf_get_current_pid_tgid() >> 32))
		tag_claim(tag);
	return 0;
}

/* The tag of a socket that was there before tracing. Several processes may hold it: the first one found stands for
 * them. */
static __always_inline void tag_seed(struct tag *tag, struct task_struct *task)
{
	if (tag->owner != OWNER_UNKNOWN) {
		if (tag->seeded && tag->pid != (__u32)task->tgid)
			tag->owner = OWNER_INHERITED;
		return;
	}
	tag->pid = (__u32)task->tgid;
	tag->tid = (__u32)task->pid;
	tag->uid = task->cred->uid.val;
	tag->owner = OWNER_EXACT;
	tag->seeded = 1;
#pragma clang loop unroll(full)
	for (int i = 0; i < COMM_SIZE; i++)
		tag->comm[i] = task->comm[i];
	if (!bpf_core_field_exists(struct sock_cgroup_data, cgroup))
		tag->cgroup_id = task->cgroups->dfl_cgrp->kn->id;
}

/* Every socket that is open when tracing begins, of every process, in every network namespace. Context: nettrace. */
SEC("iter/task_file")
int owner_seed(struct bpf_iter__task_file *ctx)
{
	struct task_struct *task = ctx->task;
	struct file *file = ctx->file;
	struct socket *socket;
	struct tag *tag;
	struct sock *sk;

	if (!task || !file)
		return 0;
	socket = bpf_sock_from_file(file);
	if (!socket)
		return 0;
	sk = socket->sk;
	if (!sk || (sk->__sk_common.skc_family != AF_INET && sk->__sk_common.skc_family != AF_INET6) || !is_tcp(sk) ||
	    sk->__sk_common.skc_state == TCP_CLOSE)
		return 0;
	tag = tag_get(sk, true);
	if (!tag)
		return 0;
	tag_seed(tag, task);
	if (sk->__sk_common.skc_state == TCP_LISTEN)
		listener_add((__u64)sk, sk->__sk_common.skc_net.net->ns.inum, sk->__sk_common.skc_num,
			     sk->sk_drops.counter, tag, socket_cgroup(sk));
	return 0;
}

#define S_IFMT   0170000
#define S_IFSOCK 0140000

/* The same before 5.11, where there is neither bpf_sock_from_file() nor socket storage. Context: nettrace. */
SEC("iter/task_file")
int owner_seed_hash(struct bpf_iter__task_file *ctx)
{
	struct task_struct *task = ctx->task;
	struct file *file = ctx->file;
	struct sock *sk;
	struct tag *tag;
	__u16 family;
	__u8 state;

	if (!task || !file || (file->f_inode->i_mode & S_IFMT) != S_IFSOCK)
		return 0;
	sk = BPF_CORE_READ((struct socket *)file->private_data, sk);
	family = BPF_CORE_READ(sk, __sk_common.skc_family);
	state = BPF_CORE_READ(sk, __sk_common.skc_state);
	if (!sk || (family != AF_INET && family != AF_INET6) || BPF_CORE_READ(sk, sk_protocol) != IPPROTO_TCP ||
	    state == TCP_CLOSE)
		return 0;
	tag = tag_get(sk, true);
	if (!tag)
		return 0;
	tag_seed(tag, task);
	if (state == TCP_LISTEN)
		listener_add((__u64)sk, BPF_CORE_READ(sk, __sk_common.skc_net.net, ns.inum),
			     BPF_CORE_READ(sk, __sk_common.skc_num), BPF_CORE_READ(sk, sk_drops.counter), tag, NULL);
	return 0;
}

#endif
