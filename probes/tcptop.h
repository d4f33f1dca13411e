/* SPDX-License-Identifier: GPL-2.0-or-later */
/* tcptop.h: the event of tcptop: the bytes of one connection since the last reading. */
#include "probes/tcp/bytes.h"

/* flags */
#define TCPTOP_NO_LOADAVG 2

struct tcptop_event {
	struct bytes_event bytes;
};
