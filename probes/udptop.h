/* SPDX-License-Identifier: GPL-2.0-or-later */
/* udptop.h: the event of udptop: the datagrams of a flow since the last reading. */
#include "probes/owner/udp_flow.h"

/* flags */
#define UDPTOP_NO_LOADAVG 2

struct udptop_event {
	struct event common;
	__u64 rx_bytes, tx_bytes, rx_datagrams, tx_datagrams, drops;
	__u8 other; /* the sum of flows without room in the table */
	__u8 pad[7];
};
