/* SPDX-License-Identifier: GPL-2.0-or-later */
/* tcpsubnet.h: the event of tcpsubnet: the bytes of one connection since the last reading, with its subnet. */
#include "probes/tcp/bytes.h"

/* flags */
#define TCPSUBNET_RX      1 /* also received bytes */
#define TCPSUBNET_LONGEST 2 /* the longest matching prefix, not the first */

struct tcpsubnet_event {
	struct bytes_event bytes;
	/* Of the user half: */
	__u64 tx, rx; /* in the requested unit */
	char subnet[48];
};
