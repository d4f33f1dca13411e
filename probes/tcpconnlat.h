/* SPDX-License-Identifier: GPL-2.0-or-later */
/* tcpconnlat.h: the event of tcpconnlat: an attempt to connect that ended. */
#include "probes/wire.h"

/* flags */
#define TCPCONNLAT_LPORT   1 /* the column LPORT */
#define TCPCONNLAT_DIST    2 /* a histogram instead of rows */

#define TCPCONNLAT_MINIMUM 0 /* of settings.numbers: attempts that ended sooner (ns) are left out */

struct tcpconnlat_event {
	struct event common;
	__u64 latency; /* from the first SYN to its end, ns; NOT_KNOWN */
	__u32 syns;
	__s32 error; /* errno; 0: none */
	__u8 result; /* enum result */
	__u8 pad[7];
};
