/* SPDX-License-Identifier: GPL-2.0-or-later */
/* fd_limit.c: enough of them: each map, program and link has one. What libbpf and the kernel say when there are too
 * few is mostly something else. */
#include "core/bpf/fd_limit.h"

#include <errno.h>
#include <sys/resource.h>

#define OF_EACH   48 /* maps, programs and links of a tool, and what stands for them while they are loaded */
#define OF_OTHERS 16

int fd_limit_raise(size_t tools)
{
	rlim_t wanted = OF_OTHERS + OF_EACH * tools;
	struct rlimit limit;

	if (getrlimit(RLIMIT_NOFILE, &limit) || limit.rlim_cur >= wanted)
		return 0;
	limit.rlim_cur = wanted < limit.rlim_max ? wanted : limit.rlim_max;
	return setrlimit(RLIMIT_NOFILE, &limit) || limit.rlim_cur < wanted ? -EMFILE : 0;
}
