/* SPDX-License-Identifier: GPL-2.0-or-later */
/* flows.h: the rows of a timeline grouped by connection, printed as one story when the connection is over.
 *
 * A connection is a pair of ends of a protocol in a network namespace, seen from its own end. So both ends of a local
 * connection are two connections. Memory is bounded. Beyond the limit of connections, the one with the oldest last row
 * is evicted and printed early. Beyond the limit of rows, earlier rows are dropped. The output reports both. */
#ifndef NETTRACE_ROWS_FLOWS_H
#define NETTRACE_ROWS_FLOWS_H

#include "core/base/json.h"
#include "core/rows/line.h"
#include "core/rows/reorder.h"

#define FLOWS_MOST   65536
#define FLOWS_BYTES  (64U << 20) /* limit of all events together */
#define FLOW_ROWS    1000
#define FLOWS_LINGER 100000000ULL /* ns: a row within this time after the end still joins the connection */

/* A connection, from its first row to its last. */
struct flow {
	struct flow *next;          /* in its bucket */
	struct flow *older, *newer; /* in its list */
	struct flow_key {
		uint8_t laddr[16], raddr[16];
		uint16_t lport, rport;
		uint32_t netns;
		uint32_t protocol;
		uint64_t socket; /* the key while an end is unknown; else 0 */
	} key;
	struct pending_event *rows; /* by time */
	size_t count, room;
	uint64_t dropped_rows; /* rows dropped before the last */
	uint64_t closed_at;    /* ns, if over; a recording may have any number, also 0 */
	uint64_t socket;       /* the socket's address in the kernel; 0: unknown */
	bool over;             /* its end was seen */
	bool socket_closed; /* the tool with socket addresses has reported the close: its next row is of another socket
			     */
	bool evicted;       /* printed before its end */
};

struct flows *flows_new(struct lines *lines, struct rows *out);
/* Adds a row and takes ownership of its event. Rows come in order of time. */
void flows_add(struct flows *flows, const struct pending_event *pending);
/* Prints the connections that were over by `until` (ns), and forgets them; UINT64_MAX: all. */
void flows_finish(struct flows *flows, uint64_t until);
void flows_free(struct flows *flows);

/* core/rows/flow_print.c: prints one connection. Its JSON line has the keys of every row, then flow_keys. */
void flow_print(struct lines *lines, struct rows *out, const struct flow *flow);
extern const struct json_key flow_keys[];

#endif
