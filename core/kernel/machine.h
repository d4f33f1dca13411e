/* SPDX-License-Identifier: GPL-2.0-or-later */
/* machine.h: properties of machine, kernel and process that decide what can be traced. */
#ifndef NETTRACE_KERNEL_MACHINE_H
#define NETTRACE_KERNEL_MACHINE_H

#include <stdbool.h>
#include <stdint.h>

enum tracefs {
	TRACEFS_NONE,
	TRACEFS_HIDDEN, /* mounted, but not for us to read */
	TRACEFS_READABLE,
};

struct machine {
	char release[65], architecture[65];
	int64_t btf_bytes;     /* -1: there is none */
	int no_btf;            /* why it cannot be read: negative errno; 0: it can */
	int no_bpf;            /* negative errno: the kernel refuses every bpf() call; 0: it does not */
	char lockdown[32];     /* "none", "integrity", "confidentiality"; "": the kernel has no lockdown, ... */
	bool securityfs;       /* ... or this is not mounted, and there is no telling */
	bool root;             /* effective user */
	uint64_t capabilities; /* effective, by number */
	int unprivileged;      /* kernel.unprivileged_bpf_disabled; -1: no such sysctl */
	bool sk_storage;       /* see core/kernel/kernel.h */
	int no_trampolines;    /* negative errno; 0: fentry and fexit load */
	int no_map_iterators;  /* negative errno; 0: iterators may be given a map */
	bool kprobes;          /* can be made by perf_event_open() */
	enum tracefs tracefs;
	bool symbols;   /* /proc/kallsyms tells addresses */
	bool host_pids; /* our process ids are those that programs see */
};

void machine_detect(struct machine *machine);
/* The capability with this number is effective. */
bool machine_capable(const struct machine *machine, int capability);
/* Those that tracing takes are. */
bool machine_may_trace(const struct machine *machine);
#define MACHINE_CAPABILITIES 1024

/* "all", "none", "all but ..." or names with commas between. Returns the list. */
const char *machine_capabilities(const struct machine *machine, char list[MACHINE_CAPABILITIES]);

#endif
