/* SPDX-License-Identifier: GPL-2.0-or-later */
/* privileges.h: the capabilities of this process, and how to drop them. */
#ifndef NETTRACE_KERNEL_PRIVILEGES_H
#define NETTRACE_KERNEL_PRIVILEGES_H

#include <stdbool.h>
#include <stdint.h>

#include <linux/capability.h>

#define CAPABILITY_BIT(capability) (UINT64_C(1) << (capability))

/* Tests, with the current privileges, an operation that must work until the end. */
typedef bool privileges_question(const void *context);

/* Whether the capability is effective. */
bool privileges_have(int capability);
/* Drops every capability outside `keep` (CAPABILITY_BIT) from every set, for good: no program that this process
 * executes can regain one. If works() returns false, CAP_BPF stays as well, or else CAP_SYS_ADMIN. Existing child
 * processes keep their capabilities. */
void privileges_drop(uint64_t keep, privileges_question *works, const void *context);

#endif
