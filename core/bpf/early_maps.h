/* SPDX-License-Identifier: GPL-2.0-or-later */
/* early_maps.h: maps that the kernel takes long to make, made while something else is done. */
#ifndef NETTRACE_BPF_EARLY_MAPS_H
#define NETTRACE_BPF_EARLY_MAPS_H

#include "core/bpf/session.h"

/* Begins to make the ring. The first to call bpf(): ahead_heard() tells what came of it. */
void ahead_start(uint32_t ring_bytes);
/* The others of the session, whose object is open (NULL: it could not be). */
void ahead_go_on(const struct session *session);
/* Whether bpf() can be called at all: as kernel_hears() says it. */
int ahead_heard(void);
/* A descriptor of nothing for libbpf, until what it stands for takes its place (dup3()). -1: errno. */
int ahead_stand_in(void);
/* Objects have got descriptors that stand for maps still being made: waits until they are those maps, of whichever
 * object asked for them. 0, or a negative errno. */
int ahead_settle(void);

#endif
