/* SPDX-License-Identifier: GPL-2.0-or-later */
/* clock.h: event times (ns of CLOCK_BOOTTIME) as the times people and machines read. */
#ifndef NETTRACE_CLOCK_H
#define NETTRACE_CLOCK_H

#include <stdint.h>

#include "core/text.h"

/* Now, in ns of CLOCK_BOOTTIME. */
uint64_t clock_boot(void);
/* Takes the distance between boot time and wall time anew; call it now and then, so that a stepped clock is followed.
 */
void clock_sync(void);
/* Sets that distance (ns) instead: for recordings and tests. */
void clock_set(int64_t offset);
/* Microseconds since 1970. */
uint64_t clock_wall_us(uint64_t boot);
/* "11:02:07", local time. */
void clock_local(struct text *text, uint64_t boot);
/* As a form of strftime() says, local time. */
void clock_format(struct text *text, uint64_t boot, const char *form);
/* "2026-03-05T11:02:07.123456789Z". */
void clock_rfc3339(struct text *text, uint64_t boot);

#endif
