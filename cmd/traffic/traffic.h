/* SPDX-License-Identifier: GPL-2.0-or-later */
/* traffic.h: the applet `nettrace traffic`: a generator of known TCP events on loopback. */
#ifndef NETTRACE_TRAFFIC_TRAFFIC_H
#define NETTRACE_TRAFFIC_TRAFFIC_H

#include <stdbool.h>

#include "core/base/json.h"
#include "core/cli/helper.h"

/* argv[0] is "traffic". Returns the exit code. Takes the process over: its name, SIGALRM, SIGCHLD, SIGPIPE. */
int traffic_main(int argc, char **argv);
/* Its options and words. */
const struct helper *traffic_helper(void);
/* What it prints with --json (struct applet). */
const struct json_line *traffic_lines(void);
/* This process may let the kernel drop segments by a socket filter (from 6.18 on it takes CAP_NET_ADMIN or the like):
 * without, there is no --retransmit, --syn, --fast, --drop. */
bool traffic_can_drop(void);
/* The kernel has io_uring, and allows it. */
bool traffic_can_uring(void);

#endif
