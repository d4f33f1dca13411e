/* SPDX-License-Identifier: GPL-2.0-or-later */
/* hosts.h: names of services and hosts, as this machine knows them. */
#ifndef NETTRACE_BASE_HOSTS_H
#define NETTRACE_BASE_HOSTS_H

#include <stdbool.h>
#include <stdint.h>

/* The port of a service in /etc/services. False: there is none of the name. */
bool service_port(const char *name, uint64_t *port);
/* The addresses of a host, as getent(1) tells them, separated by spaces: a static program cannot load what the machine
 * resolves names with. Allocated. NULL: there are none. */
char *host_addresses(const char *name);

#endif
