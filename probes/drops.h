/* SPDX-License-Identifier: GPL-2.0-or-later */
/* drops.h: the event of drops: a packet of any protocol that the kernel dropped. */
#ifndef NETTRACE_PROBES_DROPS_H
#define NETTRACE_PROBES_DROPS_H

#include "probes/drops_rules.h"
#include "probes/tcpdrop.h"

/* flags */
#define DROPS_ALL     TCPDROP_ALL
#define DROPS_SUMMARY TCPDROP_SUMMARY
#define DROPS_EXPLAIN TCPDROP_EXPLAIN

#define DEVICE_SIZE   16 /* IFNAMSIZ of the kernel */
#define PROTO_SIZE    8
#define DROPS_FRAMES  16 /* as far as the caller of a netfilter hook */

/* The part of the tool's own options that its programs use. */
struct drops_options {
	struct list reasons;
};

struct drops_event {
	struct event common;
	__u8 saddr[16], daddr[16]; /* of the packet */
	__u16 sport, dport;
	__u16 flags;               /* TCP flag byte; all bits set: unknown */
	__u8 state;                /* of a TCP socket; 0: no socket */
	__u8 harmless;             /* enum drop_kind, other_kind; other than KIND_NEEDED with DROPS_ALL only */
	__u32 reason, reason_code; /* as in struct tcpdrop_event */
	__u64 location;
	__u32 length;   /* bytes, from the network header on */
	__u32 segments; /* packets on the wire that it stands for */
	__u32 ifindex;  /* 0: unknown */
	__u16 ethertype;
	__u8 icmp_type, icmp_code; /* all bits set: no ICMP */
	__u8 received;             /* not sent from here */
	__u8 layer;                /* enum layer of cmd/drops.c; the user half fills it */
	__u8 pad[6];
	char device[DEVICE_SIZE];
	char proto[PROTO_SIZE];    /* the user half fills it */
	__u64 stack[DROPS_FRAMES]; /* ends at the first 0; absent without DROPS_EXPLAIN, as the values */
	struct drop_values values;
};

#endif
