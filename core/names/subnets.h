/* SPDX-License-Identifier: GPL-2.0-or-later */
/* subnets.h: a list of subnets, and the subnet of an address. */
#ifndef NETTRACE_NAMES_SUBNETS_H
#define NETTRACE_NAMES_SUBNETS_H

#include <stdbool.h>
#include <stddef.h>

#include "probes/wire.h"

#define SUBNETS_MAX  CIDR_ITEMS
#define SUBNETS_TEXT 48
/* The IPv4 ones are the default of bcc's tcpsubnet. */
#define SUBNETS_USUAL "127.0.0.1/32,10.0.0.0/8,172.16.0.0/12,192.168.0.0/16,0.0.0.0/0,::1/128,fe80::/10,fc00::/7,::/0"

struct subnets {
	struct cidr cidrs[SUBNETS_MAX];
	char texts[SUBNETS_MAX][SUBNETS_TEXT]; /* as the user wrote them */
	int lengths[SUBNETS_MAX];              /* of the prefix */
	bool v4[SUBNETS_MAX];
	__u32 count;
};

/* Parses "10.0.0.0/8,2001:db8::/32". Returns NULL or a message, valid until the next call. */
const char *subnets_parse(struct subnets *subnets, const char *text);
/* Whether an address of 16 bytes is IPv4: ::ffff:a.b.c.d. */
bool address_is_v4(const __u8 *address);
/* The text of the subnet of an address (16 bytes, IPv4 as ::ffff:a.b.c.d): the first match in the list, or the longest
 * prefix. NULL: none. An IPv6 subnet contains no IPv4 addresses. */
const char *subnets_find(const struct subnets *subnets, const __u8 *address, bool longest);

#endif
