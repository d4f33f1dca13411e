/* SPDX-License-Identifier: GPL-2.0-or-later */
/* tcprst_count.bpf.h: resets in the kernel's counters, which its tracepoints do not report. */
#ifndef NETTRACE_PROBES_TCPRST_COUNT_BPF_H
#define NETTRACE_PROBES_TCPRST_COUNT_BPF_H

#include "probes/lib/packet.bpf.h"
#include "probes/lib/percpu.bpf.h"
#include "probes/tcprst.h"

#define COUNT_UNKNOWN (~0ULL) /* resets were sent that no program could compare with the counters */

/* The counters of a namespace on a CPU at the last look. */
struct rst_counts {
	__u64 out_rsts, abort_on_data;
};

struct rst_counts_key {
	__u32 netns, cpu;
};

struct {
	__uint(type, BPF_MAP_TYPE_LRU_HASH);
	__uint(max_entries, 16384);
	__type(key, struct rst_counts_key);
	__type(value, struct rst_counts);
} rst_counted SEC(".maps");

/* A counter of this CPU by the number of its enum value; counters: address of this CPU's, or 0. */
static __always_inline __u64 rst_counter(__u64 counters, __u32 value, const int rung)
{
	__u32 index = settings.values[value];

	return counters && index != ~0U ? number_at(counters + index * sizeof(__u64), rung) : 0;
}

/* The counters that have grown since the last look, not 0 each. At the first look, every nonzero counter may be new;
 * after unknown resets, none is. Context: softirq, or preemption is disabled. */
static __always_inline struct rst_counts rst_count_changes(struct net *untyped, const int rung)
{
	struct net *net = KPTR(rung, untyped, net);
	struct rst_counts_key key = { .netns = KREAD(rung, net, ns.inum), .cpu = bpf_get_smp_processor_id() };
	struct rst_counts now, grown, *before;

	now.out_rsts = rst_counter(percpu_address(KREAD(rung, net, mib.tcp_statistics), rung), VALUE_OUT_RSTS, rung);
	now.abort_on_data =
		rst_counter(percpu_address(KREAD(rung, net, mib.net_statistics), rung), VALUE_ABORT_ON_DATA, rung);
	before = bpf_map_lookup_elem(&rst_counted, &key);
	if (!before) {
		bpf_map_update_elem(&rst_counted, &key, &now, BPF_ANY);
		return now;
	}
	grown.out_rsts = before->out_rsts == COUNT_UNKNOWN ? 0 : now.out_rsts - before->out_rsts;
	grown.abort_on_data = before->abort_on_data == COUNT_UNKNOWN ? 0 : now.abort_on_data - before->abort_on_data;
	*before = now;
	return grown;
}

/* Called for a reset of a socket by a program that may not read the counters. Context: as above. */
static __always_inline void rst_count_unread(const struct sock *sk)
{
	struct rst_counts_key key = { .netns = socket_netns(sk), .cpu = bpf_get_smp_processor_id() };
	const struct rst_counts unknown = { COUNT_UNKNOWN, COUNT_UNKNOWN };

	bpf_map_update_elem(&rst_counted, &key, &unknown, BPF_ANY);
}

/* Called before the kernel counts a reset that a tracepoint has reported, so that the next growth is another reset. */
static __always_inline void rst_count_known(struct net *untyped, bool counted, const int rung)
{
	struct net *net = KPTR(rung, untyped, net);
	struct rst_counts_key key = { .netns = KREAD(rung, net, ns.inum), .cpu = bpf_get_smp_processor_id() };
	struct rst_counts *before;

	rst_count_changes(untyped, rung);
	before = bpf_map_lookup_elem(&rst_counted, &key);
	if (before && !counted)
		before->out_rsts++;
}

#endif
