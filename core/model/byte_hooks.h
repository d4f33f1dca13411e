/* SPDX-License-Identifier: GPL-2.0-or-later */
/* byte_hooks.h: all hooks of tools that count the bytes of connections (probes/tcp/bytes.bpf.h). */
#ifndef NETTRACE_MODEL_BYTE_HOOKS_H
#define NETTRACE_MODEL_BYTE_HOOKS_H

#include "core/tool.h"

/* clang-format off */
#define BYTE_HOOKS                                                                                                  \
	{ "inet_sock_set_state", { "traffic_state_atomic", "traffic_state_hash" } },                                   \
	{ "tcp_destroy_sock", { "traffic_destroyed_atomic", "traffic_destroyed_hash" }, .misses_harmless = true },               \
	{ "open connections", { "traffic_tagged", "traffic_held", "traffic_tcp" }, .use = RUN_AT_INTERVAL,             \
	  .lacks[2] = "open connections of other network namespaces (they count when they close)" },                 \
	{ "refused connections", { "traffic_refused" },                                                                \
	  "connections of sockets without memory for a tag (they count when they close)", .use = RUN_AT_INTERVAL,         \
	  .flag = TAGS_ON_SOCKETS, .where_refused = true }
/* clang-format on */

#endif
