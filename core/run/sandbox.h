/* SPDX-License-Identifier: GPL-2.0-or-later */
/* sandbox.h: the limits of this process after its privileged work. */
#ifndef NETTRACE_RUN_SANDBOX_H
#define NETTRACE_RUN_SANDBOX_H

#include <stdbool.h>

enum sandbox {
	SANDBOX_TRACE,  /* bpf() for the loaded objects; reading /proc and the kernel's types; interfaces */
	SANDBOX_REPLAY, /* open files; and /etc/passwd, for the names of --uid */
};

/* Permanently allows only necessary system calls (others fail with EPERM), the files above, and no privileges of
 * executables. For capabilities see core/kernel/privileges.h. A kernel without these means sets no limit, which verbose
 * notes. No other thread may be running. Existing children are not limited. */
void sandbox_enter(enum sandbox sandbox, bool verbose);
/* For a recording, which is untrusted input: no capabilities and SANDBOX_REPLAY, before its first byte is read. */
void sandbox_before_reading(bool verbose);

#endif
