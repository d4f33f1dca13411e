/* SPDX-License-Identifier: GPL-2.0-or-later */
/* event.bpf.h: the common part of an event: which socket, whose, when; and whether anybody wants it. */
#ifndef NETTRACE_EVENT_BPF_H
#define NETTRACE_EVENT_BPF_H

#include "filter.bpf.h"
#include "socket.bpf.h"
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

/* An event of no socket yet: nothing known but the time. */
static __always_inline void event_begin(struct event *e, __u64 ts)
{
	__builtin_memset(e, 0, sizeof(*e));
	e->ts = ts;
	e->uid = UID_NOT_KNOWN;
}

/* Everything common about an event of a full TCP socket. Context: any. */
static __always_inline void event_fill(struct event *e, struct sock *sk, struct tag *tag, __u64 ts)
{
	event_begin(e, ts);
	event_place(e, sk);
	event_socket(e, sk);
	event_owner(e, sk, tag);
}

/* The event's cgroup, or one above it, is asked for. sk NULL: only the cgroup itself can be compared. */
static __always_inline bool cgroups_match(const struct event *e, struct sock *sk)
{
	if (!settings.filter.cgroups.count)
		return true;
	return sk && socket_cgroup(sk) ? cgroup_matches(socket_cgroup(sk))
				       : list_has(&settings.filter.cgroups, e->cgroup_id);
}

/* Counts the event as filtered where it does not match. */
static __always_inline bool event_wanted(const struct event *e, struct sock *sk)
{
	if (event_matches(e) && cgroups_match(e, sk))
		return true;
	COUNT(filtered);
	return false;
}

#endif
