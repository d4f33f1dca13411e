/* SPDX-License-Identifier: GPL-2.0-or-later */
/* tcpsubnet.h: the event of tcpsubnet: what a connection has carried since the last time, and the subnet it goes to. */
#include "probes/tcp/bytes.h"

/* flags */
#define TCPSUBNET_RX      1 /* received bytes, too */
#define TCPSUBNET_LONGEST 2 /* the longest prefix that matches, not the first */

struct tcpsubnet_event {
	struct bytes_event bytes;
	/* Of the user half. */
	__u64 tx, rx; /* in the unit that was asked for */
	char subnet[48];
};
