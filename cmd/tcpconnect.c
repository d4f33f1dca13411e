/* SPDX-License-Identifier: GPL-2.0-or-later */
/* tcpconnect.c: TCP connections as they are opened, also those that come to nothing. */
#include "core/model/expectation.h"
#include "core/names/dns.h"
#include "core/model/options.h"
#include "core/model/owner_hooks.h"
#include "core/base/error.h"
#include "core/names/tcp.h"
#include "core/tool.h"
#include "probes/tcpconnect.h"

#define OWN(member) AT(struct tcpconnect_event, member)

static const struct field fields[] = {
	/* What an event is, for recordings. */
	{ "event_kind", NULL, F_UINT, NOWHERE, OWN(kind) },
	{ "answer_length", NULL, F_UINT, NOWHERE, OWN(length) },
	{ "answer", NULL, F_TEXT, NOWHERE, OWN(message) },
	{ "duration_ns", NULL, F_MSEC, NOWHERE, OWN(duration) },
	{ "timestamp", .width = 8, .decimals = 3 },
	{ "uid", "UID", .width = 5, .flag = TCPCONNECT_UID },
	{ "pid", "PID", .width = 7 },
	{ "comm", "COMM", .width = 12, .wide = 16 },
	{ "family", "IP", .width = 2 },
	{ "laddr", "SADDR", .width = 16, .wide = 39 },
	{ "lport", "LPORT", .width = 6, .flag = TCPCONNECT_LPORT },
	{ "raddr", "DADDR", .width = 16, .wide = 39 },
	{ "rport", "DPORT", .width = 6 },
	{ "result", "RESULT", F_NAME, IN_TABLE | IN_WIDE, .width = 11, OWN(result), RESULT_COLUMNS, .fallback = "error",
	  .flag = TCPCONNECT_RESULTS },
	{ "result", "RESULT", F_NAME, IN_CSV | IN_JSON, OWN(result), RESULT_NAMES, .flag = TCPCONNECT_RESULTS,
	  .help = "ok, refused, unreachable, timed out, abandoned (by its process), failed; unknown: pending" },
	{ "error", "ERROR", F_ERRNO, IN_CSV | IN_JSON, OWN(error), .flag = TCPCONNECT_RESULTS,
	  .help = "errno of the same" },
	{ "query", "QUERY", F_TEXT, OWN(peer.query), .fallback = "unnamed", .flag = TCPCONNECT_DNS,
	  .help = "with -d: the name that DNS was asked for to get the remote address" },
	{ "late", "", F_MSEC, IN_TABLE | IN_WIDE, .suffix = true, .decimals = 3, OWN(peer.late), .after = "ms",
	  .flag = TCPCONNECT_DNS },
	{ "query_age_ns", "QUERY_AGE(ms)", F_MSEC, IN_CSV | IN_JSON, .decimals = 3, OWN(peer.age),
	  .flag = TCPCONNECT_DNS, .help = "with -d: from the DNS answer to the connect" },
	/* Only stands in for a query. */
	{ "unnamed", "", F_NAME, IN_TABLE, OWN(peer.unnamed), DNS_UNNAMED, .flag = TCPCONNECT_DNS,
	  .unless = TCPCONNECT_DNS },
	{},
};

static const struct field summary_fields[] = {
	{ "laddr", "LADDR", .width = 25, .wide = 39 },
	{ "lport", "LPORT", .width = 20, .flag = TCPCONNECT_LPORT },
	{ "raddr", "RADDR", .width = 25, .wide = 39 },
	{ "rport", "RPORT", .width = 20 },
	{ "count", "CONNECTS", F_COUNT, .width = 10, .help = "attempts to connect" },
	{},
};

static const struct totals totals = { .fields = summary_fields, .flag = TCPCONNECT_SUMMARY };

static const struct opt opts[] = {
	{ "port", 'P', O_ALIAS, .alias_of = "rport" },
	{ "uid", 'u', O_ALIAS, .alias_of = "uid" },
	{ "show-lport", 'L', O_FLAG, .flag = TCPCONNECT_LPORT, .help = "add the local port" },
	{ "lport", 0, O_ALIAS, .alias_of = "show-lport" },
	{ "source-port", 's', O_ALIAS, .alias_of = "show-lport" },
	{ "localport", 0, O_ALIAS, .alias_of = "lport" },
	{ "print-uid", 'U', O_FLAG, .flag = TCPCONNECT_UID, .help = "add the user" },
	{ "extended", 'x', O_FLAG, .flag = TCPCONNECT_RESULTS,
	  .help = "add the result (so do -w and --json); rows then come when attempts end" },
	{ "count", 'c', O_ALIAS, .alias_of = "summary", .help = "count per flow; print on exit and at --interval" },
	{ "dns", 'd', O_FLAG, .flag = TCPCONNECT_DNS, .help = "name peers by the DNS answers that come in" },
	{},
};

/* The call hooks' order: IO_URING_HOOK of the programs. */
static const struct hook hooks[] = {
	OWNER_HOOKS("attempt"),
	{ "tcp_retransmit_skb", { "attempt_hangs" } },
	{ "tcp_destroy_sock", { "forget" }, .misses_harmless = true },
	{ "connect", { "connect_cast", "connect_helper" }, "attempts that fail before a SYN is sent" },
	{ "io_uring_complete",
	  { "request_cast", "request_helper" },
	  "attempts by io_uring that fail before a SYN is sent",
	  .unusable_args = 4 }, /* before 5.17: not the request */
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
	"attempts to connect, within a second of each",
	"tcpconnect -xd -P 443",
	"to port 443, with how they end and the name that was looked up",
	"tcpconnect -c --interval 5",
	"counts per flow, every five seconds",
	NULL,
};

static bool check(struct options *options, struct error *error)
{
	uint32_t *flags = &options->settings.flags;

	if ((*flags & TCPCONNECT_SUMMARY) && (*flags & TCPCONNECT_DNS))
		return error_set(error, EXIT_USAGE, "--dns: not together with --count");
	if (options->wide || options->format == FORMAT_JSON)
		*flags |= TCPCONNECT_RESULTS;
	if (*flags & TCPCONNECT_SUMMARY)
		*flags &= ~(uint32_t)TCPCONNECT_RESULTS;
	return true;
}

/* Answers are no rows; attempts get their names. */
static bool derive(const struct options *options, struct event *event, size_t size __attribute__((unused)))
{
	struct tcpconnect_event *e = (void *)event;

	uint32_t flags = options->settings.flags;

	if ((flags & TCPCONNECT_SUMMARY) && !(flags & TCPCONNECT_LPORT))
		event->lport = 0; /* connections from all ports are one flow */
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

static const struct field words[] = {
	{ "result", NULL, F_NAME, OWN(result), RESULT_WORDS },
	{ "duration", NULL, F_HUMAN_NS, OWN(duration), .before = " after " },
	{ "error", NULL, F_ERRNO, OWN(error), .before = ": ", .bad = true },
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

/* The programs that one of is needed for. */
#define SEES_CALLS    "connect_cast|connect_helper"
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
	.summary = "TCP connections as they are opened, also those that fail",
	.examples = examples,
	OBJECT_OF(tcpconnect),
	.hooks = hooks,
	.opts = opts,
	.fields = fields,
	.totals = &totals,
	.story = &story,
	.recording = &recording,
	.check = check,
	.derive = derive,
	.proof = proof,
};
