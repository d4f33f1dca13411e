/* SPDX-License-Identifier: GPL-2.0-or-later */
/* tag_store.bpf.h: the storage of tags: slots, socket storage, or a hash.
 *
 * Socket storage has room for every tag and is freed with the socket. The kernel copies a listener's tag to its
 * children (BPF_F_CLONE), until their own process acts on them. But allocating and freeing it for each socket is a
 * third of the cost of tracing a short connection. So the tag of a socket created while tracing is in a slot of an
 * array (tag_slots.bpf.h), if that is free. The same is true of a listener's tag: its children find it by the
 * listener's address. A listener without a slot has its tag in socket storage. All tags are in socket storage where
 * tags are walked, needed after the end, or shared between tools: core/bpf/configure.c. */
#ifndef NETTRACE_PROBES_TCP_TAG_STORE_BPF_H
#define NETTRACE_PROBES_TCP_TAG_STORE_BPF_H

#include "probes/tcp/tag_slots.bpf.h"

struct {
	__uint(type, BPF_MAP_TYPE_SK_STORAGE);
	__uint(map_flags, BPF_F_NO_PREALLOC | BPF_F_CLONE);
	__type(key, int);
	__type(value, struct tag);
} tags SEC(".maps");

/* Before 5.11 tracing programs may not use socket storage: keyed by the socket's address, deleted at TCP_CLOSE. */
struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(max_entries, 65536);
	__type(key, __u64);
	__type(value, struct tag);
} tags_hash SEC(".maps");

/* Tags of sockets whose storage is full: storage counts as the socket's option memory, which its process can use up
 * (socket filters; net.core.optmem_max). Keyed by the socket's address, deleted when the socket closes or is
 * destroyed. */
struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(max_entries, 8192);
	__uint(map_flags, BPF_F_NO_PREALLOC);
	__type(key, __u64);
	__type(value, struct tag);
} tags_refused SEC(".maps");

/* The initial tag of a hash entry, which would fill half of a program's stack. Never written. */
struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, 1);
	__type(key, __u32);
	__type(value, struct tag);
} empty_tag SEC(".maps");

/* Slots need this member, through which a child finds its listener's slot (listener_of()). */
static __always_inline bool tag_slots_used(void)
{
	return settings.has_tag_slots && bpf_core_field_exists(struct tcp_sock, tsorted_sent_queue);
}

#ifdef TAG_BYTE_COUNTERS

/* Owners come from a walk (owner_walk.bpf.h): accept() does not matter. */
static __always_inline void tag_apply_accept(const struct tag *tag, const struct sock *sk)
{
	(void)tag;
	(void)sk;
}

#else

/* What an accept() learned about a socket whose tag it could not get (storage does not accept that kind of pointer),
 * until the socket's next event. The LRU evicts old entries; an entry older than the socket is ignored. */
struct accepted {
	__u64 at;
	struct owner owner;
};

struct {
	__uint(type, BPF_MAP_TYPE_LRU_HASH);
	__uint(max_entries, 16384);
	__type(key, __u64);
	__type(value, struct accepted);
} accepted SEC(".maps");

static __always_inline void tag_accepted(struct tag *tag, const struct accepted *a)
{
	tag->owner = a->owner;
}

/* Records that current has accepted the socket at this address, with this descriptor. Context: the accepting task. */
static __always_inline void accepted_add(__u64 key, __u16 fd)
{
	struct tag_slot *slot = tag_slots_used() ? tag_slot_of(key) : NULL;
	struct accepted a = {};

	if (!owner_set_current(&a.owner, false))
		return;
	a.owner.fd = fd;
	if (slot && tag_has_slot(slot, key)) {
		tag_accepted(&slot->tag, &a);
		return;
	}
	a.at = bpf_ktime_get_boot_ns();
	if (bpf_map_update_elem(&accepted, &key, &a, BPF_ANY))
		COUNT(lost_map);
}

/* Applies what accept() learned, if it is newer than the socket. */
static __always_inline void tag_apply_accept(struct tag *tag, struct sock *sk)
{
	__u64 key = (__u64)sk;
	struct accepted *a;

	if (tag->owner.quality == OWNER_EXACT || tag->life.role == ROLE_CLIENT)
		return;
	a = bpf_map_lookup_elem(&accepted, &key);
	if (!a)
		return;
	if (a->at >= tag->life.created_at)
		tag_accepted(tag, a);
	bpf_map_delete_elem(&accepted, &key);
}

#endif

static __always_inline struct tag *tag_in_hash(void *map, struct sock *sk, bool create)
{
	__u64 key = (__u64)sk;
	__u32 zero = 0;
	struct tag *tag = bpf_map_lookup_elem(map, &key);

	if (!tag && create) {
		struct tag *empty = bpf_map_lookup_elem(&empty_tag, &zero);

		if (empty)
			bpf_map_update_elem(map, &key, empty, BPF_NOEXIST);
		tag = bpf_map_lookup_elem(map, &key);
	}
	if (!tag && create)
		COUNT(lost_map);
	return tag;
}

/* The including file's action for such a tag. */
#ifndef TAG_REFUSED
#define TAG_REFUSED()
#endif

/* Not inlined, for the same reason as tag_drop_refused(). */
static __noinline struct tag *tag_refused(struct sock *sk, bool create)
{
	if (create)
		TAG_REFUSED();
	return tag_in_hash(&tags_refused, sk, create);
}

static __always_inline struct tag *tag_on_socket(struct sock *sk, bool create)
{
	struct tag *tag = bpf_sk_storage_get(&tags, sk, NULL, create ? BPF_SK_STORAGE_GET_F_CREATE : 0);

	return tag ? tag : tag_refused(sk, create);
}

/* The tag of a socket, or NULL. With create, NULL: out of memory, which is counted. Context: any. */
static __always_inline struct tag *tag_get(struct sock *sk, bool create)
{
	struct tag_slot *slot;

	if (!settings.has_sk_storage)
		return tag_in_hash(&tags_hash, sk, create);
	if (tag_slots_used()) {
		slot = tag_slot_of((__u64)sk);
		if (slot && tag_has_slot(slot, (__u64)sk))
			return &slot->tag;
	}
	return tag_on_socket(sk, create);
}

/* The same for a row other than a state change, including what accept() learned. */
static __always_inline struct tag *tag_find(struct sock *sk)
{
	struct tag *tag = tag_get(sk, false);

	if (tag && tag_slots_used())
		tag_apply_accept(tag, sk);
	return tag;
}

/* A life of a socket begins: takes the slot, with an empty tag. False: the slot is occupied, or the socket has a tag in
 * socket storage, of an earlier life or the listener's. */
static __always_inline bool tag_begins(struct tag_slot *slot, struct sock *sk, __u64 now)
{
	if (slot->sk == (__u64)sk) { /* of an earlier life, or of a freed socket */
		slot->tag.life.state = TCP_CLOSE;
		slot->left = 1;
	}
	return !bpf_sk_storage_get(&tags, sk, NULL, 0) && tag_slot_take(slot, (__u64)sk, now);
}

/* Copies the tag in socket storage, created if needed, to this index. Out of memory, which is counted: an empty tag. */
static __always_inline void tag_copy(__u32 index, struct sock *sk)
{
	struct tag_slot *slot = bpf_map_lookup_elem(&tag_slots, &index);
	struct tag *tag = tag_on_socket(sk, true);

	if (!slot)
		return;
	if (!tag) {
		__builtin_memset(&slot->tag, 0, sizeof(slot->tag));
		return;
	}
	tag_apply_accept(tag, sk);
	slot->tag = *tag;
}

/* The tag of a socket whose state changes, in a slot: its own, or a spare with a copy from socket storage, so that the
 * code after it is verified once. tag_close() writes a copy back. fresh: a life of the socket begins. Never NULL,
 * although the verifier cannot know it. Context: that of the state change. */
static __noinline struct tag *tag_open(struct sock *sk, bool fresh, __u64 now)
{
	__u32 index = tag_slot_index((__u64)sk);
	struct tag_slot *slot = bpf_map_lookup_elem(&tag_slots, &index);

	if (!slot)
		return NULL;
	if (!(fresh ? tag_begins(slot, sk, now) : tag_has_slot(slot, (__u64)sk))) {
		index = tag_spare_index();
		tag_copy(index, sk);
	}
	slot = bpf_map_lookup_elem(&tag_slots,
				   &index); /* again: after one common call, all paths are equal for the verifier */
	return slot ? &slot->tag : NULL;
}

/* Ends the use of tag_open()'s tag. left: when the socket closed; 0: it is open. Context: that of the state change. */
static __always_inline void tag_close(struct sock *sk, struct tag *opened, __u64 left)
{
	struct tag_slot *slot = (void *)opened - __builtin_offsetof(struct tag_slot, tag);
	struct tag *tag;

	if (slot->sk == (__u64)sk) {
		*(volatile __u64 *)&slot->left = left;
		return;
	}
	tag = tag_on_socket(sk, false);
	if (tag)
		*tag = *opened;
}

/* Not inlined: otherwise clang merges both deletions into one call, with a map that may not exist. */
static __noinline void tag_drop_refused(struct sock *sk)
{
	__u64 key = (__u64)sk;

	if (!bpf_sk_storage_get(&tags, sk, NULL, 0))
		bpf_map_delete_elem(&tags_refused, &key);
}

/* Nothing else frees a tag outside of socket storage. */
static __always_inline void tag_drop(struct sock *sk)
{
	__u64 key = (__u64)sk;

	if (settings.has_sk_storage)
		tag_drop_refused(sk);
	else
		bpf_map_delete_elem(&tags_hash, &key);
}

#endif
