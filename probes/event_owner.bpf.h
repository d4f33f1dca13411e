/* SPDX-License-Identifier: GPL-2.0-or-later */
/* event_owner.bpf.h: the common part of an event: whose, as the tag of its socket tells. */
#ifndef NETTRACE_EVENT_OWNER_BPF_H
#define NETTRACE_EVENT_OWNER_BPF_H

#include "event.bpf.h"
#include "tag.bpf.h"

/* The owner that a tag names, into an event. */
static __always_inline void event_tag(struct event *e, const struct tag *tag)
{
	if (tag->owner == OWNER_UNKNOWN)
		return;
	e->pid = tag->pid;
	e->tid = tag->tid;
	e->uid = tag->uid;
	e->owner = tag->owner;
	e->mntns_listed = mntns_is_listed(tag->mntns);
	if (!e->cgroup_id)
		e->cgroup_id = tag->cgroup_id;
	__builtin_memcpy(e->comm, tag->comm, sizeof(e->comm));
}

/* The owner of a full socket into an event; no tag: not known. Context: any. */
static __always_inline void event_owner(struct event *e, struct sock *sk, struct tag *tag)
{
	if (!tag)
		return;
	tag_fold(tag, sk);
	event_tag(e, tag);
}

/* Everything common about an event of a full TCP socket. Context: any. */
static __always_inline void event_fill(struct event *e, struct sock *sk, struct tag *tag, __u64 ts)
{
	event_begin(e, ts);
	event_place(e, sk);
	event_socket(e, sk);
	event_owner(e, sk, tag);
}

#endif
