/* SPDX-License-Identifier: GPL-2.0-or-later */
/* drop_values.h: the values that explain one drop, as names and values. */
#ifndef NETTRACE_NAMES_DROP_VALUES_H
#define NETTRACE_NAMES_DROP_VALUES_H

#include <stdbool.h>
#include <stddef.h>

#include "core/base/text.h"
#include "core/tool.h"

/* Members of a tool for recordings, where its event has a struct drop_values at `values`, with the tool flag. */
#define DROP_VALUE(type, name, kind, values, flag_) { name, kind, AT(type, values), .hidden = true, .flag = (flag_) },
#define DROP_VALUES(type, values, flag)                                                                                \
	DROP_VALUE(type, "memory", F_UINT, values.memory, flag)                                                        \
	DROP_VALUE(type, "memory_limit", F_UINT, values.memory_limit, flag)                                            \
	DROP_VALUE(type, "rmem", F_UINT, values.rmem, flag)                                                            \
	DROP_VALUE(type, "rcvbuf", F_UINT, values.rcvbuf, flag)                                                        \
	DROP_VALUE(type, "sndbuf", F_UINT, values.sndbuf, flag)                                                        \
	DROP_VALUE(type, "backlog", F_UINT, values.backlog, flag)                                                      \
	DROP_VALUE(type, "tcp_rmem_max", F_UINT, values.tcp_rmem_max, flag)                                            \
	DROP_VALUE(type, "queue", F_UINT, values.queue, flag)                                                          \
	DROP_VALUE(type, "queue_limit", F_UINT, values.queue_limit, flag)                                              \
	DROP_VALUE(type, "half_open", F_UINT, values.half_open, flag)                                                  \
	DROP_VALUE(type, "somaxconn", F_UINT, values.somaxconn, flag)                                                  \
	DROP_VALUE(type, "max_syn_backlog", F_UINT, values.max_syn_backlog, flag)                                      \
	DROP_VALUE(type, "qdisc_packets", F_UINT, values.qdisc_packets, flag)                                          \
	DROP_VALUE(type, "qdisc_limit", F_UINT, values.qdisc_limit, flag)                                              \
	DROP_VALUE(type, "rp_filter", F_UINT, values.rp_filter, flag)                                                  \
	DROP_VALUE(type, "rp_filter_all", F_UINT, values.rp_filter_all, flag)                                          \
	DROP_VALUE(type, "drop_device", F_TEXT, values.device, flag)                                                   \
	DROP_VALUE(type, "drop_qdisc", F_TEXT, values.qdisc, flag)                                                     \
	DROP_VALUE(type, "next_hop", F_ADDRESS, values.next_hop, flag)

/* Appends the values that belong to a reason: "rmem=213760 rcvbuf=212992", or a JSON object. frames: the stack of the
 * drop, unaligned u64[size / 8], up to the first 0; NULL: unknown. reason: its name; NULL: none. False, nothing
 * appended: the reason has no values, or all are unknown. */
bool drop_values_put(struct text *text, const char *reason, const struct drop_values *values, const void *frames,
		     size_t size, bool json);

#endif
