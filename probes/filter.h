/* SPDX-License-Identifier: GPL-2.0-or-later */
/* filter.h: the common filters on the common part of an event, shared by the kernel half before sending and by the user
 * half in a replay. */
#ifndef NETTRACE_FILTER_H
#define NETTRACE_FILTER_H

#include "probes/wire.h"

#ifdef __bpf__
#include "probes/kernel/kernel.h"
#define FILTER_LOOP _Pragma("clang loop unroll(disable)")
#else
#include <stdbool.h>
#define FILTER_LOOP
#ifndef __always_inline
#define __always_inline inline __attribute__((always_inline))
#endif
#define barrier_var(variable) ((void)(variable))
#endif

static __always_inline bool list_has(const volatile struct list *list, __u64 value)
{
	if (!list->count)
		return true;
	FILTER_LOOP
	for (__u32 i = 0; i < LIST_ITEMS && i < list->count; i++)
		if (value >= list->item[i].first && value <= list->item[i].last)
			return true;
	return false;
}

static __always_inline bool cidrs_have(const volatile struct cidr *cidrs, __u32 count, const __u8 *address)
{
	const __u32 *word = (const __u32 *)address;

	if (!count)
		return true;
	FILTER_LOOP
	for (__u32 i = 0; i < CIDR_ITEMS && i < count; i++) {
		const volatile __u32 *addr = (const volatile __u32 *)cidrs[i].addr;
		const volatile __u32 *mask = (const volatile __u32 *)cidrs[i].mask;

		if (!((addr[0] ^ word[0]) & mask[0]) && !((addr[1] ^ word[1]) & mask[1]) &&
		    !((addr[2] ^ word[2]) & mask[2]) && !((addr[3] ^ word[3]) & mask[3]))
			return true;
	}
	return false;
}

/* 1 if the bytes are equal. Without a branch: each one would double the paths of the verifier, and clang would compile
 * a plain comparison to a branch. */
static __always_inline __u32 same_byte(char a, char b)
{
	__u32 difference = (__u8)(a ^ b);

	barrier_var(difference);
	return (difference - 1) >> 31;
}

/* See struct glob: bit i of `at` is set if the first i elements match the characters read so far. */
static __always_inline bool glob_matches(const volatile struct glob *glob, const char *comm)
{
	__u32 at = 1, read = 1; /* read: 0 after the end of comm */

	FILTER_LOOP
	for (__u32 c = 0; c < COMM_SIZE; c++) {
		__u32 here = glob->any, next;

		FILTER_LOOP
		for (__u32 i = 0; i < COMM_SIZE && i < glob->length; i++)
			here |= same_byte(glob->text[i], comm[c]) << i;
		next = (at & here) << 1 | (at & glob->gap);
		read &= ~same_byte(comm[c], 0);
		at = (next & -read) | (at & (read - 1));
	}
	return at >> glob->length & 1;
}

static __always_inline bool comms_match(const volatile struct filter *filter, const char *comm)
{
	if (!filter->n_comms)
		return true;
	FILTER_LOOP
	for (__u32 i = 0; i < GLOB_ITEMS && i < filter->n_comms; i++)
		if (glob_matches(&filter->comms[i], comm))
			return true;
	return false;
}

/* The family on the wire: an IPv6 socket with IPv4 traffic has ends of the form ::ffff:a.b.c.d (RFC 4291, 2.5.5.2). A
 * socket without a peer has the family of its own address. 0: unknown. */
static __always_inline __u32 wire_family(const struct event *e)
{
	const __u32 *l = (const __u32 *)e->laddr, *r = (const __u32 *)e->raddr;
#if __BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__
	const __u32 mapped = 0xffff0000;
#else
	const __u32 mapped = 0x0000ffff;
#endif
	__u32 local = l[0] | l[1] | (l[2] ^ mapped), remote = r[0] | r[1] | (r[2] ^ mapped);

	if (e->family != 6)
		return e->family;
	return local && remote ? 6 : 4;
}

/* Checks all filters except those that need the kernel: --cgroup its tree, --cgroupmap and --mntnsmap the user's
 * maps. */
static __always_inline bool filter_matches(const volatile struct filter *filter, const struct event *e)
{
	return (!filter->family || filter->family == wire_family(e)) && list_has(&filter->lports, e->lport) &&
	       list_has(&filter->rports, e->rport) && list_has(&filter->netns, e->netns) &&
	       list_has(&filter->uids, e->uid) && list_has(&filter->pids, e->pid) &&
	       cidrs_have(filter->laddrs, filter->n_laddrs, e->laddr) &&
	       cidrs_have(filter->raddrs, filter->n_raddrs, e->raddr) && comms_match(filter, e->comm);
}

#endif
