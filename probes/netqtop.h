/* SPDX-License-Identifier: GPL-2.0-or-later */
/* netqtop.h: the event of netqtop: the packets of one queue since the last reading. */
#include "probes/wire.h"

/* flags */
#define NETQTOP_THROUGHPUT 1

#define DEVICES            8   /* at most */
#define QUEUES             256 /* for each device and direction; what is beyond is counted with the last one */
#define SIZES              6   /* [0, 64), [64, 512), [512, 2K), [2K, 16K), [16K, 64K), [64K, inf) */
#define DEVICE_NAME        16  /* IFNAMSIZ of the kernel */

enum { DIRECTION_TX, DIRECTION_RX, DIRECTIONS };

/* What programs count, of one queue: added to atomically, on any CPU. In one behind those of each device and direction
 * nothing is counted: it tells of the device, and who looks at it for each packet shares no cache line with a queue. */
struct queue {
	__u64 bytes;
	__u64 sizes[SIZES];       /* packets of them */
	__u32 in_use[DIRECTIONS]; /* number QUEUES: how many queues there are in use; 0: no packet has told yet */
};

#define QUEUE_KEYS                           (QUEUES + 1)
#define QUEUE_KEY(device, direction, number) (((device)*DIRECTIONS + (direction)) * QUEUE_KEYS + (number))

/* Its own options, as far as its programs look at them. */
struct netqtop_options {
	struct list devices; /* at most DEVICES (core/names/devices.h) */
};

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
