/* SPDX-License-Identifier: GPL-2.0-or-later */
/* subflow.bpf.h: owners of the subflows that the kernel opens for an MPTCP connection in a work queue. */
#ifndef NETTRACE_PROBES_TCP_SUBFLOW_BPF_H
#define NETTRACE_PROBES_TCP_SUBFLOW_BPF_H

#include "probes/owner/owner.bpf.h"
#include "probes/tcp/mptcp.bpf.h"

/* Owners of MPTCP sockets, by address: the process that opened the first subflow. A later socket at the same address
 * overwrites the entry with its own. */
struct {
	__uint(type, BPF_MAP_TYPE_LRU_HASH);
	__uint(max_entries, 1024);
	__type(key, __u64);
	__type(value, struct owner);
} mptcp_owners SEC(".maps");

/* A socket begins to connect. acts: current is its owner; otherwise the owner is looked up here. Context: a task with
 * the socket locked. */
static __always_inline void subflow_begins(struct sock *sk, struct owner *owner, bool acts)
{
	__u64 key = mptcp_of(sk);
	struct owner *found;

	if (!key)
		return;
	if (acts) {
		if (bpf_map_update_elem(&mptcp_owners, &key, owner, BPF_ANY))
			COUNT(lost_map);
		return;
	}
	found = bpf_map_lookup_elem(&mptcp_owners, &key);
	if (found)
		*owner = *found;
}

#endif
