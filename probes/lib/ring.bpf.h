/* SPDX-License-Identifier: GPL-2.0-or-later */
/* ring.bpf.h: the settings, the event ring, and the ledger. */
#ifndef NETTRACE_PROBES_LIB_RING_BPF_H
#define NETTRACE_PROBES_LIB_RING_BPF_H

#include "probes/kernel/kernel.h"
#include "probes/wire.h"

/* Set by core/bpf/configure.c before load; an array map of its own, frozen, so that the verifier knows every value. */
const volatile struct settings settings SEC(".rodata.settings") = {};
/* The tool's own options that its programs use: the beginning of options.own (core/tool.h). */
#define OWN_OPTIONS(type) const volatile type own SEC(".rodata.own") = {}

struct {
	__uint(type, BPF_MAP_TYPE_RINGBUF);
	__uint(max_entries, 1 << 20); /* core/bpf/configure.c sets the size */
} ring SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_PERCPU_ARRAY);
	__uint(max_entries, 1);
	__type(key, __u32);
	__type(value, struct ledger_counters);
} ledger SEC(".maps");

/* Atomic though per CPU: a softirq may interrupt a task that counts. */
#define COUNT(counter)                                                                                                 \
	do {                                                                                                           \
		__u32 zero_ = 0;                                                                                       \
		struct ledger_counters *counters_ = bpf_map_lookup_elem(&ledger, &zero_);                              \
		if (counters_)                                                                                         \
			__sync_fetch_and_add(&counters_->counter, 1);                                                  \
	} while (0)

/* Reserves an event of `size` bytes (a constant) that starts with *head. NULL: the ring is full, which is counted.
 * Every event that passes the filters comes here exactly once. */
static __always_inline void *ring_reserve(__u64 size, const struct event *head)
{
	struct event *event = bpf_ringbuf_reserve(&ring, size, 0);

	if (!event) {
		COUNT(lost_ring);
		return NULL;
	}
	*event = *head;
	return event;
}

/* The default wakeup (an interrupt and a context switch for each event) halves the speed of a busy workload. So the
 * reader polls the ring on a timer, and only events that cross the wakeup line wake it: later events would interrupt a
 * reader that already runs. Every event is shorter than WAKEUP_LINE. */
#define WAKEUP_LINE 4096

static __always_inline void ring_submit_side_event(void *event)
{
	__u64 beyond = bpf_ringbuf_query(&ring, BPF_RB_AVAIL_DATA) - settings.wakeup_bytes;

	bpf_ringbuf_submit(event, beyond < WAKEUP_LINE ? BPF_RB_FORCE_WAKEUP : BPF_RB_NO_WAKEUP);
}

static __always_inline void ring_submit(void *event)
{
	ring_submit_side_event(event);
	COUNT(sent);
}

/* The same for a side event, which makes no row: the tool's derive() reads it. */
static __always_inline void *ring_reserve_side_event(__u64 size, const struct event *head)
{
	struct event *event = bpf_ringbuf_reserve(&ring, size, 0);

	if (!event) {
		COUNT(lost_map);
		return NULL;
	}
	*event = *head;
	return event;
}

#endif
