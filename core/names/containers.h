/* SPDX-License-Identifier: GPL-2.0-or-later */
/* containers.h: in which container a socket is, by its own cgroup.
 *
 * What the names of cgroups are comes from the kernel (core/bpf/cgroup_watch.h) or out of a recording; where a
 * hierarchy of cgroup v1 has what v2 has not, from /proc/PID/cgroup of the socket's owner. */
#ifndef NETTRACE_NAMES_CONTAINERS_H
#define NETTRACE_NAMES_CONTAINERS_H

#include <stdbool.h>
#include <stdint.h>

#include "core/names/container_path.h"
#include "core/tool.h"

#define CONTAINERS_MOST 256 /* that are remembered; a power of two */

struct cgroup_place {
	const char *path; /* of the cgroup; NULL: not known */
	struct container container;
	bool of_owner;      /* it is where the owner is, and the cgroup's own is not known, or in no container */
	unsigned int index; /* among CONTAINERS_MOST, and ... */
	uint64_t serial;    /* ... which of those that have been there, from 1: for who keeps account of them */
};

/* From now on places are looked up; before, none is known. again() is called for a cgroup that is not known, and may
 * make it known; NULL: the events are not of this machine now, and nothing but containers_add() tells. */
void containers_on(void (*again)(void));
/* Good until the next call; NULL: they are not looked up. Never fails: what is not known is empty. */
const struct cgroup_place *containers_lookup(const struct event *event);
/* The text of one field about the event's container; NULL: unknown, or none. */
const char *containers_text(const struct event *event, enum of_container what, size_t *length);
/* The path of a cgroup: what a recording keeps of a place, to be told again before the events. owner: of the place of
 * this process where that is not the cgroup's; 0: of the cgroup. */
void containers_add(uint64_t cgroup_id, uint32_t owner, const char *path);
void containers_off(void);

#endif
