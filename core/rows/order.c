/* SPDX-License-Identifier: GPL-2.0-or-later */
/* order.c: events in the order of their times: a binary heap. */
#include "core/rows/order.h"

#include <stdlib.h>
#include <string.h>

#include "core/base/clock.h"
#include "core/base/message.h"

static bool before(const struct held *a, const struct held *b)
{
	return a->time < b->time || (a->time == b->time && a->serial < b->serial);
}

static void swap(struct held *a, struct held *b)
{
	struct held other = *a;

	*a = *b;
	*b = other;
}

static void *checked(void *memory)
{
	if (!memory)
		say_exit(EXIT_FAILED, "out of memory");
	return memory;
}

void order_add(struct order *order, uint64_t time, const struct event *event, size_t size)
{
	struct held *heap;
	size_t i = order->count++;

	if (i == order->room) {
		order->room = order->room ? 2 * order->room : 1024;
		order->heap = checked(realloc(order->heap, order->room * sizeof(*order->heap)));
	}
	heap = order->heap;
	heap[i] = (struct held){ .time = time,
				 .serial = order->serial++,
				 .wall = clock_offset(),
				 .size = size,
				 .event = checked(malloc(size)) };
	memcpy(heap[i].event, event, size);
	for (; i && before(&heap[i], &heap[(i - 1) / 2]); i = (i - 1) / 2)
		swap(&heap[i], &heap[(i - 1) / 2]);
	if (time > order->newest)
		order->newest = time;
}

static void sink(struct order *order)
{
	struct held *heap = order->heap;

	for (size_t i = 0, child; (child = 2 * i + 1) < order->count; i = child) {
		if (child + 1 < order->count && before(&heap[child + 1], &heap[child]))
			child++;
		if (!before(&heap[child], &heap[i]))
			return;
		swap(&heap[child], &heap[i]);
	}
}

bool order_next(struct order *order, uint64_t until, struct held *held)
{
	if (!order->count || order->heap[0].time > until)
		return false;
	*held = order->heap[0];
	order->heap[0] = order->heap[--order->count];
	sink(order);
	held->late = held->time < order->reached;
	if (held->late)
		order->late++;
	else
		order->reached = held->time;
	return true;
}

void order_free(struct order *order)
{
	for (size_t i = 0; i < order->count; i++)
		free(order->heap[i].event);
	free(order->heap);
	memset(order, 0, sizeof(*order));
}
