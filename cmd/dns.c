/* SPDX-License-Identifier: GPL-2.0-or-later */
/* dns.c: DNS queries with their answers. */
#include "cmd/dns_match.h"
#include "core/base/error.h"
#include "core/model/expectation.h"
#include "core/model/options.h"
#include "core/tool.h"
#include "probes/filter.h"

#define OWN(member)       AT(struct dns_event, member)
#define MESSAGE(from, to) .off = offsetof(struct dns_event, message) + (from), .size = (to) - (from)

static const char *const kinds[] = { "query", "answer" };
static const char *const marks[] = { NULL, "search" };

/* RFC 1035, 2136; https://www.iana.org/assignments/dns-parameters. */
static const char *const rcodes[DNS_ENDS] = {
	"NOERROR", "FORMERR", "SERVFAIL", "NXDOMAIN", "NOTIMP",  "REFUSED", "YXDOMAIN", "YXRRSET", "NXRRSET", "NOTAUTH",
	"NOTZONE", "RCODE11", "RCODE12",  "RCODE13",  "RCODE14", "RCODE15", "timeout",  "pending", NULL,
};

static const struct member members[] = {
	/* For recordings. */
	{ "event_kind", F_NAME, OWN(kind), NAMES(kinds), .hidden = true },
	{ "ifindex", F_UINT, OWN(ifindex), .hidden = true },
	{ "lost_before", F_UINT, OWN(lost), .hidden = true },
	{ "length", F_UINT, OWN(length), .hidden = true },
	{ "is_split", F_BOOL, OWN(is_split), .hidden = true },
	{ "message", F_TEXT, MESSAGE(0, DNS_QUERY_BYTES), .hidden = true },
	{ "message_rest", F_TEXT, MESSAGE(DNS_QUERY_BYTES, DNS_ANSWER_BYTES), .hidden = true },
	/* Of rows. */
	{ "waited_ns", F_MSEC, OWN(waited), .hidden = true },
	{ "qtype", F_TEXT, OWN(qtype), .help = "type of the records that the query asks for: A, AAAA, SRV ..." },
	{ "qname", F_TEXT, OWN(qname), .help = "name that the query asks for, in small letters" },
	{ "server", F_ADDRESS, AT(struct dns_event, common.raddr), .port = offsetof(struct event, rport),
	  .help = "address that the query went to" },
	{ "rcode", F_NAME, OWN(rcode), NAMES(rcodes),
	  .help = "code of the answer: NOERROR, NXDOMAIN, SERVFAIL ...; timeout: no answer until the deadline; "
		  "pending: none yet when tracing ended; unknown: events were lost meanwhile" },
	{ "latency_ns", F_MSEC, OWN(latency), .help = "from the query to its answer" },
	{ "answers", F_UINT, OWN(answers), .help = "records in the answer" },
	{ "addresses", F_TEXT, OWN(addresses), .help = "IP addresses in the answer, separated by commas" },
	{ "ttl_s", F_UINT, OWN(ttl), .help = "smallest time to live of these records, in seconds" },
	{ "try", F_ID, OWN(tries), .help = "which try this is of the process to get an answer to this question" },
	{ "search_expansion", F_BOOL, OWN(search),
	  .help = "the name looks like one that a search list made (resolv.conf(5): search, ndots)" },
	{ "stub", F_BOOL, OWN(stub), .help = "the server has a loopback address: a resolver on this machine" },
	{},
};

static const struct column columns[] = {
	{ "time" },
	{ "pid" },
	{ "comm", .width = 12, .wide = 16 },
	{ "qtype", "TYPE", .width = 5 },
	{ "qname", "NAME", .width = 32 },
	{ "search_expansion", "SEARCH", .as = F_NAME, .width = 6, NAMES(marks), .flag = DNS_SEARCH },
	{ "server", "SERVER", .width = 15, .wide = 39 },
	{ "rcode", "RCODE", .width = 8 },
	{ "latency_ns", "LAT(ms)", .width = -8, .decimals = 2 },
	{ "answers", "N", .width = -2 },
	{ "try", "TRY", .width = -3 },
	{ "addresses", "ADDRESSES", .where = IN_WIDE | IN_CSV },
	{},
};

static const struct member summary_members[] = {
	{ "qname", .merge = LATEST },
	{ "name_hash", F_UINT, OWN(name_hash), .hidden = true },
	{ "server" },
	{ "rcode" },
	{ "count", F_COUNT, .help = "queries" },
	{ "timeouts", F_UINT, OWN(unanswered), .merge = SUM, .help = "queries without an answer until the deadline" },
	{ "p50_ns", F_MSEC, OWN(p50), .merge = LATEST,
	  .help = "half of the answers took no longer; within 12 %, as the other" },
	{ "p99_ns", F_MSEC, OWN(p99), .merge = LATEST, .help = "99 % of the answers took no longer" },
	{ "slots", F_TEXT, OWN(slots), .merge = SUM, .hidden = true },
	{ "histogram_us", F_LOG2, OWN(latency), .unit = 1000, .flag = DNS_DIST,
	  .help = "with --dist: histogram of latencies" },
	{},
};

static const struct column summary_columns[] = {
	{ "count", "QUERIES", .width = -7 },
	{ "qname", "NAME", .width = 32 },
	{ "server", "SERVER", .width = 15, .wide = 39 },
	{ "rcode", "RCODE", .width = 8 },
	{ "p50_ns", "P50(ms)", .width = -8, .decimals = 2, .unless = DNS_DIST },
	{ "p99_ns", "P99(ms)", .width = -8, .decimals = 2, .unless = DNS_DIST },
	{ "timeouts", "TIMEOUTS", .width = -8, .unless = DNS_DIST },
	{ "histogram_us", "usecs" },
	{},
};

static const struct totals totals = {
	.members = summary_members,
	.columns = summary_columns,
	.flag = DNS_SUMMARY,
	.finish = dns_finish,
};

static const struct opt opts[] = {
	{ "name", 0, O_TEXT, "NAMES", .off = offsetof(struct dns_all_options, names),
	  .help = "only these names, by pattern: '*.example.com,db*'" },
	{ "type", 0, O_TEXT, "TYPES", .off = offsetof(struct dns_all_options, types),
	  .help = "only queries for these types: A,AAAA" },
	{ "server", 0, O_ALIAS, .alias_of = "raddr", .help = "only queries to these servers: 127.0.0.53,10.0.0.0/8" },
	{ "slow", 0, O_ALIAS, .alias_of = "min-ms", .help = "only queries that take this many milliseconds or more" },
	{ "fail", 0, O_FLAG, .flag = DNS_FAIL, .help = "only failures: another code than NOERROR, or no answer" },
	{ "search", 0, O_FLAG, .flag = DNS_SEARCH,
	  .help = "add the column SEARCH, which marks names that a search list made" },
	{ "summary", 'c', O_ALIAS, .alias_of = "summary",
	  .help = "count by name, server and code; print on exit and every --interval" },
	{ "dist", 0, O_FLAG, .flag = DNS_DIST, .help = "with -c: add a histogram of latencies to each" },
	{ "timeout", 0, O_MSEC, "MS", .off = offsetof(struct dns_all_options, timeout),
	  .help = "time after which a query has no answer, in ms (default 5000)" },
	{ "port", 0, O_LIST, "PORTS", .off = offsetof(struct dns_all_options, programs.ports), .max = 65535,
	  .help = "ports of servers (default 53)" },
	{},
};

static const struct apart apart[] = {
	{ "search", "columns", "which names all columns" },
	{ "search", "summary,by", "which counts queries" },
	{ "wide,columns,by", "dist", "which prints histograms" },
	{},
};

/* Before 6.12 programs of tracepoints see only the first piece of a packet. */
#define QUERIES_LACK "queries over TCP"
#define ANSWERS_LACK "answers over TCP, and the end of answers that a driver keeps in several pieces"

static const struct hook hooks[] = {
	{ "net_dev_queue",
	  { "query_whole_cast", "query_cast", "query_helper" },
	  .lacks = { NULL, QUERIES_LACK, QUERIES_LACK } },
	{ "neigh_event_send_done",
	  { "query_waits" },
	  "the owners of queries that wait for the address of a neighbour",
	  .misses_harmless = true },
	{ "netif_receive_skb",
	  { "answer_whole_cast", "answer_cast", "answer_helper" },
	  .lacks = { NULL, ANSWERS_LACK, ANSWERS_LACK } },
	{},
};

static const char *const examples[] = {
	"dns",
	"DNS queries with their answers",
	"dns --fail --timeout 1000",
	"failures, and queries without an answer within a second",
	"dns --slow 100 --name '*.example.com'",
	"queries for these names that take 100 ms or more",
	"dns -c --interval 10",
	"counts by name, server and code, every ten seconds",
	NULL,
};

static bool check(struct options *options, struct error *error)
{
	struct dns_all_options *all = options->own;
	struct list *ports = &all->programs.ports;

	if ((options->settings.flags & DNS_DIST) && !(options->settings.flags & DNS_SUMMARY))
		return error_set(error, EXIT_USAGE, "--dist: needs -c");
	if (!ports->count && !options->recorded) { /* a replay has those of the recording */
		ports->count = 1;
		ports->item[0].first = ports->item[0].last = 53;
	}
	return true;
}

static const struct column words[] = {
	{ "qtype", .before = "asked for " },
	{ "qname", .before = " " },
	{ "rcode", .before = ": " },
	{ "latency_ns", .as = F_HUMAN_NS, .before = " after " },
	{},
};

static const struct story story = {
	.words = words,
	.duration = offsetof(struct dns_event, waited),
};

static enum replayed filter_recorded(const struct options *options, struct event *event, size_t *size)
{
	const struct dns_all_options *all = options->own;
	const struct dns_event *e = (const void *)event;

	(void)size;
	if (!list_has(&all->programs.ports, event->rport))
		return REPLAY_EXCLUDED;
	return e->kind == DNS_ANSWER ? REPLAY_SIDE_EVENT : REPLAY_FILTERED;
}

static const struct replay_rules recording = { .filter = filter_recorded };

static const struct expectation proof[] = {
	{ "answers", "rcode=NOERROR pid=@client_pid rport=@server_port answers=1", "dns", .options = "--port @ports" },
	{ "without a name", "rcode=NXDOMAIN pid=@client_pid rport=@server_port", "dns_fail" },
	{ "without an answer", "rcode=pending pid=@client_pid rport=@server_port latency_ns=null", "dns_silent" },
	{ "all rows", "", "dns+dns_fail+dns_silent" },
	{},
};

OBJECT(dns);

const struct tool dns = {
	.name = "dns",
	.summary = "DNS queries with their answers, codes and latencies",
	.first = { "min-ms", "fail", "name" },
	.examples = examples,
	OBJECT_OF(dns),
	.subject = SOCKETS,
	.hooks = hooks,
	.opts = opts,
	.apart = apart,
	.options_size = sizeof(struct dns_all_options),
	.members = members,
	.columns = columns,
	.totals = &totals,
	.join = &dns_join,
	.story = &story,
	.recording = &recording,
	.check = check,
	.proof = proof,
};
