/* SPDX-License-Identifier: GPL-2.0-or-later */
/* early_maps.h: maps whose creation is slow, created in parallel with other work. */
#ifndef NETTRACE_BPF_EARLY_MAPS_H
#define NETTRACE_BPF_EARLY_MAPS_H

#include "core/bpf/session.h"

/* Begins to make the ring. The first to call bpf(): early_maps_bpf_works() tells what came of it. */
void early_maps_start(uint32_t ring_bytes);
/* The others of the session, whose object is open (NULL: it could not be). */
void early_maps_plan(const struct session *session);
/* Whether bpf() can be called at all: as kernel_bpf_usable() says it. */
int early_maps_bpf_works(void);
/* A descriptor of nothing for libbpf, until what it stands for takes its place (dup3()). -1: errno. */
int early_maps_placeholder_fd(void);
/* Objects have got descriptors that stand for maps still being made: waits until they are those maps, of whichever
 * object asked for them. 0, or a negative errno. */
int early_maps_finish(void);

#endif
