/* SPDX-License-Identifier: GPL-2.0-or-later */
/* loadavg.h: the machine's load average at a given time. */
#ifndef NETTRACE_KERNEL_LOADAVG_H
#define NETTRACE_KERNEL_LOADAVG_H

#include <stdint.h>

/* The line of /proc/loadavg, read once for each `now` (ns); empty: unknown. The string is valid until the next
 * call. */
const char *loadavg_at(uint64_t now);
/* Sets the line for `now`, for recordings; truncated to the buffer. */
void loadavg_set(uint64_t now, const char *line);

#endif
