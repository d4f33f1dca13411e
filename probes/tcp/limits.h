/* SPDX-License-Identifier: GPL-2.0-or-later */
/* limits.h: what held a TCP connection up, as TCP itself keeps account of it. */
#ifndef NETTRACE_PROBES_TCP_LIMITS_H
#define NETTRACE_PROBES_TCP_LIMITS_H

#include "probes/wire.h"

/* What took most of the time. */
enum limit {
	LIMIT_UNKNOWN, /* too short to tell */
	LIMIT_NETWORK, /* acknowledgements: the path, congestion control */
	LIMIT_PEER,    /* the peer's receive window */
	LIMIT_SNDBUF,  /* the own send buffer */
	LIMIT_READER,  /* the own process, which does not read */
	LIMIT_IDLE,    /* nothing to send */
	LIMIT_MIXED,
};

/* Times in ns, with the resolution of a tick (tick_ns of settings). */
struct limits {
	__u64 busy;          /* data was on its way or waiting to be sent */
	__u64 rwnd, sndbuf;  /* parts of it: held up by the peer's window, by the send buffer */
	__u64 delivery_rate; /* bytes/s of the last sample; 0: none */
	__u64 time_outs_ns;  /* in time-outs (6.12); NOT_KNOWN */
	__u32 min_rtt_us;    /* ~0: never measured */
	__u32 lost;          /* segments that TCP takes for lost now */
	__u32 reordered;     /* events of reordering */
	__u32 dsacks;        /* duplicates that the peer reported */
	__u32 out_of_order;  /* received segments */
	__u32 ce;            /* delivered segments with a mark of congestion */
	__u32 time_outs;     /* (6.12); all bits set: not known */
	__u32 unread;        /* received bytes that no process has read */
	__u8 app_limited;    /* the rate is that of the process, not of the path */
	__u8 window_closed;  /* the own receive window is */
	__u8 word;           /* enum limit */
	__u8 pad[5];
	char cc[16]; /* congestion control */
};

#endif
