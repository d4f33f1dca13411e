/* SPDX-License-Identifier: GPL-2.0-or-later */
/* early_maps.h: maps whose creation is slow, created in parallel with other work. */
#ifndef NETTRACE_BPF_EARLY_MAPS_H
#define NETTRACE_BPF_EARLY_MAPS_H

#include "core/bpf/session.h"

/* Starts the creation of the ring. This is the first call of bpf(), and early_maps_bpf_works() returns its result. */
void early_maps_start(uint32_t ring_bytes);
/* Adds the other maps of the session. A session whose object failed to open has none. */
void early_maps_plan(const struct session *session);
/* Waits for the first bpf() call and returns the result of kernel_bpf_usable(). */
int early_maps_bpf_works(void);
/* A placeholder descriptor for libbpf, to be replaced with dup3(). -1: errno. */
int early_maps_placeholder_fd(void);
/* Waits for the maps and replaces their placeholders, whichever object requested them. Returns 0 or a negative
 * errno. */
int early_maps_finish(void);

#endif
