/* SPDX-License-Identifier: GPL-2.0-or-later */
/* sockets.h: the event of sockets: one socket as it is. */
#ifndef NETTRACE_PROBES_SOCKETS_H
#define NETTRACE_PROBES_SOCKETS_H

#include "probes/tcp/limits.h"

/* flags */
#define SOCKETS_MEMORY 1
#define SOCKETS_LISTEN 2 /* listeners only, with their health */
#define SOCKETS_LIMITS 4
#define SOCKETS_SORTED 8 /* totals: a row stands for a socket, not for a visit to it */
#define SOCKETS_QUIET  16
#define SOCKETS_DIFF   32 /* two walks: what has changed between them */

/* Whose it is. */
enum socket_kind {
	KIND_PROCESS,    /* processes hold it */
	KIND_ORPHAN,     /* none does any more; the kernel ends it */
	KIND_UNACCEPTED, /* none does yet: it is in a listener's queue */
	KIND_KERNEL,     /* the kernel's own */
	KIND_TIME_WAIT,
	KIND_REQUEST, /* half open */
	KIND_SUBFLOW, /* of an MPTCP socket */
	KIND_MPTCP,   /* the MPTCP socket above them */
};

/* Its own options, as far as its programs look at them. */
struct sockets_options {
	struct list states;
	__u64 unread, unsent; /* bytes; 0: any */
	__u64 idle;           /* seconds; 0: any */
};

/* Numbers that grow and shrink. All bits set: unknown. */
struct socket_numbers {
	__u64 tx_bytes, rx_bytes;     /* payload */
	__u32 recv_queue, send_queue; /* bytes; of a listener: connections to accept, and how many it takes */
	__u32 retrans;                /* segments */
	__u32 drops;
};

/* The growth between two walks; the unknown value of the queues is INT32_MIN. */
struct socket_growth {
	__u64 tx_bytes, rx_bytes;
	__s32 recv_queue, send_queue;
	__u32 retrans, drops;
};

struct sockets_event {
	struct event common;
	__u64 skaddr;
	__u64 identity;    /* distinguishes sockets with the same ends: skaddr, where there may be several; else 0 */
	__u64 idle;        /* ns since data was sent or received; NOT_KNOWN */
	__u64 oldest_wait; /* of a listener: ns that the next connection to accept has waited; NOT_KNOWN */
	__u64 drop_rate;   /* of a listener: thousandths per second since the walk before; NOT_KNOWN */
	struct socket_numbers now;
	struct socket_numbers before; /* SOCKETS_DIFF: those of the first walk; else unknown */
	struct socket_growth grown;   /* the user half fills it */
	__u32 syn_queue;              /* half-open connections of a listener; all bits set: no listener */
	__u32 fill; /* of a listener: per cent of its limit that its queue takes; all bits set: none */
	__u32 rmem, rcvbuf, wmem, sndbuf, forward, backlog; /* bytes */
	__u32 srtt_us;                                      /* 0: never measured */
	__u32 cwnd, mss;
	__u32 walks;    /* bits: 1: the first of two walks has seen it, 2: the second */
	__u8 state;     /* of UDP: ESTABLISHED (connected) or CLOSE */
	__u8 kind;      /* enum socket_kind */
	__u8 old_state; /* in the first walk; 0: unknown */
	__u8 change;    /* the user half fills it; 0: unknown */
	struct limits limits;
};

#endif
