/* SPDX-License-Identifier: GPL-2.0-or-later */
/* filter.c: segments that the kernel drops because a socket's filter says so, and how many it dropped. */
#include "cmd/traffic/parts.h"

#include <linux/filter.h>
#include <linux/sock_diag.h>
#include <sys/socket.h>
#include <unistd.h>

#include "cmd/traffic/traffic.h"

void traffic_discard(int fd)
{
	struct sock_filter nothing = BPF_STMT(BPF_RET | BPF_K, 0);
	struct sock_fprog program = { .len = 1, .filter = &nothing };

	traffic_check(setsockopt(fd, SOL_SOCKET, SO_ATTACH_FILTER, &program, sizeof(program)), "SO_ATTACH_FILTER");
}

void traffic_discard_no_more(int fd)
{
	int unused = 0;

	traffic_check(setsockopt(fd, SOL_SOCKET, SO_DETACH_FILTER, &unused, sizeof(unused)), "SO_DETACH_FILTER");
}

bool traffic_can_drop(void)
{
	struct sock_filter nothing = BPF_STMT(BPF_RET | BPF_K, 0);
	struct sock_fprog program = { .len = 1, .filter = &nothing };
	int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
	bool can = fd >= 0 && !setsockopt(fd, SOL_SOCKET, SO_ATTACH_FILTER, &program, sizeof(program));

	if (fd >= 0)
		close(fd);
	return can;
}

uint32_t traffic_drops_of(int fd)
{
	uint32_t info[SK_MEMINFO_VARS] = { 0 };
	socklen_t length = sizeof(info);

	traffic_check(getsockopt(fd, SOL_SOCKET, SO_MEMINFO, info, &length), "SO_MEMINFO");
	return info[SK_MEMINFO_DROPS];
}

static bool has_dropped(int fd, uint32_t n)
{
	return traffic_drops_of(fd) >= n;
}

uint32_t traffic_wait_drops(int fd, uint32_t n)
{
	traffic_wait_until(has_dropped, fd, n, "drops");
	return traffic_drops_of(fd);
}
