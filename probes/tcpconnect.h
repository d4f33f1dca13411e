/* SPDX-License-Identifier: GPL-2.0-or-later */
/* tcpconnect.h: the events of tcpconnect: one attempt, or (with --dns) one DNS answer. */
#include "probes/wire.h"

/* flags */
#define TCPCONNECT_RESULTS 1 /* rows wait for the end of the attempt, and report it */
#define TCPCONNECT_LPORT   2
#define TCPCONNECT_UID     4
#define TCPCONNECT_DNS     8
#define TCPCONNECT_SUMMARY 16

#define ANSWER_BYTES       1280 /* more than resolvers ask for (EDNS: 1232); limit for longer answers */

enum tcpconnect_kind {
	KIND_ATTEMPT,
	KIND_ANSWER,
};

struct tcpconnect_event {
	struct event common;        /* ts: start of the attempt */
	__u64 duration;             /* from then to its end (or to now, if pending), ns; NOT_KNOWN */
	__s32 error;                /* errno that ended it; 0: none */
	__u8 kind;                  /* enum tcpconnect_kind */
	__u8 result;                /* enum result */
	__u16 length;               /* of the answer's message */
	struct peer peer;           /* without --dns an event ends before it */
	__u8 message[ANSWER_BYTES]; /* an attempt's event ends before it */
};
