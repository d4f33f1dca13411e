/* SPDX-License-Identifier: GPL-2.0-or-later */
/* expectation.h: the rows and sums that a tool must count on the doctor's traffic (cmd/doctor/expect.h). */
#ifndef NETTRACE_MODEL_EXPECTATION_H
#define NETTRACE_MODEL_EXPECTATION_H

#include <stdbool.h>

enum { BY_KERNEL = 1 };

/* A row of a tool's proof. The traffic ends with a report: `established` counts the connections that clients made.
 * `accepted` counts those that the server accepted: all except the fillers of the full queue. accepted-reset are those
 * closed in order, neither reset nor refused. */
struct expectation {
	const char *what;     /* name in the doctor's table; NULL ends a proof */
	const char *select;   /* counts rows with these fields (count_matches()); "": all rows */
	const char *expected; /* the expected count (count_expression()) */
	const char *sum;      /* sums this field instead of counting rows */
	enum {
		EXACTLY,
		AT_LEAST,
		MEASURE, /* expects nothing: a count for later rows, under the name `what` */
	} how;
	int family; /* 4, 6: this family only; 0: each; BY_KERNEL: both, against the kernel's counters (nstat), if no
		       other traffic counts */
	const char *options; /* the tool's options, in its first row; "@ports": the ports of all servers */
	const char *needs;   /* programs: "a|b,c" is c, and a or b; row omitted where the kernel refuses them */
	const char *reason;  /* row omitted where the kernel's enum skb_drop_reason lacks it */
	bool by_place;       /* row omitted where the place in the kernel has to stand in for reasons (before 5.17), and
				/proc/kallsyms hides addresses */
};

#endif
