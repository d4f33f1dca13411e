/* SPDX-License-Identifier: GPL-2.0-or-later */
/* percpu.bpf.h: this CPU's part of what the kernel counts on each CPU.
 *
 * A percpu pointer of the kernel's becomes an address when the CPU's offset is added, which no helper gives away. But
 * an array map of ours has such a pointer, too (struct bpf_array, pptrs), and the helper that looks its value up adds
 * that offset: the difference of the two is it. */
#ifndef NETTRACE_PROBES_LIB_PERCPU_BPF_H
#define NETTRACE_PROBES_LIB_PERCPU_BPF_H

#include "probes/lib/reading.bpf.h"

struct here {
	__u64 offset; /* of this CPU; 0: not asked for yet */
	__u64 number; /* a pointer goes in, a number comes out */
};

struct {
	__uint(type, BPF_MAP_TYPE_PERCPU_ARRAY);
	__uint(max_entries, 1);
	__type(key, __u32);
	__type(value, struct here);
} here SEC(".maps");

/* The 64-bit number at an address. */
static __always_inline __u64 number_at(__u64 address, const int rung)
{
	struct linux_mib *mib = KPTR(rung, address, linux_mib);

	return KREAD(rung, mib, mibs[0]);
}

/* A pointer as a number to calculate with, which the verifier allows with no pointer. */
static __always_inline __u64 number_of(struct here *value, const void *pointer)
{
	*(const void *volatile *)&value->number = pointer;
	return *(volatile __u64 *)&value->number;
}

/* This CPU's part of what a percpu pointer leads to; 0: not known. Context: softirq, or preemption is off. */
static __always_inline __u64 percpu_address(const void *pointer, const int rung)
{
	__u32 zero = 0;
	struct here *value = bpf_map_lookup_elem(&here, &zero);
	__u64 pointers;

	if (!value || !pointer)
		return 0;
	if (!value->offset) {
		/* Behind the struct itself, where the verifier lets nobody read by its type. */
		pointers = number_of(value, &here) + bpf_core_field_offset(struct bpf_array, pptrs);
		value->offset = number_of(value, value) - number_at(pointers, rung);
	}
	return number_of(value, pointer) + value->offset;
}

#endif
