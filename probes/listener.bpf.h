/* SPDX-License-Identifier: GPL-2.0-or-later */
/* listener.bpf.h: the listening sockets by namespace and port: for what happens to a SYN before there is a socket. */
#ifndef NETTRACE_LISTENER_BPF_H
#define NETTRACE_LISTENER_BPF_H

/* Several sockets may listen on a port (SO_REUSEPORT, several addresses): each takes the first free slot. */
#define LISTENER_SLOTS 32

struct listener_key {
	__u32 netns;
	__u16 port, slot;
};

struct listener {
	__u64 sk;
	__u32 drops; /* of sk_drops, how many were reported */
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

static __always_inline void listener_add(__u64 sk, __u32 netns, __u16 port, __u32 drops, const struct tag *tag,
					 struct cgroup *cgroup)
{
	struct listener_key key = { .netns = netns, .port = port };
	struct listener new = { .sk = sk, .drops = drops, .tag = *tag };

	if (cgroup)
		new.tag.cgroup_id = cgroup->kn->id;
	if (!port) /* listen() without bind(): the port is chosen after this event */
		return;
#pragma clang loop unroll(disable)
	for (__u16 slot = 0; slot < LISTENER_SLOTS; slot++) {
		struct listener *old;

		key.slot = slot;
		old = bpf_map_lookup_elem(&listeners, &key);
		if (old && old->sk == sk)
			return;
		if (!old && !bpf_map_update_elem(&listeners, &key, &new, BPF_NOEXIST))
			return;
	}
	COUNT(lost_map);
}

static __always_inline void listener_remove(__u64 sk, __u32 netns, __u16 port)
{
	struct listener_key key = { .netns = netns, .port = port };

#pragma clang loop unroll(disable)
	for (__u16 slot = 0; slot < LISTENER_SLOTS; slot++) {
		struct listener *old;

		key.slot = slot;
		old = bpf_map_lookup_elem(&listeners, &key);
		if (old && old->sk == sk) {
			bpf_map_delete_elem(&listeners, &key);
			return;
		}
	}
}

#endif
