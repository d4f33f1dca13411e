/* SPDX-License-Identifier: GPL-2.0-or-later */
/* expect.h: the counts that each tool must reach on the doctor's traffic. */
#ifndef NETTRACE_DOCTOR_EXPECT_H
#define NETTRACE_DOCTOR_EXPECT_H

enum { BY_KERNEL = 1 };

struct expectation {
	const char *tool;
	const char *what;     /* in the doctor's table */
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

/* Ends with a NULL tool. Rows of a tool stand together. */
extern const struct expectation expectations[];
/* What each family's traffic is made of: options of `nettrace traffic`. */
extern const char *const expected_traffic[];       /* always; ends with NULL */
extern const char *const expected_drop_traffic[];  /* where segments can be dropped by a socket filter */
extern const char *const expected_uring_traffic[]; /* where there is io_uring */

/* The first row of a tool; NULL: no proof is written. */
const struct expectation *expectations_of(const char *tool);

#endif
