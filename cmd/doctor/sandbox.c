/* SPDX-License-Identifier: GPL-2.0-or-later */
/* sandbox.c: the network namespace of the doctor's traffic: a new one, else the current one with its loopback
 * interface. */
#include "cmd/doctor/prove_parts.h"

#include <errno.h>
#include <net/if.h>
#include <netinet/in.h>
#include <sched.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <unistd.h>

#include "cmd/traffic/traffic.h"
#include "cmd/fatal.h"

/* Below the default range of ephemeral ports. */
#define FIRST_PORT 7301
#define LAST_PORT  20000

/* A new namespace contains no other traffic. */
static bool new_namespace(void)
{
	struct ifreq loopback = { .ifr_name = "lo" };
	int fd;
	bool up;

	if (unshare(CLONE_NEWNET))
		return false;
	fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	up = fd >= 0 && !ioctl(fd, SIOCGIFFLAGS, &loopback);
	loopback.ifr_flags = (short)(loopback.ifr_flags | IFF_UP | IFF_RUNNING);
	up = up && !ioctl(fd, SIOCSIFFLAGS, &loopback);
	if (fd >= 0)
		close(fd);
	if (!up)
		fatal(EXIT_FAILED, "a new network namespace: its loopback interface: %s", strerror(errno));
	return true;
}

static bool can_bind(int family, uint16_t port)
{
	struct sockaddr_in6 v6 = { .sin6_family = AF_INET6,
				   .sin6_port = htons(port),
				   .sin6_addr = IN6ADDR_LOOPBACK_INIT };
	struct sockaddr_in v4 = { .sin_family = AF_INET,
				  .sin_port = htons(port),
				  .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
	int fd = socket(family ? AF_INET6 : AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
	bool can = fd >= 0 && !(family ? bind(fd, (struct sockaddr *)&v6, sizeof(v6))
				       : bind(fd, (struct sockaddr *)&v4, sizeof(v4)));

	if (fd >= 0)
		close(fd);
	return can;
}

/* Finds consecutive free ports; 0: the family has none, or no address. */
static uint16_t find_ports(int family, uint16_t from)
{
	for (uint16_t first = from; first < LAST_PORT; first = (uint16_t)(first + PROVE_PORTS)) {
		int n = 0;

		while (n < PROVE_PORTS && can_bind(family, (uint16_t)(first + n)))
			n++;
		if (n == PROVE_PORTS)
			return first;
		if (errno != EADDRINUSE)
			return 0;
	}
	return 0;
}

void sandbox_find(struct sandbox *sandbox)
{
	uint16_t from = FIRST_PORT;

	*sandbox = (struct sandbox){ .own_namespace = new_namespace() };
	for (int family = 0; family < PROVE_FAMILIES; family++) {
		sandbox->ports[family] = find_ports(family, from);
		sandbox->families[family] = sandbox->ports[family] != 0;
		if (sandbox->families[family])
			from = (uint16_t)(sandbox->ports[family] + PROVE_PORTS);
	}
	if (!sandbox->families[0] && !sandbox->families[1])
		fatal(EXIT_CANNOT, "no traffic can be made: nothing can be bound to 127.0.0.1 and ::1 (%s)",
		      strerror(errno));
	sandbox->drops = traffic_can_drop();
	sandbox->uring = traffic_can_uring();
}
