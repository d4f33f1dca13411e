/* SPDX-License-Identifier: GPL-2.0-or-later */
/* softirqs.h: the event of softirqs: the runs of one kind of softirq on one CPU since the last reading. */
#include "probes/wire.h"

/* flags */
#define SOFTIRQS_NANOSECONDS 1
#define SOFTIRQS_EVENTS      2 /* counts, not times */
#define SOFTIRQS_HISTOGRAM   4
#define SOFTIRQS_LATENCY     8 /* from raised to entered, not how long it ran */
#define SOFTIRQS_PER_CPU     16

#define SOFTIRQ_KINDS        10
#define SOFTIRQ_SLOTS        48 /* of histograms: up to 2^48 ns is 78 hours */

/* What programs count, of one kind on one CPU: written on that CPU only. */
struct softirq {
	__u64 start; /* when it began (or was raised); 0: not seen, so one that ran when tracing began is not counted */
	__u64 total, count;
	__u64 slots[SOFTIRQ_SLOTS];
};

/* Its own options, as far as its programs look at them. */
struct softirqs_options {
	struct list cpus;
};

struct softirqs_event {
	struct event common;
	__u64 total; /* ns */
	__u64 count;
	__u64 slots[SOFTIRQ_SLOTS]; /* powers of two of us, or ns */
	__u32 cpu;                  /* all bits set: of all CPUs (the user half's) */
	__u8 kind;
	__u8 pad[3];
};
