/* SPDX-License-Identifier: GPL-2.0-or-later */
/* subnets.c: a list of subnets. */
#include "core/names/subnets.h"

#include <stdio.h>
#include <string.h>

#include "core/base/values.h"

static int prefix_length(const struct cidr *cidr)
{
	int length = 0;

	for (int i = 0; i < 16; i++)
		length += __builtin_popcount(cidr->mask[i]);
	return length;
}

static const char *add(const char *item, void *to)
{
	struct subnets *subnets = to;
	__u32 at = subnets->count;
	const char *message;

	if (!strchr(item, '/'))
		return "not a subnet like 10.0.0.0/8 or 2001:db8::/32";
	message = value_networks(subnets->cidrs, &subnets->count, item);
	if (message)
		return message;
	snprintf(subnets->texts[at], SUBNETS_TEXT, "%s", item);
	subnets->lengths[at] = prefix_length(&subnets->cidrs[at]);
	subnets->v4[at] = !strchr(item, ':');
	return NULL;
}

const char *subnets_parse(struct subnets *subnets, const char *text)
{
	memset(subnets, 0, sizeof(*subnets));
	return value_items(text, add, subnets);
}

static bool has(const struct cidr *cidr, const __u8 *address)
{
	for (int i = 0; i < 16; i++) {
		if ((address[i] ^ cidr->addr[i]) & cidr->mask[i])
			return false;
	}
	return true;
}

bool address_is_v4(const __u8 *address)
{
	static const __u8 mapped[12] = { [10] = 0xff, [11] = 0xff };

	return !memcmp(address, mapped, sizeof(mapped));
}

const char *subnets_find(const struct subnets *subnets, const __u8 *address, bool longest)
{
	bool v4 = address_is_v4(address);
	int best = -1;

	for (__u32 i = 0; i < subnets->count; i++) {
		if (subnets->v4[i] != v4 || !has(&subnets->cidrs[i], address))
			continue;
		if (!longest)
			return subnets->texts[i];
		if (best < 0 || subnets->lengths[i] > subnets->lengths[best])
			best = (int)i;
	}
	return best < 0 ? NULL : subnets->texts[best];
}
