/* SPDX-License-Identifier: GPL-2.0-or-later */
/* devices.h: network devices by name, in the current network namespace. */
#ifndef NETTRACE_NAMES_DEVICES_H
#define NETTRACE_NAMES_DEVICES_H

#include <stddef.h>
#include <stdint.h>

#include "probes/wire.h"

/* Appends the devices in `names` ("eth0,eth1") to *list, up to `most` in all, as items of a device list
 * (probes/wire.h). Returns NULL, or what is wrong (a static string). */
const char *devices_find(struct list *list, const char *names, unsigned int most);
/* The item's interface stands on another one (macvlan, vlan, bond ...): what it receives comes up from that one inside
 * of
 * __netif_receive_skb_core() (net/core/dev.c, another_round), behind the tracepoint netif_receive_skb. */
#define DEVICE_STANDS_ON(last) ((last) >> 62 & 1)

/* What an interface has received, by its own counters, as `ip -s link` has them. */
struct device_received {
	uint64_t packets, bytes;
};

/* Of the interface with this index. 0, or a negative errno; -ENODEV: it is gone. */
int device_received(struct device_received *received, uint32_t index);
/* Item `index` of such names, cut to size - 1 bytes, the rest of `name` zero. */
void devices_name(char *name, size_t size, const char *names, unsigned int index);

#endif
