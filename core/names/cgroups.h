/* SPDX-License-Identifier: GPL-2.0-or-later */
/* cgroups.h: the paths of cgroups (v2) by their ids. */
#ifndef NETTRACE_NAMES_CGROUPS_H
#define NETTRACE_NAMES_CGROUPS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* name: of the cgroup within `parent`; with parent 0 the whole path ("" for the root's). Replaces an earlier entry of
 * this id. Entries of deleted cgroups stay: their sockets may live on, and rows arrive late. */
void cgroups_add(uint64_t id, uint64_t parent, const char *name);
/* Writes the path ("/" for the root). False: unknown, an ancestor is unknown, or longer than `size`. */
bool cgroups_path(uint64_t id, char *path, size_t size);
void cgroups_clear(void);

#endif
