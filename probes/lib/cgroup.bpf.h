/* SPDX-License-Identifier: GPL-2.0-or-later */
/* cgroup.bpf.h: programs on the root of cgroup v2, which see each packet of each socket once. */
#ifndef NETTRACE_PROBES_LIB_CGROUP_BPF_H
#define NETTRACE_PROBES_LIB_CGROUP_BPF_H

#include "probes/lib/reading.bpf.h"

/* The verdict of every such program: the kernel continues as without it. Any other value would drop packets or refuse
 * sockets. A program returns nothing else (a unit test reads the objects). */
#define CGROUP_PASS 1

/* A program that calls body() and passes. */
#define CGROUP_PROGRAM(section, name, type, body)                                                                      \
	SEC(section)                                                                                                   \
	int name(type *ctx)                                                                                            \
	{                                                                                                              \
		body;                                                                                                  \
		return CGROUP_PASS;                                                                                    \
	}

/* Of a packet program, ctx is the packet itself (BPF_PROG_CGROUP_... of kernel/bpf/cgroup.c pass the sk_buff). */
#define CONTEXT_SKB(rung, ctx) KPTR(rung, ctx, sk_buff)

#endif
