/* SPDX-License-Identifier: GPL-2.0-or-later */
/* flows.c: the rows of a timeline grouped by connection. */
#include "core/rows/flows.h"

#include <stdlib.h>
#include <string.h>

#include "core/base/hash.h"
#include "core/base/must.h"
#include "core/rows/story.h"

#define BUCKETS 16384 /* power of two */

/* Sorted by the time of the last change. */
struct list_of_flows {
	struct flow *oldest, *newest;
};

struct flows {
	struct lines *lines;
	struct rows *out;
	struct flow *buckets[BUCKETS];
	struct list_of_flows open, closed;
	size_t count, bytes;
};

struct flows *flows_new(struct lines *lines, struct rows *out)
{
	struct flows *flows = must(calloc(1, sizeof(*flows)));

	flows->lines = lines;
	flows->out = out;
	return flows;
}

static struct list_of_flows *list_of(struct flows *flows, const struct flow *flow)
{
	return flow->over ? &flows->closed : &flows->open;
}

static void unlink_flow(struct list_of_flows *list, struct flow *flow)
{
	*(flow->older ? &flow->older->newer : &list->oldest) = flow->newer;
	*(flow->newer ? &flow->newer->older : &list->newest) = flow->older;
}

static void link_flow(struct list_of_flows *list, struct flow *flow)
{
	flow->older = list->newest;
	flow->newer = NULL;
	*(list->newest ? &list->newest->newer : &list->oldest) = flow;
	list->newest = flow;
}

static struct flow **bucket(struct flows *flows, const struct flow_key *key)
{
	uint64_t hash = hash_add(HASH_START, key, sizeof(*key));

	return &flows->buckets[(hash ^ hash >> 32) & (BUCKETS - 1)];
}

static struct flow *find(struct flows *flows, const struct flow_key *key)
{
	struct flow *flow = *bucket(flows, key);

	while (flow && memcmp(&flow->key, key, sizeof(*key)))
		flow = flow->next;
	return flow;
}

static struct flow *create(struct flows *flows, const struct flow_key *key)
{
	struct flow **at = bucket(flows, key), *flow = must(calloc(1, sizeof(*flow)));

	flow->key = *key;
	flow->next = *at;
	*at = flow;
	link_flow(&flows->open, flow);
	flows->count++;
	return flow;
}

static void forget(struct flows *flows, struct flow *flow)
{
	struct flow **at = bucket(flows, &flow->key);

	while (*at != flow)
		at = &(*at)->next;
	*at = flow->next;
	unlink_flow(list_of(flows, flow), flow);
	for (size_t i = 0; i < flow->count; i++) {
		flows->bytes -= flow->rows[i].size;
		free(flow->rows[i].event);
	}
	free(flow->rows);
	free(flow);
	flows->count--;
}

/* Whether one of its rows has the requested outcome. */
static bool is_wanted(const struct flows *flows, const struct flow *flow)
{
	const struct outcome *outcome = &flows->out->options->outcome;
	bool wanted = !outcome_is_asked(outcome);

	for (size_t i = 0; i < flow->count && !wanted; i++) {
		const struct event *event = flow->rows[i].event;

		wanted = outcome_matches(outcome, &flows->lines->tools[event->tool].rows.outcome, event,
					 flow->rows[i].size);
	}
	for (size_t i = 0; i < flow->count && !wanted; i++)
		flows->lines->tools[flow->rows[i].event->tool].rows.filtered++;
	return wanted;
}

static void print_and_forget(struct flows *flows, struct flow *flow)
{
	if (is_wanted(flows, flow))
		flow_print(flows->lines, flows->out, flow);
	forget(flows, flow);
}

static const struct story *story_of(const struct flows *flows, const struct pending_event *pending)
{
	return lines_tool(flows->lines, pending->event)->story;
}

/* The key is the connection's ends; while one is unknown (the local port of a socket before connect() binds it), the
 * socket. */
static struct flow_key key_of(const struct pending_event *pending, uint64_t socket)
{
	const struct event *event = pending->event;
	struct flow_key key;

	memset(&key, 0, sizeof(key));
	if (socket && (!event->lport || !event->rport)) {
		key.socket = socket;
		return key;
	}
	memcpy(key.laddr, event->laddr, sizeof(key.laddr));
	memcpy(key.raddr, event->raddr, sizeof(key.raddr));
	key.lport = event->lport;
	key.rport = event->rport;
	key.netns = event->netns;
	key.protocol = event->protocol;
	return key;
}

/* When the flow is full, a new row replaces the last one: it may be the row with the end of the connection. */
static void add_row(struct flows *flows, struct flow *flow, const struct pending_event *pending)
{
	size_t i;

	if (flow->count == FLOW_ROWS) {
		struct pending_event *last = &flow->rows[--flow->count];

		flows->bytes -= last->size;
		free(last->event);
		flow->dropped_rows++;
	}
	if (flow->count == flow->room) {
		flow->room = flow->room ? 2 * flow->room : 16;
		flow->rows = must(realloc(flow->rows, flow->room * sizeof(*flow->rows)));
	}
	for (i = flow->count++; i && flow->rows[i - 1].time > pending->time; i--)
		flow->rows[i] = flow->rows[i - 1];
	flow->rows[i] = *pending;
	flows->bytes += pending->size;
}

/* Whether two rows with one socket address have the same remote end. A listener has none, so it never matches. */
static bool is_same_remote(const struct flow *early, const struct event *event)
{
	const struct event *known = early->rows[0].event;

	return known->rport && known->rport == event->rport && known->netns == event->netns &&
	       !memcmp(known->raddr, event->raddr, sizeof(known->raddr));
}

/* The ends of this socket are known now, so its earlier rows join this connection. Rows of an earlier socket at this
 * address do not join: the kernel reuses the memory of a closed socket. */
static void merge_flow(struct flows *flows, struct flow *flow, const struct event *event, uint64_t socket)
{
	struct flow_key key;
	struct flow *early;

	memset(&key, 0, sizeof(key));
	key.socket = socket;
	early = find(flows, &key);
	if (!early || early == flow || early->over || !is_same_remote(early, event))
		return;
	for (size_t i = 0; i < early->count; i++)
		add_row(flows, flow, &early->rows[i]);
	for (size_t i = 0; i < early->count; i++)
		flows->bytes -= early->rows[i].size;
	early->count = 0;
	forget(flows, early);
}

static void close_flow(struct flows *flows, struct flow *flow, const struct pending_event *pending, uint64_t socket)
{
	if (socket)
		flow->socket_closed = true;
	if (flow->over)
		return;
	unlink_flow(&flows->open, flow);
	flow->over = true;
	flow->closed_at = pending->time;
	link_flow(&flows->closed, flow);
}

static void evict_flow(struct flows *flows, const struct flow *but)
{
	while (flows->count > FLOWS_MOST || flows->bytes > FLOWS_BYTES) {
		struct flow *flow = flows->closed.oldest ? flows->closed.oldest : flows->open.oldest;

		if (flow == but)
			return;
		flow->evicted = true;
		print_and_forget(flows, flow);
	}
}

/* Whether the row belongs to a new connection between the same ends, or to a new socket at the same address. Signs of
 * it: a closed socket changes again; the socket differs or begins; or the reported time span began after this
 * connection was over. */
static bool is_another(const struct flow *flow, const struct story *story, const struct pending_event *pending,
		       uint64_t socket)
{
	if (socket && flow->socket_closed)
		return true;
	if (socket && flow->socket && !pending->late)
		return socket != flow->socket || story_begins(story, pending->event, pending->size);
	return story->duration && flow->over && pending->event->ts > flow->closed_at;
}

/* The connection of the row. */
static struct flow *flow_of(struct flows *flows, const struct story *story, const struct pending_event *pending,
			    uint64_t socket)
{
	struct flow_key key = key_of(pending, socket);
	struct flow *flow = find(flows, &key);

	if (flow && is_another(flow, story, pending, socket)) {
		print_and_forget(flows, flow);
		flow = NULL;
	}
	if (!flow)
		flow = create(flows, &key);
	if (socket) {
		flow->socket = socket;
		if (!story_begins(story, pending->event, pending->size))
			merge_flow(flows, flow, pending->event, socket);
	}
	return flow;
}

void flows_add(struct flows *flows, const struct pending_event *pending)
{
	const struct story *story = story_of(flows, pending);
	uint64_t socket = story_socket(story, pending->event, pending->size);
	struct flow *flow = flow_of(flows, story, pending, socket);

	add_row(flows, flow, pending);
	if (!flow->over) {
		unlink_flow(&flows->open, flow);
		link_flow(&flows->open, flow);
	}
	if (story_is_end(story, pending->event, pending->size))
		close_flow(flows, flow, pending, socket);
	evict_flow(flows, flow);
}

/* Whether no late row can join the closed connection any more. */
static bool has_lingered(const struct flow *flow, uint64_t until)
{
	return until == UINT64_MAX || (until >= flow->closed_at && until - flow->closed_at >= FLOWS_LINGER);
}

void flows_finish(struct flows *flows, uint64_t until)
{
	struct rows *out = flows->out;
	struct flow *flow;

	while (!out->printer.error && !rows_are_enough(out) && (flow = flows->closed.oldest) &&
	       has_lingered(flow, until))
		print_and_forget(flows, flow);
	while (until == UINT64_MAX && !out->printer.error && !rows_are_enough(out) && (flow = flows->open.oldest))
		print_and_forget(flows, flow);
}

void flows_free(struct flows *flows)
{
	if (!flows)
		return;
	while (flows->closed.oldest)
		forget(flows, flows->closed.oldest);
	while (flows->open.oldest)
		forget(flows, flows->open.oldest);
	free(flows);
}
