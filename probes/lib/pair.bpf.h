/* SPDX-License-Identifier: GPL-2.0-or-later */
/* pair.bpf.h: two programs for one hook, so that an event during the handling of another is not missed. */
#ifndef NETTRACE_PROBES_LIB_PAIR_BPF_H
#define NETTRACE_PROBES_LIB_PAIR_BPF_H

#include "probes/lib/ring.bpf.h"

/* The kernel skips a program that is already running on this CPU, and counts a recursion miss. A state change in a task
 * can be interrupted by the softirq of another socket: with 13,000 new connections a second on one CPU, 0.05 % of all
 * events were missed. The second program has the same body, and runs it only when it has interrupted the first.
 *
 * Each program contains the body. A third program, the target of tail calls from both, would be verified once instead
 * of twice. But the kernel assumes that a program never interrupts itself on a CPU: since 6.13 a program with much
 * stack has one stack for each CPU. A tail call after an interruption overwrote that stack, and rows came twice. */

/* The running program on this CPU: 0: none, 1: the first, 2: the second, within the first. So each has a spare slot for
 * tags (tag_slots.bpf.h). */
struct {
	__uint(type, BPF_MAP_TYPE_PERCPU_ARRAY);
	__uint(max_entries, 1);
	__type(key, __u32);
	__type(value, __u32);
} busy SEC(".maps");

/* Defines the programs NAME and NAME_nested; body: a static __always_inline int of __u64 *ctx. */
#define PROGRAM_PAIR(section, name, body)                                                                              \
	SEC(section)                                                                                                   \
	int name(__u64 *ctx)                                                                                           \
	{                                                                                                              \
		__u32 zero = 0;                                                                                        \
		volatile __u32 *inside = bpf_map_lookup_elem(&busy, &zero);                                            \
                                                                                                                       \
		if (!inside)                                                                                           \
			return 0;                                                                                      \
		*inside = 1;                                                                                           \
		body(ctx);                                                                                             \
		*inside = 0;                                                                                           \
		return 0;                                                                                              \
	}                                                                                                              \
                                                                                                                       \
	SEC(section)                                                                                                   \
	int name##_nested(__u64 *ctx)                                                                                  \
	{                                                                                                              \
		__u32 zero = 0;                                                                                        \
		volatile __u32 *inside = bpf_map_lookup_elem(&busy, &zero);                                            \
                                                                                                                       \
		if (inside && *inside) {                                                                               \
			COUNT(nested);                                                                                 \
			*inside = 2;                                                                                   \
			body(ctx);                                                                                     \
			*inside = 1;                                                                                   \
		}                                                                                                      \
		return 0;                                                                                              \
	}

#endif
