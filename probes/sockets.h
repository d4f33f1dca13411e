/* SPDX-License-Identifier: GPL-2.0-or-later */
/* sockets.h: the event of sockets: one socket as it is. */
#ifndef NETTRACE_PROBES_SOCKETS_H
#define NETTRACE_PROBES_SOCKETS_H

#include "probes/tcp/limits.h"

/* flags */
#define SOCKETS_MEMORY  1
#define SOCKETS_LISTEN  2 /* listeners only, with their health */
#define SOCKETS_LIMITS  4
#define SOCKETS_SORTED  8
#define SOCKETS_QUIET   16
#define SOCKETS_WATCHED 32

/* Whose it is. */
enum socket_kind {
	KIND_PROCESS,    /* processes hold it */
	KIND_ORPHAN,     /* none does any more; the kernel ends it */
	KIND_UNACCEPTED, /* none does yet: it is in a listener's queue */
	KIND_KERNEL,     /* the kernel's own, or a subflow of MPTCP */
	KIND_TIME_WAIT,
	KIND_REQUEST, /* half open */
};

/* Its own options, as far as its programs look at them. */
struct sockets_options {
	struct list states;
	__u64 unread, unsent; /* bytes; 0: any */
	__u64 idle;           /* seconds; 0: any */
};

struct sockets_event {
	struct event common;
	__u64 skaddr;
	__u64 idle;                   /* ns since data was sent or received; NOT_KNOWN */
	__u64 tx_bytes, rx_bytes;     /* payload; NOT_KNOWN */
	__u32 recv_queue, send_queue; /* bytes; of a listener: connections to accept, and how many it takes */
	__u32 syn_queue;              /* half-open connections of a listener; all bits set: no listener */
	__u32 drops;
	__u32 rmem, rcvbuf, wmem, sndbuf, forward, backlog; /* bytes */
	__u32 srtt_us;                                      /* 0: never measured */
	__u32 cwnd, mss, retrans;
	__u8 state; /* of UDP: ESTABLISHED (connected) or CLOSE */
	__u8 kind;  /* enum socket_kind */
	__u8 mptcp; /* a subflow */
	__u8 pad[5];
	struct limits limits;
};

#endif
