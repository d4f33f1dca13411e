/* SPDX-License-Identifier: GPL-2.0-or-later */
/* ring.h: the reader of the event ring. */
#ifndef NETTRACE_BPF_RING_H
#define NETTRACE_BPF_RING_H

#include <stdbool.h>
#include <stddef.h>

struct ring;

/* Receives an event, whose bytes are valid until it returns. False: stop; the next read continues after this event. */
typedef bool ring_event(void *context, const void *data, size_t size);

/* Maps a BPF ring buffer of `bytes` (a power of two). The caller closes the reader and keeps the map. NULL: errno. */
struct ring *ring_open(int map, size_t bytes);
void ring_close(struct ring *ring);
/* Becomes readable when the kernel half wakes its reader: not for every event. */
int ring_fd(const struct ring *ring);
/* Passes events to handle() in the ring's order, until the ring is empty or handle() stops. Returns 0 or a negative
 * errno. */
int ring_read(struct ring *ring, ring_event *handle, void *context);

#endif
