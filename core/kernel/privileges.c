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

/* Prevents programs that this process executes from regaining privileges. To empty the bounding set needs CAP_SETPCAP;
 * without it, no_new_privs must suffice. */
static bool prevent_regaining(void)
{
	for (int capability = 0; !prctl(PR_CAPBSET_DROP, capability, 0, 0, 0); capability++)
		;
	return !prctl(PR_CAP_AMBIENT, PR_CAP_AMBIENT_CLEAR_ALL, 0, 0, 0) && !prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0);
}

void privileges_drop(uint64_t keep, privileges_question *works, const void *context)
{
	/* Before 5.19 the kernel refuses every bpf() without CAP_BPF if kernel.unprivileged_bpf_disabled is set; since
	 * 5.19 only the creation of programs and maps. Before 5.8, CAP_SYS_ADMIN had the role of CAP_BPF, and it still
	 * suffices. */
	static const uint64_t perhaps[] = { 0, CAPABILITY_BIT(CAP_BPF), CAPABILITY_BIT(CAP_SYS_ADMIN) };
	struct sets before, after = { 0 };
	bool ok = get(&before) && prevent_regaining();

	/* A permitted capability can become effective again, so each try drops effective ones only. */
	for (size_t i = 0; ok && i < sizeof(perhaps) / sizeof(perhaps[0]); i++) {
		after.effective = before.permitted & (keep | perhaps[i]);
		after.permitted = before.permitted;
		ok = set(after);
		if (ok && works(context))
			break;
	}
	after.permitted = after.effective;
	if (!ok || !set(after))
		print_warning("cannot drop capabilities: %s", strerror(errno));
}
