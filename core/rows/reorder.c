/* SPDX-License-Identifier: GPL-2.0-or-later */
/* reorder.c: a heap that delays events and returns them in order of time. */
#include "core/rows/reorder.h"

#include <stdlib.h>
#include <string.h>

#include "core/base/clock.h"
#include "core/base/must.h"

static bool before(const struct pending_event *a, const struct pending_event *b)
{
	return a->time < b->time || (a->time == b->time && a->serial < b->serial);
}

static void swap(struct pending_event *a, struct pending_event *b)
{
	struct pending_event other = *a;

	*a = *b;
	*b = other;
}

void reorder_push(struct reorder *reorder, uint64_t time, const struct event *event, size_t size)
{
	struct pending_event *heap;
	size_t i = reorder->count++;

	if (i == reorder->room) {
		reorder->room = reorder->room ? 2 * reorder->room : 1024;
		reorder->heap = must(realloc(reorder->heap, reorder->room * sizeof(*reorder->heap)));
	}
	heap = reorder->heap;
	heap[i] = (struct pending_event){ .time = time,
					  .serial = reorder->serial++,
					  .wall = clock_offset(),
					  .size = size,
					  .event = must(malloc(size)) };
	memcpy(heap[i].event, event, size);
	for (; i && before(&heap[i], &heap[(i - 1) / 2]); i = (i - 1) / 2)
		swap(&heap[i], &heap[(i - 1) / 2]);
	if (time > reorder->newest)
		reorder->newest = time;
}

static void sink(struct reorder *reorder)
{
	struct pending_event *heap = reorder->heap;

	for (size_t i = 0, child; (child = 2 * i + 1) < reorder->count; i = child) {
		if (child + 1 < reorder->count && before(&heap[child + 1], &heap[child]))
			child++;
		if (!before(&heap[child], &heap[i]))
			return;
		swap(&heap[child], &heap[i]);
	}
}

bool reorder_pop(struct reorder *reorder, uint64_t until, struct pending_event *pending)
{
	if (!reorder->count || reorder->heap[0].time > until)
		return false;
	*pending = reorder->heap[0];
	reorder->heap[0] = reorder->heap[--reorder->count];
	sink(reorder);
	pending->late = pending->time < reorder->reached;
	if (pending->late)
		reorder->late++;
	else
		reorder->reached = pending->time;
	return true;
}

void reorder_free(struct reorder *reorder)
{
	for (size_t i = 0; i < reorder->count; i++)
		free(reorder->heap[i].event);
	free(reorder->heap);
	memset(reorder, 0, sizeof(*reorder));
}
