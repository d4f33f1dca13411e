/* SPDX-License-Identifier: GPL-2.0-or-later */
/* privileges.h: the capabilities of this process, and how to drop them. */
#ifndef NETTRACE_KERNEL_PRIVILEGES_H
#define NETTRACE_KERNEL_PRIVILEGES_H

#include <stdbool.h>
#include <stdint.h>

#include <linux/capability.h>

#define CAPABILITY_BIT(capability) (UINT64_C(1) << (capability))

/* Tries, with the privileges of the moment, what has to work to the end. */
typedef bool privileges_question(const void *context);

/* The capability is in effect. */
bool privileges_have(int capability);
/* For good: every capability but those in `keep` (CAPABILITY_BIT) goes from every set, and no program that this process
 * becomes can get one back. If works() says no without it, CAP_BPF stays, or else CAP_SYS_ADMIN. Children that were
 * forked before keep what they have. */
void privileges_drop(uint64_t keep, privileges_question *works, const void *context);

#endif
