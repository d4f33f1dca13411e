/* SPDX-License-Identifier: GPL-2.0-or-later */
/* cgroup_watch.h: a watch for names of cgroups (core/names/cgroups.h) from the kernel. */
#ifndef NETTRACE_BPF_CGROUP_WATCH_H
#define NETTRACE_BPF_CGROUP_WATCH_H

#include "core/model/options.h"

/* Where containers are asked for, or sockets recorded: loads and attaches its programs, and has containers looked up
 * (core/names/containers.h). Before the tools start, so that no cgroup of an event is missed, and while there are
 * privileges. Ends the program (exit 3) when the kernel refuses them. */
void cgroup_watch_start(const struct options *asked, const struct options *tools, size_t count);
/* Takes in what was made since; often enough, so that none is lost. Nothing to do where it was not started. */
void cgroup_watch_read(void);
/* A cgroup is not known: takes in what was made, then, once a second at most, asks all processes again. */
void cgroup_watch_rescan(void);
void cgroup_watch_stop(void);

#endif
