/* SPDX-License-Identifier: GPL-2.0-or-later */
/* tcprst.h: the event of tcprst: one reset of TCP, sent or received. */
#ifndef NETTRACE_PROBES_TCPRST_H
#define NETTRACE_PROBES_TCPRST_H

#include "probes/wire.h"

/* flags */
#define TCPRST_SENT    1 /* only sent ones; with TCPRST_GOT, or without both, all */
#define TCPRST_GOT     2
#define TCPRST_SUMMARY 4
#define TCPRST_EXPLAIN 8

/* Of the kernel's enum sk_rst_reason (6.10), those that the programs derive where the kernel reports no reason. Events
 * have these numbers for the names, whatever the kernel's numbers are. */
#define TCPRST_REASONS(reason)                                                                                         \
	reason(NO_SOCKET) reason(TCP_ABORT_ON_CLOSE) reason(TCP_ABORT_ON_LINGER) reason(TCP_ABORT_ON_MEMORY)           \
		reason(TCP_ABORT_ON_DATA) reason(TCP_STATE) reason(TCP_KEEPALIVE_TIMEOUT)                              \
			reason(TCP_DISCONNECT_WITH_DATA) reason(TCP_TIMEWAIT_SOCKET) reason(TCP_FLAGS)
#define TCPRST_REASON_INDEX(name) RST_INDEX_##name,
enum { TCPRST_REASONS(TCPRST_REASON_INDEX) RST_REASONS };
#define RST_REASON(name) (0xfffd0000U + RST_INDEX_##name)

/* Kernel enum values behind those reasons, in settings.values. */
enum {
	VALUE_OUT_RSTS = RST_REASONS,
	VALUE_ABORT_ON_DATA,
	VALUE_NETFILTER_DROP, /* of enum skb_drop_reason */
	VALUE_DROP_NO_SOCKET,
};

/* Kernel functions, in settings.symbols. */
enum {
	PLACE_NF_HOOK_SLOW,
	PLACE_TCP_V4_RCV,
	PLACE_TCP_V6_RCV,
};

enum reset_direction {
	RESET_SENT,
	RESET_GOT,
};

enum reason_source {
	REASON_NONE,
	REASON_OF_KERNEL,
	REASON_DERIVED,
};

/* The originator and cause of a reset. */
enum reset_by {
	BY_UNKNOWN,
	BY_UNREAD, /* closed while received data was unread */
	BY_LINGER, /* closed with SO_LINGER 0, or TCP_LINGER2 below 0 */
	BY_KILLED, /* a signal ended the process */
	BY_DISCONNECT,
	BY_ABORTED,       /* another process ended it: ss -K, BPF */
	BY_LISTENER,      /* its listener was closed before a process accepted it */
	BY_NOBODY,        /* a SYN to a port without a listener */
	BY_NO_CONNECTION, /* another packet of no connection */
	BY_AFTER_CLOSE,   /* data for a socket that its process has closed */
	BY_KEEPALIVE,
	BY_TIMEOUT,
	BY_MEMORY,
	BY_TIME_WAIT,
	BY_UNACCEPTABLE, /* a packet that the state does not allow */
	BY_MPTCP,
	BY_US_OTHER, /* the last one of this machine's */
	BY_FIREWALL, /* netfilter of this machine */
	BY_REFUSED,  /* the peer, to a SYN */
	BY_PEER,
	BY_BETWEEN, /* the hop limit differs from the peer's */
};

/* --by */
enum reset_party {
	PARTY_ANY,
	PARTY_US,
	PARTY_FIREWALL,
	PARTY_PEER,
	PARTY_BETWEEN,
};

/* The part of the tool's own options that its programs use. */
struct tcprst_options {
	struct list reasons;
	__u32 party; /* enum reset_party */
	__u32 pad;
};

struct tcprst_event {
	struct event common;
	__u64 age;                /* of the socket, ns; NOT_KNOWN: no socket, or older than the trace */
	__u64 tx_bytes, rx_bytes; /* payload; NOT_KNOWN: no connection */
	__u64 unread;             /* received bytes that no process has read; NOT_KNOWN: no connection */
	__u32 reason;             /* all bits set: none */
	__u32 reason_code;        /* the kernel's own number; all bits set: the kernel reported none */
	__u16 flags;              /* TCP flag byte of the answered packet; all bits set: none, or unknown */
	__u16 port;               /* of the listening end; 0: unknown */
	__u8 state;               /* before the reset; 0: no socket */
	__u8 direction;           /* enum reset_direction */
	__u8 by;                  /* enum reset_by */
	__u8 source;              /* of the reason: enum reason_source */
	__u8 ttl, peer_ttl;       /* hop limits of a received reset, and of the peer's earlier segments; 0: unknown */
	__u8 pad[6];
};

static inline __attribute__((always_inline)) __u32 reset_party_of(__u8 by)
{
	if (by == BY_UNKNOWN)
		return PARTY_ANY;
	if (by <= BY_US_OTHER)
		return PARTY_US;
	if (by == BY_FIREWALL)
		return PARTY_FIREWALL;
	return by == BY_BETWEEN ? PARTY_BETWEEN : PARTY_PEER;
}

#endif
