/* SPDX-License-Identifier: GPL-2.0-or-later */
/* tcpconnlat.h: the event of tcpconnlat: one finished attempt. */
#include "probes/wire.h"

/* flags */
#define TCPCONNLAT_LPORT 1 /* the column LPORT */
#define TCPCONNLAT_DIST  2 /* a histogram instead of rows */

/* Its own options, as far as its programs look at them. */
struct tcpconnlat_options {
	__u64 minimum; /* ns: attempts that ended sooner are left out */
};

struct tcpconnlat_event {
	struct event common;
	__u64 latency; /* from the first SYN to its end, ns; NOT_KNOWN */
	__u32 syns;
	__s32 error; /* errno; 0: none */
	__u8 result; /* enum result */
	__u8 pad[7];
};
