/* SPDX-License-Identifier: GPL-2.0-or-later */
/* tcpretrans.h: the event of tcpretrans: one retransmitted packet of one or more segments. */
#include "probes/wire.h"

/* flags */
#define TCPRETRANS_LOSSPROBE 1 /* tail loss probes have a kind of their own */
#define TCPRETRANS_SEQUENCE  2
#define TCPRETRANS_CAUSE     4
#define TCPRETRANS_SUMMARY   8

enum tcpretrans_kind {
	KIND_RETRANSMIT,
	KIND_LOSS_PROBE,
	KIND_SYNACK,
};

enum tcpretrans_cause {
	CAUSE_OTHER,
	CAUSE_RTO,
	CAUSE_FAST,
	CAUSE_TLP,
	CAUSE_SYN,
	CAUSE_SYNACK,
	CAUSE_SLOW_START,
	CAUSE_PMTU,
	CAUSE_ZERO_WINDOW,
	CAUSE_FAST_OPEN,
};

struct tcpretrans_event {
	struct event common;
	__u32 seq;  /* of the segment; all bits set: unknown */
	__s32 err;  /* the kernel failed to send it: negative errno; 0: sent, or unknown (before 6.16) */
	__u8 kind;  /* enum tcpretrans_kind */
	__u8 cause; /* enum tcpretrans_cause */
	__u8 state;
	__u8 pad;
	__u16 segments; /* number of segments sent; 0: failed; all bits set: unknown */
	__u8 pad2[2];
};
