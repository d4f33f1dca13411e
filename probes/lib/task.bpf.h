/* SPDX-License-Identifier: GPL-2.0-or-later */
/* task.bpf.h: who a task is: its process, which is the thread group, under the name that ps shows, and the thread. */
#ifndef NETTRACE_PROBES_LIB_TASK_BPF_H
#define NETTRACE_PROBES_LIB_TASK_BPF_H

#include "probes/lib/reading.bpf.h"

struct who {
	__u32 pid, tid, uid;
	__u32 pad;
	__u64 thread;         /* the address of its first thread; 0: not known */
	__u64 start;          /* of the process, ns since boot: with pid it names one process; 0: not known */
	char comm[COMM_SIZE]; /* of the process: its first thread's */
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

/* A thread of a work queue: it has a name and a number, and no socket is its own. */
static __always_inline bool current_is_worker(void)
{
	return !settings.has_task_btf || (bpf_get_current_task_btf()->flags & PF_WQ_WORKER);
}

/* A name's eight bytes at once only where has_cast: of other pointers the verifier lets nobody take them so. */
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

/* Who current is. Without helpers where that can be: a call of each costs as much as all of it. Before 5.11 nobody can
 * ask for the first thread: the name is that of the thread, and the process has no start. */
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
