/* SPDX-License-Identifier: GPL-2.0-or-later */
/* cgroup_root.h: the root of cgroup v2, where programs see the packets of all sockets. */
#ifndef NETTRACE_KERNEL_CGROUP_ROOT_H
#define NETTRACE_KERNEL_CGROUP_ROOT_H

/* Opens the directory of the root. The caller closes it. -1: errno; ENOENT: it is mounted nowhere here, or only a part
 * of the hierarchy is (in a cgroup namespace). */
int cgroup_root_open(void);

#endif
