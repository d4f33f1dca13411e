/* SPDX-License-Identifier: GPL-2.0-or-later */
/* pinned.bpf.h: maps that the user creates, pins and may change while a tool runs: --cgroupmap and --mntnsmap.
 *
 * A row passes if its cgroup, or its owner's mount namespace, is a key. Without these options the maps are omitted, and
 * this is dead code. */
#ifndef NETTRACE_PROBES_LIB_PINNED_BPF_H
#define NETTRACE_PROBES_LIB_PINNED_BPF_H

#include "probes/lib/ring.bpf.h"

/* core/bpf/pinned_maps.c replaces these by the user's maps. */
struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(max_entries, 1);
	__type(key, __u64);
	__type(value, __u64);
} cgroupmap SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(max_entries, 1);
	__type(key, __u64);
	__type(value, __u32);
} mntnsmap SEC(".maps");

/* The inode number of a task's mount namespace; 0: not needed, or the task is exiting. */
static __always_inline __u32 task_mntns(struct task_struct *task)
{
	struct nsproxy *nsproxy;

	if (!settings.has_mntnsmap)
		return 0;
	nsproxy = task->nsproxy;
	return nsproxy ? nsproxy->mnt_ns->ns.inum : 0;
}

/* Called only where bpf_get_current_task_btf() exists (new in 5.11): core/bpf/pinned_maps.c checks. */
static __always_inline __u32 current_mntns(void)
{
	return settings.has_mntnsmap ? task_mntns(bpf_get_current_task_btf()) : 0;
}

static __always_inline bool mntns_is_listed(__u32 mntns)
{
	__u64 key = mntns;

	return settings.has_mntnsmap && bpf_map_lookup_elem(&mntnsmap, &key);
}

static __always_inline bool pinned_match(const struct event *e)
{
	__u64 key = e->cgroup_id;

	if (settings.has_mntnsmap && !e->mntns_listed)
		return false;
	return !settings.has_cgroupmap || bpf_map_lookup_elem(&cgroupmap, &key);
}

#endif
