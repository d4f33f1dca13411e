/* SPDX-License-Identifier: GPL-2.0-or-later */
/* softirqs.h: the event of softirqs: the runs of one kind of softirq on one CPU since the last reading. */
#include "probes/wire.h"

/* flags */
#define SOFTIRQS_NANOSECONDS 1
#define SOFTIRQS_EVENTS      2 /* counts instead of times */
#define SOFTIRQS_HISTOGRAM   4
#define SOFTIRQS_LATENCY     8 /* from raise to entry, instead of the time running */
#define SOFTIRQS_PER_CPU     16

#define SOFTIRQ_KINDS        10
#define SOFTIRQ_SLOTS        48 /* of histograms: up to 2^48 ns is 78 hours */

/* The counters of one kind on one CPU, written on that CPU only. */
struct softirq {
	__u64 start; /* when it began (or was raised); 0: not seen, so a softirq that was running at the start of
			tracing does not count */
	__u64 total, count;
	__u64 slots[SOFTIRQ_SLOTS];
};

/* The part of the tool's own options that its programs use. */
struct softirqs_options {
	struct list cpus;
};

struct softirqs_event {
	struct event common;
	__u64 total; /* ns */
	__u64 count;
	__u64 slots[SOFTIRQ_SLOTS]; /* powers of two of us, or ns */
	__u32 cpu;                  /* all bits set: all CPUs (of the user half) */
	__u8 kind;
	__u8 pad[3];
};
