/* SPDX-License-Identifier: GPL-2.0-or-later */
/* cgroup_watch.h: a watch for names of cgroups (core/names/cgroups.h) from the kernel. */
#ifndef NETTRACE_BPF_CGROUP_WATCH_H
#define NETTRACE_BPF_CGROUP_WATCH_H

#include "core/base/error.h"
#include "core/model/options.h"

struct cgroup_watch;

/* Containers are asked for, or sockets recorded. */
bool cgroup_watch_is_wanted(const struct options *asked, const struct options *tools, size_t count);
/* Loads and attaches its programs, and has containers looked up (core/names/containers.h). Before the tools start, so
 * that no cgroup of an event is missed, and while there are privileges. name: what messages call it: the user knows no
 * other; kept. NULL: the kernel refuses them, see *error. */
struct cgroup_watch *cgroup_watch_new(const struct options *asked, const char *name, struct error *error);
/* Takes in what was made since; often enough, so that none is lost. NULL: nothing to do. */
void cgroup_watch_read(struct cgroup_watch *watch);
/* Containers are looked up no more. */
void cgroup_watch_free(struct cgroup_watch *watch);

#endif
