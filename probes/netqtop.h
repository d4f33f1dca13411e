/* SPDX-License-Identifier: GPL-2.0-or-later */
/* netqtop.h: the event of netqtop: the packets of one queue since the last reading. */
#include "probes/wire.h"

/* flags */
#define NETQTOP_THROUGHPUT 1

#define DEVICES            8   /* the most devices */
#define QUEUES             256 /* for each device and direction; packets of further queues count for the last one */
#define SIZES              6   /* [0, 64), [64, 512), [512, 2K), [2K, 16K), [16K, 64K), [64K, inf) */
#define DEVICE_NAME        16  /* IFNAMSIZ of the kernel */

enum { DIRECTION_TX, DIRECTION_RX, DIRECTIONS };

/* The counters of one queue, atomically added to on any CPU. An extra entry after the queues of each device and
 * direction describes the device. Each packet reads it, so it shares no cache line with a queue's counters. */
struct queue {
	__u64 bytes;
	__u64 sizes[SIZES];       /* packets by size */
	__u32 in_use[DIRECTIONS]; /* in the extra entry (QUEUES): the number of queues in use; 0: no packet has shown it
				     yet */
};

#define QUEUE_KEYS                           (QUEUES + 1)
#define QUEUE_KEY(device, direction, number) (((device)*DIRECTIONS + (direction)) * QUEUE_KEYS + (number))

/* The part of the tool's own options that its programs use. */
struct netqtop_options {
	struct list devices; /* at most DEVICES (core/names/devices.h) */
};

struct netqtop_event {
	struct event common;
	__u64 bytes, packets;
	__u64 sizes[SIZES];
	/* Of the user half: in hundredths, the last two per second. */
	__u64 avg_size, bytes_per_second, packets_per_second;
	char device[DEVICE_NAME];
	__u32 ifindex;
	__u16 queue;
	__u8 table; /* the device's index in the list, and the direction */
	__u8 direction;
};
