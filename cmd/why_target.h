/* SPDX-License-Identifier: GPL-2.0-or-later */
/* why_target.h: whom `nettrace why` is asked about. */
#ifndef NETTRACE_CMD_WHY_TARGET_H
#define NETTRACE_CMD_WHY_TARGET_H

#include <stdbool.h>

#include "core/base/error.h"
#include "probes/wire.h"

#define WHY_NAMES 8

/* All zero: the whole machine. */
struct why_target {
	struct list ports, pids;
	struct cidr networks[CIDR_ITEMS];
	__u32 n_networks;
	struct glob comms[GLOB_ITEMS]; /* of processes ... */
	__u32 n_comms;
	char names[WHY_NAMES][64]; /* ... or containers and units */
	__u32 n_names;
	const char *text; /* as the user wrote it; NULL: nothing */
};

/* text: items separated by commas: ":80" and ":http" are ports, "4711" is a process, "10.0.0.0/8" and "::1" are
 * networks, others are names of processes, containers or units. False: bad input, see *error. */
bool why_target_parse(struct why_target *target, const char *text, struct error *error);
/* Whether the target is about a socket with these ends and this owner. */
bool why_target_has(const struct why_target *target, const struct event *who);
/* Whether the target names this port. */
bool why_target_names_port(const struct why_target *target, __u16 port);

#endif
