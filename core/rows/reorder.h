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
	int64_t wall; /* clock_offset() when it came: when it is printed, another may be in force */
	size_t size;
	struct event *event;
	bool late; /* its time is before that of one given out earlier */
};

/* Starts as zeroes. */
struct reorder {
	struct pending_event *heap; /* the earliest first; of the same time, the one that came first */
	size_t count, room;
	uint64_t serial;
	uint64_t newest;  /* time that was added */
	uint64_t reached; /* time that was given out */
	uint64_t late;    /* how many came too late for their place */
};

/* Takes a copy of the event. */
void reorder_push(struct reorder *reorder, uint64_t time, const struct event *event, size_t size);
/* The earliest, if its time is not after `until`: *held, whose event is the caller's to free. False: there is none. */
bool reorder_pop(struct reorder *reorder, uint64_t until, struct pending_event *pending);
void reorder_free(struct reorder *reorder);

#endif
