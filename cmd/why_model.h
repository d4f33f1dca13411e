/* SPDX-License-Identifier: GPL-2.0-or-later */
/* why_model.h: connections, listeners and name servers, as the events of several tools describe them: events in, facts
 * out. The rules of `nettrace why` (cmd/why_rules.h) read it. */
#ifndef NETTRACE_CMD_WHY_MODEL_H
#define NETTRACE_CMD_WHY_MODEL_H

#include "cmd/why_target.h"
#include "core/model/event_reader.h"
#include "core/tool.h"
#include "probes/tcp/limits.h"

/* Kept at once; what does not fit is counted in struct why_model. */
#define WHY_CONNECTIONS 131072
#define WHY_KEPT        16384 /* closed ones that a rule may need */
#define WHY_LISTENERS   4096
#define WHY_SERVERS     1024
#define WHY_CAUSES      10 /* enum tcpretrans_cause */

#define WHY_UNKNOWN     UINT64_MAX

/* A connection as a walk over the sockets found it. */
struct why_sample {
	uint64_t ts; /* ns; 0: no walk has seen it */
	uint64_t tx_bytes, rx_bytes;
	uint64_t busy, rwnd, sndbuf, unread_ns; /* ns */
	uint32_t unread, unsent, retrans, mss, min_rtt_us;
	uint8_t state, closed, known; /* closed: the own receive window; known: the limits are */
};

/* A drop on this machine of a packet of the connection. */
struct why_drop {
	uint64_t ts;
	uint32_t reason, count, syns; /* syns: of them */
	uint8_t outgoing;
};

/* A reset that one end sent or received. */
struct why_reset {
	uint64_t ts; /* 0: none */
	uint64_t unread;
	uint32_t reason;
	uint8_t by, direction, state, client; /* enum reset_by, enum reset_direction; client: this end connected */
};

/* One end of a connection on this machine, or an attempt to connect. */
struct why_connection {
	struct why_connection *next;  /* of its slot in the table */
	struct why_connection *later; /* of those that are closed, or kept */
	struct event who;             /* ends, namespace and owner; ts: of the first event */
	uint64_t last, closed_at;     /* ns; closed_at 0: open */
	bool attempted, accepted, established, older, retired, has_life;
	uint8_t result, role; /* enum result, enum role */
	int32_t error;        /* errno of the attempt, or of the life */
	uint32_t syns;        /* 0: unknown */
	uint64_t connect_ns;  /* WHY_UNKNOWN */
	uint64_t wait_ns;     /* in the accept queue; WHY_UNKNOWN */
	uint32_t retrans[WHY_CAUSES];
	uint64_t first_retrans, last_retrans; /* ns; 0: none */
	struct why_drop drop;
	struct why_reset reset;
	uint64_t tx_bytes, rx_bytes, duration; /* of its life; WHY_UNKNOWN */
	struct limits limits;                  /* of its life; tick_ns 0: unknown */
	struct why_sample before, now;
};

struct why_listener {
	struct event who; /* laddr, lport, owner */
	uint64_t overflows, first_overflow, last_overflow;
	uint64_t syn_drops, first_syn_drop, last_syn_drop; /* for want of room for half-open connections */
	uint32_t queue, limit, half_open;                  /* at the latest look; all bits: unknown */
	uint32_t somaxconn, syn_backlog;                   /* sysctls at the latest drop; all bits: unknown */
	uint64_t oldest_wait, seen_at;                     /* at the latest walk, ns; WHY_UNKNOWN, 0 */
	uint64_t waits, longest_wait, longest_at;          /* accepted connections that waited long */
	uint64_t accepted;
	struct event peer; /* of the first drop */
};

struct why_server {
	struct event who; /* raddr: the server; the owner asks */
	uint64_t queries, timeouts, failures, slow, waiting;
	uint64_t first_timeout, last_timeout, first_failure, last_failure, first_slow, last_slow, first_wait;
	uint64_t longest, longest_wait; /* ns */
	uint8_t rcode;                  /* of the first failure */
	char timeout_name[64], failed_name[64], slow_name[64], waiting_name[64];
};

/* What was seen of the target. */
struct why_seen {
	uint64_t connected, accepted, older, failed, pending; /* connections */
	uint64_t tx_bytes, rx_bytes, retrans, queries, listeners;
};

struct why_tool {
	const struct tool *tool;
	uint64_t lost;
};

struct why_model {
	const struct why_target *target;
	/* Whether the rules may need a closed connection. */
	bool (*is_trouble)(const struct why_connection *connection);
	struct why_connection **slots;
	struct why_connection *closed, **closed_end; /* wait for late events, the first to close first */
	struct why_connection *kept, **kept_end;
	struct why_listener *listeners;
	struct why_server *servers;
	uint64_t time_wait; /* sockets in TIME_WAIT at the end */
	size_t n_connections, n_kept, n_listeners, n_servers;
	struct why_seen seen;
	struct why_tool tools[16];
	size_t n_tools;
	/* Not kept: */
	uint64_t left_out, unkept, other_listeners, other_servers;
};

void why_model_start(struct why_model *model, const struct why_target *target,
		     bool (*is_trouble)(const struct why_connection *connection));
void why_model_stop(struct why_model *model);
/* Takes an event of one of the tools that `why` runs, in order of time. */
void why_model_event(void *model, const struct tool *tool, const struct event *event, size_t size, uint64_t time);
void why_model_ledger(void *model, const struct tool *tool, const struct ledger *ledger);
/* All events have been taken: counts what is still open. */
void why_model_end(struct why_model *model);
/* Whether the tool's events were there. */
bool why_model_has(const struct why_model *model, const char *tool);
/* Whether some were not: what it did not report may have happened. */
bool why_model_misses(const struct why_model *model, const char *tool);

/* Calls each() for every connection that is kept or open. */
void why_model_each(const struct why_model *model, void (*each)(void *context, const struct why_connection *connection),
		    void *context);
/* The other end of the connection on this machine, in any namespace. NULL: none is known. */
const struct why_connection *why_model_peer(const struct why_model *model, const struct why_connection *connection);
/* The listener of an end. NULL: none is known. */
const struct why_listener *why_model_listener(const struct why_model *model, uint32_t netns, const uint8_t *laddr,
					      uint16_t lport);
/* Retransmitted segments of data. */
uint64_t why_retransmitted(const struct why_connection *connection);

#endif
