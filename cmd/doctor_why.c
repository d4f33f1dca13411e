/* SPDX-License-Identifier: GPL-2.0-or-later */
/* doctor_why.c: why something is not to be had, and what to do about it, in words. */
#include "cmd/doctor_parts.h"

#include <errno.h>
#include <linux/capability.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

/* Not in the headers of every build machine. */
#ifndef CAP_PERFMON
#define CAP_PERFMON 38
#define CAP_BPF     39
#endif

#define ENOTSUPP 524 /* the kernel's own, without a name in user space */

const char *doctor_error_name(int error)
{
	static char number[32];
	const char *name;

	error = error < 0 ? -error : error;
	name = error == ENOTSUPP ? "ENOTSUPP" : strerrorname_np(error);
	if (name)
		return name;
	snprintf(number, sizeof(number), "errno %d", error);
	return number;
}

static bool is_kind(const char *section, const char *kind)
{
	size_t length = strlen(kind);

	return !strncmp(section, kind, length) && section[length] == '/';
}

const char *doctor_why(const struct rung *rung, const struct machine *machine)
{
	static char why[128];
	bool function = is_kind(rung->section, "fexit") || is_kind(rung->section, "fentry");

	switch (rung->fate) {
	case NOT_REFUSED:
		return "";
	case CROSSED_OUT:
		return "crossed out by --without";
	case NO_TARGET:
		if (function && machine->no_trampolines)
			snprintf(why, sizeof(why), "functions cannot be traced here (trampolines: %s)",
				 doctor_error_name(machine->no_trampolines));
		else
			snprintf(why, sizeof(why), "this kernel's BTF has no such %s",
				 function                         ? "function"
				 : is_kind(rung->section, "iter") ? "iterator"
								  : "tracepoint");
		return why;
	case AT_LOAD:
	case AT_ATTACH:
		snprintf(why, sizeof(why), "refused at %s: %s", rung->fate == AT_LOAD ? "load" : "attach",
			 doctor_error_name(rung->error));
	}
	return why;
}

static bool may_trace(const struct machine *machine)
{
	return machine_capable(machine, CAP_SYS_ADMIN) ||
	       (machine_capable(machine, CAP_BPF) && machine_capable(machine, CAP_PERFMON));
}

static const char *own_path(void)
{
	static char path[512];
	ssize_t length = readlink("/proc/self/exe", path, sizeof(path) - 1);

	path[length > 0 ? length : 0] = '\0';
	return length > 0 ? path : "nettrace";
}

static const char *privileges(void)
{
	static char remedy[1024];

	snprintf(remedy, sizeof(remedy),
		 "run as root, or: setcap cap_bpf,cap_perfmon+ep %s; in a container, securityContext: "
		 "{capabilities: {add: [BPF, PERFMON]}}, and hostPID: true",
		 own_path());
	return remedy;
}

const char *doctor_remedy(enum fate fate, int error, const struct machine *machine)
{
	error = error < 0 ? -error : error;
	if (fate == CROSSED_OUT || fate == NOT_REFUSED)
		return NULL;
	if (machine->no_btf == -ENOENT)
		return "a kernel built with CONFIG_DEBUG_INFO_BTF, 5.10 or later";
	if (fate == NO_TARGET)
		return NULL;
	if ((error == EPERM || error == EACCES) && !may_trace(machine))
		return privileges();
	if (!strcmp(machine->lockdown, "confidentiality") && (error == EPERM || error == EINVAL))
		return "lockdown=confidentiality forbids helpers that read the kernel's memory: a kernel of 6.2 or "
		       "later needs none, or boot without it";
	if ((error == EPERM || error == ENOMEM) && !machine->sk_storage)
		return "before 5.11 maps count as locked memory: ulimit -l unlimited (or CAP_SYS_RESOURCE)";
	if (error == EPERM || error == ENOSYS)
		return "let bpf() through: the seccomp profile or the security module of this container forbids it, "
		       "or the kernel has none";
	if (error == ENOMEM)
		return "raise the memory limit of this container or cgroup";
	return NULL;
}
