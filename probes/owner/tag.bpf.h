/* SPDX-License-Identifier: GPL-2.0-or-later */
/* tag.bpf.h: what is known of a socket: its owner, its role, the times of its states. tag_store.bpf.h keeps it.
 *
 * Most TCP events run in softirq, where current is whoever was interrupted. sk_lock.owned tells: 1 only while a task
 * holds the socket, and then current is that task.
 *
 * Of several tools in a process one keeps the tags, and sees each event before the others (TAGS_BORROWED,
 * core/bpf/sessions.c).
 */
#ifndef NETTRACE_PROBES_OWNER_TAG_BPF_H
#define NETTRACE_PROBES_OWNER_TAG_BPF_H

#include "probes/lib/pinned.bpf.h"
#include "probes/lib/reading.bpf.h"

struct tag {
	__u32 pid, tid, uid;
	__u8 owner; /* enum owner_quality */
	__u8 role;  /* enum role */
	__u8 from_seed;
	__u8 state;            /* that it changed to last; 0: no change seen */
	__u64 cgroup_id;       /* of the owner; only where the socket's own cannot be had */
	__u32 mntns;           /* of the owner, where --mntnsmap asks for it */
	__u8 attempt_reported; /* tcpconnect: its row was sent */
	__u8 end_reported;     /* tcptracer: the same */
	__u8 pending_state;    /* tcpstates: the state that the held row left */
	__u8 reported_open;    /* tcplife --open: its row was written */
	__u64 created_at;      /* first state change seen; 0: before tracing */
	__u64 established_at;  /* entered its last state before closing began: ESTABLISHED, SYN_SENT, SYN_RECV; 0: not
				  known */
	__u64 state_since;     /* entered the present state; 0: not known */
	__u64 prev_state_ns;   /* in the state before, ns; as struct transition has it */
	__u64 pending_since;
	__u64 syn_at; /* tcpconnlat: when the first SYN of this life left, if not at its beginning; else before that */
	char comm[COMM_SIZE];
#ifdef TAG_BYTE_COUNTERS
	struct reported_bytes reported;
	struct holders holders;
#endif
};

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

/* Who the task is. has_cast only: of other pointers the verifier lets nobody take eight bytes of a name at once. */
static __always_inline void task_who(struct task_struct *trusted, __u32 *pid, __u32 *tid, __u32 *uid, char *comm)
{
	struct task_struct *task = KPTR(RUNG_CAST, trusted, task_struct);

	*pid = (__u32)task->tgid;
	*tid = (__u32)task->pid;
	*uid = task->cred->uid.val;
	((__u64 *)comm)[0] = ((__u64 *)task->comm)[0];
	((__u64 *)comm)[1] = ((__u64 *)task->comm)[1];
}

/* Who current is. Without helpers where that can be: a call of each costs as much as all of it. */
static __always_inline void current_who(__u32 *pid, __u32 *tid, __u32 *uid, char *comm)
{
	__u64 id;

	if (settings.has_cast) {
		task_who(bpf_get_current_task_btf(), pid, tid, uid, comm);
		return;
	}
	id = bpf_get_current_pid_tgid();
	*pid = id >> 32;
	*tid = (__u32)id;
	*uid = (__u32)bpf_get_current_uid_gid();
	bpf_get_current_comm(comm, COMM_SIZE);
}

/* Current acts on the socket and is no interrupted bystander: from now on it is the owner. A kernel thread becomes one
 * only where it begins a life of the socket (NFS, RDS ...): later it may be tidying up after others. */
static __always_inline void tag_set_current(struct tag *tag, bool begins)
{
	if (!begins && current_is_kernel_thread())
		return;
	current_who(&tag->pid, &tag->tid, &tag->uid, tag->comm);
	tag->owner = OWNER_EXACT;
	tag->from_seed = 0;
	tag->mntns = current_mntns();
	if (!bpf_core_field_exists(struct sock_cgroup_data, cgroup))
		tag->cgroup_id = bpf_get_current_cgroup_id();
}

/* The task holds the socket, as a walk over descriptors finds; how sure that makes it, the caller tells. Context:
 * nettrace. */
static __always_inline void tag_of_task(struct tag *tag, struct task_struct *task)
{
	if (settings.has_cast) {
		task_who(task, &tag->pid, &tag->tid, &tag->uid, tag->comm);
	} else {
		tag->pid = (__u32)task->tgid;
		tag->tid = (__u32)task->pid;
		tag->uid = task->cred->uid.val;
#pragma clang loop unroll(full)
		for (int i = 0; i < COMM_SIZE; i++)
			tag->comm[i] = task->comm[i];
	}
	tag->mntns = task_mntns(task);
	if (!bpf_core_field_exists(struct sock_cgroup_data, cgroup))
		tag->cgroup_id = task->cgroups->dfl_cgrp->kn->id;
}

#endif
