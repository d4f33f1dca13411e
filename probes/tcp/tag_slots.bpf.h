/* SPDX-License-Identifier: GPL-2.0-or-later */
/* tag_slots.bpf.h: tags in an array, whose slots cost next to nothing to take and to release.
 *
 * A socket whose life begins takes the slot of its address, if that is free. It keeps the slot until two conditions are
 * met: its change to TCP_CLOSE has been handled completely, however long a preempted program takes (since 7.x), and 0.1
 * s have passed since. By then a returning accept(), which writes the tag without the socket lock, has finished. The
 * next socket at the same address may have the slot at once, because two cannot exist. */
#ifndef NETTRACE_PROBES_TCP_TAG_SLOTS_BPF_H
#define NETTRACE_PROBES_TCP_TAG_SLOTS_BPF_H

#include "probes/lib/pair.bpf.h"
#include "probes/tcp/tag.bpf.h"

#define TAG_SLOT_RESTS 100000000ULL /* ns */

struct tag_slot {
	__u64 sk;     /* the socket's address; 0: free */
	__u64 left;   /* when its change to TCP_CLOSE was handled; 0: not yet */
	__u32 claims; /* number of CPUs that are trying to take it */
	__u32 pad;
	struct tag tag;
};

/* The slots, then TAG_SPARES spares for each CPU. */
struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, TAG_SLOTS); /* core/bpf/configure.c adds the spares */
	__type(key, __u32);
	__type(value, struct tag_slot);
} tag_slots SEC(".maps");

/* The slot of the socket at this address, which another socket may occupy. Fibonacci hashing; objects are aligned to 64
 * bytes. */
static __always_inline __u32 tag_slot_index(__u64 sk)
{
	__u64 low;

	/* The verifier forbids arithmetic on a pointer to a socket, but its lower half is a number. */
	asm volatile("r1 = %[sk]; w1 = w1; %[low] = r1" : [low] "=r"(low) : [sk] "r"(sk) : "r1");
	return ((__u32)low >> 6) * 0x9e3779b1U / (~0U / TAG_SLOTS + 1);
}

static __always_inline struct tag_slot *tag_slot_of(__u64 sk)
{
	__u32 index = tag_slot_index(sk);

	return bpf_map_lookup_elem(&tag_slots, &index);
}

/* Whether the slot belongs to the socket at this address. No longer after its close: the next socket at the address
 * owns it from its own first change on. */
static __always_inline bool tag_has_slot(const struct tag_slot *slot, __u64 sk)
{
	return slot->sk == sk && slot->tag.life.state != TCP_CLOSE;
}

/* Whether the slot is free: without a socket, or with one closed long enough. Without a branch, as same_state(). */
static __always_inline __u64 tag_slot_free(const struct tag_slot *slot, __u64 now)
{
	__u64 unused = slot->sk - 1, left = slot->left, rests = TAG_SLOT_RESTS - (now - left);

	barrier_var(unused);
	barrier_var(left);
	barrier_var(rests);
	return ((unused & ~slot->sk) | (-left & rests)) >> 63;
}

/* Takes a free slot for a socket, with an empty tag. Of several CPUs that increment a number, only the first can read
 * 1; the others find the slot occupied. (Compare-and-swap is new in 5.12.) */
static __always_inline bool tag_slot_take(struct tag_slot *slot, __u64 sk, __u64 now)
{
	bool taken = false;

	__sync_fetch_and_add(&slot->claims, 1);
	if (*(volatile __u32 *)&slot->claims == 1 && tag_slot_free(slot, now)) {
		__builtin_memset(&slot->tag, 0, sizeof(slot->tag));
		slot->left = 0;
		*(volatile __u64 *)&slot->sk = sk;
		taken = true;
	}
	__sync_fetch_and_add(&slot->claims, -1);
	return taken;
}

/* The spare that contains a tag from elsewhere while a state change is handled: one for each program that can interrupt
 * another on a CPU. */
static __always_inline __u32 tag_spare_index(void)
{
	__u32 zero = 0, *inside = bpf_map_lookup_elem(&busy, &zero);

	return TAG_SLOTS + bpf_get_smp_processor_id() * TAG_SPARES + (inside ? *inside : 0);
}

#endif
