/* SPDX-License-Identifier: GPL-2.0-or-later */
/* netqtop.h: the event of netqtop: what one queue of a device carried since the last time. */
#include "wire.h"

/* flags */
#define NETQTOP_THROUGHPUT 1

#define DEVICES            8   /* at most; settings.only lists them (core/devices.h) */
#define QUEUES             256 /* for each device and direction; what is beyond is counted with the last one */
#define SIZES              6   /* [0, 64), [64, 512), [512, 2K), [2K, 16K), [16K, 64K), [64K, inf) */
#define DEVICE_NAME        16  /* IFNAMSIZ of the kernel */

enum { DIRECTION_TX, DIRECTION_RX, DIRECTIONS };

struct netqtop_event {
	struct event common;
	__u64 bytes, packets;
	__u64 sizes[SIZES];
	/* Of the user half: in hundredths, the last two in a second. */
	__u64 avg_size, bytes_per_second, packets_per_second;
	char device[DEVICE_NAME];
	__u32 ifindex;
	__u16 queue;
	__u8 table; /* the place of the device in the list, and the direction */
	__u8 direction;
};
