/* SPDX-License-Identifier: GPL-2.0-or-later */
/* limits.h: what limits a TCP connection, by the counters that TCP keeps for each socket. Both halves use it. */
#ifndef NETTRACE_PROBES_TCP_LIMITS_H
#define NETTRACE_PROBES_TCP_LIMITS_H

#include "probes/wire.h"

/* What takes most of the time. */
enum limit {
	LIMIT_UNKNOWN, /* too short a time, or an unknown one */
	LIMIT_NETWORK, /* acknowledgements: the path, or congestion control */
	LIMIT_PEER,    /* the peer's receive window */
	LIMIT_SNDBUF,  /* the own send buffer */
	LIMIT_READER,  /* the own process does not read, so the own receive window is closed */
	LIMIT_IDLE,    /* nothing to send */
	LIMIT_MIXED,   /* none of these for more than half of the time */
};

#define SHARE_NOT_KNOWN 0xff
#define COUNT_NOT_KNOWN (~0U)
#define LIMITS_TICKS    10 /* in less time the counters mean nothing */

/* Times in ns; the kernel counts those with a (T) in ticks. All bits of a number set: unknown, unless said otherwise.
 */
struct limits {
	__u64 busy;          /* data was waiting to be sent or acknowledged (T) */
	__u64 rwnd, sndbuf;  /* the parts of it that the peer's window and the send buffer held up (T) */
	__u64 delivery_rate; /* the latest measured one, bytes/s */
	__u64 timeouts_ns;   /* in recovery from retransmission timeouts (6.7) */
	__u64 unread_ns;     /* since the latest data arrived, if any is unread: the least time that it waits (T) */
	__u64 first_byte;    /* from established to the first data, if one segment is all that arrived (T) */
	__u32 tick_ns;       /* the length of a tick; 0: nothing of this struct is known */
	__u32 min_rtt_us;
	__u32 lost;         /* segments that TCP took for lost, retransmissions included */
	__u32 reordered;    /* times that the network reordered segments */
	__u32 dsacks;       /* duplicates that the peer reported */
	__u32 out_of_order; /* segments received out of order */
	__u32 ce;           /* segments whose congestion marks the peer reported */
	__u32 timeouts;     /* retransmission timeouts (6.7) */
	__u32 unread;       /* received bytes that no process has read */
	__u32 window;       /* the own receive window: bytes that the peer may still send */
	__u8 app_limited;   /* the delivery rate is what the process sent, not what the path could carry */
	__u8 closed;        /* that window is smaller than a segment of the peer */
	__u8 now;           /* enum limit: what it waits for at this moment; never READER, MIXED */
	/* Filled by limits_judge(): */
	__u8 word; /* enum limit: the verdict */
	/* Percent; SHARE_NOT_KNOWN: */
	__u8 network_share, peer_share, sndbuf_share, idle_share;
	char cc[16]; /* congestion control */
};

static inline __u8 limits_percent(__u64 part, __u64 whole)
{
	return (__u8)((part * 100 + whole / 2) / whole);
}

/* Data that no process reads comes first: whatever else limits the connection, the own process can end this. */
static inline __u8 limits_verdict(const struct limits *l, __u64 network, __u64 whole)
{
	if (l->unread && l->closed)
		return LIMIT_READER;
	if (network > whole / 2)
		return LIMIT_NETWORK;
	if (l->rwnd > whole / 2)
		return LIMIT_PEER;
	if (l->sndbuf > whole / 2)
		return LIMIT_SNDBUF;
	return whole - l->busy > whole / 2 ? LIMIT_IDLE : LIMIT_MIXED;
}

/* Fills the verdict and the shares of a time in which the connection lived, in ns; NOT_KNOWN, or too short: they remain
 * unknown. */
static inline void limits_judge(struct limits *l, __u64 lived)
{
	__u64 whole = lived > l->busy ? lived : l->busy; /* a tick may begin before it */
	__u64 network = l->busy - l->rwnd - l->sndbuf;

	l->word = LIMIT_UNKNOWN;
	l->network_share = SHARE_NOT_KNOWN;
	l->peer_share = SHARE_NOT_KNOWN;
	l->sndbuf_share = SHARE_NOT_KNOWN;
	l->idle_share = SHARE_NOT_KNOWN;
	if (!l->tick_ns || lived == NOT_KNOWN || lived < (__u64)LIMITS_TICKS * l->tick_ns)
		return;
	l->word = limits_verdict(l, network, whole);
	l->network_share = limits_percent(network, whole);
	l->peer_share = limits_percent(l->rwnd, whole);
	l->sndbuf_share = limits_percent(l->sndbuf, whole);
	l->idle_share = limits_percent(whole - l->busy, whole);
}

/* Marks everything as unknown. */
static inline void limits_clear(struct limits *l)
{
	__builtin_memset(l, 0xff, __builtin_offsetof(struct limits, tick_ns));
	l->tick_ns = 0;
	__builtin_memset(&l->min_rtt_us, 0xff,
			 __builtin_offsetof(struct limits, now) - __builtin_offsetof(struct limits, min_rtt_us));
	l->now = LIMIT_UNKNOWN;
	limits_judge(l, NOT_KNOWN);
	__builtin_memset(l->cc, 0, sizeof(l->cc));
}

#endif
