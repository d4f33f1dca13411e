/* SPDX-License-Identifier: GPL-2.0-or-later */
/* counters.h: the counters of BPF programs in a mapped array, with their increase. */
#ifndef NETTRACE_BPF_COUNTERS_H
#define NETTRACE_BPF_COUNTERS_H

#include "core/bpf/session.h"

/* Receives an event made from a counter; the result is ignored. */
typedef bool counter_event(void *context, const void *event, size_t size);

struct bpf_object;
struct bpf_map;

/* The map with an object's counters: `totals` or `totals_by_cpu`; NULL: no counters. */
const struct bpf_map *counters_map(const struct bpf_object *object);
/* Maps the counters of a tool that has some (struct totals). False: errno. */
bool counters_open(struct session *session);
/* Makes an event from each counter that has grown since the last call. */
void counters_run(struct session *session, counter_event *handle, void *context);
void counters_close(struct session *session);

#endif
