/* SPDX-License-Identifier: GPL-2.0-or-later */
/* privileges.c: the capabilities of this process. */
#include "core/kernel/privileges.h"

#include <errno.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "core/base/message.h"

struct sets {
	uint64_t effective, permitted, inheritable;
};

static bool get(struct sets *sets)
{
	struct __user_cap_header_struct header = { .version = _LINUX_CAPABILITY_VERSION_3 };
	struct __user_cap_data_struct data[_LINUX_CAPABILITY_U32S_3];

	if (syscall(SYS_capget, &header, data))
		return false;
	sets->effective = data[0].effective | (uint64_t)data[1].effective << 32;
	sets->permitted = data[0].permitted | (uint64_t)data[1].permitted << 32;
	sets->inheritable = data[0].inheritable | (uint64_t)data[1].inheritable << 32;
	return true;
}

static bool set(struct sets sets)
{
	struct __user_cap_header_struct header = { .version = _LINUX_CAPABILITY_VERSION_3 };
	struct __user_cap_data_struct data[_LINUX_CAPABILITY_U32S_3] = {
		{ (uint32_t)sets.effective, (uint32_t)sets.permitted, (uint32_t)sets.inheritable },
		{ (uint32_t)(sets.effective >> 32), (uint32_t)(sets.permitted >> 32),
		  (uint32_t)(sets.inheritable >> 32) },
	};

	return !syscall(SYS_capset, &header, data);
}

bool privileges_have(int capability)
{
	struct sets sets;

	return get(&sets) && sets.effective & CAPABILITY_BIT(capability);
}

/* What a program started from here could get. Emptying the bounding set takes CAP_SETPCAP; without, no_new_privs has to
 * do. */
static bool prevent_regaining(void)
{
	for (int capability = 0; !prctl(PR_CAPBSET_DROP, capability, 0, 0, 0); capability++)
		;
	return !prctl(PR_CAP_AMBIENT, PR_CAP_AMBIENT_CLEAR_ALL, 0, 0, 0) && !prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0);
}

void privileges_drop(uint64_t keep, privileges_question *works, const void *context)
{
	/* Before 5.19 the kernel refuses every bpf() to those without CAP_BPF where kernel.unprivileged_bpf_disabled
	 * is set; since, only making programs and maps. Before 5.8 was CAP_SYS_ADMIN, which still does. */
	static const uint64_t perhaps[] = { 0, CAPABILITY_BIT(CAP_BPF), CAPABILITY_BIT(CAP_SYS_ADMIN) };
	struct sets before, after = { 0 };
	bool ok = get(&before) && prevent_regaining();

	/* What is permitted can be taken into effect again: so it is tried without. */
	for (size_t i = 0; ok && i < sizeof(perhaps) / sizeof(perhaps[0]); i++) {
		after.effective = before.permitted & (keep | perhaps[i]);
		after.permitted = before.permitted;
		ok = set(after);
		if (ok && works(context))
			break;
	}
	after.permitted = after.effective;
	if (!ok || !set(after))
		message("note: cannot drop capabilities: %s", strerror(errno));
}
