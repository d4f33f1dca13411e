/* SPDX-License-Identifier: GPL-2.0-or-later */
/* filter.bpf.h: the common filters, on the common part of an event. */
#ifndef NETTRACE_FILTER_BPF_H
#define NETTRACE_FILTER_BPF_H

#include "pinned.bpf.h"
#include "reading.bpf.h"

static __always_inline bool list_has(const volatile struct list *list, __u64 value)
{
	if (!list->count)
		return true;
#pragma clang loop unroll(disable)
	for (__u32 i = 0; i < LIST_ITEMS && i < list->count; i++)
		if (value >= list->item[i].first && value <= list->item[i].last)
			return true;
	return false;
}

static __always_inline bool cidrs_have(const volatile struct cidr *cidrs, __u32 count, const __u8 *address)
{
	const __u32 *word = (const __u32 *)address;

	if (!count)
		return true;
#pragma clang loop unroll(disable)
	for (__u32 i = 0; i < CIDR_ITEMS && i < count; i++) {
		const volatile __u32 *addr = (const volatile __u32 *)cidrs[i].addr;
		const volatile __u32 *mask = (const volatile __u32 *)cidrs[i].mask;

		if (!((addr[0] ^ word[0]) & mask[0]) && !((addr[1] ^ word[1]) & mask[1]) &&
		    !((addr[2] ^ word[2]) & mask[2]) && !((addr[3] ^ word[3]) & mask[3]))
			return true;
	}
	return false;
}

/* 1 if the bytes are the same. Without a branch: each would double the paths that the verifier walks, and clang would
 * make one of a plain comparison. */
static __always_inline __u32 same_byte(__u8 a, __u8 b)
{
	__u32 difference = a ^ b;

	barrier_var(difference);
	return (difference - 1) >> 31;
}

/* See struct glob: bit i of `at` is set when the first i elements match what was read so far. */
static __always_inline bool glob_matches(const volatile struct glob *glob, const char *comm)
{
	__u32 at = 1, read = 1; /* read: 0 behind the end of comm */

#pragma clang loop unroll(disable)
	for (__u32 c = 0; c < COMM_SIZE; c++) {
		__u32 here = glob->any, next;

#pragma clang loop unroll(disable)
		for (__u32 i = 0; i < COMM_SIZE && i < glob->length; i++)
			here |= same_byte(glob->text[i], comm[c]) << i;
		next = (at & here) << 1 | (at & glob->gap);
		read &= ~same_byte(comm[c], 0);
		at = (next & -read) | (at & (read - 1));
	}
	return at >> glob->length & 1;
}

static __always_inline bool comms_match(const char *comm)
{
	if (!settings.filter.n_comms)
		return true;
#pragma clang loop unroll(disable)
	for (__u32 i = 0; i < GLOB_ITEMS && i < settings.filter.n_comms; i++)
		if (glob_matches(&settings.filter.comms[i], comm))
			return true;
	return false;
}

/* The socket's cgroup or one above it is in the list. */
static __always_inline bool cgroup_matches(struct cgroup *cgroup, const int rung)
{
	if (!settings.filter.cgroups.count)
		return true;
#pragma clang loop unroll(disable)
	for (int level = 0; level < 16; level++) { /* deeper nesting than any container runtime makes */
		struct cgroup_subsys_state *parent;
		struct kernfs_node *directory;

		if (!cgroup)
			return false;
		directory = MEMBER(rung, cgroup, kn);
		if (list_has(&settings.filter.cgroups, MEMBER(rung, directory, id)))
			return true;
		parent = MEMBER(rung, cgroup, self.parent);
		if (!parent)
			return false;
		cgroup = MEMBER(rung, parent, cgroup);
	}
	return false;
}

static __always_inline bool ports_match(const struct event *e)
{
	return list_has(&settings.filter.lports, e->lport) && list_has(&settings.filter.rports, e->rport);
}

/* All filters but --cgroup, which wants the kernel's own tree. */
static __always_inline bool event_matches(const struct event *e)
{
	const volatile struct filter *filter = &settings.filter;

	return (!filter->family || filter->family == e->family) && ports_match(e) &&
	       list_has(&filter->netns, e->netns) && list_has(&filter->uids, e->uid) &&
	       list_has(&filter->pids, e->pid) && cidrs_have(filter->laddrs, filter->n_laddrs, e->laddr) &&
	       cidrs_have(filter->raddrs, filter->n_raddrs, e->raddr) && comms_match(e->comm) && pinned_match(e);
}

#endif
