/* SPDX-License-Identifier: GPL-2.0-or-later */
/* expectation.h: what a tool has to count on the traffic that the doctor makes (cmd/doctor/expect.h). */
#ifndef NETTRACE_MODEL_EXPECTATION_H
#define NETTRACE_MODEL_EXPECTATION_H

enum { BY_KERNEL = 1 };

/* A row of a tool's proof. Of the report that the traffic ends with, `established` are the connections that clients
 * made, `accepted` those that the server took: all but the fillers of the full queue. What was neither reset nor
 * refused was closed in order: accepted-reset. */
struct expectation {
	const char *what;     /* in the doctor's table; NULL ends a proof */
	const char *select;   /* rows with these fields (count_matches()); "": all of them */
	const char *expected; /* how many (count_expression()) */
	const char *sum;      /* not how many rows, but the sum of this field */
	enum {
		EXACTLY,
		AT_LEAST,
		MEASURE, /* nothing is expected: counted for the rows below, under the name `what` */
	} how;
	int family;          /* 4, 6: judged for this one only; 0: for each; BY_KERNEL: for both together, and expected
				are the kernel's own counters (nstat), where nobody else's traffic is in them */
	const char *options; /* of the tool, in its first row; "@ports": the ports of all servers */
	const char *needs;   /* programs, with '|' between: left out where the kernel gives none of them */
	const char *reason;  /* left out where the kernel's enum skb_drop_reason does not have it */
};

#endif
