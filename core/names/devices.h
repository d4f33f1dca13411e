/* SPDX-License-Identifier: GPL-2.0-or-later */
/* devices.h: network devices by name, in the current network namespace. */
#ifndef NETTRACE_NAMES_DEVICES_H
#define NETTRACE_NAMES_DEVICES_H

#include <stddef.h>
#include <stdint.h>

#include "probes/wire.h"

/* Appends the devices in `names` ("eth0,eth1") to *list, up to `most` in total, as items of a device list
 * (probes/wire.h). Returns NULL, or a message (a static string). */
const char *devices_find(struct list *list, const char *names, unsigned int most);
/* Whether the item's interface stands on another one (macvlan, vlan, bond ...). It receives packets from that one
 * within __netif_receive_skb_core() (net/core/dev.c, another_round), after the tracepoint netif_receive_skb. */
#define DEVICE_STANDS_ON(last) ((last) >> 62 & 1)

/* Counters of packets and bytes that an interface has received, as in `ip -s link`. */
struct device_received {
	uint64_t packets, bytes;
};

/* Reads them for the interface with this index. Returns 0 or a negative errno; -ENODEV: the interface is gone. */
int device_received(struct device_received *received, uint32_t index);
/* Copies item `index` of such names, truncated to size - 1 bytes; the rest of `name` is zero. */
void devices_name(char *name, size_t size, const char *names, unsigned int index);

#endif
