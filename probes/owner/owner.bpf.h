/* SPDX-License-Identifier: GPL-2.0-or-later */
/* owner.bpf.h: the owner of a socket of any protocol. */
#ifndef NETTRACE_PROBES_OWNER_OWNER_BPF_H
#define NETTRACE_PROBES_OWNER_OWNER_BPF_H

#include "probes/lib/pinned.bpf.h"
#include "probes/lib/task.bpf.h"
#include "probes/owner/holder.bpf.h"

struct owner {
	struct who who;
	__u8 quality; /* enum owner_quality */
	__u8 from_seed;
	__u16 fd;        /* probable descriptor of the socket */
	__u32 mntns;     /* if --mntnsmap needs it */
	__u64 cgroup_id; /* only where the socket's own is unavailable */
	__u32 renames;   /* changes of its process's name when the name was read: see below */
	__u32 forks;     /* forks of its process when no other process had the socket: see below */
};

/* ---- processes that change their name, by exec or without, and processes that fork ----
 *
 * An owner keeps the name of its process, because most rows are made in contexts without access to the process. Later
 * names are in `renamed`, by process. A row looks there only if a process with the same pid, modulo PROCESS_CHANGES,
 * has changed its name since: reading an array costs a few instructions. The same array counts forks. */
#define PROCESS_CHANGES 1024

/* Called for each fork of an owner's process, if the includer defines it. */
#ifndef OWNER_FORKED
#define OWNER_FORKED()
#endif

#define CHILDREN 4

/* Of all processes with the same pid, modulo PROCESS_CHANGES. */
struct process_changes {
	__u32 renames, forks;
	__u32 owns; /* one of them owns a socket, or is a child of an owner */
	__u32 pad;
	struct {
		__u64 thread; /* address of the first thread */
		__u32 forks;  /* counted for the child's own pid at that time */
		__u32 pad;
	} children[CHILDREN]; /* of the latest forks: fork i at i modulo CHILDREN */
};

struct process {
	__u64 start;
	__u32 pid, pad;
};

struct name {
	char comm[COMM_SIZE];
};

struct {
	__uint(type, BPF_MAP_TYPE_LRU_HASH);
	__uint(max_entries, 8192);
	__type(key, struct process);
	__type(value, struct name);
} renamed SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, PROCESS_CHANGES);
	__type(key, __u32);
	__type(value, struct process_changes);
} process_changes SEC(".maps");

static __always_inline struct process_changes *changes_of(__u32 pid)
{
	__u32 index = pid % PROCESS_CHANGES;

	return bpf_map_lookup_elem(&process_changes, &index);
}

/* Records the new name of the process. */
static __always_inline void rename_add(const struct process *process, const struct name *name)
{
	struct process_changes *changes = changes_of(process->pid);

	if (bpf_map_update_elem(&renamed, process, name, BPF_ANY))
		COUNT(lost_map);
	if (changes)
		__sync_fetch_and_add(&changes->renames, 1);
}

/* Updates the owner's name. */
static __always_inline void owner_name(struct owner *owner)
{
	struct process process = { .start = owner->who.start, .pid = owner->who.pid };
	struct process_changes *changes = settings.has_task_btf ? changes_of(owner->who.pid) : NULL;
	struct name *name;
	__u32 now;

	if (!changes)
		return;
	now = *(volatile __u32 *)&changes->renames;
	if (now == owner->renames)
		return;
	name = bpf_map_lookup_elem(&renamed, &process);
	if (name)
		__builtin_memcpy(owner->who.comm, name->comm, sizeof(name->comm));
	owner->renames = now;
}

/* Called before the process is read, so that a concurrent change is found later. */
static __always_inline void owner_changes(struct owner *owner, __u32 pid)
{
	struct process_changes *changes = changes_of(pid);

	if (!changes)
		return;
	owner->renames = *(volatile __u32 *)&changes->renames;
	owner->forks = *(volatile __u32 *)&changes->forks;
	if (!changes->owns)
		changes->owns = 1;
}

/* Whether the process has forked since it was the only one with the socket. */
static __always_inline bool owner_has_forked(const struct owner *owner)
{
	struct process_changes *changes = changes_of(owner->who.pid);

	return changes && *(volatile __u32 *)&changes->forks != owner->forks;
}

/* Records that a walk has found no other process with the socket. */
static __always_inline void owner_is_alone(struct owner *owner)
{
	struct process_changes *changes = changes_of(owner->who.pid);

	if (changes)
		owner->forks = *(volatile __u32 *)&changes->forks;
}

/* A child inherits the sockets of its parent. (parent, child). The child has its descriptors and has not run yet.
 * Context: the parent. */
SEC("tp_btf/sched_process_fork")
int owner_forks(__u64 *ctx)
{
	struct task_struct *parent = (void *)ctx[0], *child = (void *)ctx[1];
	struct process_changes *changes, *childs;
	__u32 place;

	if (parent->tgid == child->tgid)
		return 0;
	changes = changes_of((__u32)parent->tgid);
	childs = changes_of((__u32)child->tgid);
	if (!changes || !childs || !changes->owns)
		return 0;
	childs->owns = 1;
	place = changes->forks % CHILDREN;
	*(struct task_struct *volatile *)&changes->children[place].thread = child;
	changes->children[place].forks = childs->forks;
	__sync_fetch_and_add(&changes->forks, 1);
	OWNER_FORKED();
	return 0;
}

/* Names change at exec too, which renames the first thread. (task, const char *new). Context: the task, or a task that
 * writes to its /proc/PID/comm. */
SEC("tp_btf/task_rename")
int owner_renamed(__u64 *ctx)
{
	static const char format[] = "%s";
	struct task_struct *task = (void *)ctx[0];
	struct process process = {};
	struct name name = {};
	__u64 text = ctx[1];

	if (task->pid != task->tgid)
		return 0;
	process.start = task->start_boottime;
	process.pid = (__u32)task->tgid;
	bpf_snprintf(name.comm, sizeof(name.comm), format, &text, sizeof(text));
	rename_add(&process, &name);
	return 0;
}

/* The same before 5.13, where no helper copies strings: after exec only. (task, old pid, ...). Context: the task. */
SEC("tp_btf/sched_process_exec")
int owner_executes(__u64 *ctx)
{
	struct task_struct *task = (void *)ctx[0];
	struct process process = { .start = task->start_boottime, .pid = (__u32)task->tgid };
	struct name name;

#pragma clang loop unroll(full)
	for (int i = 0; i < COMM_SIZE; i++)
		name.comm[i] = task->comm[i];
	rename_add(&process, &name);
	return 0;
}

/* ---- the process ---- */

/* The descriptor of the connection that accept() returns, unless another thread has opened one since. */
static __always_inline __u16 newest_descriptor(void)
{
	if (!settings.has_cast)
		return 0;
	return (__u16)(KPTR(RUNG_CAST, bpf_get_current_task_btf(), task_struct)->files->next_fd - 1);
}

/* Makes current the owner, because it acts on the socket and is no interrupted bystander. begins: the socket is new. A
 * kernel thread becomes the owner of new sockets only (RDS ...): later it may do deferred work for another process. A
 * thread of a work queue never does: it works for changing processes. False: unchanged. */
static __always_inline bool owner_set_current(struct owner *owner, bool begins)
{
	if (current_is_kernel_thread() && (!begins || current_is_worker()))
		return false;
	owner_changes(owner, bpf_get_current_pid_tgid() >> 32);
	who_is_current(&owner->who);
	owner->fd = current_descriptor();
	owner->quality = OWNER_EXACT;
	owner->from_seed = 0;
	owner->mntns = current_mntns();
	if (!bpf_core_field_exists(struct sock_cgroup_data, cgroup))
		owner->cgroup_id = bpf_get_current_cgroup_id();
	return true;
}

/* Makes the task the owner, because a walk over descriptors found the socket in it. The caller sets the quality.
 * Context: nettrace. */
static __always_inline void owner_set_task(struct owner *owner, struct task_struct *task)
{
	owner_changes(owner, (__u32)task->tgid);
	who_of(&owner->who, task);
	owner->mntns = task_mntns(task);
	if (!bpf_core_field_exists(struct sock_cgroup_data, cgroup))
		owner->cgroup_id = task->cgroups->dfl_cgrp->kn->id;
}

/* The same for a socket older than the trace. Of several processes with the socket, the first one found becomes the
 * owner. */
static __always_inline void owner_seed_task(struct owner *owner, struct task_struct *task, __u32 fd)
{
	if (owner->quality != OWNER_UNKNOWN) {
		if (owner->from_seed && owner->who.pid != (__u32)task->tgid)
			owner->quality = OWNER_INHERITED;
		return;
	}
	owner_set_task(owner, task);
	owner->fd = (__u16)fd;
	owner->quality = OWNER_EXACT;
	owner->from_seed = 1;
}

/* The index of the only one of a process's latest children with the file. -1: none; CHILDREN: several. Takes numbers
 * only, as holder_descriptor(). */
__noinline int owner_child(__u32 pid, __u64 file, __u32 guess)
{
	const struct process_changes *changes = changes_of(pid);
	int found = -1;

	if (!settings.has_cast || !changes)
		return found;
#pragma clang loop unroll(disable)
	for (int i = 0; i < CHILDREN; i++) {
		__u64 thread = changes->children[i].thread;
		struct task_struct *child = KPTR(RUNG_CAST, thread, task_struct);

		if (thread && holder_descriptor(thread, child->start_boottime, file, guess) >= 0)
			found = found < 0 ? i : CHILDREN;
	}
	return found;
}

/* Makes the child the owner: it has the socket, and its parent does not. The owner is certain if the child has not
 * forked, or if all references are its own. */
static __noinline void owner_becomes_child(struct owner *owner, const struct process_changes *changes, __u32 i,
					   __u64 file)
{
	__u64 thread = changes->children[i % CHILDREN].thread;
	__u32 forks = changes->children[i % CHILDREN].forks;

	owner_set_task(owner, KPTR(RUNG_CAST, thread, task_struct));
	if (owner->forks == forks || holder_is_alone(thread, file, owner->fd))
		owner->quality = OWNER_EXACT;
	else
		owner->quality = OWNER_INHERITED;
}

/* Whether another process may have the file too. A child has it; or there are more references than the owner's
 * descriptors, while the children are unknown or two processes had the file before the trace. (A blocked call counts as
 * a reference too.) */
static __always_inline bool owner_shares(const struct owner *owner, __u32 forked, int child, __u64 file)
{
	if (child >= 0)
		return true;
	if (forked && forked <= CHILDREN && !(owner->from_seed && owner->quality == OWNER_INHERITED))
		return false;
	return !holder_is_alone(owner->who.thread, file, owner->fd);
}

static __always_inline void owner_look(struct owner *owner, const struct process_changes *changes, __u64 file)
{
	__u32 forks = *(volatile __u32 *)&changes->forks, forked = forks - owner->forks;
	int fd = holder_descriptor(owner->who.thread, owner->who.start, file, owner->fd), child;

	if (fd >= 0)
		owner->fd = (__u16)fd;
	if (fd >= 0 && !forked && owner->quality == OWNER_EXACT)
		return;
	child = owner_child(owner->who.pid, file, owner->fd);
	if (fd < 0 && child >= 0 && child < CHILDREN) {
		owner_becomes_child(owner, changes, (__u32)child, file);
	} else if (fd == HOLDER_ENDS) {
		return;
	} else if (fd < 0 || owner_shares(owner, forked, child, file)) {
		owner->quality = OWNER_INHERITED;
	} else {
		owner->quality = OWNER_EXACT;
		owner->forks = forks;
	}
}

/* Called before a row: checks that the owner's process still has the socket, and after a fork that no child has it. If
 * a child has it and the parent does not, the child becomes the owner; otherwise the owner is one of several, or a
 * former one. An owner that holds the socket lock is acting, perhaps closing, and is certain. Before 6.2 programs
 * cannot read descriptor tables: a fork makes the owner uncertain until it acts. Context: any. */
static __noinline void owner_verify(struct owner *owner, struct sock *sk)
{
	struct process_changes *changes;
	__u64 file;

	if (owner->quality == OWNER_UNKNOWN)
		return;
	if (!settings.has_cast) {
		if (owner_has_forked(owner))
			owner->quality = OWNER_INHERITED;
		return;
	}
	changes = changes_of(owner->who.pid);
	if (!changes || (sk->sk_lock.owned && owner->who.pid == bpf_get_current_pid_tgid() >> 32))
		return;
	file = socket_file(sk);
	if (file && file_references(file) > 0) /* 0: the file is being closed */
		owner_look(owner, changes, file);
}

/* Fills the event's owner. An unknown owner is all 0, except that all bits of uid are set: without a branch, as
 * same_state(). */
static __always_inline void event_set_owner(struct event *e, struct owner *owner)
{
	__u32 unknown = owner->quality;

	barrier_var(unknown);
	unknown = (unknown - 1) >> 31;
	owner_name(owner);
	e->pid = owner->who.pid;
	e->tid = owner->who.tid;
	e->uid = owner->who.uid | -unknown;
	e->owner = owner->quality;
	e->mntns_listed = mntns_is_listed(owner->mntns);
	if (!e->cgroup_id)
		e->cgroup_id = owner->cgroup_id;
	__builtin_memcpy(e->comm, owner->who.comm, sizeof(e->comm));
}

#endif
