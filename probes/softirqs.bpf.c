/* SPDX-License-Identifier: GPL-2.0-or-later */
/* softirqs.bpf.c: time in softirqs, counted for each CPU and kind; what was counted is taken by an iterator. */
#include "filter.bpf.h"
#include "iterate.bpf.h"
#include "softirqs.h"

char LICENSE[] SEC("license") = "GPL";

struct done {
	__u64 total, count;
	__u64 slots[SOFTIRQ_SLOTS];
};

/* Of one kind on one CPU. `told` is written by the iterator only, the rest on that CPU only. */
struct softirq {
	__u64 start; /* when it began (or was raised); 0: not seen, so one that ran when tracing began is not counted */
	struct done now, told;
};

struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, SOFTIRQ_KINDS); /* for each CPU: core/ladder.c multiplies */
	__type(key, __u32);
	__type(value, struct softirq);
} totals_by_cpu SEC(".maps");

/* An event is too long for the stack. */
struct {
	__uint(type, BPF_MAP_TYPE_PERCPU_ARRAY);
	__uint(max_entries, 1);
	__type(key, __u32);
	__type(value, struct softirqs_event);
} scratch SEC(".maps");

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
	softirq->now.total += ns;
	softirq->now.count++;
	if (settings.flags & SOFTIRQS_HISTOGRAM)
		softirq->now.slots[log2_slot(settings.flags & SOFTIRQS_NANOSECONDS ? ns : ns / 1000)]++;
}

/* NULL: not asked for. */
static __always_inline struct softirq *of_this_cpu(__u32 kind)
{
	__u32 cpu = bpf_get_smp_processor_id(), key = cpu * SOFTIRQ_KINDS + kind;
	struct softirq *softirq;

	if (kind >= SOFTIRQ_KINDS || !list_has(&settings.only, cpu))
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

/* The same. */
SEC("tp_btf/softirq_exit")
int ends(__u64 *ctx)
{
	end((__u32)ctx[0]);
	return 0;
}

/* Context: whoever raises it, with interrupts off, on the CPU where it will run. Raised again while it waits: it waits
 * since the first time. */
SEC("tp_btf/softirq_raise")
int raised(__u64 *ctx)
{
	begin((__u32)ctx[0], false);
	return 0;
}

/* As entry, where the wait is what counts. */
SEC("tp_btf/softirq_entry")
int waited(__u64 *ctx)
{
	end((__u32)ctx[0]);
	return 0;
}

/* What was done since the last time. Context: nettrace. */
SEC("iter/bpf_map_elem")
int walk(struct bpf_iter__bpf_map_elem *ctx)
{
	struct softirq *softirq = ctx->value;
	const __u32 *key = ctx->key;
	struct softirqs_event *e;
	__u32 zero = 0;

	if (!key || !softirq || softirq->now.count == softirq->told.count)
		return 0;
	e = bpf_map_lookup_elem(&scratch, &zero);
	if (!e)
		return 0;
	__builtin_memset(e, 0, sizeof(*e));
	e->common.ts = bpf_ktime_get_boot_ns();
	e->common.tool = (__u8)settings.tool;
	e->kind = *key % SOFTIRQ_KINDS;
	e->cpu = *key / SOFTIRQ_KINDS;
	e->total = growth(&softirq->told.total, softirq->now.total);
	e->count = growth(&softirq->told.count, softirq->now.count);
	for (__u32 i = 0; i < SOFTIRQ_SLOTS; i++)
		e->slots[i] = growth(&softirq->told.slots[i], softirq->now.slots[i]);
	if (event_write(ctx->meta, e, sizeof(*e)))
		return 0;
	softirq->told.total -= e->total;
	softirq->told.count -= e->count;
	for (__u32 i = 0; i < SOFTIRQ_SLOTS; i++)
		softirq->told.slots[i] -= e->slots[i];
	return 0;
}
