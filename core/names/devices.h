/* SPDX-License-Identifier: GPL-2.0-or-later */
/* devices.h: network devices by name, in the network namespace that we are in. */
#ifndef NETTRACE_NAMES_DEVICES_H
#define NETTRACE_NAMES_DEVICES_H

#include <stddef.h>

#include "probes/wire.h"

/* "eth0,eth1" appended to *list, at most so many in all: the items are those of a list of devices (probes/wire.h).
 * NULL, or what is wrong. */
const char *devices_find(struct list *list, const char *names, unsigned int most);
/* Item `index` of such names, cut to size - 1 bytes, the rest of `name` zero. */
void devices_name(char *name, size_t size, const char *names, unsigned int index);

#endif
