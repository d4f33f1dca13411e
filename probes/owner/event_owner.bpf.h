/* SPDX-License-Identifier: GPL-2.0-or-later */
/* event_owner.bpf.h: the owner in the common part of an event, from the tag of its socket. */
#ifndef NETTRACE_PROBES_OWNER_EVENT_OWNER_BPF_H
#define NETTRACE_PROBES_OWNER_EVENT_OWNER_BPF_H

#include "probes/lib/event.bpf.h"
#include "probes/owner/tag_store.bpf.h"

/* The owner that a tag names, into an event. Of one that is not known all is 0 there, but the event's uid has all bits
 * set: without a branch, as same_state(). */
static __always_inline void event_tag(struct event *e, const struct tag *tag)
{
	__u32 unknown = tag->owner;

	barrier_var(unknown);
	unknown = (unknown - 1) >> 31;
	e->pid = tag->pid;
	e->tid = tag->tid;
	e->uid = tag->uid | -unknown;
	e->owner = tag->owner;
	e->mntns_listed = mntns_is_listed(tag->mntns);
	if (!e->cgroup_id)
		e->cgroup_id = tag->cgroup_id;
	__builtin_memcpy(e->comm, tag->comm, sizeof(e->comm));
}

/* The owner of a full socket into an event; no tag: not known. Before event_socket(): what is done with a tag that may
 * be none is done in one place, or all that follows is verified twice. Context: any. */
static __always_inline void event_owner(struct event *e, struct sock *sk, struct tag *tag)
{
	if (!tag)
		return;
	if (!tag_slots_used()) /* else that is done */
		tag_apply_accept(tag, sk);
	event_tag(e, tag);
}

/* Everything common about an event of a full TCP socket. Context: any. */
static __always_inline void event_fill(struct event *e, struct sock *sk, struct tag *tag, __u64 ts)
{
	event_init(e, ts);
	event_owner(e, sk, tag);
	event_socket(e, sk);
}

#endif
