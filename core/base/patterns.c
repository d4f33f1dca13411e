/* SPDX-License-Identifier: GPL-2.0-or-later */
/* patterns.c: networks and comm globs, in the form in which the kernel half matches them. */
#include "core/base/values.h"
#include "core/base/values_parts.h"

#include <arpa/inet.h>
#include <stdio.h>
#include <string.h>

#define V4_BITS 96 /* of ::ffff:0:0/96, which IPv4 lives in */

struct cidrs {
	struct cidr *items;
	__u32 *count;
};

/* Reads "192.0.2.1" or "2001:db8::1" into addr; says how many bits stand before the first one of the text's own family,
 * or -1. */
static int read_address(__u8 addr[16], const char *text)
{
	static const __u8 mapped[12] = { [10] = 0xff, [11] = 0xff };

	if (inet_pton(AF_INET6, text, addr) == 1)
		return 0;
	if (inet_pton(AF_INET, text, addr + sizeof(mapped)) != 1)
		return -1;
	memcpy(addr, mapped, sizeof(mapped));
	return V4_BITS;
}

static const char *add_cidr(const char *item, void *to)
{
	const struct cidrs *cidrs = to;
	char host[INET6_ADDRSTRLEN];
	size_t length = strcspn(item, "/");
	struct cidr cidr = { 0 };
	uint64_t bits;
	int before = -1;

	if (length < sizeof(host)) {
		snprintf(host, sizeof(host), "%.*s", (int)length, item);
		before = read_address(cidr.addr, host);
	}
	if (before < 0)
		return "not an address or network (192.0.2.1, 10.0.0.0/8, 2001:db8::/32)";
	bits = 128 - (uint64_t)before;
	if (item[length] == '/' && value_number(&bits, item + length + 1, 0, bits))
		return value_message("not a prefix length (0-%d)", 128 - before);
	bits += (uint64_t)before;
	for (unsigned int i = 0; i < sizeof(cidr.mask); i++) {
		unsigned int ones = bits >= 8 * (i + 1) ? 8 : bits <= 8 * i ? 0 : (unsigned int)(bits - 8 * i);

		cidr.mask[i] = (__u8)(0xff00 >> ones);
		cidr.addr[i] &= cidr.mask[i];
	}
	if (*cidrs->count == CIDR_ITEMS)
		return value_message("too many networks, at most %d", CIDR_ITEMS);
	cidrs->items[(*cidrs->count)++] = cidr;
	return NULL;
}

const char *value_cidrs(struct cidr *cidrs, __u32 *count, const char *text)
{
	return value_items(text, add_cidr, &(struct cidrs){ cidrs, count });
}

struct globs {
	struct glob *items;
	__u32 *count;
};

static const char *add_glob(const char *item, void *to)
{
	const struct globs *globs = to;
	struct glob glob = { 0 };

	for (; *item; item++) {
		if (*item == '*') {
			glob.gap |= 1U << glob.length;
			continue;
		}
		/* No comm could match. */
		if (glob.length == COMM_SIZE - 1)
			return value_message("more than the %d characters of a comm", COMM_SIZE - 1);
		if (*item == '?')
			glob.any |= 1U << glob.length;
		else
			glob.text[glob.length] = *item;
		glob.length++;
	}
	if (*globs->count == GLOB_ITEMS)
		return value_message("too many patterns, at most %d", GLOB_ITEMS);
	globs->items[(*globs->count)++] = glob;
	return NULL;
}

const char *value_globs(struct glob *globs, __u32 *count, const char *text)
{
	return value_items(text, add_glob, &(struct globs){ globs, count });
}
