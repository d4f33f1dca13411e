/* SPDX-License-Identifier: GPL-2.0-or-later */
/* tcpdrop.c: TCP packets that the kernel drops, with the reason and the place in its code. */
#include "core/model/expectation.h"
#include "core/names/drop_values.h"
#include "core/names/enums.h"
#include "core/model/options.h"
#include "core/names/tcp.h"
#include "core/tool.h"
#include "probes/filter.h"
#include "probes/tcpdrop.h"

#define REASONS               "skb_drop_reason"
#define OWN(member)           AT(struct tcpdrop_event, member)

#define KIND_NAME(kind, text) [KIND_##kind] = "harmless: " text,
#define KIND_KEY(kind, text)  [KIND_##kind] = (text),
static const char *const kind_names[] = { [KIND_NEEDED] = NULL, DROP_KINDS(KIND_NAME) };
static const char *const kind_keys[] = { [KIND_NEEDED] = NULL, DROP_KINDS(KIND_KEY) };

static const struct member members[] = {
	{ "saddr", F_ADDRESS, OWN(saddr), .port = offsetof(struct tcpdrop_event, sport),
	  .help = "source address of the packet" },
	{ "sport", F_PORT, OWN(sport), .help = "source port of the packet" },
	{ "daddr", F_ADDRESS, OWN(daddr), .port = offsetof(struct tcpdrop_event, dport),
	  .help = "destination address of the packet" },
	{ "dport", F_PORT, OWN(dport), .help = "destination port of the packet" },
	{ "state", F_NAME, OWN(state), TCP_STATES, .help = "state of the packet's socket; unknown: no socket" },
	{ "flags", F_TCPFLAGS, OWN(flags), .help = "TCP flags of the packet" },
	{ "reason", F_ENUM, OWN(reason), .btf_enum = REASONS,
	  .help = "the running kernel's name for the reason, or LISTEN_OVERFLOW, SYN_QUEUE_FULL, LISTEN_NO_ROUTE, "
		  "LISTEN_DROP; unknown: the kernel reports none (before Linux 5.17)" },
	{ "reason_code", F_UINT, OWN(reason_code), .help = "number of the reason in the running kernel" },
	{ "harmless", F_BOOL, OWN(harmless), .help = "whether no receiver needed the packet; only with --all" },
	{ "harmless_kind", F_NAME, OWN(harmless), NAMES(kind_names), .keys = kind_keys,
	  .help = "why no receiver needed it" },
	{ "location", F_SYMBOL, OWN(location), .help = "kernel function and offset of the drop" },
	{ "stack", F_STACK, OWN(stack), .help = "kernel stack at the drop" },
	{ "values", F_VALUES, OWN(reason), .values = offsetof(struct tcpdrop_event, values),
	  .stack = offsetof(struct tcpdrop_event, stack), .btf_enum = REASONS,
	  .help = "with --explain: the values that explain this drop" },
	DROP_VALUES(struct tcpdrop_event, values, TCPDROP_EXPLAIN){},
};

static const struct column columns[] = {
	{ "time" },
	{ "pid" },
	{ "comm", .where = IN_WIDE },
	{ "family" },
	{ "source", "SADDR:SPORT", "saddr", F_ENDPOINT, IN_TABLE | IN_WIDE, .width = 20, .wide = 45 },
	{ "destination", "DADDR:DPORT", "daddr", F_ENDPOINT, IN_TABLE | IN_WIDE, .width = 20, .wide = 45,
	  .before = "> " },
	{ "saddr", "SADDR", .where = IN_CSV },
	{ "sport", "SPORT", .where = IN_CSV },
	{ "daddr", "DADDR", .where = IN_CSV },
	{ "dport", "DPORT", .where = IN_CSV },
	{ "state", "STATE", .width = 21 },
	{ "flags", "FLAGS", .suffix = true },
	{ "reason", "REASON", .width = 20, .fallback = "location" },
	{ "reason_code", "CODE", .suffix = true },
	{ "harmless_kind", "HARMLESS", .suffix = true, .flag = TCPDROP_ALL },
	{ "location", "LOCATION", .where = IN_CSV },
	{ "values", "VALUES", .width = 40, .flag = TCPDROP_EXPLAIN },
	{ "explanation", "EXPLANATION", "reason", F_EXPLANATION, .flag = TCPDROP_EXPLAIN,
	  .help = "what it means, and where to look" },
	{ "stack", "STACK", .unless = TCPDROP_NO_STACK },
	{},
};

enum { PLACE, REASON };

static const struct member summary_members[] = {
	{ "reason", .groups = 1 << REASON },
	{ "location" },
	{ "count", F_COUNT, .help = "packets" },
	{},
};

static const struct live live = {
	.keys = { { 'l', LIVE_GROUP, PLACE, "location" }, { 'r', LIVE_GROUP, REASON, "reason" } },
};

static const struct column summary_columns[] = {
	{ "reason", "REASON", .width = 28 },
	{ "location", "LOCATION", .width = 40 },
	{ "count", "DROPS", .width = -8 },
	{ "explanation", "EXPLANATION", "reason", F_EXPLANATION, .once = true, .flag = TCPDROP_EXPLAIN,
	  .help = "what it means, and where to look; once for each reason" },
	{},
};

static const struct totals totals = {
	.members = summary_members,
	.columns = summary_columns,
	.live = &live,
	.flag = TCPDROP_SUMMARY,
};

static const struct opt opts[] = {
	{ "all", 0, O_FLAG, .flag = TCPDROP_ALL,
	  .help = "include harmless drops, marked: last ACKs and FINs, duplicates, probes, copies ..." },
	{ "no-stack", 0, O_FLAG, .flag = TCPDROP_NO_STACK, .help = "omit kernel stacks (counts have none)" },
	{ "reason", 0, O_ENUM, "REASONS", .off = offsetof(struct tcpdrop_options, reasons), .btf_enum = REASONS,
	  .help = "only these reasons, by name, pattern or number: NO_SOCKET,NETFILTER*; help lists "
		  "them" },
	{ "explain", 0, O_FLAG, .flag = TCPDROP_EXPLAIN,
	  .help = "add what each means and where to look, and the values of this drop" },
	{ "summary", 'c', O_ALIAS, .alias_of = "summary",
	  .help = "count by reason and location; print on exit and every --interval" },
	{ "netns-id", 0, O_ALIAS, .alias_of = "netns" },
	{ "pid-netns", 0, O_PIDNETNS, "PID", .help = "only the network namespace of this process" },
	{},
};

static const struct apart apart[] = {
	{ "wide", "summary", "which is as wide as its columns need" },
	{ "explain", "columns", "which names all columns" },
	{ "explain", "by,subnets", "which counts groups" },
	{},
};

static const struct hook hooks[] = {
	{ "kfree_skb",
	  { "kfree_cast", "kfree_helper", "kfree_socket" },
	  .lacks[2] = "packet contents: no TCP flags, and only drops of packets that belong to a socket" },
	{ "consume_skb", { "consume_cast", "consume_helper" }, "the SYNs that a full listener drops" },
	{},
};

static const struct enum_extra own_reasons[] = {
	{ REASONS, "LISTEN_OVERFLOW", REASON_LISTEN_OVERFLOW },
	{ REASONS, "SYN_QUEUE_FULL", REASON_SYN_QUEUE_FULL },
	{ REASONS, "LISTEN_DROP", REASON_LISTEN_DROP },
	{ REASONS, "LISTEN_NO_ROUTE", REASON_LISTEN_NO_ROUTE },
	{},
};

static const char *const examples[] = {
	"tcpdrop",
	"dropped TCP packets, with the kernel's stack",
	"tcpdrop --no-stack --lport 443",
	"drops at local port 443, one line each",
	"tcpdrop -c --interval 10",
	"counts by reason and location, every ten seconds",
	NULL,
};

static const struct column words[] = {
	{ "", .before = "dropped", .bad = true },
	{ "flags", .before = " " },
	{ "state", .before = " in " },
	{ "reason", .before = ": " },
	{},
};

static const struct story story = { .words = words, .flags = TCPDROP_NO_STACK };

static enum replayed filter_recorded(const struct options *options, struct event *event, size_t *size)
{
	const struct tcpdrop_options *own = options->own;
	const struct tcpdrop_event *e = (const void *)event;
	uint32_t flags = options->settings.flags;

	if ((e->harmless && !(flags & TCPDROP_ALL)) || !list_has(&own->reasons, e->reason))
		return REPLAY_EXCLUDED;
	if ((flags & TCPDROP_NO_STACK) && *size > offsetof(struct tcpdrop_event, stack)) {
		if (flags & TCPDROP_EXPLAIN)
			((struct tcpdrop_event *)event)->stack[0] = 0;
		else
			*size = offsetof(struct tcpdrop_event, stack);
	} else if (!(flags & TCPDROP_EXPLAIN) && *size > offsetof(struct tcpdrop_event, values)) {
		*size = offsetof(struct tcpdrop_event, values);
	}
	return REPLAY_FILTERED;
}

static const struct replay_rules recording = {
	.wider_flags = TCPDROP_ALL,
	.record_flags = TCPDROP_EXPLAIN,
	.filter = filter_recorded,
};

/* Functions that the kernel half's rules refer to (probes/tcpdrop_rules.h). */
#define SYMBOL(place, name) [PLACE_##place] = (name),
#define REASON(name)        [VALUE_##name] = { REASONS, #name },
#define COUNTERS            "LINUX_MIB_"
#define IP_COUNTERS         "IPSTATS_MIB_"

_Static_assert(PLACE_ANY <= SYMBOL_ITEMS && VALUES <= VALUE_ITEMS, "there is room for all places and values");

static const struct lookup lookup = {
	.symbols = { DROP_PLACES(SYMBOL) },
	.values = { DROP_REASONS(REASON)[VALUE_LISTEN_OVERFLOWS] = { COUNTERS, COUNTERS "LISTENOVERFLOWS" },
		    [VALUE_LISTEN_DROPS] = { COUNTERS, COUNTERS "LISTENDROPS" },
		    [VALUE_REQUEST_QUEUE_FULL] = { COUNTERS, COUNTERS "TCPREQQFULLDROP" },
		    [VALUE_DEFERRED] = { COUNTERS, COUNTERS "TCPDEFERACCEPTDROP" },
		    [VALUE_NO_ROUTE] = { IP_COUNTERS, IP_COUNTERS "OUTNOROUTES" } },
	.extra_names = own_reasons,
	.listeners = true,
};

/* Alternatives of programs; one of each is needed. */
#define READS_PACKETS "kfree_cast|kfree_helper"
#define SEES_SYNS     "consume_cast|consume_helper"

static const struct expectation proof[] = {
	/* A listener with TCP_DEFER_ACCEPT drops the ACK of the handshake; a client drops the second SYN-ACK. */
	{ "deferred", "flags=ACK dport=@server_port", NULL, .how = MEASURE, .options = "--no-stack" },
	{ "again", "sport=@server_port", NULL, .how = MEASURE },
	/* Kernels before 6.11 do not report the socket of such a packet, so the row rightly has neither owner nor
	 * state. */
	{ "again, of nobody", "pid=null state=null sport=@server_port", NULL, .how = MEASURE },
	{ "NO_SOCKET", "reason=NO_SOCKET pid=null dport=@refused_port flags=SYN", "refuse", .needs = READS_PACKETS,
	  .reason = "NO_SOCKET" },
	{ "no listener", "pid=null dport=@refused_port flags=SYN", "refuse", .needs = READS_PACKETS },
	{ "SOCKET_FILTER", "reason=SOCKET_FILTER pid=@server_pid dport=@server_port", "filter_drops",
	  .needs = READS_PACKETS, .reason = "SOCKET_FILTER" },
	{ "at the accepting port", "pid=@server_pid dport=@server_port", "filter_drops+deferred",
	  .needs = READS_PACKETS },
	{ "LISTEN_OVERFLOW", "reason=LISTEN_OVERFLOW pid=@server_pid dport=@overflow_port state=LISTEN", "listen_drops",
	  .needs = SEES_SYNS },
	{ "ListenOverflows", "reason=LISTEN_OVERFLOW", "ListenOverflows", .family = BY_KERNEL, .needs = SEES_SYNS },
	{ "all rows", "", "refuse+filter_drops+listen_drops+deferred+again", .needs = READS_PACKETS },
	{},
};

OBJECT(tcpdrop);

const struct tool tcpdrop = {
	.name = "tcpdrop",
	.summary = "TCP packets dropped by the kernel, with reason and stack",
	.first = { "reason", "no-stack", "summary" },
	.examples = examples,
	OBJECT_OF(tcpdrop),
	.hooks = hooks,
	.opts = opts,
	.apart = apart,
	.options_size = sizeof(struct tcpdrop_options),
	.members = members,
	.columns = columns,
	.totals = &totals,
	.story = &story,
	.recording = &recording,
	.lookup = &lookup,
	.proof = proof,
};
