/* SPDX-License-Identifier: GPL-2.0-or-later */
/* dns.h: the events of dns: one query as it leaves, or one answer as it arrives. */
#include "probes/wire.h"

/* flags */
#define DNS_FAIL    1 /* only failures */
#define DNS_SEARCH  2 /* the column SEARCH */
#define DNS_SUMMARY 4 /* counts instead of rows */
#define DNS_DIST    8 /* with histograms */

/* Bytes of a message that an event has, multiples of 16. A query has a header of 12, a name of at most 255, its type
 * and class. */
#define DNS_QUERY_BYTES  288
#define DNS_ANSWER_BYTES 512

/* Totals: four slots for each power of two of ns, from 2^13 to 2^35. */
#define DNS_SLOT_POWER 13
#define DNS_SLOTS      88

/* The part of the tool's own options that its programs use. */
struct dns_options {
	struct list ports; /* of servers */
};

enum dns_kind {
	DNS_QUERY,
	DNS_ANSWER,
};

/* An answer has the same ends as its query: raddr is the server. The kernel half sends what is before `latency`, of a
 * query only the first DNS_QUERY_BYTES of the message. */
struct dns_event {
	struct event common; /* ts: when the packet left or arrived; of a row: when the query left */
	__u32 ifindex;
	__u32 lost;    /* earlier events that the full ring refused */
	__u16 length;  /* of the message, as far as the packet has it in one piece */
	__u8 kind;     /* enum dns_kind */
	__u8 is_split; /* the packet has more of the message elsewhere */
	__u8 pad[4];
	__u8 message[DNS_ANSWER_BYTES];
	/* Of a row, from the user half (cmd/dns_match.c): */
	__u64 latency; /* from the query to the answer, ns; NOT_KNOWN */
	__u64 waited;  /* from the query to the row, ns */
	__u32 ttl;     /* the smallest of the answer's records, s; all bits: unknown */
	__u16 answers; /* records; all bits: no answer */
	__u16 tries;   /* which try of its process this is */
	__u8 rcode;    /* of the answer, or enum dns_end */
	__u8 stub;     /* the server is on this machine */
	__u8 search;   /* an expansion by a search list */
	__u8 pad2[5];
	char qtype[16];
	char qname[256];
	char addresses[128]; /* of the answer, separated by commas */
	/* For totals: */
	__u64 name_hash;
	__u64 p50, p99;         /* ns; NOT_KNOWN */
	__u64 unanswered;       /* 1: a timeout */
	__u64 slots[DNS_SLOTS]; /* 1 at the place of the latency */
};
