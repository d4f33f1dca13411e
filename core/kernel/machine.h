/* SPDX-License-Identifier: GPL-2.0-or-later */
/* machine.h: properties of machine, kernel and process that decide what can be traced. */
#ifndef NETTRACE_KERNEL_MACHINE_H
#define NETTRACE_KERNEL_MACHINE_H

#include <stdbool.h>
#include <stdint.h>

enum tracefs {
	TRACEFS_NONE,
	TRACEFS_HIDDEN, /* mounted, but this process may not read it */
	TRACEFS_READABLE,
};

struct machine {
	char release[65], architecture[65];
	int64_t btf_bytes;     /* -1: no BTF */
	int no_btf;            /* the reason why BTF is unreadable: negative errno; 0: readable */
	int no_bpf;            /* negative errno: the kernel refuses every bpf() call; 0: it allows bpf() */
	char lockdown[32];     /* "none", "integrity", "confidentiality"; "": the kernel has no lockdown, ... */
	bool securityfs;       /* ... or, if this is false, lockdown is unknown: securityfs is not mounted */
	bool root;             /* effective uid is 0 */
	uint64_t capabilities; /* effective, by number */
	int unprivileged;      /* kernel.unprivileged_bpf_disabled; -1: no such sysctl */
	bool sk_storage;       /* see core/kernel/kernel.h */
	int no_trampolines;    /* negative errno; 0: fentry and fexit load */
	int no_map_iterators;  /* negative errno; 0: iterators may use a map */
	bool kprobes;          /* perf_event_open() can create kprobes */
	enum tracefs tracefs;
	bool symbols;   /* /proc/kallsyms shows addresses */
	bool host_pids; /* process ids here are those that programs see */
};

void machine_detect(struct machine *machine);
/* Whether the capability with this number is effective. */
bool machine_capable(const struct machine *machine, int capability);
/* Whether the capabilities that tracing needs are effective. */
bool machine_may_trace(const struct machine *machine);
#define MACHINE_CAPABILITIES 1024

/* Writes "none", "all", "all but ..." or names separated by commas. Returns the text, which may be a constant. */
const char *machine_capabilities(const struct machine *machine, char list[MACHINE_CAPABILITIES]);

#endif
