/* SPDX-License-Identifier: GPL-2.0-or-later */
/* devices.h: network devices by name, in the network namespace that we are in. */
#ifndef NETTRACE_DEVICES_H
#define NETTRACE_DEVICES_H

#include <stddef.h>

#include "probes/wire.h"

/* "eth0,eth1" appended to *list, which has room for `most`: an item's first is the device's index, its last the number
 * of its TX queues << 32 | that of its RX queues. NULL, or what is wrong. */
const char *devices_find(struct list *list, const char *names, unsigned int most);
/* Item `index` of such names, cut to size - 1 bytes, the rest of `name` zero. */
void devices_name(char *name, size_t size, const char *names, unsigned int index);

#endif
