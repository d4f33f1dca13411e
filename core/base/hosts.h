/* SPDX-License-Identifier: GPL-2.0-or-later */
/* hosts.h: lookups of service and host names on this machine. */
#ifndef NETTRACE_BASE_HOSTS_H
#define NETTRACE_BASE_HOSTS_H

#include <stdbool.h>
#include <stdint.h>

/* The port of a service in /etc/services. False: no such service. */
bool service_port(const char *name, uint64_t *port);
/* The addresses of a host from getent(1), separated by spaces, because a static program cannot load the machine's
 * resolver modules. The caller frees them. NULL: none. */
char *host_addresses(const char *name);

#endif
