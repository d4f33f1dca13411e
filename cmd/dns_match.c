/* SPDX-License-Identifier: GPL-2.0-or-later */
/* dns_match.c: queries wait for their answers, or their deadline, and become rows.
 *
 * The user half matches, because only it has a clock for deadlines, and replays match again with another --timeout. */
#include "cmd/dns_match.h"

#include <ctype.h>
#include <fnmatch.h>
#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cmd/dns_tries.h"
#include "core/base/hash.h"
#include "core/base/must.h"
#include "core/base/text.h"
#include "core/model/options.h"
#include "core/names/dns.h"

#define SECOND  1000000000ULL
#define TIMEOUT (5 * SECOND) /* that of most resolvers */
#define AGAIN   10000000ULL  /* ns: in this time a packet passes all devices of its namespace */
#define BUCKETS 16384        /* power of two */
#define MOST    131072       /* queries that wait */

/* What a query and its answer have in common. */
struct key {
	uint8_t laddr[16], raddr[16];
	uint32_t netns;
	uint16_t lport, rport, id, type;
	uint8_t protocol, pad[3];
};

struct query {
	struct query *chain;         /* in its bucket, the latest first */
	struct query *older, *newer; /* of all */
	struct key key;
	struct event common;
	uint32_t ifindex, lost;
	uint64_t try; /* its id */
	uint16_t tries;
	bool search;
	char name[DNS_NAME];
};

struct matcher {
	const struct options *options;
	uint64_t timeout;
	struct query *buckets[BUCKETS];
	struct query *oldest, *newest;
	size_t count;
	uint64_t latest; /* time of the latest event or deadline */
	uint32_t lost;   /* the latest number of lost events */
	struct dns_tries *tries;
	struct dns_event row;
};

static const struct dns_all_options *own(const struct matcher *matcher)
{
	return matcher->options->own;
}

static void *start(const struct options *options)
{
	struct matcher *matcher = must(calloc(1, sizeof(*matcher)));

	matcher->options = options;
	matcher->timeout = own(matcher)->timeout ? own(matcher)->timeout : TIMEOUT;
	matcher->tries = dns_tries_new(matcher->timeout);
	return matcher;
}

/* ---- the queries that wait ---- */

static struct query **bucket_of(struct matcher *matcher, const struct key *key)
{
	uint64_t hash = hash_add(HASH_START, key, sizeof(*key));

	return &matcher->buckets[(hash ^ hash >> 32) & (BUCKETS - 1)];
}

/* The latest query with the key, after `query` (NULL: the first); or NULL. */
static struct query *find(struct matcher *matcher, const struct key *key, const struct query *after)
{
	struct query *query = after ? after->chain : *bucket_of(matcher, key);

	while (query && memcmp(&query->key, key, sizeof(*key)))
		query = query->chain;
	return query;
}

static void add(struct matcher *matcher, struct query *query)
{
	struct query **bucket = bucket_of(matcher, &query->key);

	query->chain = *bucket;
	*bucket = query;
	query->older = matcher->newest;
	*(matcher->newest ? &matcher->newest->newer : &matcher->oldest) = query;
	matcher->newest = query;
	matcher->count++;
}

static void leave(struct matcher *matcher, struct query *query)
{
	struct query **at = bucket_of(matcher, &query->key);

	while (*at != query)
		at = &(*at)->chain;
	*at = query->chain;
	*(query->older ? &query->older->newer : &matcher->oldest) = query->newer;
	*(query->newer ? &query->newer->older : &matcher->newest) = query->older;
	matcher->count--;
}

static void stop(void *state)
{
	struct matcher *matcher = state;
	struct query *query;

	while ((query = matcher->oldest)) {
		leave(matcher, query);
		free(query);
	}
	dns_tries_free(matcher->tries);
	free(matcher);
}

/* ---- rows ---- */

static bool is_loopback(const uint8_t address[16])
{
	static const uint8_t v4[12] = { [10] = 0xff, [11] = 0xff }, v6[16] = { [15] = 1 };

	return (!memcmp(address, v4, sizeof(v4)) && address[12] == 127) || !memcmp(address, v6, sizeof(v6));
}

/* The row of a query that is over, without an answer. Frees the query. */
static struct dns_event *row_of(struct matcher *matcher, struct query *query, enum dns_end end)
{
	struct dns_event *row = &matcher->row;

	leave(matcher, query);
	memset(row, 0, sizeof(*row));
	row->common = query->common;
	row->latency = NOT_KNOWN;
	row->waited = matcher->latest > query->common.ts ? matcher->latest - query->common.ts : 0;
	if (row->waited > matcher->timeout) /* a row at its deadline, whenever the caller asks for it */
		row->waited = matcher->timeout;
	row->ttl = UINT32_MAX;
	row->answers = UINT16_MAX;
	row->tries = query->tries;
	row->rcode = (uint8_t)end;
	row->stub = is_loopback(query->common.raddr);
	row->search = query->search;
	row->unanswered = end == DNS_TIMEOUT;
	row->name_hash = hash_add(HASH_START, query->name, strlen(query->name));
	dns_type_name(row->qtype, sizeof(row->qtype), query->key.type);
	strcpy(row->qname, query->name);
	free(query);
	return row;
}

static size_t slot_of(uint64_t ns)
{
	unsigned int power;
	size_t slot;

	if (ns < 1ULL << DNS_SLOT_POWER)
		return 0;
	power = 63 - (unsigned int)__builtin_clzll(ns);
	slot = (size_t)(power - DNS_SLOT_POWER) * 4 + (ns >> (power - 2) & 3);
	return slot < DNS_SLOTS ? slot : DNS_SLOTS - 1;
}

/* The middle of a slot. */
static uint64_t value_of(size_t slot)
{
	return ((slot % 4 + 4) * 2 + 1) << (slot / 4 + DNS_SLOT_POWER - 3);
}

/* The latency that this part of the answers, in thousandths, did not exceed. */
static uint64_t quantile(const __u64 slots[DNS_SLOTS], uint64_t part)
{
	uint64_t all = 0, seen = 0;

	for (size_t i = 0; i < DNS_SLOTS; i++)
		all += slots[i];
	for (size_t i = 0; i < DNS_SLOTS; i++) {
		seen += slots[i];
		if (slots[i] && seen * 1000 >= all * part)
			return value_of(i);
	}
	return NOT_KNOWN;
}

bool dns_finish(const struct options *options, struct event *event, uint64_t interval)
{
	struct dns_event *row = (void *)event;

	(void)options;
	(void)interval;
	row->p50 = quantile(row->slots, 500);
	row->p99 = quantile(row->slots, 990);
	return true;
}

static void lower(char *name)
{
	for (; *name; name++)
		*name = (char)tolower((unsigned char)*name);
}

static struct key key_of(const struct event *event, const struct dns_message *message)
{
	struct key key = { .netns = event->netns,
			   .lport = event->lport,
			   .rport = event->rport,
			   .id = message->id,
			   .type = message->type,
			   .protocol = event->protocol };

	memcpy(key.laddr, event->laddr, sizeof(key.laddr));
	memcpy(key.raddr, event->raddr, sizeof(key.raddr));
	return key;
}

/* Whether the packet was seen before: on another device of its namespace, or because TCP sends it again. */
static bool is_again(const struct query *query, const struct dns_event *e)
{
	if (!query)
		return false;
	return query->common.protocol == IPPROTO_TCP ||
	       (query->ifindex != e->ifindex && e->common.ts - query->common.ts < AGAIN);
}

/* NULL; or, if too many wait, the row of the oldest one. */
static const struct event *take_query(struct matcher *matcher, const struct dns_event *e,
				      const struct dns_message *message, bool *left_out)
{
	struct key key = key_of(&e->common, message);
	struct query *query;

	*left_out = is_again(find(matcher, &key, NULL), e);
	if (*left_out)
		return NULL;
	query = must(calloc(1, sizeof(*query)));
	query->key = key;
	query->common = e->common;
	query->ifindex = e->ifindex;
	query->lost = e->lost;
	strcpy(query->name, message->name);
	lower(query->name);
	query->tries = dns_try(matcher->tries, &e->common, query->name, message->type, &query->try);
	query->search = dns_search_is(matcher->tries, &e->common, query->name);
	add(matcher, query);
	if (matcher->count <= MOST)
		return NULL;
	return &row_of(matcher, matcher->oldest, DNS_LOST)->common;
}

/* Receives the addresses of an answer: as many as have room. */
static void add_address(void *context, const uint8_t address[16])
{
	static const uint8_t mapped[12] = { [10] = 0xff, [11] = 0xff };
	struct dns_event *row = context;
	struct text text = { 0 };
	size_t used = strlen(row->addresses);

	text_address(&text, address, memcmp(address, mapped, sizeof(mapped)) ? 6 : 4);
	if (used + 1 + text.length < sizeof(row->addresses))
		snprintf(row->addresses + used, sizeof(row->addresses) - used, "%s%.*s", used ? "," : "",
			 (int)text.length, text.data);
	text_free(&text);
}

static const struct event *take_answer(struct matcher *matcher, const struct dns_event *e, size_t length,
				       struct dns_message *message)
{
	struct key key = key_of(&e->common, message);
	struct query *query = find(matcher, &key, NULL);
	struct dns_event *row;
	uint64_t try;

	lower(message->name);
	while (query && strcmp(query->name, message->name))
		query = find(matcher, &key, query);
	if (!query || e->common.ts < query->common.ts)
		return NULL; /* older than the trace, or not asked for */
	try = query->try;
	row = row_of(matcher, query, message->rcode);
	dns_parse(message, e->message, length, add_address, row);
	row->latency = row->waited = e->common.ts - row->common.ts;
	row->slots[slot_of(row->latency)] = 1;
	row->answers = message->records;
	row->ttl = message->ttl;
	dns_try_ends(matcher->tries, try, dns_is_retried(message) ? TRY_FAILED : TRY_ANSWERED);
	if (message->rcode == DNS_NXDOMAIN)
		dns_search_failed(matcher->tries, &row->common, row->qname);
	return &row->common;
}

static const struct event *take(void *state, const struct event *event, size_t size, bool *left_out)
{
	const size_t before = offsetof(struct dns_event, message);
	struct matcher *matcher = state;
	const struct dns_event *e = (const void *)event;
	struct dns_message message;
	size_t length;

	if (size <= before)
		return NULL;
	length = e->length < size - before ? e->length : size - before;
	if (length > DNS_ANSWER_BYTES)
		length = DNS_ANSWER_BYTES;
	if (event->ts > matcher->latest)
		matcher->latest = event->ts;
	matcher->lost = e->lost;
	*left_out = !dns_parse(&message, e->message, length, NULL, NULL) && e->kind == DNS_QUERY;
	if (*left_out || message.is_answer != (e->kind == DNS_ANSWER))
		return NULL;
	if (e->kind == DNS_QUERY)
		return take_query(matcher, e, &message, left_out);
	return take_answer(matcher, e, length, &message);
}

static const struct event *due(void *state, uint64_t now)
{
	struct matcher *matcher = state;
	struct query *query = matcher->oldest;
	uint64_t deadline = query ? query->common.ts + matcher->timeout : 0;

	if (now != UINT64_MAX && now > matcher->latest)
		matcher->latest = now; /* also of a query that is pending at the end */
	if (!query || deadline > now)
		return NULL;
	if (query->lost != matcher->lost)
		return &row_of(matcher, query, DNS_LOST)->common;
	return &row_of(matcher, query, now == UINT64_MAX && deadline > matcher->latest ? DNS_PENDING : DNS_TIMEOUT)
			->common;
}

/* ---- the tool's own filters ---- */

/* Whether one of these words, separated by commas, matches. */
static bool has(const char *words, const char *text)
{
	char word[DNS_NAME];

	for (size_t length; *words; words += length + (words[length] == ',')) {
		length = strcspn(words, ",");
		snprintf(word, sizeof(word), "%.*s", (int)length, words);
		if (length && !fnmatch(word, text, FNM_CASEFOLD))
			return true;
	}
	return false;
}

static bool selects(const struct options *options, const struct event *event)
{
	const struct dns_all_options *all = options->own;
	const struct dns_event *row = (const void *)event;

	if ((options->settings.flags & DNS_FAIL) && !row->rcode)
		return false;
	return (!all->names || has(all->names, row->qname)) && (!all->types || has(all->types, row->qtype));
}

const struct join dns_join = { start, stop, take, due, selects };
