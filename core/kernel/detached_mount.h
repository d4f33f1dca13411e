/* SPDX-License-Identifier: GPL-2.0-or-later */
/* detached_mount.h: a file system of the kernel's where no mount shows it. */
#ifndef NETTRACE_CORE_KERNEL_DETACHED_MOUNT_H
#define NETTRACE_CORE_KERNEL_DETACHED_MOUNT_H

/* Opens the root of a file system of this type ("tracefs", "cgroup2") where it is not mounted: in most containers, and
 * after `ip netns exec`, which covers /sys. The mount is detached, so it ends with its descriptor, and no other
 * process sees it (new in 5.2; needs CAP_SYS_ADMIN). Returns a descriptor that the caller closes, or a negative errno.
 */
int detached_mount(const char *type);

#endif
