/* SPDX-License-Identifier: GPL-2.0-or-later */
/* pinned_maps.h: maps that the user pinned, as filters that can change while a tool runs. */
#ifndef NETTRACE_BPF_PINNED_MAPS_H
#define NETTRACE_BPF_PINNED_MAPS_H

#include "core/base/error.h"
#include "core/bpf/session.h"

/* Opens the map pinned at `path`, a hash with keys of 8 bytes and values of `value_size`. Returns NULL or a message;
 * sets *code to EXIT_CANNOT if the cause is not the path. */
const char *pinned_maps_open(int *fd, const char *path, unsigned int value_size, enum exit_code *code);
/* False: this kernel or this tool cannot use the requested maps, see *error. */
bool pinned_maps_check(const struct session *session, const struct options *options, struct error *error);
/* Before loading: replaces the object's maps by the requested ones, sets the settings, and omits the others. Returns 0
 * or a negative errno. */
int pinned_maps_install(struct session *session, struct options *options);

#endif
