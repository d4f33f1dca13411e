/* SPDX-License-Identifier: GPL-2.0-or-later */
/* pinned_maps.h: maps that the user pinned, as filters that can change while a tool runs. */
#ifndef NETTRACE_BPF_PINNED_MAPS_H
#define NETTRACE_BPF_PINNED_MAPS_H

#include "core/bpf/session.h"

/* Opens the map pinned at `path`, a hash with keys of 8 bytes and values of `value_size`. NULL, or what is wrong. */
const char *pinned_maps_open(int *fd, const char *path, unsigned int value_size);
/* Before load: puts the maps that were asked for in place of the object's, tells the settings, and leaves the others
 * out. Ends the program where this kernel or this tool has no use for them. */
void pinned_maps_install(struct session *session, struct options *options);

#endif
