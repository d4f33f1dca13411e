/* SPDX-License-Identifier: GPL-2.0-or-later */
/* udptop.c: datagrams and bytes of UDP, by socket and peer, one block an interval. */
#include <string.h>

#include "core/model/counter.h"
#include "core/model/expectation.h"
#include "core/model/options.h"
#include "core/tool.h"
#include "probes/filter.h"
#include "probes/udptop.h"

#define OWN(member) AT(struct udptop_event, member)
#define BY(sort)    (1U << (sort))

/* In the order of the names of --sort. */
enum { ALL, SENT, RECEIVED, DATAGRAMS, DROPS };

static const struct member members[] = {
	{ "pid" },
	{ "tid", .merge = LATEST },
	{ "comm" },
	{ "uid", .merge = LATEST },
	{ "owner", .merge = LATEST },
	{ "netns" },
	{ "cgroup_id", .merge = LATEST },
	{ "protocol" },
	{ "family" },
	{ "laddr" },
	{ "lport" },
	{ "raddr" },
	{ "rport" },
	{ "rx_bytes", F_KBYTES, OWN(rx_bytes), .merge = SUM, .sorts = BY(ALL) | BY(RECEIVED),
	  .help = "payload that arrived at the socket in the interval" },
	{ "tx_bytes", F_KBYTES, OWN(tx_bytes), .merge = SUM, .sorts = BY(ALL) | BY(SENT),
	  .help = "payload sent in the interval" },
	{ "rx_datagrams", F_UINT, OWN(rx_datagrams), .merge = SUM, .sorts = BY(DATAGRAMS),
	  .help = "datagrams that arrived at the socket in the interval, with those dropped" },
	{ "tx_datagrams", F_UINT, OWN(tx_datagrams), .merge = SUM, .sorts = BY(DATAGRAMS),
	  .help = "datagrams sent in the interval; one with several segments (GSO) counts as one" },
	{ "drops", F_UINT, OWN(drops), .merge = SUM, .sorts = BY(DROPS),
	  .help = "arrived datagrams without room in the receive buffer" },
	{ "other", F_BOOL, OWN(other), .help = "the sum of all flows without room in the table of flows" },
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
	{ "rx_datagrams", "RX", .width = -7 },
	{ "tx_datagrams", "TX", .width = -7 },
	{ "drops", "DROPS", .width = -5 },
	{},
};

static const struct column second[] = {
	{ "local", "LADDR6", .width = 32 },
	{ "remote", "RADDR6", .width = 32 },
	{},
};

static const struct block block = {
	.loadavg_unless = UDPTOP_NO_LOADAVG, .split = "family", .second = second, .second_value = 6
};

static const struct live live = {
	.keys = {
		{ 'a', LIVE_SORT, ALL, "all" },
		{ 's', LIVE_SORT, SENT, "sent" },
		{ 'r', LIVE_SORT, RECEIVED, "received" },
		{ 'g', LIVE_SORT, DATAGRAMS, "datagrams" },
		{ 'd', LIVE_SORT, DROPS, "drops" },
		{ 'c', LIVE_GROUP, 0, "flow" },
	},
};

static const char *const sorts[] = { "all", "sent", "received", "datagrams", "drops", NULL };

struct own_options {
	uint32_t sort;
};

static const struct opt opts[] = {
	{ "noclear", 'C', O_ALIAS, .alias_of = "noclear" },
	{ "nosummary", 'S', O_FLAG, .flag = UDPTOP_NO_LOADAVG, .help = "omit the line with the load average" },
	{ "sort", 's', O_CHOICE, "KEY", .off = offsetof(struct own_options, sort), .names = sorts,
	  .help = "sort by KEY, largest first: all (default), sent, received, datagrams, drops" },
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

#define MESSAGES_LACK "peers of sockets that are not connected, and datagrams that no process reads"
/* udpv6_queue_rcv_one_skb() has the tracepoint since 6.4 only. */
#define OLD_DROPS "drops of IPv6 before Linux 6.4, and the peers of those of sockets that are not connected"

static const struct hook hooks[] = {
	{ "datagrams sent", { "sent_cast", "sent_helper", "sent_length_cast" }, .lacks = { [2] = MESSAGES_LACK } },
	{ "datagrams received",
	  { "received_cast", "received_helper", "received_length_cast" },
	  .lacks = { [2] = MESSAGES_LACK } },
	{ "udp_fail_queue_rcv_skb", { "dropped_cast", "dropped_helper" }, "drops", .lacks = { [1] = OLD_DROPS } },
	{ "UDP sockets",
	  { "udp_held_by", "udp_held_by_helper" },
	  "the owners of sockets that only receive",
	  RUN_AT_START,
	  .rerun_each_interval = true },
	{ "sockets made", { "made_cast", "made_helper" }, "the owners of new sockets that only receive" },
	{},
};

static const char *const examples[] = {
	"udptop",
	"datagrams and bytes by socket and peer, every second",
	"udptop -C 5 3 --comm 'unbound*'",
	"those of unbound, three intervals of five seconds, without clearing the screen",
	"udptop --json --sort drops -r 10",
	"the ten flows with the most drops, as JSON lines",
	NULL,
};

/* A flow that has sent nothing belongs to the process that holds its socket. */
static void add_holder(const struct counter *counter, const struct udp_counters *now, struct event *e)
{
	struct udp_holder holder;

	if (!counter->look_up(counter, "holders", &now->flow.socket, &holder))
		return;
	e->pid = holder.pid;
	e->tid = holder.tid;
	e->uid = holder.uid;
	e->owner = holder.quality;
	e->mntns_listed = holder.mntns_listed;
	memcpy(e->comm, holder.comm, sizeof(e->comm));
	if (!e->cgroup_id)
		e->cgroup_id = holder.cgroup_id;
}

static bool is_wanted(const struct options *options, const struct udp_counters *now, const struct event *e)
{
	const struct settings *settings = &options->settings;

	return filter_matches(&settings->filter, e) && (!settings->filter.cgroups.count || now->cgroup_listed) &&
	       (!settings->has_mntnsmap || e->mntns_listed);
}

/* Takes the growth of a flow. Place 0 has those without room. */
static bool read_counter(const struct options *options, const struct counter *counter, struct event *event)
{
	struct udptop_event *e = (struct udptop_event *)event;
	const struct udp_counters *now = counter->now;
	struct udp_counters *reported = counter->reported;

	e->rx_bytes = counter_delta(&reported->rx_bytes, &now->rx_bytes);
	e->tx_bytes = counter_delta(&reported->tx_bytes, &now->tx_bytes);
	e->rx_datagrams = counter_delta(&reported->rx_datagrams, &now->rx_datagrams);
	e->tx_datagrams = counter_delta(&reported->tx_datagrams, &now->tx_datagrams);
	e->drops = counter_delta(&reported->drops, &now->drops);
	reported->flow = now->flow;
	reported->common = now->common;
	reported->cgroup_listed = now->cgroup_listed;
	e->common = now->common;
	if (!counter->key) {
		e->other = 1;
		e->common.uid = UID_NOT_KNOWN;
		e->common.protocol = 17;
	} else if (!e->common.pid) {
		add_holder(counter, now, &e->common);
	}
	return (e->rx_datagrams || e->tx_datagrams || e->drops) && is_wanted(options, now, &e->common);
}

static bool finish(const struct options *options, struct event *event, uint64_t interval)
{
	const struct udptop_event *e = (const void *)event;

	(void)options;
	(void)interval;
	return e->rx_datagrams || e->tx_datagrams || e->drops;
}

static const struct totals totals = {
	.members = members,
	.columns = columns,
	.every = 1000000000,
	.block = &block,
	.live = &live,
	.read_counter = read_counter,
	.finish = finish,
};

/* Alternatives of programs; one of them is needed. */
#define SEES_PACKETS "sent_cast|sent_helper"

static const struct expectation proof[] = {
	{ "without a peer", "pid=@client_pid rport=null", NULL, .how = MEASURE },
	/* Without programs at cgroups, a socket that no process reads has no owner. */
	{ "of nobody", "pid=null lport=@server_port", NULL, .how = MEASURE },
	{ "sent", "rport=@server_port pid=@client_pid", NULL, .sum = "tx_datagrams", MEASURE },
	{ "sent by clients", "rport=@server_port pid=@client_pid", "dns+dns_fail+dns_silent+udp_full",
	  .sum = "tx_datagrams", AT_LEAST, .needs = SEES_PACKETS },
	{ "received by clients", "rport=@server_port pid=@client_pid", "dns+dns_fail", .sum = "rx_datagrams",
	  .needs = SEES_PACKETS },
	{ "sent by servers", "lport=@server_port pid=@server_pid", "dns+dns_fail", .sum = "tx_datagrams" },
	{ "received by servers", "lport=@server_port pid=@server_pid", "sent", .sum = "rx_datagrams",
	  .needs = SEES_PACKETS },
	{ "dropped", "lport=@server_port pid=@server_pid family=4", "buffer_drops", .sum = "drops", .family = 4,
	  .needs = SEES_PACKETS },
	{ "dropped", "lport=@server_port pid=@server_pid family=6", "buffer_drops", .sum = "drops", .family = 6,
	  .needs = "dropped_cast," SEES_PACKETS },
	{ "refused", "rport=@refused_port pid=@client_pid", "udp_refuse", .sum = "tx_datagrams" },
	{},
};

OBJECT(udptop);

const struct tool udptop = {
	.name = "udptop",
	.summary = "datagrams and bytes that UDP sockets carry, by process and peer",
	.first = { "interval", "comm", "sort" },
	.examples = examples,
	OBJECT_OF(udptop),
	.subject = UDP_SOCKETS,
	.hooks = hooks,
	.opts = opts,
	.options_size = sizeof(struct own_options),
	.positional = words,
	.check = check,
	.members = members,
	.columns = columns,
	.totals = &totals,
	.proof = proof,
};
