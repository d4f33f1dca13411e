/* SPDX-License-Identifier: GPL-2.0-or-later */
/* reorder.h: a heap that delays events and returns them in order of time. */
#ifndef NETTRACE_ROWS_REORDER_H
#define NETTRACE_ROWS_REORDER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "probes/wire.h"

struct pending_event {
	uint64_t time, serial;
	int64_t wall; /* clock_offset() on arrival: it may have changed when the event is printed */
	size_t size;
	struct event *event;
	bool late; /* its time is before that of an event already returned */
};

/* Zero-initialized is empty. */
struct reorder {
	struct pending_event *heap; /* the earliest first; of equal times, the first to arrive */
	size_t count, room;
	uint64_t serial;
	uint64_t newest;  /* the latest time added */
	uint64_t reached; /* the latest time returned */
	uint64_t late;    /* number of events that arrived too late for their order */
};

/* Adds a copy of the event. */
void reorder_push(struct reorder *reorder, uint64_t time, const struct event *event, size_t size);
/* Returns in *pending the earliest event, if its time is not after `until`; the caller frees its event. False: none. */
bool reorder_pop(struct reorder *reorder, uint64_t until, struct pending_event *pending);
void reorder_free(struct reorder *reorder);

#endif
