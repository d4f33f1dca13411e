/* SPDX-License-Identifier: GPL-2.0-or-later */
/* percpu.bpf.h: this CPU's instance of a percpu variable of the kernel.
 *
 * A percpu pointer plus the CPU's offset is an address, but no helper returns that offset. An array map has percpu
 * pointers too (struct bpf_array, pptrs), and the lookup helper adds the offset to them. So the difference of the two
 * is the offset. */
#ifndef NETTRACE_PROBES_LIB_PERCPU_BPF_H
#define NETTRACE_PROBES_LIB_PERCPU_BPF_H

#include "probes/lib/reading.bpf.h"

struct here {
	__u64 offset; /* of this CPU; 0: not computed yet */
	__u64 number; /* turns a pointer into a number */
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

/* Turns a pointer into a number, because the verifier forbids arithmetic on pointers. */
static __always_inline __u64 number_of(struct here *value, const void *pointer)
{
	*(const void *volatile *)&value->number = pointer;
	return *(volatile __u64 *)&value->number;
}

/* The address of this CPU's instance of a percpu pointer; 0: unknown. Context: softirq, or preemption is disabled. */
static __always_inline __u64 percpu_address(const void *pointer, const int rung)
{
	__u32 zero = 0;
	struct here *value = bpf_map_lookup_elem(&here, &zero);
	__u64 pointers;

	if (!value || !pointer)
		return 0;
	if (!value->offset) {
		/* The array follows the struct, where the verifier forbids typed reads. */
		pointers = number_of(value, &here) + bpf_core_field_offset(struct bpf_array, pptrs);
		value->offset = number_of(value, value) - number_at(pointers, rung);
	}
	return number_of(value, pointer) + value->offset;
}

#endif
