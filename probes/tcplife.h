/* SPDX-License-Identifier: GPL-2.0-or-later */
/* tcplife.h: the event of tcplife: one TCP session, ended or still open when tracing ends. */
#include "probes/tcp/limits.h"

/* flags */
#define TCPLIFE_OPEN   1 /* also sessions that are still open, or older than the trace */
#define TCPLIFE_ENDED  4 /* of these only those that end: another tool walks over the open ones */
#define TCPLIFE_LIMITS 2 /* also what limited the session; else an event in the ring ends before it */

struct tcplife_event {
	struct event common;
	__u64 tx_bytes, rx_bytes; /* payload */
	__u64 duration;           /* since established (or since the attempt, if never established), ns; NOT_KNOWN */
	__u32 retrans;            /* retransmitted segments */
	__u32 srtt_us;            /* 0: never measured */
	__s32 error;              /* errno that ended it; 0: none */
	__u8 role;                /* enum role */
	__u8 state;               /* TCP_CLOSE, or the state at the end of tracing */
	__u8 pad[2];
	struct limits limits;
};
