/* SPDX-License-Identifier: GPL-2.0-or-later */
/* tag.bpf.h: what is known of a socket, on the socket: its owner, its role, the times of its states.
 *
 * Most TCP events run in softirq, where current is whoever was interrupted. sk_lock.owned tells: 1 only while a task
 * holds the socket, and then current is that task. The tag dies with the socket; children of a listener get a copy of
 * its tag from the kernel (BPF_F_CLONE), until their own process acts on them. */
#ifndef NETTRACE_TAG_BPF_H
#define NETTRACE_TAG_BPF_H

#include "pinned.bpf.h"

struct tag {
	__u32 pid, tid, uid;
	__u8 owner; /* enum owner_quality */
	__u8 role;  /* enum role */
	__u8 seeded;
	__u8 held;       /* tcpstates: the state that the held row left; tcptracer: 1: its end was told */
	__u64 cgroup_id; /* of the owner; only where the socket's own cannot be had */
	__u32 mntns;     /* of the owner, where --mntnsmap asks for it */
	__u32 pad;
	__u64 born;  /* first state change seen; 0: before tracing */
	__u64 up;    /* entered its last state before closing began: ESTABLISHED, SYN_SENT, SYN_RECV; 0: not known */
	__u64 since; /* entered the present state; 0: not known */
	__u64 held_at;
	char comm[COMM_SIZE];
#ifdef TAG_TOLD
	struct told told;
#endif
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
	__u32 pid, tid, uid, mntns;
	char comm[COMM_SIZE];
};

struct {
	__uint(type, BPF_MAP_TYPE_LRU_HASH);
	__uint(max_entries, 16384);
	__type(key, __u64);
	__type(value, struct accepted);
} accepted SEC(".maps");

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

/* Current acts on the socket and is no interrupted bystander: from now on it is the owner. A kernel thread becomes one
 * only where it begins a life of the socket (NFS, RDS ...): later it may be tidying up after others. */
static __always_inline void tag_claim(struct tag *tag, bool begins)
{
	__u64 id = bpf_get_current_pid_tgid();

	if (!begins && current_is_kernel_thread())
		return;
	tag->pid = id >> 32;
	tag->tid = (__u32)id;
	tag->uid = (__u32)bpf_get_current_uid_gid();
	tag->owner = OWNER_EXACT;
	tag->seeded = 0;
	tag->mntns = current_mntns();
	bpf_get_current_comm(tag->comm, sizeof(tag->comm));
	if (!bpf_core_field_exists(struct sock_cgroup_data, cgroup))
		tag->cgroup_id = bpf_get_current_cgroup_id();
}

/* Current has accepted the socket at this address. Context: the accepting task. */
static __always_inline void accepted_add(__u64 key)
{
	__u64 id = bpf_get_current_pid_tgid();
	struct accepted a = {
		.at = bpf_ktime_get_boot_ns(),
		.pid = id >> 32,
		.tid = (__u32)id,
		.uid = (__u32)bpf_get_current_uid_gid(),
		.mntns = current_mntns(),
	};

	bpf_get_current_comm(a.comm, sizeof(a.comm));
	if (bpf_map_update_elem(&accepted, &key, &a, BPF_ANY))
		COUNT(lost_map);
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
		tag->mntns = a->mntns;
		tag->owner = OWNER_EXACT;
		__builtin_memcpy(tag->comm, a->comm, sizeof(tag->comm));
	}
	bpf_map_delete_elem(&accepted, &key);
}

#endif
