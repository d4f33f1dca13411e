/* SPDX-License-Identifier: GPL-2.0-or-later */
/* tcptop.c: bytes of TCP connections, one block an interval. */
#include "core/model/expectation.h"
#include "core/model/limits_members.h"
#include "core/model/options.h"
#include "core/tool.h"
#include "core/model/byte_hooks.h"
#include "core/names/tcp.h"
#include "probes/tcptop.h"

#define OWN(member)    AT(struct tcptop_event, bytes.member)
#define LIMITS(member) AT(struct tcptop_event, limits.member)
#define BY(sort)       (1U << (sort))

/* In the order of the names of --sort. */
enum { ALL, SENT, RECEIVED, RETRANSMITS, SRTT };

static const struct member members[] = {
	{ "pid" },
	{ "tid", .merge = LATEST },
	{ "comm" },
	{ "uid", .merge = LATEST },
	{ "owner", .merge = LATEST },
	{ "netns" },
	{ "cgroup_id", .merge = LATEST },
	{ "family" },
	{ "laddr" },
	{ "lport" },
	{ "raddr" },
	{ "rport" },
	{ "rx_bytes", F_KBYTES, OWN(rx_bytes), .merge = SUM, .sorts = BY(ALL) | BY(RECEIVED),
	  .help = "payload received in the interval" },
	{ "tx_bytes", F_KBYTES, OWN(tx_bytes), .merge = SUM, .sorts = BY(ALL) | BY(SENT),
	  .help = "payload sent in the interval" },
	{ "retrans", F_UINT, OWN(retrans), .merge = SUM, .sorts = BY(RETRANSMITS),
	  .help = "segments retransmitted in the interval" },
	{ "srtt_us", F_ID, OWN(srtt_us), .merge = LATEST, .sorts = BY(SRTT), .help = "smoothed round-trip time" },
	{ "cwnd", F_ID, OWN(cwnd), .merge = LATEST, .help = "congestion window in segments" },
	{ "observed_ns", F_MSEC, AT(struct tcptop_event, observed), .merge = SUM, .flag = TCPTOP_LIMITS,
	  .help = "time in the interval that the shares below are of; with several connections, the sum" },
	LIMITS_MEMBERS(TCPTOP_LIMITS, LIMITS),
	{},
};

static const struct column columns[] = {
	{ "pid" },
	{ "comm", .width = 12, .wide = 16 },
	{ "family", .where = IN_CSV },
	{ "laddr", .where = IN_CSV },
	{ "lport", .where = IN_CSV },
	{ "raddr", .where = IN_CSV },
	{ "rport", .where = IN_CSV },
	{ "local", "LADDR", "laddr", F_ENDPOINT, IN_TABLE | IN_WIDE, .width = 21 },
	{ "remote", "RADDR", "raddr", F_ENDPOINT, IN_TABLE | IN_WIDE, .width = 21 },
	{ "rx_bytes", "RX_KB", .width = -6 },
	{ "tx_bytes", "TX_KB", .width = -6 },
	{ "retrans", "RETR", .where = IN_WIDE | IN_CSV, .width = -5 },
	{ "srtt_us", "SRTT_us", .where = IN_WIDE | IN_CSV, .width = -8 },
	{ "cwnd", "CWND", .where = IN_WIDE | IN_CSV, .width = -5 },
	LIMITS_COLUMNS(TCPTOP_LIMITS),
	{},
};

static const struct column second[] = {
	{ "local", "LADDR6", .width = 32 },
	{ "remote", "RADDR6", .width = 32 },
	{},
};

static const struct block block = {
	.loadavg_unless = TCPTOP_NO_LOADAVG, .split = "family", .second = second, .second_value = 6
};

static const struct live live = {
	.keys = {
		{ 'a', LIVE_SORT, ALL, "all" },
		{ 's', LIVE_SORT, SENT, "sent" },
		{ 'r', LIVE_SORT, RECEIVED, "received" },
		{ 'x', LIVE_SORT, RETRANSMITS, "retransmits" },
		{ 't', LIVE_SORT, SRTT, "srtt" },
		{ 'c', LIVE_GROUP, 0, "connection" },
		{ 'l', LIVE_SHOW, .flag = TCPTOP_LIMITS, .name = "limits" },
	},
};

static const char *const sorts[] = { "all", "sent", "received", "retransmits", "srtt", NULL };

struct own_options {
	uint32_t sort;
};

static const struct opt opts[] = {
	{ "noclear", 'C', O_ALIAS, .alias_of = "noclear" },
	{ "nosummary", 'S', O_FLAG, .flag = TCPTOP_NO_LOADAVG, .help = "omit the line with the load average" },
	{ "limits", 'x', O_FLAG, .flag = TCPTOP_LIMITS | TCPTOP_READ_LIMITS,
	  .help = "what limited each connection, and rows of those that carried nothing, but waited" },
	{ "sort", 's', O_CHOICE, "KEY", .off = offsetof(struct own_options, sort), .names = sorts,
	  .help = "sort by KEY, largest first: all (default), sent, received, retransmits, srtt" },
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
	/* The live screen may ask for them later. */
	if (!options->recorded && options->format == FORMAT_TABLE && !options->noclear)
		options->settings.flags |= TCPTOP_READ_LIMITS;
	return true;
}

static const struct hook hooks[] = { BYTE_HOOKS, {} };

static const char *const examples[] = {
	"tcptop",
	"bytes per connection, every second",
	"tcptop -C 5 3 --comm 'nginx*'",
	"connections of nginx, three intervals of five seconds, without clearing the screen",
	"tcptop --json --sort retransmits -r 10",
	"the ten connections with the most retransmitted segments, as JSON lines",
	NULL,
};

static bool finish(const struct options *options, struct event *event, uint64_t interval)
{
	struct tcptop_event *e = (void *)event;
	bool waited = options->settings.flags & TCPTOP_LIMITS && e->limits.tick_ns;

	(void)interval;
	if (options->settings.flags & TCPTOP_READ_LIMITS && e->limits.tick_ns) {
		limits_judge(&e->limits, e->observed);
	} else {
		limits_clear(&e->limits);
		e->observed = NOT_KNOWN;
	}
	return waited || e->bytes.tx_bytes || e->bytes.rx_bytes || e->bytes.retrans;
}

static const struct replay_rules recording = {
	.wider_flags = TCPTOP_LIMITS | TCPTOP_READ_LIMITS,
	.record_flags = TCPTOP_LIMITS | TCPTOP_READ_LIMITS,
};

static const struct apart apart[] = {
	{ "limits", "by", "which adds up connections" },
	{},
};

static const struct totals totals = {
	.members = members,
	.columns = columns,
	.every = 1000000000,
	.block = &block,
	.live = &live,
	.finish = finish,
};

static const struct expectation proof[] = {
	/* Connections to a full listener carry no data, but retransmit SYNs and SYN-ACKs. */
	{ "at the full listener", "lport=@overflow_port", NULL, .how = MEASURE, .options = "-x" },
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
	.summary = "bytes that TCP connections carry, by process",
	.first = { "interval", "comm", "sort" },
	.examples = examples,
	OBJECT_OF(tcptop),
	.hooks = hooks,
	.opts = opts,
	.apart = apart,
	.options_size = sizeof(struct own_options),
	.positional = words,
	.check = check,
	.members = members,
	.columns = columns,
	.totals = &totals,
	.recording = &recording,
	.proof = proof,
};
