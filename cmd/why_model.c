/* SPDX-License-Identifier: GPL-2.0-or-later */
/* why_model.c: events of several tools become connections, listeners and name servers. */
#include "cmd/why_model.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cmd/dns_match.h"
#include "core/base/hash.h"
#include "core/base/must.h"
#include "core/names/tcp.h"
#include "probes/sockets.h"
#include "probes/tcpaccept.h"
#include "probes/tcpconnect.h"
#include "probes/tcpconnlat.h"
#include "probes/tcpdrop.h"
#include "probes/tcplife.h"
#include "probes/tcpretrans.h"
#include "probes/tcprst.h"

#define MS          1000000ULL
#define SECOND      (1000 * MS)
#define SLOTS       (1U << 16)
#define LINGER      (200 * MS) /* events of a connection that come after its end */
#define LONG_WAIT   SECOND
#define SLOW_ANSWER SECOND
#define TCP         6
#define UNKNOWN32   UINT32_MAX

_Static_assert(CAUSE_FAST_OPEN + 1 == WHY_CAUSES, "all causes have a counter");

void why_model_start(struct why_model *model, const struct why_target *target,
		     bool (*is_trouble)(const struct why_connection *connection))
{
	*model = (struct why_model){
		.target = target,
		.is_trouble = is_trouble,
		.slots = must(calloc(SLOTS, sizeof(struct why_connection *))),
		.listeners = must(calloc(WHY_LISTENERS, sizeof(struct why_listener))),
		.servers = must(calloc(WHY_SERVERS, sizeof(struct why_server))),
	};
	model->closed_end = &model->closed;
	model->kept_end = &model->kept;
}

void why_model_stop(struct why_model *model)
{
	for (size_t i = 0; i < SLOTS; i++)
		for (struct why_connection *at = model->slots[i], *next; at; at = next) {
			next = at->next;
			free(at);
		}
	free(model->slots);
	free(model->listeners);
	free(model->servers);
}

/* ---- the table of connections ---- */

/* Both ends of a connection have the same slot, so that each finds the other. */
static size_t slot_of(const struct event *who)
{
	uint64_t local = hash_add(hash_add(HASH_START, who->laddr, 16), &who->lport, sizeof(who->lport));
	uint64_t remote = hash_add(hash_add(HASH_START, who->raddr, 16), &who->rport, sizeof(who->rport));
	uint64_t both = local ^ remote;

	return (both ^ both >> 32) % SLOTS;
}

static bool has_ends(const struct why_connection *c, const struct event *who)
{
	return c->who.lport == who->lport && c->who.rport == who->rport && c->who.netns == who->netns &&
	       !memcmp(c->who.laddr, who->laddr, 16) && !memcmp(c->who.raddr, who->raddr, 16);
}

static bool is_opposite(const struct why_connection *c, const struct event *who)
{
	return c->who.lport == who->rport && c->who.rport == who->lport && !memcmp(c->who.laddr, who->raddr, 16) &&
	       !memcmp(c->who.raddr, who->laddr, 16);
}

static void unlink_connection(struct why_model *model, struct why_connection *c)
{
	struct why_connection **at = &model->slots[slot_of(&c->who)];

	while (*at != c)
		at = &(*at)->next;
	*at = c->next;
	model->n_connections--;
	free(c);
}

static uint64_t grown(uint64_t now, uint64_t before)
{
	return now == WHY_UNKNOWN ? 0 : before == WHY_UNKNOWN || before > now ? now : now - before;
}

/* Bytes in the time that was watched. */
static void count_bytes(struct why_seen *seen, const struct why_connection *c)
{
	uint64_t tx = c->closed_at || !c->now.ts ? c->tx_bytes : c->now.tx_bytes;
	uint64_t rx = c->closed_at || !c->now.ts ? c->rx_bytes : c->now.rx_bytes;

	seen->tx_bytes += grown(tx, c->before.ts ? c->before.tx_bytes : 0);
	seen->rx_bytes += grown(rx, c->before.ts ? c->before.rx_bytes : 0);
}

uint64_t why_retransmitted(const struct why_connection *c)
{
	return (uint64_t)c->retrans[CAUSE_RTO] + c->retrans[CAUSE_FAST] + c->retrans[CAUSE_SLOW_START] +
	       c->retrans[CAUSE_OTHER] + c->retrans[CAUSE_TLP];
}

static void count_seen(struct why_model *model, const struct why_connection *c)
{
	struct why_seen *seen = &model->seen;

	if (!why_target_has(model->target, &c->who))
		return;
	if (c->attempted && c->result == RESULT_PENDING)
		seen->pending++;
	else if (c->attempted && c->result != RESULT_OK)
		seen->failed++;
	else if (c->older)
		seen->older++;
	else if (c->attempted || c->role == ROLE_CLIENT)
		seen->connected++;
	else if (c->accepted || c->role == ROLE_SERVER || c->now.ts)
		seen->accepted++;
	count_bytes(seen, c);
	seen->retrans += why_retransmitted(c);
}

/* The connection is over: it is kept if a rule may need it. */
static void retire(struct why_model *model, struct why_connection *c)
{
	bool needed = model->is_trouble(c);

	count_seen(model, c);
	if (needed && model->n_kept < WHY_KEPT) {
		c->retired = true;
		c->later = NULL;
		*model->kept_end = c;
		model->kept_end = &c->later;
		model->n_kept++;
		return;
	}
	model->unkept += needed;
	unlink_connection(model, c);
}

static void retire_first(struct why_model *model)
{
	struct why_connection *c = model->closed;

	model->closed = c->later;
	if (!model->closed)
		model->closed_end = &model->closed;
	retire(model, c);
}

static void close_connection(struct why_model *model, struct why_connection *c, uint64_t when)
{
	if (c->closed_at)
		return;
	c->closed_at = when ? when : 1;
	c->later = NULL;
	*model->closed_end = c;
	model->closed_end = &c->later;
}

static void set_owner(struct event *who, const struct event *event)
{
	if (!event->pid || (who->pid && event->owner <= who->owner))
		return;
	who->pid = event->pid;
	who->tid = event->tid;
	who->uid = event->uid;
	who->owner = event->owner;
	memcpy(who->comm, event->comm, sizeof(who->comm));
	if (event->cgroup_id)
		who->cgroup_id = event->cgroup_id;
}

static struct why_connection *add(struct why_model *model, const struct event *event)
{
	struct why_connection **slot = &model->slots[slot_of(event)], *c;

	while (model->n_connections >= WHY_CONNECTIONS && model->closed)
		retire_first(model);
	if (model->n_connections >= WHY_CONNECTIONS) {
		model->left_out++;
		return NULL;
	}
	c = must(malloc(sizeof(*c)));
	*c = (struct why_connection){
		.next = *slot,
		.who = *event,
		.connect_ns = WHY_UNKNOWN,
		.wait_ns = WHY_UNKNOWN,
		.tx_bytes = WHY_UNKNOWN,
		.rx_bytes = WHY_UNKNOWN,
		.duration = WHY_UNKNOWN,
	};
	*slot = c;
	model->n_connections++;
	return c;
}

/* The connection of the event, which begins at `began`; a new one, if none is known. NULL: the table is full. */
static struct why_connection *connection_of(struct why_model *model, const struct event *event, uint64_t began)
{
	struct why_connection *c = model->slots[slot_of(event)];

	while (c && !(has_ends(c, event) && !c->retired && event->lport))
		c = c->next;
	if (c && c->closed_at && began > c->closed_at)
		c = NULL; /* the same ports again */
	if (!c)
		c = add(model, event);
	if (!c)
		return NULL;
	set_owner(&c->who, event);
	if (event->ts < c->who.ts)
		c->who.ts = event->ts;
	if (event->ts > c->last)
		c->last = event->ts;
	return c;
}

const struct why_connection *why_model_peer(const struct why_model *model, const struct why_connection *connection)
{
	const struct why_connection *c = model->slots[slot_of(&connection->who)];

	while (c && !(is_opposite(c, &connection->who) && c != connection))
		c = c->next;
	return c;
}

void why_model_each(const struct why_model *model, void (*each)(void *context, const struct why_connection *connection),
		    void *context)
{
	for (size_t i = 0; i < SLOTS; i++)
		for (const struct why_connection *c = model->slots[i]; c; c = c->next)
			each(context, c);
}

/* ---- listeners ---- */

static bool is_any(const uint8_t *address)
{
	static const uint8_t ipv6[16], ipv4[16] = { [10] = 0xff, [11] = 0xff };

	return !memcmp(address, ipv6, 16) || !memcmp(address, ipv4, 16);
}

static struct why_listener *find_listener(const struct why_model *model, uint32_t netns, const uint8_t *laddr,
					  uint16_t lport)
{
	struct why_listener *any = NULL;

	for (size_t i = 0; i < model->n_listeners; i++) {
		struct why_listener *listener = &model->listeners[i];

		if (listener->who.lport != lport || listener->who.netns != netns)
			continue;
		if (!memcmp(listener->who.laddr, laddr, 16))
			return listener;
		if (is_any(listener->who.laddr))
			any = listener;
	}
	return any;
}

const struct why_listener *why_model_listener(const struct why_model *model, uint32_t netns, const uint8_t *laddr,
					      uint16_t lport)
{
	return find_listener(model, netns, laddr, lport);
}

/* NULL: the table is full. */
static struct why_listener *listener_of(struct why_model *model, const struct event *event)
{
	struct why_listener *listener = find_listener(model, event->netns, event->laddr, event->lport);

	if (!listener && model->n_listeners == WHY_LISTENERS) {
		model->other_listeners++;
		return NULL;
	}
	if (!listener) {
		listener = &model->listeners[model->n_listeners++];
		*listener = (struct why_listener){ .who = *event,
						   .queue = UNKNOWN32,
						   .limit = UNKNOWN32,
						   .half_open = UNKNOWN32,
						   .somaxconn = UNKNOWN32,
						   .syn_backlog = UNKNOWN32,
						   .oldest_wait = WHY_UNKNOWN };
		memset(listener->who.raddr, 0, sizeof(listener->who.raddr));
		listener->who.rport = 0;
	}
	set_owner(&listener->who, event);
	return listener;
}

static void note(uint64_t *count, uint64_t *first, uint64_t *last, uint64_t when)
{
	if (!(*count)++)
		*first = when;
	*last = when;
}

/* ---- the tools ---- */

/* Events in the ring may end early, and those of a recording may be any bytes: a copy has the full size. */
#define WHOLE(type, event, size)                                                                                       \
	type whole = { 0 };                                                                                            \
	memcpy(&whole, event, (size) < sizeof(whole) ? (size) : sizeof(whole))

static void end_attempt(struct why_model *model, struct why_connection *c, uint64_t time)
{
	if (c->result == RESULT_OK)
		c->established = true;
	else if (c->result != RESULT_PENDING)
		close_connection(model, c, time);
}

static void take_connect(struct why_model *model, const struct event *event, size_t size, uint64_t time)
{
	struct why_connection *c;
	struct tcpconnect_event e = { .duration = NOT_KNOWN };

	memcpy(&e, event,
	       size < offsetof(struct tcpconnect_event, message) ? size : offsetof(struct tcpconnect_event, message));
	if (e.kind != KIND_ATTEMPT)
		return;
	c = connection_of(model, event, event->ts);
	if (!c)
		return;
	c->attempted = true;
	c->role = ROLE_CLIENT;
	c->result = e.result;
	c->error = e.error;
	c->connect_ns = e.duration;
	end_attempt(model, c, time);
}

static void take_latency(struct why_model *model, const struct event *event, size_t size, uint64_t time)
{
	struct why_connection *c;
	WHOLE(struct tcpconnlat_event, event, size);

	if (!event->lport)
		return; /* never left: tcpconnect has it */
	c = connection_of(model, event, whole.latency < event->ts ? event->ts - whole.latency : 0);
	if (!c)
		return;
	c->attempted = true;
	c->role = ROLE_CLIENT;
	c->result = whole.result;
	c->error = whole.error;
	c->syns = whole.syns;
	c->connect_ns = whole.latency;
	end_attempt(model, c, time);
}

static void take_accept(struct why_model *model, const struct event *event, size_t size)
{
	struct why_listener *listener = listener_of(model, event);
	struct why_connection *c;
	WHOLE(struct tcpaccept_event, event, size);

	if (listener) {
		listener->accepted++;
		listener->queue = whole.queue;
		listener->limit = whole.limit;
	}
	if (listener && whole.wait != NOT_KNOWN && whole.wait >= LONG_WAIT) {
		listener->waits++;
		if (whole.wait > listener->longest_wait) {
			listener->longest_wait = whole.wait;
			listener->longest_at = event->ts;
		}
	}
	c = connection_of(model, event, whole.wait < event->ts ? event->ts - whole.wait : 0);
	if (!c)
		return;
	c->accepted = true;
	c->established = true;
	c->role = ROLE_SERVER;
	c->wait_ns = whole.wait;
}

static void take_retransmission(struct why_model *model, const struct event *event, size_t size)
{
	struct why_connection *c = connection_of(model, event, 0);
	WHOLE(struct tcpretrans_event, event, size);

	if (!c || whole.cause >= WHY_CAUSES || !whole.segments)
		return;
	c->retrans[whole.cause] += whole.segments == UINT16_MAX ? 1 : whole.segments;
	if (!c->first_retrans)
		c->first_retrans = event->ts;
	c->last_retrans = event->ts;
}

static void take_listener_drop(struct why_model *model, const struct tcpdrop_event *e, bool has_values)
{
	struct why_listener *listener = listener_of(model, &e->common);

	if (!listener)
		return;
	if (!listener->overflows && !listener->syn_drops) {
		memcpy(listener->peer.raddr, e->saddr, sizeof(e->saddr));
		listener->peer.rport = e->sport;
		listener->peer.family = e->common.family;
	}
	if (e->reason == REASON_LISTEN_OVERFLOW)
		note(&listener->overflows, &listener->first_overflow, &listener->last_overflow, e->common.ts);
	else
		note(&listener->syn_drops, &listener->first_syn_drop, &listener->last_syn_drop, e->common.ts);
	if (!has_values)
		return;
	listener->queue = e->values.queue;
	listener->limit = e->values.queue_limit;
	listener->half_open = e->values.half_open;
	listener->somaxconn = e->values.somaxconn;
	listener->syn_backlog = e->values.max_syn_backlog;
}

#define HAS_SYN_FLAG 0x02

static void take_drop(struct why_model *model, const struct event *event, size_t size)
{
	struct why_connection *c;
	WHOLE(struct tcpdrop_event, event, size);

	if (whole.harmless)
		return;
	if (whole.reason == REASON_LISTEN_OVERFLOW || whole.reason == REASON_SYN_QUEUE_FULL) {
		take_listener_drop(model, &whole, size >= sizeof(whole));
		return;
	}
	c = connection_of(model, event, 0);
	if (!c)
		return;
	if (!c->drop.count) {
		c->drop.ts = event->ts;
		c->drop.reason = whole.reason;
		c->drop.outgoing = whole.sport == event->lport && !memcmp(whole.saddr, event->laddr, 16);
	}
	c->drop.count++;
	if (whole.flags != UINT16_MAX && whole.flags & HAS_SYN_FLAG)
		c->drop.syns++;
}

static void take_reset(struct why_model *model, const struct event *event, size_t size)
{
	struct why_connection *c = connection_of(model, event, 0);
	WHOLE(struct tcprst_event, event, size);

	if (!c || c->reset.ts)
		return;
	c->reset = (struct why_reset){ .ts = event->ts,
				       .unread = whole.unread,
				       .reason = whole.reason,
				       .by = whole.by,
				       .direction = whole.direction,
				       .state = whole.state,
				       .client = whole.port && whole.port == event->rport };
	if (!whole.state) /* no socket: nothing else will end it */
		close_connection(model, c, event->ts);
}

static void take_life(struct why_model *model, const struct event *event, size_t size)
{
	struct why_connection *c;
	WHOLE(struct tcplife_event, event, size);

	c = connection_of(model, event, whole.duration < event->ts ? event->ts - whole.duration : 0);
	if (!c)
		return;
	c->has_life = true;
	c->tx_bytes = whole.tx_bytes;
	c->rx_bytes = whole.rx_bytes;
	c->duration = whole.duration;
	if (whole.duration == NOT_KNOWN)
		c->older = true;
	if (whole.role)
		c->role = whole.role;
	if (whole.error && !c->error)
		c->error = whole.error;
	if (size >= sizeof(whole))
		c->limits = whole.limits;
	if (whole.state == TCP_STATE_CLOSE)
		close_connection(model, c, event->ts);
}

static void take_listener(struct why_model *model, const struct sockets_event *e)
{
	struct why_listener *listener = listener_of(model, &e->common);

	if (!listener || e->walks == 1)
		return;
	listener->queue = e->now.recv_queue;
	listener->limit = e->now.send_queue;
	listener->half_open = e->syn_queue;
	listener->oldest_wait = e->oldest_wait;
	listener->seen_at = e->common.ts;
}

static void fill_sample(struct why_sample *sample, const struct sockets_event *e)
{
	const struct socket_numbers *numbers = e->walks == 1 ? &e->before : &e->now;

	*sample = (struct why_sample){
		.ts = e->common.ts,
		.tx_bytes = numbers->tx_bytes,
		.rx_bytes = numbers->rx_bytes,
		.busy = e->limits.busy,
		.rwnd = e->limits.rwnd,
		.sndbuf = e->limits.sndbuf,
		.unread_ns = e->limits.unread_ns,
		.unread = numbers->recv_queue,
		.unsent = numbers->send_queue,
		.retrans = numbers->retrans,
		.mss = e->mss,
		.min_rtt_us = e->limits.min_rtt_us,
		.state = e->state,
		.closed = e->limits.closed,
		.known = e->limits.tick_ns != 0,
	};
}

static void take_socket(struct why_model *model, const struct event *event, size_t size)
{
	struct why_connection *c;
	WHOLE(struct sockets_event, event, size);

	model->time_wait += whole.kind == KIND_TIME_WAIT && whole.walks != 1;
	if (event->protocol != TCP || whole.kind == KIND_TIME_WAIT || whole.kind == KIND_REQUEST ||
	    whole.state == TCP_STATE_CLOSE)
		return;
	if (whole.state == TCP_STATE_LISTEN) {
		take_listener(model, &whole);
		return;
	}
	c = connection_of(model, event, event->ts);
	if (!c)
		return;
	fill_sample(whole.walks == 1 ? &c->before : &c->now, &whole);
	if (whole.walks == 1)
		c->older = true;
}

/* NULL: the table is full. */
static struct why_server *server_of(struct why_model *model, const struct event *event)
{
	struct why_server *server = model->servers, *end = server + model->n_servers;

	while (server < end && !(server->who.rport == event->rport && !memcmp(server->who.raddr, event->raddr, 16) &&
				 !strncmp(server->who.comm, event->comm, COMM_SIZE)))
		server++;
	if (server < end)
		return server;
	if (model->n_servers == WHY_SERVERS) {
		model->other_servers++;
		return NULL;
	}
	model->n_servers++;
	*server = (struct why_server){ .who = *event };
	return server;
}

#define NAME_ERROR 3 /* NXDOMAIN: an answer like any other; search lists ask for such names all day */

static void copy_name(char *to, const char *name)
{
	if (!*to)
		snprintf(to, sizeof(((struct why_server *)0)->slow_name), "%.63s", name);
}

static void take_query(struct why_model *model, const struct event *event, size_t size, uint64_t time)
{
	struct why_server *server;
	WHOLE(struct dns_event, event, size);

	whole.qname[sizeof(whole.qname) - 1] = '\0';
	if (!why_target_has(model->target, event))
		return;
	model->seen.queries++;
	server = server_of(model, event);
	if (!server)
		return;
	server->queries++;
	if (whole.rcode == DNS_TIMEOUT) {
		note(&server->timeouts, &server->first_timeout, &server->last_timeout, time);
		copy_name(server->timeout_name, whole.qname);
	} else if (whole.rcode == DNS_PENDING && whole.waited >= SLOW_ANSWER) {
		note(&server->waiting, &server->first_wait, &server->first_wait, event->ts);
		copy_name(server->waiting_name, whole.qname);
		if (whole.waited > server->longest_wait)
			server->longest_wait = whole.waited;
	} else if (whole.rcode && whole.rcode < DNS_RCODES && whole.rcode != NAME_ERROR) {
		if (!server->failures)
			server->rcode = whole.rcode;
		note(&server->failures, &server->first_failure, &server->last_failure, time);
		copy_name(server->failed_name, whole.qname);
	}
	if (whole.latency != NOT_KNOWN && whole.latency >= SLOW_ANSWER && whole.rcode < DNS_RCODES) {
		note(&server->slow, &server->first_slow, &server->last_slow, time);
		copy_name(server->slow_name, whole.qname);
		if (whole.latency > server->longest)
			server->longest = whole.latency;
	}
}

static struct why_tool *tool_of(struct why_model *model, const struct tool *tool)
{
	size_t i = 0;

	while (i < model->n_tools && model->tools[i].tool != tool)
		i++;
	if (i == sizeof(model->tools) / sizeof(model->tools[0]))
		return NULL;
	if (i == model->n_tools)
		model->tools[model->n_tools++].tool = tool;
	return &model->tools[i];
}

static const struct why_tool *find_tool(const struct why_model *model, const char *name)
{
	for (size_t i = 0; i < model->n_tools; i++)
		if (!strcmp(model->tools[i].tool->name, name))
			return &model->tools[i];
	return NULL;
}

bool why_model_has(const struct why_model *model, const char *tool)
{
	return find_tool(model, tool);
}

bool why_model_misses(const struct why_model *model, const char *tool)
{
	const struct why_tool *known = find_tool(model, tool);

	return !known || known->lost;
}

void why_model_ledger(void *context, const struct tool *tool, const struct ledger *ledger)
{
	struct why_tool *known = tool_of(context, tool);

	if (known)
		known->lost = ledger_lost(ledger) + ledger->counters.lost_map;
}

void why_model_event(void *context, const struct tool *tool, const struct event *event, size_t size, uint64_t time)
{
	struct why_model *model = context;
	const char *name = tool->name;

	while (model->closed && model->closed->closed_at + LINGER < event->ts)
		retire_first(model);
	if (!strcmp(name, "tcpconnect"))
		take_connect(model, event, size, time);
	else if (!strcmp(name, "tcpconnlat"))
		take_latency(model, event, size, time);
	else if (!strcmp(name, "tcpaccept"))
		take_accept(model, event, size);
	else if (!strcmp(name, "tcpretrans"))
		take_retransmission(model, event, size);
	else if (!strcmp(name, "tcpdrop"))
		take_drop(model, event, size);
	else if (!strcmp(name, "tcprst"))
		take_reset(model, event, size);
	else if (!strcmp(name, "tcplife"))
		take_life(model, event, size);
	else if (!strcmp(name, "sockets"))
		take_socket(model, event, size);
	else if (!strcmp(name, "dns"))
		take_query(model, event, size, time);
}

void why_model_end(struct why_model *model)
{
	while (model->closed)
		retire_first(model);
	for (size_t i = 0; i < SLOTS; i++)
		for (const struct why_connection *c = model->slots[i]; c; c = c->next)
			if (!c->retired)
				count_seen(model, c);
	for (size_t i = 0; i < model->n_listeners; i++)
		model->seen.listeners += why_target_has(model->target, &model->listeners[i].who);
}
