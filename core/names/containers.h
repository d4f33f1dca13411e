/* SPDX-License-Identifier: GPL-2.0-or-later */
/* containers.h: the container of a socket, by the socket's cgroup.
 *
 * The kernel (core/bpf/cgroup_watch.h) or a recording supplies the names of cgroups. Where a hierarchy of cgroup v1 has
 * what v2 lacks, /proc/PID/cgroup of the socket's owner supplies it. */
#ifndef NETTRACE_NAMES_CONTAINERS_H
#define NETTRACE_NAMES_CONTAINERS_H

#include <stdbool.h>
#include <stdint.h>

#include "core/names/container_path.h"
#include "core/tool.h"

#define CONTAINERS_MOST 256 /* cached at once; a power of two */

struct cgroup_place {
	const char *path; /* of the cgroup; NULL: unknown */
	struct container container;
	bool of_owner;      /* the path is the owner's, because the cgroup's own is unknown or in no container */
	unsigned int index; /* of the cache slot, below CONTAINERS_MOST, and ... */
	uint64_t serial;    /* ... the number of this entry, from 1 on: distinguishes successive entries of a slot */
};

typedef void containers_again(void *context);
/* Enables lookups; before, every container is unknown. Calls again() for an unknown cgroup, which may add it. NULL: the
 * events come from elsewhere (a replay), and only containers_add() supplies paths. */
void containers_on(containers_again *again, void *context);
/* Valid until the next call; NULL: lookups are disabled. Never fails: unknown parts are empty. */
const struct cgroup_place *containers_lookup(const struct event *event);
/* The text of one field about the event's container; NULL: unknown, or none. */
const char *containers_text(const struct event *event, enum of_container what, size_t *length);
/* Adds the path of a cgroup from a recording, which stores it before the events that need it. owner: the process whose
 * own path differs from the cgroup's; 0: the path is the cgroup's. */
void containers_add(uint64_t cgroup_id, uint32_t owner, const char *path);
void containers_off(void);

#endif
