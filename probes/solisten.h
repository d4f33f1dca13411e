/* SPDX-License-Identifier: GPL-2.0-or-later */
/* solisten.h: the event of solisten: one attempt to listen. */
#include "probes/wire.h"

/* flags */
#define SOLISTEN_NETNS 1
#define SOLISTEN_RET   2
#define SOLISTEN_RING  4 /* this kernel's io_uring can listen */

/* Indexes of the hooks in settings.arguments. */
#define SOLISTEN_HOOK      0
#define SOLISTEN_LATE_HOOK 1
#define SOLISTEN_RING_HOOK 2

#define BACKLOG_NOT_KNOWN  (-2147483647 - 1)

/* Plus 1 for IPv6. */
enum solisten_proto {
	PROTO_OTHER = 0,
	PROTO_TCP = 2,
	PROTO_MPTCP = 4,
	PROTO_UDP = 6,
	PROTO_SCTP = 8,
	PROTO_RAW = 10,
};

struct solisten_event {
	struct event common;
	__s32 backlog;   /* requested; BACKLOG_NOT_KNOWN */
	__u32 effective; /* in effect; all bits set: none, the attempt failed */
	__s32 ret;       /* 0, or a negative errno */
	__u8 proto;      /* enum solisten_proto, and the family */
	__u8 pad[3];
};
