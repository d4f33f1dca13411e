/* SPDX-License-Identifier: GPL-2.0-or-later */
/* event.bpf.h: the common part of an event: socket and time, and whether a filter matches. */
#ifndef NETTRACE_PROBES_LIB_EVENT_BPF_H
#define NETTRACE_PROBES_LIB_EVENT_BPF_H

#include "probes/lib/filter.bpf.h"
#include "probes/lib/socket.bpf.h"

/* An event without a socket: only the time is known. */
static __always_inline void event_init(struct event *e, __u64 ts)
{
	__builtin_memset(e, 0, sizeof(*e));
	e->ts = ts;
	e->tool = (__u8)settings.tool;
	e->uid = UID_NOT_KNOWN;
}

/* Whether the filter lists the event's cgroup or an ancestor. sk NULL: compares only the cgroup itself. */
static __always_inline bool cgroups_match(const struct event *e, struct sock *sk, const int rung)
{
	struct cgroup *cgroup;

	if (!settings.filter.cgroups.count)
		return true;
	cgroup = sk ? socket_cgroup_by(sk, rung) : NULL;
	return cgroup ? cgroup_matches(cgroup, rung) : list_has(&settings.filter.cgroups, e->cgroup_id);
}

/* event_wanted() for a socket that was found through a file (descriptor.bpf.h). */
static __always_inline bool event_wanted_at(const struct event *e, struct sock *sk, const int rung)
{
	if (event_matches(e) && cgroups_match(e, sk, rung))
		return true;
	COUNT(filtered);
	return false;
}

/* Whether the event passes the filters; if not, counts it as filtered. */
static __always_inline bool event_wanted(const struct event *e, struct sock *sk)
{
	return event_wanted_at(e, sk, RUNG_CAST);
}

#endif
