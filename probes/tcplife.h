/* SPDX-License-Identifier: GPL-2.0-or-later */
/* tcplife.h: the event of tcplife: one TCP session, ended or still open when tracing ends. */
#include "probes/wire.h"

#define TCPLIFE_OPEN 1 /* flag: also sessions still open, or opened before tracing */

struct tcplife_event {
	struct event common;
	__u64 tx_bytes, rx_bytes; /* payload */
	__u64 duration;           /* since established (or since the attempt, where it never was), ns; NOT_KNOWN */
	__u32 retrans;            /* segments sent again */
	__u32 srtt_us;            /* 0: never measured */
	__s32 error;              /* errno that ended it; 0: none */
	__u8 role;                /* enum role */
	__u8 state;               /* TCP_CLOSE, or what it is in at the end of tracing */
	__u8 pad[2];
};
