/* SPDX-License-Identifier: GPL-2.0-or-later */
/* tcpdrop.h: the event of tcpdrop: one TCP packet that the kernel dropped. */
#ifndef NETTRACE_PROBES_TCPDROP_H
#define NETTRACE_PROBES_TCPDROP_H

#include "probes/tcpdrop_rules.h"
#include "probes/wire.h"

/* flags */
#define TCPDROP_ALL      1 /* also what nobody needed */
#define TCPDROP_NO_STACK 2
#define TCPDROP_SUMMARY  4

#define TCPDROP_FRAMES   64

/* Reasons of our own, for what the kernel counts against a listener; above every subsystem's numbers. */
#define REASON_LISTEN_OVERFLOW 0xfffe0001U /* the accept queue is full */
#define REASON_SYN_QUEUE_FULL  0xfffe0002U
#define REASON_LISTEN_DROP     0xfffe0003U /* another of the listener's drops: no memory, a security module ... */
#define REASON_LISTEN_NO_ROUTE 0xfffe0004U /* no route back */

/* Its own options, as far as its programs look at them. */
struct tcpdrop_options {
	struct list reasons;
};

struct tcpdrop_event {
	struct event common;
	__u8 saddr[16], daddr[16]; /* of the packet */
	__u16 sport, dport;
	__u16 flags;                 /* TCP flag byte; all bits set: not known */
	__u8 state;                  /* of the socket; 0: there is none */
	__u8 harmless;               /* enum drop_kind; what is not KIND_NEEDED is sent with TCPDROP_ALL only */
	__u32 reason;                /* all bits set: this kernel tells none */
	__u32 reason_code;           /* the same, but not known for reasons of our own */
	__u64 location;              /* where in the kernel */
	__u64 stack[TCPDROP_FRAMES]; /* ends at the first 0; left out with TCPDROP_NO_STACK */
};

#endif
