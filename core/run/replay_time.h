/* SPDX-License-Identifier: GPL-2.0-or-later */
/* replay_time.h: the times of --since and --until in a recording. */
#ifndef NETTRACE_RUN_REPLAY_TIME_H
#define NETTRACE_RUN_REPLAY_TIME_H

#include <stdbool.h>
#include <stdint.h>

#include "core/base/error.h"

/* "+90s": after the recording's begin; "02:15", "02:15:30.5": local time, the first after its begin; "2026-03-05
 * 02:15:30": local time; with T between and Z behind: UTC. begun, *boot: ns of boot time. False: bad input, see *error.
 */
bool replay_time(uint64_t *boot, const char *option, const char *text, uint64_t begun, struct error *error);

#endif
