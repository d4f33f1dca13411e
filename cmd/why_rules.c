/* SPDX-License-Identifier: GPL-2.0-or-later */
/* why_rules.c: the rules of `nettrace why`, one function for each cause. A rule says `proved` only where an event of
 * the kernel proves its sentence. */
#include "cmd/why_rules.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/base/must.h"
#include "core/names/enums.h"
#include "core/names/tcp.h"
#include "probes/tcpretrans.h"
#include "probes/tcprst.h"

#define MS           1000000ULL
#define SECOND       (1000 * MS)

#define SLOW         SECOND     /* a handshake or a wait for accept() that a person notices */
#define LATE         (500 * MS) /* a SYN answered so late, beyond what the round-trip time explains */
#define HELD         (300 * MS) /* a sender held up at least so long ... */
#define FAST         (2 << 20)  /* ... is trouble below this rate, bytes/s; above, a limit like any other */
#define LOSS_LEAST   3          /* retransmitted segments that count as loss ... */
#define LOSS_SHARE   100        /* ... if they are one of this number or more */
#define MSS_LOOPBACK 65483
#define MSS_USUAL    1448
#define REFUSALS     3 /* SYNs of one port that count as clients, not as a scan */

struct judge {
	const struct why_model *model;
	struct why_findings *findings;
	const struct event_span *span;
};

const char *const why_certainties[] = { "possible", "supported", "proved" };

/* ---- findings ---- */

static void put_end(char *to, size_t size, const uint8_t *address, uint16_t port, int family)
{
	static const uint8_t mapped[12] = { [10] = 0xff, [11] = 0xff };
	bool four = family == 4 || !memcmp(address, mapped, sizeof(mapped));
	struct text text = { 0 };

	if (!four)
		text_char(&text, '[');
	text_address(&text, address, four ? 4 : 6);
	if (!four)
		text_char(&text, ']');
	text_char(&text, ':');
	text_unsigned(&text, port);
	snprintf(to, size, "%.*s", (int)text.length, text.data);
	text_free(&text);
}

#define END_TEXT 64

/* "10.0.0.1:443" */
static void local_end(char *to, const struct event *who)
{
	put_end(to, END_TEXT, who->laddr, who->lport, who->family);
}

static void remote_end(char *to, const struct event *who)
{
	put_end(to, END_TEXT, who->raddr, who->rport, who->family);
}

/* The finding of this code about this subject. NULL: too many. */
static struct why_finding *finding_of(struct judge *judge, enum why_code code, const struct event *who,
				      const char *subject)
{
	struct why_findings *findings = judge->findings;
	struct why_finding *found;
	size_t same = 0;

	for (size_t i = 0; i < findings->count; i++) {
		found = &findings->each[i];
		if (found->code != code)
			continue;
		if (!strcmp(found->subject, subject))
			return found;
		same++;
	}
	if (same == WHY_FINDINGS) {
		findings->left_out++;
		return NULL;
	}
	if (findings->count == findings->room) {
		findings->room = findings->room ? 2 * findings->room : 16;
		findings->each = must(realloc(findings->each, findings->room * sizeof(*findings->each)));
	}
	found = &findings->each[findings->count++];
	*found = (struct why_finding){ .code = code, .certainty = WHY_PROVED, .who = *who };
	snprintf(found->subject, sizeof(found->subject), "%s", subject);
	return found;
}

static void count(struct why_finding *finding, uint64_t connections, uint64_t events, uint64_t first, uint64_t last)
{
	finding->connections += connections;
	finding->events += events;
	if (!finding->first || first < finding->first)
		finding->first = first;
	if (last > finding->last)
		finding->last = last;
}

/* A finding is as certain as its least certain part. */
static void weaken(struct why_finding *finding, enum why_certainty certainty)
{
	if (certainty < finding->certainty)
		finding->certainty = certainty;
}

__attribute__((format(printf, 4, 5))) static void prove(struct why_finding *finding, uint64_t ts, const char *tool,
							const char *format, ...)
{
	struct why_evidence *evidence;
	va_list values;

	if (finding->n_evidence == WHY_EVIDENCE)
		return;
	evidence = &finding->evidence[finding->n_evidence++];
	evidence->ts = ts;
	evidence->tool = tool;
	va_start(values, format);
	vsnprintf(evidence->text, sizeof(evidence->text), format, values);
	va_end(values);
}

/* "3.20 ms"; valid until the second next call. */
static const char *duration(uint64_t ns)
{
	static _Thread_local char places[2][32];
	static _Thread_local unsigned int turn;
	struct text text = { 0 };
	char *place = places[turn++ % 2];

	if (ns == WHY_UNKNOWN || !text_human_ns(&text, ns))
		text_string(&text, "?");
	snprintf(place, sizeof(places[0]), "%.*s", (int)text.length, text.data);
	text_free(&text);
	return place;
}

static const char *state_name(uint8_t state)
{
	return state && state < sizeof(tcp_states) / sizeof(tcp_states[0]) ? tcp_states[state] : "no socket";
}

/* "LISTEN_OVERFLOW", or the number. */
static const char *reason_name(const char *type, uint32_t reason, char *place, size_t size)
{
	const char *name = reason == UINT32_MAX ? "no reason" : enum_name(NULL, type, reason);

	snprintf(place, size, "%.40s", name ? name : "");
	if (!name)
		snprintf(place, size, "reason %u", reason);
	return place;
}

static const char *drop_name(uint32_t reason, char *place, size_t size)
{
	return reason_name("skb_drop_reason", reason, place, size);
}

static bool is_drop(const struct why_connection *c, const char *name)
{
	char place[64];

	return c->drop.count && !strcmp(drop_name(c->drop.reason, place, sizeof(place)), name);
}

static const char *process(const struct event *who)
{
	return *who->comm ? who->comm : "a process";
}

/* ---- attempts to connect ---- */

static bool is_retried(const struct why_connection *c)
{
	return c->retrans[CAUSE_SYN] > 0 || c->syns > 1;
}

static uint32_t syns_of(const struct why_connection *c)
{
	uint32_t sent = c->retrans[CAUSE_SYN] + 1;

	return c->syns > sent ? c->syns : sent;
}

/* Whether a full accept queue on this machine explains the attempt. */
static bool is_at_full_listener(struct judge *judge, const struct why_connection *c)
{
	const struct why_connection *peer = why_model_peer(judge->model, c);

	for (size_t i = 0; i < judge->model->n_listeners; i++) {
		const struct why_listener *listener = &judge->model->listeners[i];
		const uint8_t *address = listener->who.laddr;
		static const uint8_t any[16];

		if (!listener->overflows && !listener->syn_drops)
			continue;
		if (listener->who.lport == c->who.rport &&
		    (!memcmp(address, c->who.raddr, 16) || !memcmp(address, any, 10)) &&
		    (peer || listener->who.netns == c->who.netns))
			return true;
	}
	return false;
}

/* The end at which this machine dropped the SYN, or its answer: by a rule, a filter, a program. */
static const struct why_connection *blocked_end(struct judge *judge, const struct why_connection *c)
{
	const struct why_connection *peer = why_model_peer(judge->model, c);

	if (c->drop.syns)
		return c;
	return peer && peer->drop.syns && !is_drop(peer, "NO_SOCKET") ? peer : NULL;
}

static void find_blocked(struct judge *judge, const struct why_connection *c, const struct why_connection *at)
{
	struct why_finding *finding;
	char end[END_TEXT], here[END_TEXT], reason[64];

	remote_end(end, &c->who);
	local_end(here, &c->who);
	finding = finding_of(judge, WHY_CONNECT_BLOCKED_HERE, &c->who, end);
	if (!finding)
		return;
	finding->trouble = true;
	count(finding, 1, at->drop.count, at->drop.ts, c->last);
	prove(finding, at->drop.ts, "tcpdrop", "%s > %s %s, %u packets", here, end,
	      drop_name(at->drop.reason, reason, sizeof(reason)), at->drop.count);
}

/* A rule here answered with a RST in the peer's name. */
static bool find_rejected(struct judge *judge, const struct why_connection *c)
{
	struct why_finding *finding;
	char end[END_TEXT];

	if (c->reset.by != BY_FIREWALL)
		return false;
	remote_end(end, &c->who);
	finding = finding_of(judge, WHY_CONNECT_BLOCKED_HERE, &c->who, end);
	if (!finding)
		return true;
	finding->trouble = true;
	count(finding, 1, 1, c->reset.ts, c->reset.ts);
	prove(finding, c->reset.ts, "tcprst", "netfilter here answered with RST for %s", end);
	return true;
}

static void find_refused(struct judge *judge, const struct why_connection *c)
{
	const struct why_connection *peer = why_model_peer(judge->model, c);
	struct why_finding *finding;
	char end[END_TEXT];
	bool nobody = peer && peer->reset.by == BY_NOBODY, no_socket = peer && is_drop(peer, "NO_SOCKET");
	bool local = nobody || no_socket, answered = c->reset.by == BY_REFUSED || local;

	remote_end(end, &c->who);
	finding = finding_of(judge, WHY_CONNECT_REFUSED, &c->who, end);
	if (!finding)
		return;
	finding->trouble = true;
	finding->local |= local;
	finding->number += answered;
	finding->limit |= why_model_misses(judge->model, "tcprst");
	if (!answered && !finding->limit)
		weaken(finding, WHY_SUPPORTED); /* of the cause: without a RST, it was ICMP */
	count(finding, 1, 1, c->last, c->last);
	if (nobody)
		prove(finding, peer->reset.ts, "tcprst", "%s has no socket: answered the SYN with RST", end);
	else if (no_socket)
		prove(finding, peer->drop.ts, "tcpdrop", "NO_SOCKET: the SYN found no socket at %s", end);
	prove(finding, c->last, "tcpconnect", "%s[%u] refused by %s after %s", process(&c->who), c->who.pid, end,
	      duration(c->connect_ns));
}

static void find_no_answer(struct judge *judge, const struct why_connection *c)
{
	struct why_finding *finding;
	char end[END_TEXT];

	remote_end(end, &c->who);
	finding = finding_of(judge, WHY_CONNECT_NO_ANSWER, &c->who, end);
	if (!finding)
		return;
	finding->trouble = true;
	count(finding, 1, syns_of(c), c->who.ts, c->last);
	if (c->connect_ns != WHY_UNKNOWN && c->connect_ns > finding->number)
		finding->number = c->connect_ns;
	prove(finding, c->last, c->attempted ? "tcpconnect" : "tcpretrans", "%s[%u] > %s: %u SYNs in %s, no answer",
	      process(&c->who), c->who.pid, end, syns_of(c), duration(c->connect_ns));
}

static void find_unreachable(struct judge *judge, const struct why_connection *c)
{
	struct why_finding *finding;
	const char *name = strerrorname_np(c->error < 0 ? -c->error : c->error);
	char end[END_TEXT];

	remote_end(end, &c->who);
	finding = finding_of(judge, WHY_CONNECT_UNREACHABLE, &c->who, end);
	if (!finding)
		return;
	finding->trouble = true;
	count(finding, 1, 1, c->last, c->last);
	prove(finding, c->last, "tcpconnect", "%s[%u] > %s: %s after %s", process(&c->who), c->who.pid, end,
	      name ? name : "unreachable", duration(c->connect_ns));
}

/* The kernel refused the call. EADDRNOTAVAIL is for want of a port, or of a local address that fits. */
static void find_failed(struct judge *judge, const struct why_connection *c)
{
	int error = c->error < 0 ? -c->error : c->error;
	bool ports = error == EADDRNOTAVAIL;
	struct why_finding *finding;
	const char *name = strerrorname_np(error);
	char end[END_TEXT], subject[96];

	remote_end(end, &c->who);
	snprintf(subject, sizeof(subject), ports ? "%s" : "%s with %s", end, name ? name : "an error");
	finding = finding_of(judge, ports ? WHY_PORTS_EXHAUSTED : WHY_CONNECT_FAILED, &c->who, subject);
	if (!finding)
		return;
	finding->trouble = true;
	if (ports)
		weaken(finding, WHY_SUPPORTED);
	finding->number = judge->model->time_wait;
	count(finding, 1, 1, c->last, c->last);
	prove(finding, c->last, "tcpconnect", "%s[%u] > %s: %s after %s", process(&c->who), c->who.pid, end,
	      name ? name : "an error", duration(c->connect_ns));
	if (ports && judge->model->time_wait && finding->connections == 1)
		prove(finding, judge->span->ended, "sockets", "%llu sockets in TIME_WAIT at the end",
		      (unsigned long long)judge->model->time_wait);
}

/* The handshake took long. The round-trip time of the path explains some of it. */
static void find_slow_connect(struct judge *judge, const struct why_connection *c)
{
	uint64_t trip = (uint64_t)(c->now.ts && c->now.known ? c->now.min_rtt_us
				   : c->limits.tick_ns       ? c->limits.min_rtt_us
							     : UINT32_MAX) *
			1000;
	bool again = is_retried(c);
	struct why_finding *finding;
	char end[END_TEXT];

	if (c->connect_ns == WHY_UNKNOWN || c->connect_ns < (again ? SLOW : LATE))
		return;
	if (!again && (trip == UINT32_MAX * 1000ULL || c->connect_ns < 2 * trip + 100 * MS))
		return;
	remote_end(end, &c->who);
	finding = finding_of(judge, WHY_CONNECT_SLOW, &c->who, end);
	if (!finding)
		return;
	finding->trouble = true;
	count(finding, 1, syns_of(c), c->who.ts, c->last);
	if (c->connect_ns > finding->number)
		finding->number = c->connect_ns;
	finding->limit += again;
	prove(finding, c->last, "tcpconnlat", "%s[%u] > %s: connected after %s, with %u SYNs", process(&c->who),
	      c->who.pid, end, duration(c->connect_ns), syns_of(c));
}

/* Whether the attempt waits, or has waited, for an answer to more than one SYN. */
static bool is_unanswered(const struct why_connection *c)
{
	if (c->result == RESULT_TIMED_OUT)
		return true;
	return is_retried(c) && !c->established && c->role == ROLE_CLIENT &&
	       (!c->attempted || c->result == RESULT_PENDING || c->result == RESULT_ABANDONED);
}

/* Whether no answer of the peer's TCP ended the attempt. */
static bool is_without_peer(const struct why_connection *c)
{
	if (is_unanswered(c))
		return true;
	return c->attempted && !c->established && c->result != RESULT_OK && c->reset.by != BY_REFUSED &&
	       (c->result == RESULT_REFUSED || c->result == RESULT_ABANDONED || c->result == RESULT_PENDING);
}

static void judge_attempt(struct judge *judge, const struct why_connection *c)
{
	const struct why_connection *at = blocked_end(judge, c);

	if (find_rejected(judge, c))
		return;
	if (at && is_without_peer(c))
		find_blocked(judge, c, at);
	else if (c->attempted && c->result == RESULT_REFUSED)
		find_refused(judge, c);
	else if (is_unanswered(c) && !is_at_full_listener(judge, c))
		find_no_answer(judge, c);
	else if (c->attempted && c->result == RESULT_UNREACHABLE)
		find_unreachable(judge, c);
	else if (c->attempted && c->result == RESULT_FAILED)
		find_failed(judge, c);
	else if (c->attempted && c->result == RESULT_OK && !is_at_full_listener(judge, c))
		find_slow_connect(judge, c);
}

/* SYNs of other machines to a port without a listener. */
static void find_refusing(struct judge *judge, const struct why_connection *c)
{
	struct why_finding *finding;
	char end[END_TEXT], from[END_TEXT];

	local_end(end, &c->who);
	remote_end(from, &c->who);
	finding = finding_of(judge, WHY_CONNECT_REFUSED, &c->who, end);
	if (!finding)
		return;
	finding->local = true;
	finding->number++;
	count(finding, 1, 1, c->reset.ts, c->reset.ts);
	finding->trouble = finding->trouble || finding->events >= REFUSALS ||
			   why_target_names_port(judge->model->target, c->who.lport);
	prove(finding, c->reset.ts, "tcprst", "%s has no socket: answered the SYN of %s with RST", end, from);
}

/* ---- listeners ---- */

static void find_full_queue(struct judge *judge, const struct why_listener *listener, const char *end)
{
	struct why_finding *finding = finding_of(judge, WHY_ACCEPT_QUEUE_FULL, &listener->who, end);
	char from[END_TEXT];

	if (!finding)
		return;
	remote_end(from, &listener->peer);
	finding->trouble = true;
	finding->number = listener->queue;
	finding->limit = listener->limit;
	count(finding, 0, listener->overflows, listener->first_overflow, listener->last_overflow);
	if (listener->limit != UINT32_MAX)
		prove(finding, listener->first_overflow, "tcpdrop", "LISTEN_OVERFLOW %s > %s queue %u, limit %u%s",
		      from, end, listener->queue, listener->limit,
		      listener->somaxconn == listener->limit ? " (= net.core.somaxconn)" : "");
	else
		prove(finding, listener->first_overflow, "tcpdrop", "LISTEN_OVERFLOW %s > %s", from, end);
	if (listener->oldest_wait != WHY_UNKNOWN)
		prove(finding, listener->seen_at, "sockets", "queue %u of %u; the next connection has waited %s",
		      listener->queue, listener->limit, duration(listener->oldest_wait));
	else if (listener->waits)
		prove(finding, listener->longest_at, "tcpaccept", "a connection waited %s for accept()",
		      duration(listener->longest_wait));
}

static void find_full_syn_queue(struct judge *judge, const struct why_listener *listener, const char *end)
{
	struct why_finding *finding = finding_of(judge, WHY_SYN_QUEUE_FULL, &listener->who, end);
	char from[END_TEXT];

	if (!finding)
		return;
	remote_end(from, &listener->peer);
	finding->trouble = true;
	finding->number = listener->half_open;
	finding->limit = listener->syn_backlog;
	count(finding, 0, listener->syn_drops, listener->first_syn_drop, listener->last_syn_drop);
	prove(finding, listener->first_syn_drop, "tcpdrop", "SYN_QUEUE_FULL %s > %s", from, end);
}

static void find_slow_accept(struct judge *judge, const struct why_listener *listener, const char *end)
{
	bool waits = listener->oldest_wait != WHY_UNKNOWN && listener->oldest_wait >= SLOW;
	struct why_finding *finding = finding_of(judge, WHY_ACCEPT_SLOW, &listener->who, end);

	if (!finding)
		return;
	finding->trouble = true;
	finding->number = listener->longest_wait;
	if (waits && listener->oldest_wait > finding->number)
		finding->number = listener->oldest_wait;
	if (waits) {
		count(finding, listener->queue, 1, listener->seen_at - listener->oldest_wait, listener->seen_at);
		prove(finding, listener->seen_at, "sockets", "queue %u of %u; the next connection has waited %s",
		      listener->queue, listener->limit, duration(listener->oldest_wait));
	}
	if (listener->waits) {
		count(finding, listener->waits, listener->waits, listener->longest_at, listener->longest_at);
		prove(finding, listener->longest_at, "tcpaccept", "a connection waited %s for accept()",
		      duration(listener->longest_wait));
	}
}

static void judge_listener(struct judge *judge, const struct why_listener *listener)
{
	char end[END_TEXT];

	local_end(end, &listener->who);
	if (listener->overflows)
		find_full_queue(judge, listener, end);
	else if (listener->waits || (listener->oldest_wait != WHY_UNKNOWN && listener->oldest_wait >= SLOW))
		find_slow_accept(judge, listener, end);
	if (listener->syn_drops)
		find_full_syn_queue(judge, listener, end);
}

/* ---- resets ---- */

/* What a reset of this machine is called, and whether it is trouble. */
static const struct reset_rule {
	uint8_t by;
	enum why_code code;
	enum { NOTE, TROUBLE, TROUBLE_OF_SERVERS } how;
	const char *text;
} reset_rules[] = {
	/* A client that does not read the rest loses nothing but its own time. */
	{ BY_UNREAD, WHY_RESET_BY_US_UNREAD, TROUBLE_OF_SERVERS, "closed with unread data" },
	{ BY_LINGER, WHY_RESET_BY_US, NOTE, "closed with SO_LINGER 0" },
	{ BY_KILLED, WHY_RESET_BY_US_KILLED, TROUBLE, "a signal ended the process" },
	{ BY_DISCONNECT, WHY_RESET_BY_US, NOTE, "disconnected with connect(AF_UNSPEC)" },
	{ BY_ABORTED, WHY_RESET_BY_US_ABORTED, TROUBLE, "another process ended it" },
	{ BY_LISTENER, WHY_RESET_BY_US_UNACCEPTED, TROUBLE, "its listener was closed" },
	{ BY_KEEPALIVE, WHY_KEEPALIVE_TIMEOUT, TROUBLE, "no answer to keepalive probes" },
	{ BY_MEMORY, WHY_MEMORY_PRESSURE, TROUBLE, "too little memory, or too many orphans" },
	{ BY_AFTER_CLOSE, WHY_RESET_BY_US, NOTE, "the peer sent data after close()" },
	{ BY_UNACCEPTABLE, WHY_RESET_BY_US, NOTE, "a packet that its state does not allow" },
	{ BY_US_OTHER, WHY_RESET_BY_US, NOTE, "by the kernel here" },
	{ BY_PEER, WHY_RESET_BY_PEER, TROUBLE, "the peer reset it" },
	{ BY_BETWEEN, WHY_RESET_MIDDLEBOX, TROUBLE, "with another hop limit than the peer's" },
};

/* Whether the connection was in use: later resets only tidy up. */
static bool was_in_use(const struct why_reset *reset)
{
	return reset->state == 1 || reset->state == 8; /* ESTABLISHED, CLOSE_WAIT */
}

static void judge_reset(struct judge *judge, const struct why_connection *c)
{
	const struct why_connection *peer = why_model_peer(judge->model, c);
	const struct reset_rule *rule = reset_rules, *end = rule + sizeof(reset_rules) / sizeof(reset_rules[0]);
	struct why_finding *finding;
	char here[END_TEXT], there[END_TEXT], subject[96], reason[64];
	bool server = !c->reset.client;

	/* Both ends here: the sender's has the cause. */
	if (c->reset.direction == RESET_GOT && peer && peer->reset.ts && peer->reset.direction == RESET_SENT)
		return;
	while (rule < end && rule->by != c->reset.by)
		rule++;
	if (rule == end || (rule->code == WHY_RESET_BY_PEER && !was_in_use(&c->reset)))
		return;
	local_end(here, &c->who);
	remote_end(there, &c->who);
	snprintf(subject, sizeof(subject), "%s %s", server ? here : there, process(&c->who));
	finding = finding_of(judge, rule->code, &c->who, subject);
	if (!finding)
		return;
	finding->trouble |= rule->how == TROUBLE || (rule->how == TROUBLE_OF_SERVERS && server);
	finding->limit |= server;
	if (c->reset.by == BY_BETWEEN || c->reset.by == BY_UNACCEPTABLE)
		weaken(finding, WHY_SUPPORTED);
	if (c->reset.unread != NOT_KNOWN)
		finding->number += c->reset.unread;
	count(finding, 1, 1, c->reset.ts, c->reset.ts);
	prove(finding, c->reset.ts, "tcprst", "%s[%u] %s %s %s in %s: %s%s%s", process(&c->who), c->who.pid, here,
	      c->reset.direction == RESET_SENT ? "reset" : "was reset by", there, state_name(c->reset.state),
	      rule->text, c->reset.reason == UINT32_MAX ? "" : ", ",
	      c->reset.reason == UINT32_MAX ? ""
					    : reason_name("sk_rst_reason", c->reset.reason, reason, sizeof(reason)));
}

/* An established connection ended because nothing was acknowledged any more. */
static void judge_end(struct judge *judge, const struct why_connection *c)
{
	struct why_finding *finding;
	char end[END_TEXT];

	if (c->error != ETIMEDOUT || !c->has_life || (c->attempted && c->result != RESULT_OK) ||
	    c->reset.by == BY_KEEPALIVE)
		return;
	remote_end(end, &c->who);
	finding = finding_of(judge, WHY_PEER_GONE, &c->who, end);
	if (!finding)
		return;
	finding->trouble = true;
	count(finding, 1, c->retrans[CAUSE_RTO], c->closed_at, c->closed_at);
	prove(finding, c->closed_at, "tcplife", "%s[%u] > %s ended with ETIMEDOUT, %u retransmissions by timeout",
	      process(&c->who), c->who.pid, end, c->retrans[CAUSE_RTO]);
}

/* ---- limits ---- */

/* What held up a connection while it was watched. */
struct held {
	uint64_t time, rwnd, sndbuf, bytes; /* ns */
	const char *tool;
	uint64_t ts;
};

static uint64_t less(uint64_t now, uint64_t before)
{
	return now == WHY_UNKNOWN || before == WHY_UNKNOWN || before > now ? 0 : now - before;
}

/* False: nothing is known of it. */
static bool held_of(struct held *held, const struct why_connection *c, const struct event_span *span)
{
	const struct why_sample *before = &c->before, *now = &c->now;
	struct why_sample none = { .ts = c->who.ts > span->begun ? c->who.ts : span->begun };

	if (now->ts && now->known) {
		if (!before->ts || !before->known)
			before = &none;
		*held = (struct held){ .time = less(now->ts, before->ts),
				       .rwnd = less(now->rwnd, before->rwnd),
				       .sndbuf = less(now->sndbuf, before->sndbuf),
				       .bytes = less(now->tx_bytes, before->tx_bytes),
				       .tool = "sockets",
				       .ts = now->ts };
		return true;
	}
	if (!c->has_life || !c->limits.tick_ns)
		return false;
	if (!(before->ts && before->known) && c->duration == WHY_UNKNOWN)
		return false;
	before = before->ts && before->known ? before : &none;
	*held = (struct held){ .time = before != &none ? less(c->last, before->ts) : c->duration,
			       .rwnd = less(c->limits.rwnd, before->rwnd),
			       .sndbuf = less(c->limits.sndbuf, before->sndbuf),
			       .bytes = less(c->tx_bytes, before->tx_bytes),
			       .tool = "tcplife",
			       .ts = c->last };
	return true;
}

static void find_held(struct judge *judge, const struct why_connection *c, const struct held *held, enum why_code code,
		      uint64_t time)
{
	struct why_finding *finding;
	char end[END_TEXT], subject[96];
	bool slow = held->bytes < FAST * (held->time / MS) / 1000;

	remote_end(end, &c->who);
	if (c->role == ROLE_SERVER)
		local_end(end, &c->who);
	snprintf(subject, sizeof(subject), "%s %s", end, process(&c->who));
	finding = finding_of(judge, code, &c->who, subject);
	if (!finding)
		return;
	finding->trouble |= slow || c->retrans[CAUSE_ZERO_WINDOW];
	if (time > finding->number) {
		finding->number = time;
		finding->limit = time > held->time ? time : held->time; /* a tick may begin before it */
	}
	count(finding, 1, c->retrans[CAUSE_ZERO_WINDOW], held->ts - held->time, held->ts);
	remote_end(end, &c->who);
	prove(finding, held->ts, held->tool, "%s[%u] > %s: held up %s of %s, %llu bytes sent", process(&c->who),
	      c->who.pid, end, duration(time), duration(time > held->time ? time : held->time),
	      (unsigned long long)held->bytes);
	if (c->retrans[CAUSE_ZERO_WINDOW])
		prove(finding, c->last_retrans, "tcpretrans", "%u probes of the closed window of %s",
		      c->retrans[CAUSE_ZERO_WINDOW], end);
}

static void find_unread(struct judge *judge, const struct why_connection *c)
{
	const struct why_sample *now = &c->now;
	struct why_finding *finding;
	char end[END_TEXT], subject[96];

	if (!now->ts || !now->known || !now->unread || !now->closed || now->unread_ns == WHY_UNKNOWN ||
	    now->unread_ns < HELD)
		return;
	local_end(end, &c->who);
	if (c->role == ROLE_CLIENT)
		remote_end(end, &c->who);
	snprintf(subject, sizeof(subject), "%s %s", end, process(&c->who));
	finding = finding_of(judge, WHY_WE_READ_SLOWLY, &c->who, subject);
	if (!finding)
		return;
	finding->trouble = true;
	finding->limit += now->unread;
	if (now->unread_ns > finding->number)
		finding->number = now->unread_ns;
	count(finding, 1, 1, now->ts - now->unread_ns, now->ts);
	local_end(end, &c->who);
	prove(finding, now->ts, "sockets", "%s[%u] %s: %u bytes unread for %s or more, receive window closed",
	      process(&c->who), c->who.pid, end, now->unread, duration(now->unread_ns));
}

static void judge_limits(struct judge *judge, const struct why_connection *c)
{
	struct held held;

	find_unread(judge, c);
	if (!held_of(&held, c, judge->span) || held.time < HELD)
		return;
	if (held.rwnd >= HELD && held.rwnd > held.time / 2)
		find_held(judge, c, &held, WHY_PEER_READS_SLOWLY, held.rwnd);
	else if (held.sndbuf >= HELD && held.sndbuf > held.time / 2)
		find_held(judge, c, &held, WHY_OWN_SNDBUF, held.sndbuf);
}

/* ---- loss ---- */

static uint64_t segments_sent(const struct why_connection *c, bool local)
{
	uint64_t bytes = c->closed_at || !c->now.ts ? c->tx_bytes : c->now.tx_bytes;
	uint32_t mss = c->now.ts && c->now.mss ? c->now.mss : local ? MSS_LOOPBACK : MSS_USUAL;

	return bytes == WHY_UNKNOWN ? 0 : less(bytes, c->before.ts ? c->before.tx_bytes : 0) / mss + 1;
}

static void judge_loss(struct judge *judge, const struct why_connection *c)
{
	const struct why_connection *peer = why_model_peer(judge->model, c);
	/* A tail loss probe asks whether something was lost. */
	uint64_t again = why_retransmitted(c) - c->retrans[CAUSE_TLP], sent = segments_sent(c, peer);
	const struct why_drop *drop = c->drop.count > c->drop.syns                 ? &c->drop
				      : peer && peer->drop.count > peer->drop.syns ? &peer->drop
										   : NULL;
	struct why_finding *finding;
	char end[END_TEXT], reason[64];

	if (!(why_retransmitted(c) && drop && drop->count >= LOSS_LEAST) &&
	    (again < LOSS_LEAST || (sent && again * LOSS_SHARE < sent)))
		return;
	remote_end(end, &c->who);
	finding = finding_of(judge, drop ? WHY_LOSS_HERE : WHY_LOSS_BEYOND, &c->who, end);
	if (!finding)
		return;
	finding->trouble = true;
	finding->number += again;
	finding->limit += drop ? drop->count : 0;
	if (!drop)
		weaken(finding, why_model_misses(judge->model, "tcpdrop") ? WHY_POSSIBLE : WHY_SUPPORTED);
	count(finding, 1, again, c->first_retrans, c->last_retrans);
	if (drop)
		prove(finding, drop->ts, "tcpdrop", "%u packets of this connection, %s: %s", drop->count,
		      drop->outgoing ? "outgoing" : "incoming", drop_name(drop->reason, reason, sizeof(reason)));
	prove(finding, c->last_retrans, "tcpretrans", "%s[%u] > %s: RTO %u, FAST %u, SLOWSTART %u, TLP %u segments",
	      process(&c->who), c->who.pid, end, c->retrans[CAUSE_RTO], c->retrans[CAUSE_FAST],
	      c->retrans[CAUSE_SLOW_START], c->retrans[CAUSE_TLP]);
}

/* ---- names ---- */

static void judge_server(struct judge *judge, const struct why_server *server)
{
	struct why_finding *finding;
	char end[END_TEXT], subject[96];

	remote_end(end, &server->who);
	snprintf(subject, sizeof(subject), "%s %s", end, process(&server->who));
	if (server->timeouts || server->waiting) {
		finding = finding_of(judge, WHY_NAME_NO_ANSWER, &server->who, subject);
		if (!finding)
			return;
		finding->trouble = true;
		finding->number = server->timeouts + server->waiting;
		finding->limit = server->queries;
		count(finding, 0, finding->number, server->timeouts ? server->first_timeout : server->first_wait,
		      server->timeouts ? server->last_timeout : server->first_wait);
		if (server->timeouts)
			prove(finding, server->first_timeout, "dns", "%s asked %s for %s: no answer in time",
			      process(&server->who), end, server->timeout_name);
		if (server->waiting)
			prove(finding, server->first_wait, "dns", "%s asked %s for %s: no answer for %s so far",
			      process(&server->who), end, server->waiting_name, duration(server->longest_wait));
	}
	if (server->failures) {
		finding = finding_of(judge, WHY_NAME_FAILED, &server->who, subject);
		if (!finding)
			return;
		finding->trouble = true;
		finding->number = server->failures;
		finding->limit = server->queries;
		count(finding, 0, server->failures, server->first_failure, server->last_failure);
		prove(finding, server->first_failure, "dns", "%s answered rcode %u for %s", end, server->rcode,
		      server->failed_name);
	}
	if (server->slow) {
		finding = finding_of(judge, WHY_NAME_SLOW, &server->who, subject);
		if (!finding)
			return;
		finding->trouble = true;
		finding->number = server->longest;
		finding->limit = server->queries;
		count(finding, 0, server->slow, server->first_slow, server->last_slow);
		prove(finding, server->first_slow, "dns", "%s answered late for %s, after up to %s", end,
		      server->slow_name, duration(server->longest));
	}
}

/* ---- all ---- */

bool why_is_trouble(const struct why_connection *c)
{
	return (c->attempted && c->result != RESULT_OK && c->result != RESULT_PENDING) || c->error || c->reset.ts ||
	       c->drop.count || c->first_retrans || (c->connect_ns != WHY_UNKNOWN && c->connect_ns >= LATE) ||
	       (c->limits.tick_ns && ((c->limits.rwnd != WHY_UNKNOWN && c->limits.rwnd >= HELD) ||
				      (c->limits.sndbuf != WHY_UNKNOWN && c->limits.sndbuf >= HELD)));
}

static void judge_connection(void *context, const struct why_connection *c)
{
	struct judge *judge = context;
	const struct why_connection *peer;

	if (!why_target_has(judge->model->target, &c->who))
		return;
	if (c->reset.by == BY_NOBODY && c->reset.direction == RESET_SENT) {
		peer = why_model_peer(judge->model, c);
		if (!peer || !peer->attempted)
			find_refusing(judge, c);
		return;
	}
	judge_attempt(judge, c);
	if (c->reset.ts)
		judge_reset(judge, c);
	judge_end(judge, c);
	judge_limits(judge, c);
	judge_loss(judge, c);
}

static int worst_first(const void *one, const void *other)
{
	const struct why_finding *a = one, *b = other;

	if (a->trouble != b->trouble)
		return a->trouble ? -1 : 1;
	if (a->code != b->code)
		return a->code < b->code ? -1 : 1;
	if (a->connections + a->events != b->connections + b->events)
		return a->connections + a->events > b->connections + b->events ? -1 : 1;
	return strcmp(a->subject, b->subject);
}

static void write_sentence(struct why_finding *finding)
{
	struct text text = { 0 };

	why_texts[finding->code].sentence(&text, finding);
	snprintf(finding->sentence, sizeof(finding->sentence), "%.*s", (int)text.length, text.data);
	text_free(&text);
}

void why_judge(struct why_findings *findings, const struct why_model *model, const struct event_span *span)
{
	struct judge judge = { .model = model, .findings = findings, .span = span };

	*findings = (struct why_findings){ 0 };
	for (size_t i = 0; i < model->n_listeners; i++)
		if (why_target_has(model->target, &model->listeners[i].who))
			judge_listener(&judge, &model->listeners[i]);
	for (size_t i = 0; i < model->n_servers; i++)
		judge_server(&judge, &model->servers[i]);
	why_model_each(model, judge_connection, &judge);
	for (size_t i = 0; i < findings->count; i++)
		write_sentence(&findings->each[i]);
	if (findings->count)
		qsort(findings->each, findings->count, sizeof(*findings->each), worst_first);
}
