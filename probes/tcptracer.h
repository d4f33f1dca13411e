/* SPDX-License-Identifier: GPL-2.0-or-later */
/* tcptracer.h: the event of tcptracer: one connection opened, accepted or closed. */
#include "probes/wire.h"

#define TCPTRACER_VERBOSE 1 /* flag: long names of types, and namespaces */

enum tcptracer_type {
	TYPE_CONNECT,
	TYPE_ACCEPT,
	TYPE_CLOSE,
};

struct tcptracer_event {
	struct event common;
	/* TYPE_CLOSE only; otherwise NOT_KNOWN. */
	__u64 tx_bytes, rx_bytes; /* payload */
	__u64 duration;           /* since established, ns */
	__u8 type;                /* enum tcptracer_type */
	__u8 pad[7];
};
