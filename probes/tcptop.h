/* SPDX-License-Identifier: GPL-2.0-or-later */
/* tcptop.h: the event of tcptop: the bytes of one connection since the last reading, and what limited it. */
#include "probes/tcp/bytes.h"
#include "probes/tcp/limits.h"

/* flags */
#define TCPTOP_NO_LOADAVG  2
#define TCPTOP_LIMITS      4 /* show limits; rows also of connections that carried nothing, but waited */
#define TCPTOP_READ_LIMITS 8 /* events have them */

struct tcptop_event {
	struct bytes_event bytes;
	__u64 observed; /* time since the last reading, ns; NOT_KNOWN */
	struct limits limits;
};
