/* SPDX-License-Identifier: GPL-2.0-or-later */
/* cgroup_root.h: the root of cgroup v2, where programs see the packets of all sockets. */
#ifndef NETTRACE_KERNEL_CGROUP_ROOT_H
#define NETTRACE_KERNEL_CGROUP_ROOT_H

/* Opens the directory of the root, mounted or not (core/kernel/detached_mount.h). The caller closes it. -1: errno;
 * ENOENT: only a part of the hierarchy is visible (in a cgroup namespace), or there is no mount and no right to make
 * one. */
int cgroup_root_open(void);

#endif
