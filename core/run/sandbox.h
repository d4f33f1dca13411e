/* SPDX-License-Identifier: GPL-2.0-or-later */
/* sandbox.h: the limits of this process once all that needs privileges is done. */
#ifndef NETTRACE_RUN_SANDBOX_H
#define NETTRACE_RUN_SANDBOX_H

#include <stdbool.h>

enum sandbox {
	SANDBOX_TRACE,  /* bpf() for what is loaded; files of /proc and the kernel's types, to read; interfaces */
	SANDBOX_REPLAY, /* what is open; and /etc/passwd, for the names of --uid */
};

/* For good: no system call but those that are still needed (others fail with EPERM), no file beyond those above, no
 * privilege that an executable could give. Capabilities are core/kernel/privileges.h's. Where the kernel has no such
 * means it goes on; verbose: a note says so. No other thread may be running. Children of before are not concerned. */
void sandbox_enter(enum sandbox sandbox, bool verbose);

#endif
