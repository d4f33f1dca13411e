/* SPDX-License-Identifier: GPL-2.0-or-later */
/* clock.h: conversion of event times (ns of CLOCK_BOOTTIME) to local time and UTC. */
#ifndef NETTRACE_BASE_CLOCK_H
#define NETTRACE_BASE_CLOCK_H

#include <stdint.h>

#include "core/base/text.h"

#define CLOCK_LOCAL   18
#define CLOCK_RFC3339 30

/* The part of a context (core/base/context.h) with the clock's offsets. */
struct clock {
	int64_t offset;           /* wall - boot, ns */
	int64_t namespace_offset; /* of CLOCK_BOOTTIME here - of the kernel's own, ns */
	/* The last second as text: localtime() reads files and rules, once a second is enough. */
	uint64_t local_second, utc_second; /* UINT64_MAX: none yet */
	char local[8], utc[20];
};

#define CLOCK_NONE                                                                                                     \
	{                                                                                                              \
		.local_second = UINT64_MAX, .utc_second = UINT64_MAX                                                   \
	}

/* Measures the offset between CLOCK_BOOTTIME of this time namespace and the kernel's own (time_namespaces(7)), which
 * bpf_ktime_get_boot_ns() reads. Call it once, before all other functions; contexts made later have it, too. */
void clock_begin(void);
/* Now, in ns of the kernel's own CLOCK_BOOTTIME. */
uint64_t clock_boot(void);
/* Measures the offset between boot time and wall time again. The caller repeats it now and then, to follow a stepped
 * wall clock. */
void clock_sync(void);
/* Sets that offset (ns) instead of measuring it: for recordings and tests. */
void clock_set(int64_t offset);
/* The current offset, ns. */
int64_t clock_offset(void);
/* Microseconds since 1970. boot: ns, as events have it. */
uint64_t clock_wall_us(uint64_t boot);
/* "11:02:07", local time; with up to 9 digits, "11:02:07.123456". Writes CLOCK_LOCAL bytes at most, and returns the
 * end. */
char *clock_put_local(char *to, uint64_t boot, unsigned int digits);
/* "2026-03-05T11:02:07.123456+01:00", local time; CLOCK_ISO bytes. Returns the end. */
#define CLOCK_ISO 36
char *clock_put_iso(char *to, uint64_t boot);
/* Appends the first form, or (iso) the second. */
void clock_local(struct text *text, uint64_t boot, unsigned int digits, bool iso);
/* Local time in a format of strftime(). */
void clock_format(struct text *text, uint64_t boot, const char *form);
/* "2026-03-05T11:02:07.123456789Z"; the second form writes to a buffer and returns the end. */
void clock_rfc3339(struct text *text, uint64_t boot);
char *clock_put_rfc3339(char *to, uint64_t boot);

#endif
