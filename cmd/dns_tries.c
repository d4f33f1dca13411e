/* SPDX-License-Identifier: GPL-2.0-or-later */
/* dns_tries.c: what a process asked before: repeated queries, and names that a search list makes.
 *
 * Tables have one place for each hash, so that memory is bounded: a collision forgets the older entry. */
#include "cmd/dns_tries.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/base/hash.h"
#include "core/base/must.h"

#define MS       1000000ULL
#define PARALLEL (100 * MS)  /* sooner than any resolver asks again: it asks several servers at once */
#define SOON     (1000 * MS) /* within which the next name of a search list is asked for */
#define TRIES    16384       /* powers of two */
#define FAILURES 512
#define SUFFIXES 64

struct
try {
	uint64_t hash, since;
	uint16_t number;
	uint8_t end; /* enum try_end */
};

/* The latest name of a process that does not exist. */
struct failure {
	uint64_t hash, since;
	char name[DNS_NAME];
};

/* A domain of a search list. */
struct suffix {
	uint32_t netns;
	char name[DNS_NAME];
};

struct dns_tries {
	uint64_t timeout;
	struct try tries[TRIES];
	struct failure failures[FAILURES];
	struct suffix suffixes[SUFFIXES];
	size_t n_suffixes; /* that were ever added */
};

struct dns_tries *dns_tries_new(uint64_t timeout)
{
	struct dns_tries *tries = must(calloc(1, sizeof(*tries)));

	tries->timeout = timeout;
	return tries;
}

void dns_tries_free(struct dns_tries *tries)
{
	free(tries);
}

static uint64_t hash_of_process(const struct event *query)
{
	uint64_t hash = hash_add(HASH_START, &query->netns, sizeof(query->netns));

	hash = hash_add(hash, &query->pid, sizeof(query->pid));
	return query->pid ? hash : hash_add(hash, &query->lport, sizeof(query->lport));
}

/* ---- repeated queries ---- */

static uint16_t next_number(const struct dns_tries *tries, const struct try *try, uint64_t now)
{
	uint64_t since = now > try->since ? now - try->since : 0;

	if (try->end == TRY_ANSWERED || since > 2 * tries->timeout)
		return 1;
	if (try->end == TRY_UNANSWERED && since < PARALLEL)
		return try->number;
	return try->number < UINT16_MAX - 1 ? (uint16_t)(try->number + 1) : try->number;
}

static struct try *try_of(struct dns_tries *tries, uint64_t hash)
{
	return &tries->tries[(hash ^ hash >> 32) & (TRIES - 1)];
}

uint16_t dns_try(struct dns_tries *tries, const struct event *query, const char *name, uint16_t type, uint64_t *id)
{
	uint64_t hash = hash_add(hash_add(hash_of_process(query), &type, sizeof(type)), name, strlen(name));
	struct try *try = try_of(tries, hash);
	uint16_t number = try->number && try->hash == hash ? next_number(tries, try, query->ts) : 1;

	*try = (struct try){ .hash = hash, .since = query->ts, .number = number };
	*id = hash;
	return number;
}

void dns_try_ends(struct dns_tries *tries, uint64_t id, enum try_end end)
{
	struct try *try = try_of(tries, id);

	if (try->hash == id)
		try->end = (uint8_t)end;
}

bool dns_is_retried(const struct dns_message *answer)
{
	enum { SERVFAIL = 2, NOTIMP = 4, REFUSED = 5 };

	return answer->is_truncated || answer->rcode == SERVFAIL || answer->rcode == NOTIMP || answer->rcode == REFUSED;
}

/* ---- search lists ---- */

static struct failure *failure_of(struct dns_tries *tries, const struct event *query, uint64_t *hash)
{
	*hash = hash_of_process(query);
	return &tries->failures[(*hash ^ *hash >> 32) & (FAILURES - 1)];
}

/* The rest of `name` after `first` and a dot; NULL: it does not begin so. */
static const char *rest_after(const char *name, const char *first)
{
	size_t length = strlen(first);

	return !strncmp(name, first, length) && name[length] == '.' && name[length + 1] ? name + length + 1 : NULL;
}

/* The beginning of `name` before a dot and `last`: its length; 0: it does not end so. */
static size_t length_before(const char *name, const char *last)
{
	size_t whole = strlen(name), length = strlen(last);

	if (whole <= length + 1 || name[whole - length - 1] != '.' || strcmp(name + whole - length, last))
		return 0;
	return whole - length - 1;
}

static bool is_suffix(const struct dns_tries *tries, uint32_t netns, const char *name)
{
	for (size_t i = 0; i < tries->n_suffixes && i < SUFFIXES; i++)
		if (tries->suffixes[i].netns == netns && length_before(name, tries->suffixes[i].name))
			return true;
	return false;
}

static void learn(struct dns_tries *tries, uint32_t netns, const char *name)
{
	struct suffix *suffix;

	for (size_t i = 0; i < tries->n_suffixes && i < SUFFIXES; i++)
		if (tries->suffixes[i].netns == netns && !strcmp(tries->suffixes[i].name, name))
			return;
	suffix = &tries->suffixes[tries->n_suffixes++ % SUFFIXES];
	suffix->netns = netns;
	snprintf(suffix->name, sizeof(suffix->name), "%s", name);
}

/* After `failed` did not exist, the process asks for `name`. Learns the domains that a search list appends, from pairs
 * that nothing else explains: host.a.b.c then host.b.c (the domains of a Kubernetes pod), host.a then host, host then
 * host.a. */
static void compare(struct dns_tries *tries, uint32_t netns, const char *failed, const char *name)
{
	const char *suffix = rest_after(failed, name);

	if (suffix) {
		learn(tries, netns, suffix);
		return;
	}
	suffix = rest_after(name, failed);
	if (suffix) {
		learn(tries, netns, suffix);
		return;
	}
	/* The first labels in common, then in `failed` some more, then the same end. */
	for (const char *dot = strchr(name, '.'); dot; dot = strchr(dot + 1, '.')) {
		size_t first = (size_t)(dot - name);

		if (strncmp(failed, name, first + 1) || !length_before(failed + first + 1, dot + 1))
			continue;
		learn(tries, netns, failed + first + 1);
		learn(tries, netns, dot + 1);
		return;
	}
}

bool dns_search_is(struct dns_tries *tries, const struct event *query, const char *name)
{
	uint64_t hash;
	const struct failure *failure = failure_of(tries, query, &hash);

	if (failure->hash == hash && query->ts - failure->since < SOON && strcmp(failure->name, name))
		compare(tries, query->netns, failure->name, name);
	return is_suffix(tries, query->netns, name);
}

void dns_search_failed(struct dns_tries *tries, const struct event *query, const char *name)
{
	uint64_t hash;
	struct failure *failure = failure_of(tries, query, &hash);

	failure->hash = hash;
	failure->since = query->ts;
	snprintf(failure->name, sizeof(failure->name), "%s", name);
}
