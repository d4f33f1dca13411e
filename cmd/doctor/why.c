/* SPDX-License-Identifier: GPL-2.0-or-later */
/* why.c: the reasons of missing programs and their remedies, as text. */
#include "cmd/doctor/parts.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "core/names/enums.h"
#include "core/kernel/kernel.h"

#define ENOTSUPP 524 /* of the kernel, without a name in user space */

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
	bool map = !strcmp(rung->section, "iter/bpf_sk_storage_map") && machine->no_map_iterators;

	switch (rung->fate) {
	case NOT_REFUSED:
		return "";
	case EXCLUDED:
		return "excluded by --without";
	case SKIPPED:
		return "skipped by --rung";
	case NO_TARGET:
		if (rung->error == -ENODATA)
			snprintf(why, sizeof(why), "this kernel's tracepoint has no types for its arguments");
		else if (rung->error == -ENOSYS)
			snprintf(why, sizeof(why), "this kernel has no bpf_rdonly_cast() (6.2)");
		else if ((function || map) && (machine->no_bpf || !machine_may_trace(machine)))
			snprintf(why, sizeof(why), "unknown: this process may not load programs");
		else if (function && machine->no_trampolines)
			snprintf(why, sizeof(why), "functions cannot be traced here (trampolines: %s)",
				 doctor_error_name(machine->no_trampolines));
		else if (map && machine->no_map_iterators != -ENOENT)
			snprintf(why, sizeof(why), "iterators cannot use maps here (%s)",
				 doctor_error_name(machine->no_map_iterators));
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

/* The remedy for missing privileges, with a text of its own for containers. */
static const char *privileges(int error)
{
	static char remedy[1024];

	snprintf(remedy, sizeof(remedy),
		 "%s; in Kubernetes, securityContext: {capabilities: {add: [BPF, PERFMON]}}, and hostPID: true",
		 kernel_remedy(-error));
	return remedy;
}

const char *doctor_unnamed_column(const struct tool *tool)
{
	static char text[128];
	const char *type, *title = enums_missing(tool, &type);

	if (!title)
		return NULL;
	snprintf(text, sizeof(text), "%s: this kernel has no enum %s", title, type);
	return text;
}

const char *doctor_remedy(enum fate fate, int error, const struct machine *machine)
{
	error = error < 0 ? -error : error;
	if (fate == EXCLUDED || fate == SKIPPED || fate == NOT_REFUSED)
		return NULL;
	if (machine->no_btf == -ENOENT)
		return kernel_remedy(-ENOENT);
	if (fate == NO_TARGET)
		return NULL;
	if ((error == EPERM || error == EACCES || error == EINVAL) && !machine_may_trace(machine))
		return privileges(error);
	if (!strcmp(machine->lockdown, "confidentiality") && (error == EPERM || error == EINVAL))
		return "lockdown=confidentiality forbids helpers that read the kernel's memory: a kernel of 6.2 or "
		       "later needs none, or boot without it";
	/* Errors that would fail a running tool. Other errors concern one program only; the verifier returns EACCES
	 * too. */
	if (error == EPERM || error == ENOSYS || error == ENOMEM || (error == EACCES && machine->no_bpf))
		return kernel_remedy(-error);
	return NULL;
}
