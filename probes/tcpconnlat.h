/* SPDX-License-Identifier: GPL-2.0-or-later */
/* tcpconnlat.h: the event of tcpconnlat: one finished attempt. */
#include "probes/wire.h"

/* flags */
#define TCPCONNLAT_LPORT 1 /* the column LPORT */
#define TCPCONNLAT_DIST  2 /* a histogram instead of rows */

/* The part of the tool's own options that its programs use. */
struct tcpconnlat_options {
	__u64 minimum; /* ns: shorter attempts are excluded */
};

struct tcpconnlat_event {
	struct event common;
	__u64 latency; /* from the first SYN to the end of the attempt, ns; NOT_KNOWN */
	__u32 syns;
	__s32 error; /* errno; 0: none */
	__u8 result; /* enum result */
	__u8 pad[7];
};
