/* SPDX-License-Identifier: GPL-2.0-or-later */
/* tcpconnect.c: attempts to open TCP connections, including failed ones. */
#include "core/model/expectation.h"
#include "core/names/dns.h"
#include "core/model/options.h"
#include "core/base/error.h"
#include "core/base/message.h"
#include "core/names/tcp.h"
#include "core/tool.h"
#include "probes/tcpconnect.h"

#define OWN(member) AT(struct tcpconnect_event, member)

static const struct member members[] = {
	/* The kind of event, for recordings. */
	{ "event_kind", F_UINT, OWN(kind), .hidden = true },
	{ "answer_length", F_UINT, OWN(length), .hidden = true },
	{ "answer", F_TEXT, OWN(message), .hidden = true },
	{ "duration_ns", F_MSEC, OWN(duration), .hidden = true },
	{ "result", F_NAME, OWN(result), RESULT_NAMES,
	  .help = "ok, refused, unreachable, timed out, abandoned (by its process), failed; unknown: still pending" },
	{ "error", F_ERRNO, OWN(error), .help = "errno of the result" },
	{ "query", F_TEXT, OWN(peer.query), .help = "with -d: DNS name that resolved to the remote address" },
	{ "late", F_MSEC, OWN(peer.late), .hidden = true },
	{ "query_age_ns", F_MSEC, OWN(peer.age), .help = "with -d: time from the DNS answer to the attempt" },
	{ "unnamed", F_NAME, OWN(peer.unnamed), DNS_UNNAMED, .hidden = true },
	{},
};

static const struct column columns[] = {
	{ "timestamp", .width = 8, .decimals = 3 },
	{ "uid", .width = 5, .flag = TCPCONNECT_UID },
	{ "pid" },
	{ "comm", .width = 12, .wide = 16 },
	{ "family" },
	{ "laddr", "SADDR", .width = 16, .wide = 39 },
	{ "lport", .width = 6, .flag = TCPCONNECT_LPORT },
	{ "raddr", "DADDR", .width = 16, .wide = 39 },
	{ "rport", "DPORT", .width = 6 },
	{ "result", "RESULT", .where = IN_TABLE | IN_WIDE, .width = 11, RESULT_COLUMNS, .fallback = "error",
	  .flag = TCPCONNECT_RESULTS },
	{ "result", "RESULT", .where = IN_CSV, .flag = TCPCONNECT_RESULTS },
	{ "error", "ERROR", .where = IN_CSV, .flag = TCPCONNECT_RESULTS },
	{ "query", "QUERY", .fallback = "unnamed", .flag = TCPCONNECT_DNS },
	{ "late", "", .where = IN_TABLE | IN_WIDE, .suffix = true, .decimals = 3, .after = "ms",
	  .flag = TCPCONNECT_DNS },
	{ "query_age_ns", "QUERY_AGE(ms)", .where = IN_CSV, .decimals = 3, .flag = TCPCONNECT_DNS },
	{},
};

static const struct member summary_members[] = {
	{ "laddr" }, { "lport" }, { "raddr" }, { "rport" }, { "count", F_COUNT, .help = "connection attempts" }, {},
};

static const struct live live = { .keys = { { 'c', LIVE_GROUP, 0, "connection" } } };

static const struct column summary_columns[] = {
	{ "laddr", .width = 25, .wide = 39 }, { "lport", .width = 20, .flag = TCPCONNECT_LPORT },
	{ "raddr", .width = 25, .wide = 39 }, { "rport", .width = 20 },
	{ "count", "CONNECTS", .width = 10 }, {},
};

static const struct totals totals = {
	.members = summary_members,
	.columns = summary_columns,
	.live = &live,
	.flag = TCPCONNECT_SUMMARY,
};

static const struct opt opts[] = {
	{ "port", 'P', O_ALIAS, .alias_of = "rport" },
	{ "uid", 'u', O_ALIAS, .alias_of = "uid" },
	{ "show-lport", 'L', O_FLAG, .flag = TCPCONNECT_LPORT, .help = "add the local port" },
	{ "lport", 0, O_ALIAS, .alias_of = "show-lport" },
	{ "source-port", 's', O_ALIAS, .alias_of = "show-lport" },
	{ "localport", 0, O_ALIAS, .alias_of = "lport" },
	{ "print-uid", 'U', O_FLAG, .flag = TCPCONNECT_UID, .help = "add the user" },
	{ "extended", 'x', O_FLAG, .flag = TCPCONNECT_RESULTS,
	  .help = "add the result (as -w, --json, --failed, --error and --min-ms do); rows then appear when attempts "
		  "end" },
	{ "count", 'c', O_ALIAS, .alias_of = "summary", .help = "count per flow, on exit and every --interval" },
	{ "dns", 'd', O_FLAG, .flag = TCPCONNECT_DNS, .help = "add the peer's name, from observed DNS answers" },
	{},
};

static const struct apart apart[] = {
	{ "dns,extended,print-uid", "summary,by", "which counts attempts" },
	{ "show-lport", "by", "which has groups of its own" },
	{ "extended,print-uid,show-lport", "columns", "which names all columns" },
	{},
};

/* The programs rely on the order of the call hooks: IO_URING_HOOK. */
static const struct hook hooks[] = {
	{ "inet_sock_set_state", { "attempt" } },
	{ "tcp_retransmit_skb", { "attempt_hangs" } },
	{ "tcp_destroy_sock", { "forget" }, .misses_harmless = true },
	{ "connect",
	  { "connect_call_cast", "connect_cast", "connect_helper" },
	  "attempts that fail before a SYN is sent" },
	{ "io_uring_complete",
	  { "request_cast", "request_helper" },
	  "attempts by io_uring that fail before a SYN is sent",
	  .unusable_args = 4 }, /* before 5.17 the tracepoint lacks the request */
	{ "net_dev_queue",
	  { "query_cast", "query_helper" },
	  "DNS questions, and so all names",
	  .flag = TCPCONNECT_DNS,
	  .misses_harmless = true },
	{ "netif_receive_skb",
	  { "dns_cast", "dns_helper" },
	  "DNS answers",
	  .flag = TCPCONNECT_DNS,
	  .misses_harmless = true },
	{ "pending attempts",
	  { "pending_tagged", "pending_held", "pending_tcp" },
	  "the attempts that are pending at the end",
	  RUN_AT_END,
	  .lacks[2] = "the attempts of other network namespaces that are pending at the end" },
	{},
};

static const char *const examples[] = {
	"tcpconnect",
	"connection attempts, each within a second",
	"tcpconnect -xd -P 443",
	"attempts to port 443, with result and DNS name",
	"tcpconnect -c --interval 5",
	"counts per flow, every five seconds",
	NULL,
};

static bool check(struct options *options, struct error *error)
{
	bool by_result = options->outcome.failed || options->outcome.n_errors || options->outcome.min_ns;
	uint32_t *flags = &options->settings.flags;

	(void)error;
	if (options->wide || options->columns || by_result || options->format == FORMAT_JSON)
		*flags |= TCPCONNECT_RESULTS;
	if ((*flags & TCPCONNECT_SUMMARY) && !by_result)
		*flags &= ~(uint32_t)TCPCONNECT_RESULTS;
	return true;
}

/* DNS answers make no rows, but name the peers of attempts. */
static bool derive(const struct options *options, struct event *event, size_t size __attribute__((unused)))
{
	struct tcpconnect_event *e = (void *)event;

	uint32_t flags = options->settings.flags;

	if ((flags & TCPCONNECT_SUMMARY) && !(flags & TCPCONNECT_LPORT))
		event->lport = 0; /* connections from all local ports are one flow */
	if (!(flags & TCPCONNECT_DNS))
		return true;
	if (e->kind == KIND_ANSWER) {
		dns_add_answer(event->netns, event->ts, e->message,
			       e->length < sizeof(e->message) ? e->length : sizeof(e->message));
		return false;
	}
	if (!*e->peer.query)
		dns_name_peer(&e->peer, event);
	return true;
}

static const struct column words[] = {
	{ "result", RESULT_WORDS },
	{ "duration_ns", .as = F_HUMAN_NS, .before = " after " },
	{ "error", .before = ": ", .bad = true },
	{},
};

static const struct story story = {
	.words = words,
	.flags = TCPCONNECT_RESULTS,
	.duration = offsetof(struct tcpconnect_event, duration),
	.end = offsetof(struct tcpconnect_event, result),
	.ends = RESULTS_OF_NOTHING,
};

static enum replayed filter_recorded(const struct options *options, struct event *event, size_t *size)
{
	const struct tcpconnect_event *e = (const void *)event;

	(void)size;
	if (e->kind != KIND_ANSWER)
		return REPLAY_FILTERED;
	return options->settings.flags & TCPCONNECT_DNS ? REPLAY_SIDE_EVENT : REPLAY_EXCLUDED;
}

static const struct replay_rules recording = {
	.wider_flags = TCPCONNECT_RESULTS | TCPCONNECT_DNS,
	.record_flags = TCPCONNECT_RESULTS,
	.filter = filter_recorded,
};

/* Alternatives of programs; one of each is needed. */
#define SEES_CALLS    "connect_call_cast|connect_cast|connect_helper"
#define SEES_REQUESTS "request_cast|request_helper"

static const struct expectation proof[] = {
	{ "ok", "result=ok error=null pid=@client_pid", "established" },
	{ "refused", "result=refused error=ECONNREFUSED pid=@client_pid", "refuse" },
	{ "abandoned", "result=abandoned pid=@client_pid rport=@overflow_port", "overflow" },
	{ "unreachable", "result=unreachable error=ENETUNREACH pid=@client_pid rport=@server_port", "unreachable",
	  .needs = SEES_CALLS },
	{ "by io_uring", "result=unreachable error=ENETUNREACH pid=@client_pid rport=@refused_port",
	  "uring_unreachable", .needs = SEES_REQUESTS },
	{ "without a SYN", "result=unreachable", NULL, .how = MEASURE },
	{ "all rows", "", "connects+without a SYN" },
	{ "ActiveOpens", "result=ok|refused|abandoned", "ActiveOpens", .family = BY_KERNEL },
	{},
};

OBJECT(tcpconnect);

const struct tool tcpconnect = {
	.name = "tcpconnect",
	.summary = "attempts to open TCP connections, failed ones included",
	.first = { "extended", "dns", "rport" },
	.examples = examples,
	OBJECT_OF(tcpconnect),
	.hooks = hooks,
	.opts = opts,
	.apart = apart,
	.members = members,
	.columns = columns,
	.totals = &totals,
	.story = &story,
	.recording = &recording,
	.check = check,
	.derive = derive,
	.proof = proof,
};
