/* SPDX-License-Identifier: GPL-2.0-or-later */
/* netns_walk.h: visits to each network namespace of the machine. */
#ifndef NETTRACE_BPF_NETNS_WALK_H
#define NETTRACE_BPF_NETNS_WALK_H

#include <stdbool.h>

/* Calls visit() with this thread in each network namespace that a process is in or that has a name, its own first, once
 * in each. False: some could not be entered (CAP_SYS_ADMIN). */
bool netns_walk(void (*visit)(void *context), void *context);

#endif
