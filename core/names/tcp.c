/* SPDX-License-Identifier: GPL-2.0-or-later */
/* tcp.c: the names of TCP states, of the results of connection attempts, and of limits. */
#include "core/names/tcp.h"

const char *const tcp_states[13] = {
	NULL,    "ESTABLISHED", "SYN_SENT", "SYN_RECV", "FIN_WAIT1", "FIN_WAIT2",    "TIME_WAIT",
	"CLOSE", "CLOSE_WAIT",  "LAST_ACK", "LISTEN",   "CLOSING",   "NEW_SYN_RECV",
};

#define BUT_FAILED NULL, "ok", "refused", "unreachable", "timed out", "abandoned"

const char *const result_words[7] = {
	"still connecting", "connected", "refused", "unreachable", "timed out", "abandoned", "failed",
};
const char *const result_columns[7] = { BUT_FAILED, NULL };
const char *const limit_names[7] = { NULL, "network", "peer", "sndbuf", "reader", "idle", "mixed" };
const char *const result_names[7] = { BUT_FAILED, "failed" };
