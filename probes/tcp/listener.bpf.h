/* SPDX-License-Identifier: GPL-2.0-or-later */
/* listener.bpf.h: listening sockets by namespace and port, for a SYN without a socket. */
#ifndef NETTRACE_PROBES_TCP_LISTENER_BPF_H
#define NETTRACE_PROBES_TCP_LISTENER_BPF_H

#include "probes/tcp/tag_store.bpf.h"

/* Several sockets may listen on a port (SO_REUSEPORT, several addresses): each takes the first free slot. A socket
 * without a free slot has slot LISTENER_SLOTS and its address in the key. It is found by that key, or by a walk over
 * all. */
#define LISTENER_SLOTS 32

struct listener_key {
	__u32 netns;
	__u16 port, slot;
	__u64 sk; /* 0 if it has a slot */
};

struct listener {
	__u64 sk;
	__u32 drops; /* the reported part of sk_drops */
	__u32 pad;
	struct tag tag;
};

struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(max_entries, 16384);
	__uint(map_flags, BPF_F_NO_PREALLOC);
	__type(key, struct listener_key);
	__type(value, struct listener);
} listeners SEC(".maps");

/* Whether listeners are followed: by tcpdrop for SYNs, and without socket storage by every tool for the owners of a
 * listener's children. Otherwise the map stays empty and the code is dead. */
static __always_inline bool listeners_watched(void)
{
	return (settings.flags & LISTENERS_NEEDED) || !settings.has_sk_storage;
}

static __always_inline struct listener *listener_at(__u32 netns, __u32 port, __u16 slot)
{
	struct listener_key key = { .netns = netns, .port = (__u16)port, .slot = slot };

	return bpf_map_lookup_elem(&listeners, &key);
}

static __always_inline void listener_add(__u64 sk, __u32 netns, __u16 port, __u32 drops, const struct tag *tag,
					 __u64 cgroup_id)
{
	struct listener_key key = { .netns = netns, .port = port };
	struct listener new = { .sk = sk, .drops = drops, .tag = *tag };

	if (cgroup_id)
		new.tag.owner.cgroup_id = cgroup_id;
	if (!listeners_watched() || !port) /* listen() without bind(): the port is chosen after this event */
		return;
#pragma clang loop unroll(disable)
	for (__u16 slot = 0; slot < LISTENER_SLOTS; slot++) {
		struct listener *old = listener_at(netns, port, slot);

		if (old && old->sk == sk)
			return;
		key.slot = slot;
		if (!old && !bpf_map_update_elem(&listeners, &key, &new, BPF_NOEXIST))
			return;
	}
	key.slot = LISTENER_SLOTS;
	key.sk = sk;
	if (bpf_map_update_elem(&listeners, &key, &new, BPF_ANY))
		COUNT(lost_map);
}

static __always_inline void listener_remove(__u64 sk, __u32 netns, __u16 port)
{
	struct listener_key key = { .netns = netns, .port = port };

	if (!listeners_watched())
		return;
#pragma clang loop unroll(disable)
	for (__u16 slot = 0; slot < LISTENER_SLOTS; slot++) {
		struct listener *old = listener_at(netns, port, slot);

		if (!old || old->sk != sk)
			continue;
		key.slot = slot;
		bpf_map_delete_elem(&listeners, &key);
		return;
	}
	key.slot = LISTENER_SLOTS;
	key.sk = sk;
	bpf_map_delete_elem(&listeners, &key);
}

#endif
