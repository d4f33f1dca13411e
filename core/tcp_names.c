/* SPDX-License-Identifier: GPL-2.0-or-later */
/* tcp_names.c: the names of TCP states. */
#include "core/tcp_names.h"

const char *const tcp_states[13] = {
	NULL,    "ESTABLISHED", "SYN_SENT", "SYN_RECV", "FIN_WAIT1", "FIN_WAIT2",    "TIME_WAIT",
	"CLOSE", "CLOSE_WAIT",  "LAST_ACK", "LISTEN",   "CLOSING",   "NEW_SYN_RECV",
};
