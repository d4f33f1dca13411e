/* SPDX-License-Identifier: GPL-2.0-or-later */
/* filter.bpf.h: the common filters in the kernel half. */
#ifndef NETTRACE_PROBES_LIB_FILTER_BPF_H
#define NETTRACE_PROBES_LIB_FILTER_BPF_H

#include "probes/filter.h"
#include "probes/lib/pinned.bpf.h"
#include "probes/lib/reading.bpf.h"

/* Whether the list contains the socket's cgroup or an ancestor. */
static __always_inline bool cgroup_matches(struct cgroup *cgroup, const int rung)
{
	if (!settings.filter.cgroups.count)
		return true;
#pragma clang loop unroll(disable)
	for (int level = 0; level < 16; level++) { /* deeper than the nesting of any container runtime */
		struct cgroup_subsys_state *parent;
		struct kernfs_node *directory;

		if (!cgroup)
			return false;
		directory = KREAD(rung, cgroup, kn);
		if (list_has(&settings.filter.cgroups, KREAD(rung, directory, id)))
			return true;
		parent = KREAD(rung, cgroup, self.parent);
		if (!parent)
			return false;
		cgroup = KREAD(rung, parent, cgroup);
	}
	return false;
}

/* Checks all filters except --cgroup, which needs the kernel's tree. */
static __always_inline bool event_matches(const struct event *e)
{
	return filter_matches(&settings.filter, e) && pinned_match(e);
}

#endif
