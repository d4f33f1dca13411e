/* SPDX-License-Identifier: GPL-2.0-or-later */
/* tcpstates.h: the event of tcpstates: one state change. */
#include "probes/wire.h"

struct tcpstates_event {
	struct event common;
	__u64 skaddr;
	__u64 duration; /* in the old state, ns; NOT_KNOWN */
	__u8 oldstate, newstate;
	__u8 pad[6];
};
