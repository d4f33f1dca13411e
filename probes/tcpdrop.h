/* SPDX-License-Identifier: GPL-2.0-or-later */
/* tcpdrop.h: the event of tcpdrop: one TCP packet that the kernel dropped. */
#ifndef NETTRACE_PROBES_TCPDROP_H
#define NETTRACE_PROBES_TCPDROP_H

#include "probes/tcpdrop_rules.h"
#include "probes/wire.h"

/* flags */
#define TCPDROP_ALL      1 /* also harmless packets */
#define TCPDROP_NO_STACK 2
#define TCPDROP_SUMMARY  4
#define TCPDROP_EXPLAIN  8

#define TCPDROP_FRAMES   64

/* Reasons that the program adds, for drops that the kernel counts for a listener; above the numbers of every
 * subsystem. */
#define REASON_LISTEN_OVERFLOW 0xfffe0001U /* the accept queue is full */
#define REASON_SYN_QUEUE_FULL  0xfffe0002U
#define REASON_LISTEN_DROP     0xfffe0003U /* another drop of the listener: no memory, a security module ... */
#define REASON_LISTEN_NO_ROUTE 0xfffe0004U /* no route back */

/* The part of the tool's own options that its programs use. */
struct tcpdrop_options {
	struct list reasons;
};

struct tcpdrop_event {
	struct event common;
	__u8 saddr[16], daddr[16]; /* of the packet */
	__u16 sport, dport;
	__u16 flags;                 /* TCP flag byte; all bits set: unknown */
	__u8 state;                  /* of the socket; 0: no socket */
	__u8 harmless;               /* enum drop_kind; other kinds than KIND_NEEDED are sent with TCPDROP_ALL only */
	__u32 reason;                /* all bits set: this kernel has no reasons */
	__u32 reason_code;           /* the same, but unknown for reasons that the program adds */
	__u64 location;              /* address of the call in the kernel */
	__u64 stack[TCPDROP_FRAMES]; /* ends at the first 0; with TCPDROP_NO_STACK absent, or empty */
	struct drop_values values;   /* absent without TCPDROP_EXPLAIN */
};

#endif
