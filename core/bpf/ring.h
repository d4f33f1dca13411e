/* SPDX-License-Identifier: GPL-2.0-or-later */
/* ring.h: the reader of the event ring. */
#ifndef NETTRACE_BPF_RING_H
#define NETTRACE_BPF_RING_H

#include <stdbool.h>
#include <stddef.h>

struct ring;

/* Gets an event, whose bytes are good until it returns. False: enough for now; the next reading goes on behind it. */
typedef bool ring_event(void *context, const void *data, size_t size);

/* Maps a BPF ring buffer of `bytes` (a power of two). The caller closes it; the map stays the caller's. NULL: errno. */
struct ring *ring_open(int map, size_t bytes);
void ring_close(struct ring *ring);
/* Becomes readable when the kernel half wakes its reader: not with every event. */
int ring_fd(const struct ring *ring);
/* Hands over what is there, in the ring's order, until it is empty or `take` has enough. 0; or a negative errno. */
int ring_read(struct ring *ring, ring_event *handle, void *context);

#endif
