/* SPDX-License-Identifier: GPL-2.0-or-later */
/* udpexample.h: the event of udpexample: one datagram sent. */
#include "probes/wire.h"

struct udpexample_event {
	struct event common;
	__u32 bytes;
	__u8 pad[4];
};
