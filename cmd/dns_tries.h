/* SPDX-License-Identifier: GPL-2.0-or-later */
/* dns_tries.h: what a process asked before: repeated queries, and names that a search list makes. */
#ifndef NETTRACE_CMD_DNS_TRIES_H
#define NETTRACE_CMD_DNS_TRIES_H

#include <stdbool.h>
#include <stdint.h>

#include "core/names/dns.h"
#include "probes/wire.h"

#define DNS_NXDOMAIN 3 /* of rcode */

struct dns_tries;

/* How a try has ended. */
enum try_end {
	TRY_UNANSWERED, /* not yet, or never */
	TRY_FAILED,     /* resolvers ask again */
	TRY_ANSWERED,
};

/* timeout: after which an unanswered query is over, ns. Memory is bounded: what is older is forgotten first. */
struct dns_tries *dns_tries_new(uint64_t timeout);
void dns_tries_free(struct dns_tries *tries);

/* The number of a query's try, from 1. *id: what dns_try_ends() needs. */
uint16_t dns_try(struct dns_tries *tries, const struct event *query, const char *name, uint16_t type, uint64_t *id);
void dns_try_ends(struct dns_tries *tries, uint64_t id, enum try_end end);
/* Whether resolvers ask again after this answer. */
bool dns_is_retried(const struct dns_message *answer);

/* Whether the query's name is an expansion by a search list, as far as earlier queries show it. */
bool dns_search_is(struct dns_tries *tries, const struct event *query, const char *name);
/* Records an answer to the process that the name does not exist. */
void dns_search_failed(struct dns_tries *tries, const struct event *query, const char *name);

#endif
