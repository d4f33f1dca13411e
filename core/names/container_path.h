/* SPDX-License-Identifier: GPL-2.0-or-later */
/* container_path.h: the container, pod and systemd unit in the path of a cgroup. */
#ifndef NETTRACE_NAMES_CONTAINER_PATH_H
#define NETTRACE_NAMES_CONTAINER_PATH_H

#include <stdbool.h>

#define CONTAINER_NAME  256
#define CONTAINER_SHORT 12 /* digits of an id that people type: docker ps, crictl ps */

struct container {
	char id[CONTAINER_NAME];   /* 64 hex digits; the name in LXC and systemd-nspawn; empty: no container */
	char pod[37];              /* the pod's UID as Kubernetes prints it; empty: none in the path */
	char unit[CONTAINER_NAME]; /* the innermost .service or .scope, outside of containers; empty: none */
	/* The innermost .service or .scope of a process, or of what holds its container; empty: none. */
	char holder[CONTAINER_NAME];
	bool digits; /* id is 64 hex digits */
};

/* Reads the innermost container, and its pod, of a path below the root of a cgroup hierarchy (v2 or v1). Recognized:
 * docker, containerd, CRI-O and podman, each with cgroupfs and systemd drivers, LXC and systemd-nspawn. A process that
 * serves a container from outside (conmon, lxc.monitor) is in none. */
void container_read(struct container *container, const char *path);

#endif
