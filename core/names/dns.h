/* SPDX-License-Identifier: GPL-2.0-or-later */
/* dns.h: a parser and cache of DNS answers: names by address. */
#ifndef NETTRACE_NAMES_DNS_H
#define NETTRACE_NAMES_DNS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "core/tool.h"

#define DNS_NAME 256 /* a name as text is shorter */

/* Gets each address of an answer: 16 bytes, IPv4 as ::ffff:a.b.c.d. */
typedef void dns_address(void *context, const uint8_t address[16]);

/* Reads a message as it came from the network, of which the end may be missing. If it is an answer to one question, its
 * name goes into `name` and each IPv4 and IPv6 address, also those behind aliases (CNAME), to `each`. False: it is
 * none. */
bool dns_read(const uint8_t *message, size_t length, char name[DNS_NAME], dns_address *each, void *context);

/* Takes a message that came to a network namespace at a time (ns) and remembers what it answers. */
void dns_add_answer(uint32_t netns, uint64_t when, const uint8_t *message, size_t length);
/* Names an event's remote address by what its network namespace learned last, in the 24 h before it. */
void dns_name_peer(struct peer *peer, const struct event *event);

/* What tables show of a peer without a name: names of peer->unnamed. */
extern const char *const dns_unnamed[2];
#define DNS_UNNAMED NAMES(dns_unnamed)

#endif
