/* SPDX-License-Identifier: GPL-2.0-or-later */
/* container_path.h: the container, pod and systemd unit in the path of a cgroup. */
#ifndef NETTRACE_NAMES_CONTAINER_PATH_H
#define NETTRACE_NAMES_CONTAINER_PATH_H

#include <stdbool.h>

#define CONTAINER_NAME  256
#define CONTAINER_SHORT 12 /* digits of an id that people type: docker ps, crictl ps */

struct container {
	char id[CONTAINER_NAME];   /* 64 hex digits; of LXC and systemd-nspawn its name; empty: in no container */
	char pod[37];              /* the pod's uid as Kubernetes prints it; empty: none in the path */
	char unit[CONTAINER_NAME]; /* the innermost .service or .scope, outside of containers; empty: none */
	bool digits;               /* id is 64 hex digits */
};

/* Reads the innermost container of a path below the root of a cgroup hierarchy (v2 or v1), and the pod around it. Known
 * are docker, containerd, CRI-O and podman, each with cgroupfs and systemd drivers, LXC and systemd-nspawn; a process
 * beside a container that belongs to it (conmon, lxc.monitor) is in none. */
void container_read(struct container *container, const char *path);

#endif
