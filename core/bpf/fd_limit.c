/* SPDX-License-Identifier: GPL-2.0-or-later */
/* fd_limit.c: the limit on open file descriptors.
 *
 * Each map, program and link has a descriptor. When descriptors run out, libbpf and the kernel mostly report another
 * error. */
#include "core/bpf/fd_limit.h"

#include <errno.h>
#include <sys/resource.h>

#define OF_EACH   48 /* maps, programs, links and placeholders of a tool */
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
