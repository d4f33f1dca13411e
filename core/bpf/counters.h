/* SPDX-License-Identifier: GPL-2.0-or-later */
/* counters.h: the counters of BPF programs in a mapped array, with their increase. */
#ifndef NETTRACE_BPF_COUNTERS_H
#define NETTRACE_BPF_COUNTERS_H

#include "core/bpf/session.h"

/* Gets an event that was made here; what it returns does not matter. */
typedef bool counter_event(void *context, const void *event, size_t size);

struct bpf_object;
struct bpf_map;

/* What the programs of an object count in: `totals`, or `totals_by_cpu`; NULL: they count nothing. */
const struct bpf_map *counters_map(const struct bpf_object *object);
/* Maps the counters of a tool that has some (struct totals). False: errno tells. */
bool counters_open(struct session *session);
/* Makes an event of each counter that has grown since the last time. */
void counters_run(struct session *session, counter_event *handle, void *context);
void counters_close(struct session *session);

#endif
