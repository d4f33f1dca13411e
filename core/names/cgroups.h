/* SPDX-License-Identifier: GPL-2.0-or-later */
/* cgroups.h: the paths of cgroups (v2) by their ids. */
#ifndef NETTRACE_NAMES_CGROUPS_H
#define NETTRACE_NAMES_CGROUPS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* `name` is what the cgroup is called in `parent`; parent 0: it is the whole path ("" for the root's). What was known
 * of this id before is replaced. Cgroups that are gone stay known: their sockets may live on, and rows come late. */
void cgroups_add(uint64_t id, uint64_t parent, const char *name);
/* Writes the path ("/" for the root). False: not known, or not up to the root, or longer than `size`. */
bool cgroups_path(uint64_t id, char *path, size_t size);
void cgroups_clear(void);

#endif
