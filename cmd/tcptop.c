/* SPDX-License-Identifier: GPL-2.0-or-later */
/* tcptop.c: what TCP connections carry, interval by interval. */
#include "core/model/expectation.h"
#include "core/model/options.h"
#include "core/tool.h"
#include "core/model/byte_hooks.h"
#include "probes/tcptop.h"

#define OWN(member)  AT(struct tcptop_event, bytes.member)
#define ENDS(member) AT(struct event, member)
#define IN_DATA      (IN_CSV | IN_JSON)
#define IN_TABLES    (IN_TABLE | IN_WIDE)
#define BY(sort)     (1U << (sort))
#define OF(group)    (1U << (group))

/* In the order of --sort's names. */
enum { ALL, SENT, RECEIVED, RETRANSMITS, SRTT };
enum { CONNECTION, PROCESS, HOST, PORT };

static const struct field fields[] = {
	{ "pid", "PID", .width = 7, .groups = OF(PROCESS) },
	{ "tid", .where = IN_JSON, .merge = LATEST },
	{ "comm", "COMM", .width = 12, .wide = 16, .groups = OF(PROCESS) },
	{ "uid", .where = IN_JSON, .merge = LATEST },
	{ "owner", .where = IN_JSON, .merge = LATEST },
	{ "netns", .where = IN_JSON },
	{ "cgroup_id", .where = IN_JSON, .merge = LATEST },
	{ "family", .where = IN_DATA, .groups = OF(HOST) },
	{ "laddr", .where = IN_DATA },
	{ "lport", .where = IN_DATA, .groups = OF(PORT) },
	{ "raddr", .where = IN_DATA, .groups = OF(HOST) },
	{ "rport", .where = IN_DATA },
	{ "local", "LADDR", F_ENDPOINT, IN_TABLES, .width = 21, ENDS(laddr), .port = offsetof(struct event, lport),
	  .merge = LATEST },
	{ "remote", "RADDR", F_ENDPOINT, IN_TABLES, .width = 21, ENDS(raddr), .port = offsetof(struct event, rport),
	  .merge = LATEST },
	{ "rx_bytes", "RX_KB", F_KBYTES, .width = -6, OWN(rx_bytes), .merge = SUM, .sorts = BY(ALL) | BY(RECEIVED),
	  .help = "payload received in the interval" },
	{ "tx_bytes", "TX_KB", F_KBYTES, .width = -6, OWN(tx_bytes), .merge = SUM, .sorts = BY(ALL) | BY(SENT),
	  .help = "payload sent in the interval" },
	{ "retrans", "RETR", F_UINT, IN_WIDE | IN_DATA, .width = -5, OWN(retrans), .merge = SUM,
	  .sorts = BY(RETRANSMITS), .help = "segments sent again in the interval" },
	{ "srtt_us", "SRTT_us", F_ID, IN_WIDE | IN_DATA, .width = -8, OWN(srtt_us), .merge = LATEST, .sorts = BY(SRTT),
	  .help = "smoothed round-trip time" },
	{ "cwnd", "CWND", F_ID, IN_WIDE | IN_DATA, .width = -5, OWN(cwnd), .merge = LATEST,
	  .help = "congestion window, segments" },
	{},
};

static const struct field second[] = {
	{ "local", "LADDR6", .width = 32 },
	{ "remote", "RADDR6", .width = 32 },
	{},
};

static const struct block block = {
	.loadavg_unless = TCPTOP_NO_LOADAVG, .split = "family", .second = second, .second_value = 6
};

static const struct live live = {
	TCPTOP_NO_CLEAR,
	{
		{ 't', LIVE_SORT, SENT, "tx" },
		{ 'r', LIVE_SORT, RECEIVED, "rx" },
		{ 'a', LIVE_SORT, ALL, "rx+tx" },
		{ 'x', LIVE_SORT, RETRANSMITS, "retransmits" },
		{ 'l', LIVE_SORT, SRTT, "srtt" },
		{ 'c', LIVE_GROUP, CONNECTION, "connection" },
		{ 'p', LIVE_GROUP, PROCESS, "process" },
		{ 'h', LIVE_GROUP, HOST, "peer host" },
		{ 'o', LIVE_GROUP, PORT, "local port" },
	},
};

static const char *const sorts[] = { "all", "sent", "received", "retransmits", "srtt", NULL };

struct own_options {
	uint32_t sort;
};

static const struct opt opts[] = {
	{ "noclear", 'C', O_FLAG, .flag = TCPTOP_NO_CLEAR,
	  .help = "do not clear the screen: one block after the other" },
	{ "nosummary", 'S', O_FLAG, .flag = TCPTOP_NO_LOADAVG, .help = "no line with the load average" },
	{ "sort", 's', O_CHOICE, "KEY", .off = offsetof(struct own_options, sort), .names = sorts,
	  .help = "most first: all (usual), sent, received, retransmits, srtt" },
	{ "rows", 'r', O_ALIAS, .alias_of = "rows" },
	{ "cgroup", 'c', O_ALIAS, .alias_of = "cgroup" },
	{},
};

static const char *const words[] = { "interval", "count", NULL };

static bool check(struct options *options, struct error *error)
{
	const struct own_options *own = options->own;

	(void)error;
	options->sort = own->sort;
	return true;
}

static const struct hook hooks[] = { BYTE_HOOKS, {} };

static const char *const examples[] = {
	"tcptop",
	"what connections carry, each second",
	"tcptop -C 5 3 --comm 'nginx*'",
	"of nginx, three times five seconds, one after the other",
	"tcptop --json --sort retransmits -r 10",
	"the ten connections with most segments sent again, as JSON lines",
	NULL,
};

static const struct totals totals = {
	.fields = fields,
	.every = 1000000000,
	.block = &block,
	.live = &live,
};

static const struct expectation proof[] = {
	/* A full listener's connections carry nothing, but SYNs and SYN-ACKs are sent again. */
	{ "at the full listener", "lport=@overflow_port", NULL, .how = MEASURE },
	{ "to the full listener", "rport=@overflow_port", NULL, .how = MEASURE },
	{ "sent by clients", "rport=@server_port", "bytes_client", .sum = "tx_bytes" },
	{ "received by clients", "rport=@server_port", "bytes_server", .sum = "rx_bytes" },
	{ "sent by servers", "lport=@server_port pid=@server_pid", "bytes_server", .sum = "tx_bytes" },
	{ "received by servers", "lport=@server_port pid=@server_pid", "bytes_client", .sum = "rx_bytes" },
	{},
};

OBJECT(tcptop);

const struct tool tcptop = {
	.name = "tcptop",
	.summary = "what TCP connections carry, by process",
	.examples = examples,
	OBJECT_OF(tcptop),
	.hooks = hooks,
	.opts = opts,
	.options_size = sizeof(struct own_options),
	.positional = words,
	.check = check,
	.fields = fields,
	.totals = &totals,
	.proof = proof,
};
