/* SPDX-License-Identifier: GPL-2.0-or-later */
/* owner.bpf.h: the owner of a socket of any protocol. */
#ifndef NETTRACE_PROBES_OWNER_OWNER_BPF_H
#define NETTRACE_PROBES_OWNER_OWNER_BPF_H

#include "probes/lib/pinned.bpf.h"
#include "probes/lib/task.bpf.h"

struct owner {
	struct who who;
	__u8 quality; /* enum owner_quality */
	__u8 from_seed;
	__u8 pad[2];
	__u32 mntns;     /* if --mntnsmap needs it */
	__u64 cgroup_id; /* only where the socket's own is unavailable */
	__u32 renames;   /* changes of its process's name when the name was read: see below */
	__u32 pad_end;
};

/* ---- processes that change their name: by exec, or by themselves ----
 *
 * An owner keeps the name of its process, because most rows are made in contexts without access to the process. Later
 * names are in `renamed`, by process. A row looks there only if a process with the same pid, modulo RENAME_COUNTS, has
 * changed its name since: reading an array costs a few instructions. */
#define RENAME_COUNTS 1024

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
	__uint(max_entries, RENAME_COUNTS);
	__type(key, __u32);
	__type(value, __u32);
} rename_counts SEC(".maps");

static __always_inline __u32 *rename_count(__u32 pid)
{
	__u32 index = pid % RENAME_COUNTS;

	return bpf_map_lookup_elem(&rename_counts, &index);
}

/* Records the new name of the process. */
static __always_inline void rename_add(const struct process *process, const struct name *name)
{
	__u32 *count = rename_count(process->pid);

	if (bpf_map_update_elem(&renamed, process, name, BPF_ANY))
		COUNT(lost_map);
	if (count)
		__sync_fetch_and_add(count, 1);
}

/* Updates the owner's name. */
static __always_inline void owner_name(struct owner *owner)
{
	struct process process = { .start = owner->who.start, .pid = owner->who.pid };
	__u32 *count = settings.has_task_btf ? rename_count(owner->who.pid) : NULL, now;
	struct name *name;

	if (!count)
		return;
	now = *(volatile __u32 *)count;
	if (now == owner->renames)
		return;
	name = bpf_map_lookup_elem(&renamed, &process);
	if (name)
		__builtin_memcpy(owner->who.comm, name->comm, sizeof(name->comm));
	owner->renames = now;
}

/* Called before the name is read, so that a concurrent change is found later. */
static __always_inline void owner_renames(struct owner *owner, __u32 pid)
{
	__u32 *count = settings.has_task_btf ? rename_count(pid) : NULL;

	owner->renames = count ? *(volatile __u32 *)count : 0;
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

/* Makes current the owner, because it acts on the socket and is no interrupted bystander. begins: the socket is new. A
 * kernel thread becomes the owner of new sockets only (RDS ...): later it may do deferred work for another process. A
 * thread of a work queue never does: it works for changing processes. False: unchanged. */
static __always_inline bool owner_set_current(struct owner *owner, bool begins)
{
	if (current_is_kernel_thread() && (!begins || current_is_worker()))
		return false;
	owner_renames(owner, bpf_get_current_pid_tgid() >> 32);
	who_is_current(&owner->who);
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
	owner_renames(owner, (__u32)task->tgid);
	who_of(&owner->who, task);
	owner->mntns = task_mntns(task);
	if (!bpf_core_field_exists(struct sock_cgroup_data, cgroup))
		owner->cgroup_id = task->cgroups->dfl_cgrp->kn->id;
}

/* The same for a socket older than the trace. Of several processes with the socket, the first one found becomes the
 * owner. */
static __always_inline void owner_seed_task(struct owner *owner, struct task_struct *task)
{
	if (owner->quality != OWNER_UNKNOWN) {
		if (owner->from_seed && owner->who.pid != (__u32)task->tgid)
			owner->quality = OWNER_INHERITED;
		return;
	}
	owner_set_task(owner, task);
	owner->quality = OWNER_EXACT;
	owner->from_seed = 1;
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
