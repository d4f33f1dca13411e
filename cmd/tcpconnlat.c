/* SPDX-License-Identifier: GPL-2.0-or-later */
/* tcpconnlat.c: the latency and result of connection attempts. */
#include "core/model/expectation.h"
#include "core/model/options.h"
#include "core/names/tcp.h"
#include "core/tool.h"
#include "probes/tcpconnlat.h"

#define OWN(member) AT(struct tcpconnlat_event, member)

static const struct member members[] = {
	{ "latency_ns", F_MSEC, OWN(latency),
	  .help = "from the SYN to its answer, or to the end of the attempt; unknown: begun before tracing" },
	{ "result", F_NAME, OWN(result), RESULT_NAMES,
	  .help = "ok, refused, unreachable, timed out, abandoned (by its process), failed" },
	{ "error", F_ERRNO, OWN(error), .help = "errno of the result" },
	{ "syns", F_UINT, OWN(syns), .help = "SYNs sent" },
	{},
};

static const struct column columns[] = {
	{ "timestamp", .width = 8, .decimals = 3 },
	{ "pid" },
	{ "comm", .width = 12, .wide = 16 },
	{ "family" },
	{ "laddr", "SADDR", .width = 16, .wide = 39 },
	{ "lport", .width = 6, .flag = TCPCONNLAT_LPORT },
	{ "raddr", "DADDR", .width = 16, .wide = 39 },
	{ "rport", "DPORT" },
	{ "latency_ns", "LAT(ms)", .width = 7, .decimals = 2 },
	{ "result", "RESULT", .where = IN_WIDE, .width = 11, RESULT_COLUMNS, .fallback = "error" },
	{ "result", "RESULT", .where = IN_CSV },
	{ "error", "ERROR", .where = IN_CSV },
	{ "syns", "SYNS", .where = IN_WIDE | IN_CSV, .width = -4 },
	{},
};

static const struct member summary_members[] = {
	{ "histogram_us", F_LOG2, OWN(latency), .unit = 1000, .help = "histogram of latencies" },
	{ "count", F_COUNT, .help = "attempts that ended" },
	{},
};

static const struct column summary_columns[] = {
	{ "histogram_us", "usecs" },
	{ "count", "ATTEMPTS", .where = IN_CSV },
	{},
};

static const struct totals totals = {
	.members = summary_members,
	.columns = summary_columns,
	.flag = TCPCONNLAT_DIST,
};

static const struct opt opts[] = {
	{ "min-ms", 0, O_MSEC, "MIN_MS", .off = offsetof(struct tcpconnlat_options, minimum),
	  .help = "only attempts that take MIN_MS milliseconds or more: 10, 0.5" },
	{ "show-lport", 'L', O_FLAG, .flag = TCPCONNLAT_LPORT, .help = "add the local port" },
	{ "lport", 0, O_ALIAS, .alias_of = "show-lport" },
	{ "localport", 0, O_ALIAS, .alias_of = "lport" },
	{ "dist", 0, O_ALIAS, .alias_of = "summary", .help = "print a histogram on exit and every --interval" },
	{},
};

static const char *const words[] = { "min-ms", NULL };

static const struct apart apart[] = {
	{ "show-lport,wide,columns,by", "summary", "which prints a histogram" },
	{ "show-lport", "by", "which counts attempts" },
	{ "show-lport", "columns", "which names all columns" },
	{},
};

static const struct hook hooks[] = { { "inet_sock_set_state", { "attempt_end" } },
				     { "tcp_retransmit_skb",
				       { "syn_again" },
				       "when the first SYN left, of several that a deferred Fast Open sent",
				       .misses_harmless = true },
				     {} };

static const char *const examples[] = {
	"tcpconnlat",
	"each connection attempt, when it ends",
	"tcpconnlat 10 -w",
	"attempts of 10 ms or more, with result and number of SYNs",
	"tcpconnlat -L --rport 443",
	"attempts to port 443, with the local port",
	"tcpconnlat --dist --interval 10",
	"a histogram every ten seconds",
	NULL,
};

static const struct column story_words[] = {
	{ "result", RESULT_WORDS },
	{ "latency_ns", .as = F_HUMAN_NS, .before = " after " },
	{ "error", .before = ": ", .bad = true },
	{},
};

static const struct story story = {
	.words = story_words,
	.end = offsetof(struct tcpconnlat_event, result),
	.ends = RESULTS_OF_NOTHING,
};

static enum replayed filter_recorded(const struct options *options, struct event *event, size_t *size)
{
	const struct tcpconnlat_options *own = options->own;
	const struct tcpconnlat_event *e = (const void *)event;

	(void)size;
	return e->latency < own->minimum ? REPLAY_EXCLUDED : REPLAY_FILTERED;
}

static const struct replay_rules recording = { .filter = filter_recorded };

static const struct expectation proof[] = {
	{ "ok", "result=ok pid=@client_pid", "established" },
	{ "refused", "result=refused error=ECONNREFUSED", "refuse" },
	{ "abandoned", "result=abandoned", "overflow" },
	{ "two SYNs", "result=ok syns=2", "syn" },
	{ "unknown", "latency_ns=null", "0" },
	{ "all rows", "", "connects" },
	{},
};

OBJECT(tcpconnlat);

const struct tool tcpconnlat = {
	.name = "tcpconnlat",
	.summary = "time to connect (TCP), with the result",
	.first = { "min-ms", "wide", "rport" },
	.examples = examples,
	OBJECT_OF(tcpconnlat),
	.hooks = hooks,
	.opts = opts,
	.apart = apart,
	.options_size = sizeof(struct tcpconnlat_options),
	.positional = words,
	.members = members,
	.columns = columns,
	.totals = &totals,
	.story = &story,
	.recording = &recording,
	.proof = proof,
};
