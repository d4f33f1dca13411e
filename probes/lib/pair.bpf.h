/* SPDX-License-Identifier: GPL-2.0-or-later */
/* pair.bpf.h: two programs for one hook, so that an event during the handling of another is not missed. */
#ifndef NETTRACE_PROBES_LIB_PAIR_BPF_H
#define NETTRACE_PROBES_LIB_PAIR_BPF_H

#include "probes/lib/ring.bpf.h"

/* The kernel does not run a program that is already running on this CPU (it counts a recursion miss instead). A state
 * change in a task can be interrupted by the softirq of another: in a churn of 13,000 connections a second on one CPU
 * 0.05 % of all events were missed so. The second program runs the same body when, and only when, it finds the first
 * one interrupted.
 *
 * Each has the body for itself. One third program to which both jump (a tail call) would be verified once instead of
 * twice, but the kernel takes it that a program is never inside itself on a CPU: since 6.13 one that needs much stack
 * has one stack for each CPU. Jumped to while it was interrupted, it lost what it had there; rows came twice.
 */

/* Which of the two runs on this CPU: 0: none, 1: the first, 2: the second, inside it. So each has a spare for tags of
 * its own (tag_slots.bpf.h). */
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
