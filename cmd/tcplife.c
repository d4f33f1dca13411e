/* SPDX-License-Identifier: GPL-2.0-or-later */
/* tcplife.c: TCP sessions, one line each, with their bytes and duration. */
#include <netinet/tcp.h>
#include <search.h>
#include <stdlib.h>

#include "core/base/must.h"
#include "core/model/expectation.h"
#include "core/model/limits_members.h"
#include "core/model/options.h"
#include "core/names/tcp.h"
#include "core/tool.h"
#include "probes/tcplife.h"
#include "probes/tcpstates.h"

extern const struct tool tcpstates;

#define OWN(member)    AT(struct tcplife_event, member)
#define LIMITS(member) OWN(limits.member)

static const char *const roles[] = { NULL, "client", "server" };

static const struct member members[] = {
	{ "tx_bytes", F_KBYTES, OWN(tx_bytes), .help = "payload sent" },
	{ "rx_bytes", F_KBYTES, OWN(rx_bytes), .help = "payload received" },
	{ "duration_ns", F_MSEC, OWN(duration),
	  .help = "time from established to closed; unknown: opened before tracing" },
	{ "role", F_NAME, OWN(role), NAMES(roles), .help = "client: this end connected; server: this end accepted" },
	{ "state", F_NAME, OWN(state), TCP_STATES, .help = "CLOSE, or the state of a session that is still open" },
	{ "retrans", F_UINT, OWN(retrans), .help = "retransmitted segments" },
	{ "srtt_us", F_ID, OWN(srtt_us), .help = "smoothed round-trip time" },
	{ "error", F_ERRNO, OWN(error),
	  .help = "error that ended the session: ECONNRESET, ECONNREFUSED, ETIMEDOUT ..." },
	LIMITS_MEMBERS(TCPLIFE_LIMITS, LIMITS),
	{},
};

static const struct column columns[] = {
	{ "pid", .width = 5, .wide = 7 },
	{ "comm", .width = 10, .wide = 16 },
	{ "family", .where = IN_WIDE | IN_CSV },
	{ "laddr" },
	{ "lport" },
	{ "raddr" },
	{ "rport" },
	{ "tx_bytes", "TX_KB", .width = -5, .wide = -6 },
	{ "rx_bytes", "RX_KB", .width = -5, .wide = -6 },
	{ "duration_ns", "MS", .wide = 10, .decimals = 2 },
	{ "role", "ROLE", .where = IN_WIDE, .width = 6 },
	{ "state", "STATE", .where = IN_WIDE, .width = 11 },
	{ "srtt_us", "SRTT_us", .where = IN_WIDE, .width = -8 },
	{ "retrans", "RETR", .where = IN_WIDE, .width = -5 },
	{ "error", "ERROR", .where = IN_WIDE, .width = 12 },
	LIMITS_COLUMNS(TCPLIFE_LIMITS),
	{},
};

static const struct opt opts[] = {
	{ "open", 0, O_FLAG, .flag = TCPLIFE_OPEN,
	  .help = "include sessions opened before tracing, and at the end those still open" },
	{ "limits", 'x', O_FLAG, .flag = TCPLIFE_LIMITS,
	  .help = "what limited the session: network, peer, send buffer, own reader; in JSON all that TCP counts" },
	{ "csv", 's', O_ALIAS, .alias_of = "csv" },
	{ "localport", 'L', O_ALIAS, .alias_of = "lport" },
	{ "remoteport", 'D', O_ALIAS, .alias_of = "rport" },
	{},
};

static const struct apart apart[] = {
	{ "limits", "by", "which adds up sessions" },
	{},
};

static const struct hook hooks[] = {
	{ "inet_sock_set_state", { "session" } },
	{ "open sessions",
	  { "open_tagged", "open_held", "open_tcp" },
	  "the sessions that are still open",
	  RUN_AT_END,
	  TCPLIFE_OPEN,
	  TCPLIFE_ENDED,
	  .lacks = { [1] = "the open sessions that no process holds",
		     [2] = "the open sessions of other network namespaces" } },
	{},
};

static const char *const examples[] = {
	"tcplife",
	"TCP sessions as they end",
	"tcplife -D 443 --comm 'curl*'",
	"sessions of curl to port 443",
	"tcplife --open --duration 10",
	"sessions that end within ten seconds, then those still open",
	NULL,
};

static const struct column words[] = {
	{ "role", .after = " " },
	{ "", .before = "session" },
	{ "duration_ns", .as = F_HUMAN_NS, .before = " of " },
	{ "tx_bytes", .as = F_SI, .before = ": sent ", .after = "B" },
	{ "rx_bytes", .as = F_SI, .before = ", received ", .after = "B" },
	{ "retrans", .as = F_ID, .before = ", retransmitted " },
	{ "error", .before = ": ", .bad = true },
	{},
};

static const struct story story = {
	.words = words,
	.end = offsetof(struct tcplife_event, state),
	.ends = 1 << TCP_STATE_CLOSE,
};

static enum replayed filter_recorded(const struct options *options, struct event *event, size_t *size)
{
	const struct tcplife_event *e = (const void *)event;
	bool open = e->state != TCP_CLOSE || e->duration == NOT_KNOWN;
	size_t without = offsetof(struct tcplife_event, limits);

	if (*size > without && (!(options->settings.flags & TCPLIFE_LIMITS) || !e->limits.tick_ns))
		*size = without;
	return open && !(options->settings.flags & TCPLIFE_OPEN) ? REPLAY_EXCLUDED : REPLAY_FILTERED;
}

/* A socket whose begin was recorded. */
struct life {
	__u64 skaddr;         /* first member: the key */
	__u64 established_at; /* ns; 0: never */
	__u8 role;            /* enum role */
};

static int by_address(const void *one, const void *other)
{
	__u64 a = *(const __u64 *)one, b = *(const __u64 *)other;

	return a < b ? -1 : a > b;
}

static struct life *find(void **lives, __u64 skaddr)
{
	struct life **found = tfind(&skaddr, lives, by_address);

	return found ? *found : NULL;
}

static struct life *begin(void **lives, const struct tcpstates_event *change)
{
	struct life *life = find(lives, change->skaddr);

	if (!life) {
		life = must(calloc(1, sizeof(*life)));
		life->skaddr = change->skaddr;
		must(tsearch(life, lives, by_address));
	}
	life->established_at = 0;
	life->role = change->oldstate == TCP_LISTEN     ? ROLE_SERVER
		     : change->newstate == TCP_SYN_SENT ? ROLE_CLIENT
							: ROLE_UNKNOWN;
	return life;
}

static void end(void **lives, struct life *life)
{
	if (!life)
		return;
	tdelete(life, lives, by_address);
	free(life);
}

/* Reconstructs a session from state changes, as the programs do (probes/tcp/transition.bpf.h, probes/tcplife.bpf.c).
 * *lives is a tree of struct life. */
static bool synthesize(void **lives, const struct event *event, struct event *made)
{
	const struct tcpstates_event *change = (const void *)event;
	struct tcplife_event *session = (void *)made;
	__u8 from = change->oldstate, to = change->newstate;
	bool fresh = from == TCP_CLOSE || (from == TCP_LISTEN && to == TCP_SYN_RECV);
	struct life *life = fresh ? begin(lives, change) : find(lives, change->skaddr);
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
		end(lives, life);
	return ends;
}

static void free_lives(void *lives)
{
	tdestroy(lives, free);
}

static const struct synthesis synthesis = {
	.from = &tcpstates,
	.loses = "bytes, retransmissions, round-trip times, errors and sessions that are still open",
	.event = synthesize,
	.free_state = free_lives,
};

static const struct replay_rules recording = {
	.wider_flags = TCPLIFE_OPEN | TCPLIFE_LIMITS,
	.record_flags = TCPLIFE_OPEN | TCPLIFE_LIMITS,
	.filter = filter_recorded,
	.synthesize = &synthesis,
};

static const struct expectation proof[] = {
	{ "clients", "role=client", "connects", .options = "-x" },
	{ "servers", "role=server", "established" },
	{ "refused", "error=ECONNREFUSED pid=@client_pid", "refuse" },
	{ "reset by the client", "error=ECONNRESET pid=@server_pid lport=@server_port", "reset" },
	{ "forked", "comm=nt-forked role=client", "fork" },
	{ "bytes of clients", "role=client", "bytes_client", .sum = "tx_bytes" },
	{ "bytes of servers", "role=server", "bytes_server", .sum = "tx_bytes" },
	{ "limited by the peer", "limit=peer pid=@client_pid", "slow_reader" },
	{ "limited by the send buffer", "limit=sndbuf pid=@client_pid", "small_sndbuf" },
	{ "limited by the network", "limit=network pid=@client_pid", "retransmit", .how = AT_LEAST },
	{ "idle", "limit=idle pid=@server_pid", "slow_reader+retransmit+hold", .how = AT_LEAST },
	{ "all rows", "", "connects+established" },
	{},
};

OBJECT(tcplife);

const struct tool tcplife = {
	.name = "tcplife",
	.summary = "TCP sessions with process, peer, bytes and duration",
	.first = { "comm", "rport", "wide" },
	.examples = examples,
	OBJECT_OF(tcplife),
	.hooks = hooks,
	.opts = opts,
	.apart = apart,
	.members = members,
	.columns = columns,
	.story = &story,
	.recording = &recording,
	.proof = proof,
};
