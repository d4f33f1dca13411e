/* SPDX-License-Identifier: GPL-2.0-or-later */
/* traffic.h: the applet `nettrace traffic`: a generator of known TCP events on loopback. */
#ifndef NETTRACE_TRAFFIC_TRAFFIC_H
#define NETTRACE_TRAFFIC_TRAFFIC_H

#include <stdbool.h>

#include "core/base/json.h"
#include "core/cli/helper.h"

/* argv[0] is "traffic". Returns the exit code. Changes the process: its name, SIGALRM, SIGCHLD, SIGPIPE. */
int traffic_main(int argc, char **argv);
const struct helper *traffic_helper(void);
/* The lines that it prints with --json (struct applet). */
const struct json_line *traffic_lines(void);
/* Whether this process may let a socket filter drop segments (since 6.18 with CAP_NET_ADMIN or similar). Without it,
 * --retransmit, --syn, --fast, --drop and --small-sndbuf are unavailable. */
bool traffic_can_drop(void);
/* Whether the kernel has io_uring and allows it. */
bool traffic_can_uring(void);

#endif
