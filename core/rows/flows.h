/* SPDX-License-Identifier: GPL-2.0-or-later */
/* flows.h: the rows of a timeline grouped by connection: each one's story, printed when it is over.
 *
 * A connection is a pair of ends of a protocol in a network namespace, seen from its own end; so both ends of one
 * within the machine are two. Memory is bounded: beyond the limit of connections, the one that was silent the longest
 * is evicted and printed early; beyond the limit of rows, earlier rows are dropped. The output reports both. */
#ifndef NETTRACE_ROWS_FLOWS_H
#define NETTRACE_ROWS_FLOWS_H

#include "core/base/json.h"
#include "core/rows/line.h"
#include "core/rows/reorder.h"

#define FLOWS_MOST   65536
#define FLOWS_BYTES  (64U << 20) /* of events, all together */
#define FLOW_ROWS    1000
#define FLOWS_LINGER 100000000ULL /* ns: what comes so shortly after the end still belongs to it */

/* A connection, from its first row to its last. */
struct flow {
	struct flow *next;          /* in its bucket */
	struct flow *older, *newer; /* in its list */
	struct flow_key {
		uint8_t laddr[16], raddr[16];
		uint16_t lport, rport;
		uint32_t netns;
		uint32_t protocol;
		uint64_t socket; /* where an end is not known yet: then of this socket; else 0 */
	} key;
	struct pending_event *rows; /* by time */
	size_t count, room;
	uint64_t dropped_rows; /* rows before the last that are not there */
	uint64_t closed_at;    /* ns, where it is over; of a recording any number, also 0 */
	uint64_t socket;       /* the address by which a tool knows its socket; 0: none does */
	bool over;             /* its end was seen */
	bool socket_closed;    /* by a tool that knows sockets by their address: its next row is of another one */
	bool evicted;          /* printed before its end */
};

struct flows *flows_new(struct lines *lines, struct rows *out);
/* Takes a row, and its event's memory. In the order of their times. */
void flows_add(struct flows *flows, const struct pending_event *pending);
/* Prints the connections that were over by `until` (ns), for good; UINT64_MAX: all. */
void flows_finish(struct flows *flows, uint64_t until);
void flows_free(struct flows *flows);

/* core/rows/flow_print.c: prints one. Its JSON line has the keys of every row, then flow_keys. */
void flow_print(struct lines *lines, struct rows *out, const struct flow *flow);
extern const struct json_key flow_keys[];

#endif
