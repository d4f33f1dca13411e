/* SPDX-License-Identifier: GPL-2.0-or-later */
/* softirqs.bpf.c: time in softirqs, counted by CPU and kind. */
#include "probes/lib/filter.bpf.h"
#include "probes/softirqs.h"

char LICENSE[] SEC("license") = "GPL";
OWN_OPTIONS(struct softirqs_options);

struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, SOFTIRQ_KINDS); /* for each CPU: core/bpf/configure.c multiplies it */
	__uint(map_flags, BPF_F_MMAPABLE);
	__type(key, __u32);
	__type(value, struct softirq);
} totals_by_cpu SEC(".maps");

static __always_inline __u32 log2_slot(__u64 value)
{
	__u32 slot = 0;

#pragma clang loop unroll(full)
	for (int bits = 32; bits; bits /= 2) {
		if (value >> bits) {
			value >>= bits;
			slot += bits;
		}
	}
	return slot < SOFTIRQ_SLOTS ? slot : SOFTIRQ_SLOTS - 1;
}

static __always_inline void count(struct softirq *softirq, __u64 ns)
{
	softirq->total += ns;
	softirq->count++;
	if (settings.flags & SOFTIRQS_HISTOGRAM)
		softirq->slots[log2_slot(settings.flags & SOFTIRQS_NANOSECONDS ? ns : ns / 1000)]++;
}

/* NULL: filtered. */
static __always_inline struct softirq *of_this_cpu(__u32 kind)
{
	__u32 cpu = bpf_get_smp_processor_id(), key = cpu * SOFTIRQ_KINDS + kind;
	struct softirq *softirq;

	if (kind >= SOFTIRQ_KINDS || !list_has(&own.cpus, cpu))
		return NULL;
	softirq = bpf_map_lookup_elem(&totals_by_cpu, &key);
	if (!softirq)
		COUNT(lost_map);
	return softirq;
}

static __always_inline void begin(__u32 kind, bool again)
{
	struct softirq *softirq = of_this_cpu(kind);

	if (softirq && (again || !softirq->start))
		softirq->start = bpf_ktime_get_ns();
}

static __always_inline void end(__u32 kind)
{
	struct softirq *softirq = of_this_cpu(kind);

	if (!softirq || !softirq->start)
		return;
	count(softirq, bpf_ktime_get_ns() - softirq->start);
	softirq->start = 0;
}

/* (unsigned int vector). Context: softirq, or its thread. */
SEC("tp_btf/softirq_entry")
int begins(__u64 *ctx)
{
	begin((__u32)ctx[0], true);
	return 0;
}

/* (unsigned int vector). Context: softirq, or its thread. */
SEC("tp_btf/softirq_exit")
int ends(__u64 *ctx)
{
	end((__u32)ctx[0]);
	return 0;
}

/* (unsigned int vector). Context: any, with interrupts disabled, on the CPU where the softirq will run. If it is raised
 * again while it waits, the wait counts from the first time. */
SEC("tp_btf/softirq_raise")
int raised(__u64 *ctx)
{
	begin((__u32)ctx[0], false);
	return 0;
}

/* (unsigned int vector), for the waiting time. Context: softirq, or its thread. */
SEC("tp_btf/softirq_entry")
int waited(__u64 *ctx)
{
	end((__u32)ctx[0]);
	return 0;
}
