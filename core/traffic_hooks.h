/* SPDX-License-Identifier: GPL-2.0-or-later */
/* traffic_hooks.h: the hooks of tools that count what connections carry (probes/traffic.bpf.h), all they have. */
#ifndef NETTRACE_TRAFFIC_HOOKS_H
#define NETTRACE_TRAFFIC_HOOKS_H

#include "core/owner_hooks.h"

/* clang-format off */
#define TRAFFIC_HOOKS                                                                                                  \
	OWNER_HOOKS("traffic_state_atomic", "traffic_state_hash"),                                                    \
	{ "open connections", { "traffic_tagged", "traffic_tcp" }, .use = RUN_AT_INTERVAL,                             \
	  .lesser = "the connections of other network namespaces, but for what they carried until they were closed" }
/* clang-format on */

#endif
