/* SPDX-License-Identifier: GPL-2.0-or-later */
/* task.bpf.h: the process of a task, which is its thread group with the name that ps shows, and its thread. */
#ifndef NETTRACE_PROBES_LIB_TASK_BPF_H
#define NETTRACE_PROBES_LIB_TASK_BPF_H

#include "probes/lib/reading.bpf.h"

struct who {
	__u32 pid, tid, uid;
	__u32 pad;
	__u64 thread;         /* address of the first thread; 0: unknown */
	__u64 start;          /* of the process, ns since boot: identifies a process together with pid; 0: unknown */
	char comm[COMM_SIZE]; /* of the process: its first thread's name */
};

/* Kernel threads do deferred work (io_uring tear-down, MPTCP) on sockets of other processes. */
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

/* Whether current is a thread of a work queue, which owns no socket. */
static __always_inline bool current_is_worker(void)
{
	return !settings.has_task_btf || (bpf_get_current_task_btf()->flags & PF_WQ_WORKER);
}

/* Reads eight bytes of a name at once only with has_cast: the verifier forbids that through other pointers. */
static __always_inline void who_of(struct who *who, struct task_struct *trusted)
{
	struct task_struct *task = settings.has_cast ? KPTR(RUNG_CAST, trusted, task_struct) : trusted;
	struct task_struct *leader = task->group_leader;

	who->pid = (__u32)task->tgid;
	who->tid = (__u32)task->pid;
	who->uid = task->cred->uid.val;
	who->thread = (__u64)leader;
	who->start = leader->start_boottime;
	if (settings.has_cast) {
		((__u64 *)who->comm)[0] = ((__u64 *)leader->comm)[0];
		((__u64 *)who->comm)[1] = ((__u64 *)leader->comm)[1];
		return;
	}
#pragma clang loop unroll(full)
	for (int i = 0; i < COMM_SIZE; i++)
		who->comm[i] = leader->comm[i];
}

/* Fills *who with current. Avoids helpers where possible: each call costs as much as the rest. Before 5.11 the first
 * thread is unavailable: the name is the thread's, and the start of the process is unknown. */
static __always_inline void who_is_current(struct who *who)
{
	__u64 id;

	if (settings.has_task_btf) {
		who_of(who, bpf_get_current_task_btf());
		return;
	}
	id = bpf_get_current_pid_tgid();
	who->pid = id >> 32;
	who->tid = (__u32)id;
	who->uid = (__u32)bpf_get_current_uid_gid();
	who->thread = 0;
	who->start = 0;
	bpf_get_current_comm(who->comm, sizeof(who->comm));
}

#endif
