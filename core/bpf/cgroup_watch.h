/* SPDX-License-Identifier: GPL-2.0-or-later */
/* cgroup_watch.h: a watch for names of cgroups (core/names/cgroups.h) from the kernel. */
#ifndef NETTRACE_BPF_CGROUP_WATCH_H
#define NETTRACE_BPF_CGROUP_WATCH_H

#include "core/base/error.h"
#include "core/model/options.h"

struct cgroup_watch;

/* Whether containers are shown, or sockets recorded. */
bool cgroup_watch_is_wanted(const struct options *asked, const struct options *tools, size_t count);
/* Loads and attaches its programs, and enables container lookups (core/names/containers.h). Called before the tools
 * start, so that no event's cgroup is missing, and with privileges. name: for messages, because the user knows no
 * other; borrowed. NULL: the kernel refuses the programs, see *error. */
struct cgroup_watch *cgroup_watch_new(const struct options *asked, const char *name, struct error *error);
/* Reads the new cgroups; the caller repeats it often enough that the ring loses none. NULL: no effect. */
void cgroup_watch_read(struct cgroup_watch *watch);
/* Disables container lookups, and frees the watch. */
void cgroup_watch_free(struct cgroup_watch *watch);

#endif
