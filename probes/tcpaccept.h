/* SPDX-License-Identifier: GPL-2.0-or-later */
/* tcpaccept.h: the event of tcpaccept: one accepted connection. */
#include "probes/wire.h"

/* Indexes of the hooks. */
enum {
	TCPACCEPT_STATE_HOOK,
	TCPACCEPT_ACCEPT_HOOK,
	TCPACCEPT_LATE_HOOK,
	TCPACCEPT_URING_HOOK,
};

struct tcpaccept_event {
	struct event common;
	__u64 wait;  /* in the listener's queue, ns; NOT_KNOWN */
	__u32 queue; /* length of the remaining queue */
	__u32 limit; /* limit of the queue */
};
