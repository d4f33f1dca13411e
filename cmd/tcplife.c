/* SPDX-License-Identifier: GPL-2.0-or-later */
/* tcplife.c: TCP sessions, one line each, with their bytes and how long they lived. */
#include <netinet/tcp.h>

#include "cmd/tcplife_of_states.h"
#include "core/model/options.h"
#include "core/model/owner_hooks.h"
#include "core/names/tcp.h"
#include "core/tool.h"
#include "probes/tcplife.h"

#define OWN(member) AT(struct tcplife_event, member)

static const char *const roles[] = { NULL, "client", "server" };

static const struct member members[] = {
	{ "tx_bytes", F_KBYTES, OWN(tx_bytes), .help = "payload sent" },
	{ "rx_bytes", F_KBYTES, OWN(rx_bytes), .help = "payload received" },
	{ "duration_ns", F_MSEC, OWN(duration), .help = "from established to closed; unknown: opened before tracing" },
	{ "role", F_NAME, OWN(role), NAMES(roles), .help = "client: it connected; server: it accepted" },
	{ "state", F_NAME, OWN(state), TCP_STATES, .help = "CLOSE, or the state of a session still open" },
	{ "retrans", F_UINT, OWN(retrans), .help = "segments sent again" },
	{ "srtt_us", F_ID, OWN(srtt_us), .help = "smoothed round-trip time" },
	{ "error", F_ERRNO, OWN(error), .help = "what ended it: ECONNRESET, ECONNREFUSED, ETIMEDOUT ..." },
	{},
};

static const struct column columns[] = {
	{ "pid", .width = 5 },
	{ "comm", .width = 10, .wide = 16 },
	{ "family", .where = IN_WIDE | IN_CSV },
	{ "laddr" },
	{ "lport" },
	{ "raddr" },
	{ "rport" },
	{ "tx_bytes", "TX_KB", .width = -5, .wide = -6 },
	{ "rx_bytes", "RX_KB", .width = -5, .wide = -6 },
	{ "duration_ns", "MS", .decimals = 2 },
	{},
};

static const struct opt opts[] = {
	{ "open", 0, O_FLAG, .flag = TCPLIFE_OPEN,
	  .help = "list sessions opened before tracing, too, and at the end those still open" },
	{ "csv", 's', O_ALIAS, .alias_of = "csv" },
	{ "localport", 'L', O_ALIAS, .alias_of = "lport" },
	{ "remoteport", 'D', O_ALIAS, .alias_of = "rport" },
	{},
};

static const struct hook hooks[] = {
	OWNER_HOOKS("session"),
	{ "open sessions",
	  { "open_tagged", "open_held", "open_tcp" },
	  "the sessions that are still open",
	  RUN_AT_END,
	  TCPLIFE_OPEN,
	  .lacks = { [1] = "the open sessions that no process holds",
		     [2] = "the open sessions of other network namespaces" } },
	{},
};

static const char *const examples[] = {
	"tcplife",
	"TCP sessions as they end",
	"tcplife -D 443 --comm 'curl*'",
	"of curl, to port 443",
	"tcplife --open --duration 10",
	"for ten seconds, then those still open",
	NULL,
};

static const struct column words[] = {
	{ "role", .after = " " },
	{ "", .before = "session" },
	{ "duration_ns", .as = F_HUMAN_NS, .before = " of " },
	{ "tx_bytes", .as = F_SI, .before = ": sent ", .after = "B" },
	{ "rx_bytes", .as = F_SI, .before = ", received ", .after = "B" },
	{ "retrans", .as = F_ID, .before = ", sent again " },
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

	(void)size;
	return open && !(options->settings.flags & TCPLIFE_OPEN) ? REPLAY_EXCLUDED : REPLAY_FILTERED;
}

OBJECT(tcplife);

const struct tool tcplife = {
	.name = "tcplife",
	.summary = "TCP sessions: who, with whom, how many bytes, how long",
	.examples = examples,
	OBJECT_OF(tcplife),
	.hooks = hooks,
	.opts = opts,
	.members = members,
	.columns = columns,
	.story = &story,
	.wider_flags = TCPLIFE_OPEN,
	.record_flags = TCPLIFE_OPEN,
	.replay = filter_recorded,
	.synthesize = &tcplife_of_states,
};
