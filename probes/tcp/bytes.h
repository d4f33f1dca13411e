/* SPDX-License-Identifier: GPL-2.0-or-later */
/* bytes.h: the bytes of a connection since the last reading, in events of tools that count them. */
#ifndef NETTRACE_PROBES_TCP_BYTES_H
#define NETTRACE_PROBES_TCP_BYTES_H

#include "probes/wire.h"

struct bytes_event {
	struct event common;
	__u64 tx_bytes, rx_bytes; /* payload */
	__u32 retrans;            /* retransmitted segments */
	__u32 srtt_us;            /* smoothed round-trip time; 0: never measured */
	__u32 cwnd;               /* congestion window, segments */
	__u8 pad[4];
};

#endif
