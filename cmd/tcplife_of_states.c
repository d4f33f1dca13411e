/* SPDX-License-Identifier: GPL-2.0-or-later */
/* tcplife_of_states.c: sessions, as far as a recording of tcpstates tells of them. */
#include "cmd/tcplife_of_states.h"

#include <netinet/tcp.h>
#include <search.h>
#include <stdlib.h>

#include "core/base/must.h"
#include "probes/tcplife.h"
#include "probes/tcpstates.h"

extern const struct tool tcpstates;

/* A socket that was seen to begin. */
struct life {
	__u64 skaddr;         /* first: what it is found by */
	__u64 established_at; /* ns; 0: never */
	__u8 role;            /* enum role */
};

static void *lives; /* a tree of them */

static int by_address(const void *one, const void *other)
{
	__u64 a = *(const __u64 *)one, b = *(const __u64 *)other;

	return a < b ? -1 : a > b;
}

static struct life *find(__u64 skaddr)
{
	struct life **found = tfind(&skaddr, &lives, by_address);

	return found ? *found : NULL;
}

static struct life *begin(const struct tcpstates_event *change)
{
	struct life *life = find(change->skaddr);

	if (!life) {
		life = must(calloc(1, sizeof(*life)));
		life->skaddr = change->skaddr;
		must(tsearch(life, &lives, by_address));
	}
	life->established_at = 0;
	life->role = change->oldstate == TCP_LISTEN     ? ROLE_SERVER
		     : change->newstate == TCP_SYN_SENT ? ROLE_CLIENT
							: ROLE_UNKNOWN;
	return life;
}

static void end(struct life *life)
{
	if (!life)
		return;
	tdelete(life, &lives, by_address);
	free(life);
}

/* As the programs of tcplife do (probes/tcp/transition.bpf.h, probes/tcplife.bpf.c). */
static bool synthesize(const struct event *event, struct event *made)
{
	const struct tcpstates_event *change = (const void *)event;
	struct tcplife_event *session = (void *)made;
	__u8 from = change->oldstate, to = change->newstate;
	bool fresh = from == TCP_CLOSE || (from == TCP_LISTEN && to == TCP_SYN_RECV);
	struct life *life = fresh ? begin(change) : find(change->skaddr);
	bool ends = to == TCP_CLOSE && from != TCP_LISTEN && from != TCP_SYN_RECV;

	if (life && to < TCP_FIN_WAIT1)
		life->established_at = event->ts;
	if (ends) {
		session->common = *event;
		session->duration = life && life->established_at && event->ts >= life->established_at
					    ? event->ts - life->established_at
					    : NOT_KNOWN;
		session->role = life ? life->role : ROLE_UNKNOWN;
		session->state = TCP_CLOSE;
	}
	if (to == TCP_CLOSE)
		end(life);
	return ends;
}

static void reset(void)
{
	tdestroy(lives, free);
	lives = NULL;
}

const struct synthesis tcplife_of_states = {
	.from = &tcpstates,
	.loses = "bytes, retransmissions, round-trip times, errors and sessions that are still open",
	.event = synthesize,
	.reset = reset,
};
