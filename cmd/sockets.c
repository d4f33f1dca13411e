/* SPDX-License-Identifier: GPL-2.0-or-later */
/* sockets.c: every socket as it is now, with owner, queues, memory and limits. */
#include "core/model/expectation.h"
#include "core/model/limits_members.h"
#include "core/model/options.h"
#include "core/names/tcp.h"
#include "core/tool.h"
#include "probes/filter.h"
#include "probes/sockets.h"

#define SECOND            1000000000ULL
#define OWN(member)       AT(struct sockets_event, member)
#define LIMITS_OF(member) OWN(limits.member)
#define BY(sort)          (1U << (sort))

/* In the order of the names of --sort. */
enum { UNSORTED, RECV, SEND, IDLE, RTT, RETRANS, BYTES, BUSY, DROPS, WAIT };

static const char *const sorts[] = { "none",  "recv", "send",  "idle", "rtt", "retrans",
				     "bytes", "busy", "drops", "wait", NULL };
/* From 1 on, as tcp_states; named as ss(8) names them. */
static const char *const state_names[] = {
	"established", "syn-sent",   "syn-recv", "fin-wait-1", "fin-wait-2", "time-wait",
	"close",       "close-wait", "last-ack", "listen",     "closing",    NULL,
};
static const char *const kinds[] = { "process",   "orphan",  "unaccepted", "kernel",
				     "time_wait", "request", "subflow",    "mptcp" };
static const char *const nobody[] = { NULL,          "(orphan)",    "(not accepted)", "(kernel)",
				      "(TIME_WAIT)", "(half open)", "(subflow)",      NULL };
enum { SAME, NEW, GONE, CHANGED };
static const char *const changes[] = { NULL, "new", "gone", "changed" };

static const struct member members[] = {
	{ "skaddr", F_HEX, OWN(skaddr), .hidden = true, .help = "address of the socket" },
	{ "identity", F_HEX, OWN(identity), .hidden = true, .help = "distinguishes sockets with the same ends" },
	{ "state", F_NAME, OWN(state), TCP_STATES, .help = "state; of UDP: ESTABLISHED (connected) or CLOSE" },
	{ "kind", F_NAME, OWN(kind), NAMES(kinds),
	  .help = "process: processes hold it; orphan: none any more; unaccepted: none yet; kernel: its own; "
		  "time_wait; request: half open; subflow of an MPTCP socket; mptcp: that socket" },
	{ "nobody", F_NAME, OWN(kind), NAMES(nobody), .hidden = true, .help = "why it has no process" },
	{ "recv_queue", F_UINT, OWN(now.recv_queue),
	  .help = "received bytes that no process has read; of a listener: connections to accept" },
	{ "send_queue", F_UINT, OWN(now.send_queue),
	  .help = "bytes that the peer has not acknowledged; of a listener: how many connections it queues" },
	{ "fill_percent", F_UINT, OWN(fill), .help = "part of a listener's limit that its queue takes, in per cent" },
	{ "syn_queue", F_UINT, OWN(syn_queue), .help = "half-open connections of a listener" },
	{ "oldest_wait_ns", F_MSEC, OWN(oldest_wait),
	  .help = "how long the next connection to accept has waited in a listener's queue" },
	{ "drops", F_UINT, OWN(now.drops), .help = "packets that the socket dropped; of a listener: connections, too" },
	{ "rmem", F_UINT, OWN(rmem), .help = "memory of received packets in bytes" },
	{ "rcvbuf", F_UINT, OWN(rcvbuf), .help = "limit of it" },
	{ "wmem", F_UINT, OWN(wmem), .help = "memory of packets to send in bytes" },
	{ "sndbuf", F_UINT, OWN(sndbuf), .help = "limit of it" },
	{ "forward", F_UINT, OWN(forward), .help = "memory that is reserved for it" },
	{ "backlog", F_UINT, OWN(backlog),
	  .help = "memory of packets that wait while a process has the socket locked" },
	{ "idle_ns", F_MSEC, OWN(idle), .help = "time since data was sent or received" },
	{ "tx_bytes", F_UINT, OWN(now.tx_bytes), .help = "payload sent" },
	{ "rx_bytes", F_UINT, OWN(now.rx_bytes), .help = "payload received" },
	{ "srtt_us", F_ID, OWN(srtt_us), .help = "smoothed round-trip time" },
	{ "cwnd", F_ID, OWN(cwnd), .help = "congestion window in segments" },
	{ "mss", F_ID, OWN(mss), .help = "payload of a segment in bytes" },
	{ "retrans", F_UINT, OWN(now.retrans), .help = "retransmitted segments" },
	{ "waits_for", F_NAME, OWN(limits.now), LIMIT_NAMES,
	  .help = "what it waits for now: network, peer, sndbuf, idle" },
	LIMITS_MEMBERS(0, LIMITS_OF),
	{ "busy", F_MSEC, OWN(limits.busy), .hidden = true, .help = "time with data to send or unacknowledged" },
	/* Of totals, which show some of them. */
	{ "drop_rate", F_SI, OWN(drop_rate), .unit = 1000, .decimals = 1, .hidden = true,
	  .help = "drops of a listener per second" },
	{ "walks", F_UINT, OWN(walks), .hidden = true, .help = "walks that have seen it: 1, 2, 3: both" },
	{ "old_state", F_NAME, OWN(old_state), TCP_STATES, .hidden = true, .help = "its state in the first walk" },
	{ "tx_before", F_UINT, OWN(before.tx_bytes), .hidden = true, .help = "payload sent before the first walk" },
	{ "rx_before", F_UINT, OWN(before.rx_bytes), .hidden = true, .help = "payload received before it" },
	{ "recv_before", F_UINT, OWN(before.recv_queue), .hidden = true, .help = "its queues in the first walk" },
	{ "send_before", F_UINT, OWN(before.send_queue), .hidden = true, .help = "the same" },
	{ "retrans_before", F_UINT, OWN(before.retrans), .hidden = true, .help = "retransmissions before it" },
	{ "drops_before", F_UINT, OWN(before.drops), .hidden = true, .help = "drops before it" },
	{},
};

/* The columns of rows and of totals. */
#define ENDS                                                                                                           \
	{ "laddr", .where = IN_CSV }, { "lport", .where = IN_CSV },                                                    \
		{ "raddr", .where = IN_CSV, .unless = SOCKETS_LISTEN },                                                \
		{ "rport", .where = IN_CSV, .unless = SOCKETS_LISTEN },                                                \
		{ "local", "LADDR:LPORT", "laddr", F_ENDPOINT, IN_TABLE | IN_WIDE, .width = 21, .wide = 45 },          \
	{                                                                                                              \
		"remote", "RADDR:RPORT", "raddr", F_ENDPOINT, IN_TABLE | IN_WIDE, .width = 21, .wide = 45,             \
										  .unless = SOCKETS_LISTEN             \
	}
#define QUEUES                                                                                                         \
	{ "recv_queue", "RECVQ", .width = -7, .unless = SOCKETS_LISTEN },                                              \
	{                                                                                                              \
		"send_queue", "SENDQ", .width = -7, .unless = SOCKETS_LISTEN                                           \
	}
#define MEMORY                                                                                                         \
	{ "rmem", "RMEM", .width = -7, .flag = SOCKETS_MEMORY },                                                       \
		{ "rcvbuf", "RCVBUF", .width = -7, .flag = SOCKETS_MEMORY },                                           \
		{ "wmem", "WMEM", .width = -7, .flag = SOCKETS_MEMORY },                                               \
		{ "sndbuf", "SNDBUF", .width = -7, .flag = SOCKETS_MEMORY },                                           \
		{ "forward", "FWD", .width = -6, .flag = SOCKETS_MEMORY },                                             \
	{                                                                                                              \
		"dropped", "DROPS", "drops", .width = -6, .flag = SOCKETS_MEMORY, .unless = SOCKETS_LISTEN             \
	}
#define LIMITS                                                                                                         \
	{ "limit", "LIMIT", .width = 7, .flag = SOCKETS_LIMITS },                                                      \
		{ "waits_for", "NOW", .width = 7, .flag = SOCKETS_LIMITS },                                            \
		{ "busy_ns", "BUSY(ms)", .width = -9, .flag = SOCKETS_LIMITS },                                        \
		{ "rwnd_limited_ns", "PEER(ms)", .width = -9, .flag = SOCKETS_LIMITS },                                \
		{ "sndbuf_limited_ns", "SNDB(ms)", .width = -9, .flag = SOCKETS_LIMITS },                              \
		{ "idle_ns", "IDLE(ms)", .width = -9, .flag = SOCKETS_LIMITS },                                        \
		{ "srtt_us", "RTT_us", .width = -7, .flag = SOCKETS_LIMITS },                                          \
		{ "min_rtt_us", "MIN_us", .width = -7, .flag = SOCKETS_LIMITS },                                       \
		{ "cwnd", "CWND", .width = -5, .flag = SOCKETS_LIMITS },                                               \
		{ "retrans", "RETR", .width = -5, .flag = SOCKETS_LIMITS },                                            \
		{ "lost_segs", "LOST", .width = -5, .flag = SOCKETS_LIMITS },                                          \
		{ "rtos", "RTOS", .width = -5, .flag = SOCKETS_LIMITS },                                               \
	{                                                                                                              \
		"cc", "CC", .width = 6, .flag = SOCKETS_LIMITS                                                         \
	}
#define HOLDER                                                                                                         \
	{ "pid" },                                                                                                     \
	{                                                                                                              \
		"comm", .width = 16, .fallback = "nobody"                                                              \
	}

static const struct column columns[] = {
	{ "protocol", "PROTO", .width = 5 },
	{ "state", "STATE", .width = 11 },
	QUEUES,
	ENDS,
	MEMORY,
	LIMITS,
	HOLDER,
	{},
};

/* One socket is one row. */
static const struct member sorted_members[] = {
	{ "protocol" },
	{ "netns" },
	{ "laddr" },
	{ "lport" },
	{ "raddr" },
	{ "rport" },
	{ "identity" },
	{ "family", .merge = LATEST },
	{ "skaddr", .merge = LATEST },
	{ "pid", .merge = LATEST },
	{ "tid", .merge = LATEST },
	{ "comm", .merge = LATEST },
	{ "uid", .merge = LATEST },
	{ "owner", .merge = LATEST },
	{ "cgroup_id", .merge = LATEST },
	{ "state", .merge = LATEST },
	{ "kind", .merge = LATEST },
	{ "nobody", .merge = LATEST },
	{ "change", F_NAME, OWN(change), NAMES(changes), .merge = LATEST,
	  .help = "--diff: new, gone or changed between the two walks" },
	{ "old_state", F_NAME, OWN(old_state), TCP_STATES, .merge = SUM,
	  .help = "--diff: its state in the first walk" },
	{ "recv_queue", .merge = SUM, .sorts = BY(RECV) },
	{ "send_queue", .merge = SUM, .sorts = BY(SEND) },
	{ "fill_percent", .merge = LATEST },
	{ "syn_queue", .merge = SUM },
	{ "oldest_wait_ns", .merge = LATEST, .sorts = BY(WAIT) },
	{ "drops", .merge = SUM, .sorts = BY(DROPS) },
	{ "drop_rate", F_SI, OWN(drop_rate), .unit = 1000, .decimals = 1, .merge = LATEST,
	  .help = "drops of a listener per second, in the interval" },
	{ "rmem", .merge = SUM },
	{ "rcvbuf", .merge = LATEST },
	{ "wmem", .merge = SUM },
	{ "sndbuf", .merge = LATEST },
	{ "forward", .merge = SUM },
	{ "backlog", .merge = SUM },
	{ "idle_ns", .merge = LATEST, .sorts = BY(IDLE) },
	{ "tx_bytes", .merge = SUM, .sorts = BY(BYTES) },
	{ "rx_bytes", .merge = SUM, .sorts = BY(BYTES) },
	{ "srtt_us", .merge = LATEST, .sorts = BY(RTT) },
	{ "cwnd", .merge = LATEST },
	{ "mss", .merge = LATEST },
	{ "retrans", .merge = SUM, .sorts = BY(RETRANS) },
	{ "waits_for", .merge = LATEST },
	LIMITS_MEMBERS(0, LIMITS_OF),
	{ "busy", .merge = LATEST, .sorts = BY(BUSY) },
	{ "recv_grown", F_INT, OWN(grown.recv_queue), .merge = LATEST, .help = "--diff: growth of recv_queue" },
	{ "send_grown", F_INT, OWN(grown.send_queue), .merge = LATEST, .help = "--diff: growth of send_queue" },
	{ "tx_grown", F_UINT, OWN(grown.tx_bytes), .merge = LATEST, .help = "--diff: payload sent between the walks" },
	{ "rx_grown", F_UINT, OWN(grown.rx_bytes), .merge = LATEST, .help = "--diff: payload received between them" },
	{ "retrans_grown", F_UINT, OWN(grown.retrans), .merge = LATEST,
	  .help = "--diff: retransmissions between them" },
	{ "drops_grown", F_UINT, OWN(grown.drops), .merge = LATEST, .help = "--diff: drops between them" },
	{ "walks", .merge = SUM },
	{ "tx_before", .merge = SUM },
	{ "rx_before", .merge = SUM },
	{ "recv_before", .merge = SUM },
	{ "send_before", .merge = SUM },
	{ "retrans_before", .merge = SUM },
	{ "drops_before", .merge = SUM },
	{},
};

static const struct column sorted_columns[] = {
	{ "change", "CHANGE", .width = 7, .flag = SOCKETS_DIFF },
	{ "protocol", "PROTO", .width = 5 },
	{ "old_state", "WAS", .width = 11, .flag = SOCKETS_DIFF },
	{ "state", "STATE", .width = 11, .unless = SOCKETS_LISTEN },
	QUEUES,
	{ "recv_grown", "+RECVQ", .width = -7, .flag = SOCKETS_DIFF },
	{ "send_grown", "+SENDQ", .width = -7, .flag = SOCKETS_DIFF },
	{ "tx_grown", "+TX", .width = -9, .flag = SOCKETS_DIFF },
	{ "rx_grown", "+RX", .width = -9, .flag = SOCKETS_DIFF },
	{ "retrans_grown", "+RETR", .width = -5, .flag = SOCKETS_DIFF },
	{ "drops_grown", "+DROPS", .width = -6, .flag = SOCKETS_DIFF },
	ENDS,
	{ "queue", "QUEUE", "recv_queue", .width = -6, .flag = SOCKETS_LISTEN },
	{ "queue_limit", "LIMIT", "send_queue", .width = -6, .flag = SOCKETS_LISTEN },
	{ "fill_percent", "FULL%", .width = -5, .flag = SOCKETS_LISTEN },
	{ "syn_queue", "SYNQ", .width = -5, .flag = SOCKETS_LISTEN },
	{ "oldest_wait_ns", "WAIT(ms)", .width = -9, .flag = SOCKETS_LISTEN },
	{ "drops", "DROPS", .width = -7, .flag = SOCKETS_LISTEN },
	{ "drop_rate", "DROPS/s", .width = -8, .flag = SOCKETS_LISTEN },
	MEMORY,
	LIMITS,
	HOLDER,
	{},
};

/* What has grown between two numbers; unknown if one is. */
static uint64_t grown(uint64_t before, uint64_t now)
{
	return before == NOT_KNOWN || now == NOT_KNOWN ? NOT_KNOWN : now - before;
}

static uint32_t grown32(uint32_t before, uint32_t now)
{
	return before == UINT32_MAX || now == UINT32_MAX ? UINT32_MAX : now - before;
}

static int32_t grown_queue(uint32_t before, uint32_t now)
{
	return before == UINT32_MAX || now == UINT32_MAX ? INT32_MIN : (int32_t)(now - before);
}

static bool has_grown(const struct socket_growth *grown)
{
	return (grown->tx_bytes != NOT_KNOWN && grown->tx_bytes) || (grown->rx_bytes != NOT_KNOWN && grown->rx_bytes) ||
	       (grown->recv_queue != INT32_MIN && grown->recv_queue) ||
	       (grown->send_queue != INT32_MIN && grown->send_queue) ||
	       (grown->retrans != UINT32_MAX && grown->retrans) || (grown->drops != UINT32_MAX && grown->drops);
}

/* What two walks have seen of a socket. Unchanged ones make no row. */
static bool finish(const struct options *options, struct event *event, uint64_t interval)
{
	struct sockets_event *e = (void *)event;

	(void)interval;
	if (!(options->settings.flags & SOCKETS_DIFF))
		return true;
	e->grown = (struct socket_growth){
		.tx_bytes = grown(e->before.tx_bytes, e->now.tx_bytes),
		.rx_bytes = grown(e->before.rx_bytes, e->now.rx_bytes),
		.recv_queue = grown_queue(e->before.recv_queue, e->now.recv_queue),
		.send_queue = grown_queue(e->before.send_queue, e->now.send_queue),
		.retrans = grown32(e->before.retrans, e->now.retrans),
		.drops = grown32(e->before.drops, e->now.drops),
	};
	e->change = SAME;
	if (e->walks == 1) {
		e->change = GONE;
		e->state = 0;
	} else if (e->walks == 2) {
		e->change = NEW;
	} else if (e->walks == 3 && (has_grown(&e->grown) || e->old_state != e->state)) {
		e->change = CHANGED;
	}
	return e->change != SAME;
}

static const struct block block = { .stamp = NULL };

static const struct live live = {
	.keys = {
		{ 'v', LIVE_SORT, RECV, "recv" },
		{ 's', LIVE_SORT, SEND, "send" },
		{ 'i', LIVE_SORT, IDLE, "idle" },
		{ 't', LIVE_SORT, RTT, "rtt" },
		{ 'x', LIVE_SORT, RETRANS, "retrans" },
		{ 'd', LIVE_SORT, BYTES, "bytes" },
		{ 'y', LIVE_SORT, BUSY, "busy" },
		{ 'w', LIVE_SORT, WAIT, "wait" },
		{ 'c', LIVE_GROUP, 0, "socket" },
	},
};

static const struct totals totals = {
	.members = sorted_members,
	.columns = sorted_columns,
	.flag = SOCKETS_SORTED,
	.compares = SOCKETS_DIFF,
	.block = &block,
	.of_states = true,
	.live = &live,
	.finish = finish,
};

struct own_options {
	struct sockets_options kernel;
	uint64_t diff; /* seconds; 0: no comparison */
	uint32_t sort;
};

#define IN(member) .off = offsetof(struct own_options, member)

static const struct opt opts[] = {
	{ "memory", 'm', O_FLAG, .flag = SOCKETS_MEMORY, .help = "add memory, its limits, and drops" },
	{ "listen", 'l', O_FLAG, .flag = SOCKETS_LISTEN,
	  .help = "listeners only, with their health: queue, its limit, half-open connections, the longest wait for "
		  "accept(), drops a second (takes a second to count)" },
	{ "info", 'i', O_FLAG, .flag = SOCKETS_LIMITS, .help = "add what limits each connection" },
	{ "state", 0, O_NAMES, "STATES", IN(kernel.states), .names = state_names, .min = 1,
	  .help = "only these states: close-wait,fin-wait-2; help lists them" },
	{ "unread", 0, O_NUMBER, "BYTES", IN(kernel.unread), .min = 1, .max = UINT32_MAX,
	  .help = "only sockets with BYTES or more unread" },
	{ "unsent", 0, O_NUMBER, "BYTES", IN(kernel.unsent), .min = 1, .max = UINT32_MAX,
	  .help = "only sockets with BYTES or more unacknowledged" },
	{ "idle", 0, O_NUMBER, "SECONDS", IN(kernel.idle), .min = 1, .max = UINT32_MAX,
	  .help = "only connections without data for SECONDS or more" },
	{ "sort", 0, O_CHOICE, "KEY", IN(sort), .names = sorts,
	  .help = "largest first: recv, send, idle, rtt, retrans, bytes, busy, drops, wait" },
	{ "rows", 'r', O_ALIAS, .alias_of = "rows" },
	{ "watch", 'w', O_ALIAS, .alias_of = "interval",
	  .help = "show all sockets again every SECONDS, on a terminal as a live screen" },
	{ "diff", 'd', O_NUMBER, "SECONDS", IN(diff), .min = 1, .max = 86400,
	  .help = "walk twice, SECONDS apart, and show what changed: new, gone, other state, queues, bytes" },
	{ "quiet", 'q', O_FLAG, .flag = SOCKETS_QUIET,
	  .help = "print nothing; exit status 0 if there is such a socket, 1 if not" },
	{},
};

static const struct apart apart[] = {
	{ "sort,rows,interval,watch,by,diff,noclear", "quiet", "which prints nothing" },
	{ "memory,info,wide,containers,columns,csv,json,time,timestamp,no-header,subnets", "quiet",
	  "which prints nothing" },
	{ "memory,info", "by,subnets,columns", "which chooses the columns" },
	{ "interval,watch,by,noclear,listen", "diff", "which compares two walks" },
	{ "info,state,unread,unsent,idle", "listen", "which shows listeners only" },
	{ "timestamp", "sort,rows,interval,watch,diff,listen", "which prints no rows one by one" },
	{},
};

static bool check(struct options *options, struct error *error)
{
	const struct own_options *own = options->own;
	uint32_t *flags = &options->settings.flags;

	(void)error;
	if (own->diff)
		*flags |= SOCKETS_DIFF;
	if (own->sort || own->diff || options->interval || ((*flags & SOCKETS_LISTEN) && !(*flags & SOCKETS_QUIET)))
		*flags |= SOCKETS_SORTED;
	options->sort = own->sort;
	options->no_header |= *flags & SOCKETS_QUIET;
	if (options->interval) {
		options->keep_caps = true; /* to enter network namespaces again and again */
		return true;
	}
	options->noclear = true;
	if (own->diff)
		options->duration = own->diff * SECOND;
	else if (!options->duration && !options->command && !options->recorded)
		options->duration = *flags & SOCKETS_LISTEN && *flags & SOCKETS_SORTED ? SECOND : 1; /* 1: at once */
	return true;
}

/* A snapshot walks at the end only. */
static const struct hook hooks[] = {
	{ "descriptors",
	  { "held_by", "held_by_helper" },
	  "the owners of sockets",
	  RUN_AT_START,
	  .at_end_unless = SOCKETS_SORTED,
	  .rerun_each_interval = true },
	{ "walks", { "walk_begins" }, NULL, RUN_AT_INTERVAL, .flag = SOCKETS_DIFF },
	{ "TCP sockets",
	  { "tcp_sockets" },
	  NULL,
	  RUN_AT_INTERVAL,
	  .at_end_unless = SOCKETS_SORTED,
	  .each_netns = true },
	{ "UDP sockets",
	  { "udp_sockets" },
	  NULL,
	  RUN_AT_INTERVAL,
	  .at_end_unless = SOCKETS_SORTED,
	  .each_netns = true },
	{ "MPTCP sockets",
	  { "mptcp_sockets" },
	  "MPTCP sockets (their subflows have rows)",
	  RUN_AT_INTERVAL,
	  .at_end_unless = SOCKETS_SORTED },
	{},
};

static const char *const examples[] = {
	"sockets",
	"every socket in every network namespace",
	"sockets -l",
	"listeners with their queues, drops a second, and the longest wait for accept()",
	"sockets -i --sort busy --rows 10",
	"the ten connections that were busy longest, with what limits them",
	"sockets --state close-wait --idle 600 -q",
	"exit status 0 if a process has forgotten to close connections",
	"sockets --diff 10",
	"what changed in ten seconds",
	"sockets --watch 1 --sort recv",
	"the sockets with the most unread data, as a live screen",
	NULL,
};

static enum replayed filter_recorded(const struct options *options, struct event *event, size_t *size)
{
	const struct own_options *own = options->own;
	const struct sockets_event *e = (const void *)event;
	const struct socket_numbers *numbers = e->walks == 1 ? &e->before : &e->now;
	bool queues = e->state != TCP_STATE_LISTEN;

	(void)size;
	if (e->walks == 1 && !(options->settings.flags & SOCKETS_DIFF)) /* rows are those of the second walk */
		return REPLAY_EXCLUDED;
	if (!list_has(&own->kernel.states, e->state) || ((options->settings.flags & SOCKETS_LISTEN) && queues) ||
	    (own->kernel.unread && (!queues || numbers->recv_queue < own->kernel.unread)) ||
	    (own->kernel.unsent && (!queues || numbers->send_queue < own->kernel.unsent)) ||
	    (own->kernel.idle && (e->idle == NOT_KNOWN || e->idle / SECOND < own->kernel.idle)))
		return REPLAY_EXCLUDED;
	return REPLAY_FILTERED;
}

static const struct replay_rules recording = {
	.wider_flags = SOCKETS_DIFF,
	.filter = filter_recorded,
};

/* The traffic ends with no socket but those in TIME_WAIT: of those that were closed in order, where they closed first.
 */
static const struct expectation proof[] = {
	{ "TIME_WAIT of clients", "pid=null state=TIME_WAIT kind=time_wait rport=@server_port", "connect",
	  .how = AT_LEAST, .options = "--duration 3600" },
	{ "TIME_WAIT of servers", "pid=null state=TIME_WAIT kind=time_wait lport=@server_port", "server_first" },
	{ "others of nobody", "pid=null", NULL, .how = MEASURE },
	{},
};

OBJECT(sockets);

const struct tool sockets = {
	.name = "sockets",
	.summary = "all sockets as they are, with owner, queues, memory and limits",
	.examples = examples,
	OBJECT_OF(sockets),
	.subject = SOCKETS,
	.hooks = hooks,
	.opts = opts,
	.options_size = sizeof(struct own_options),
	.quiet = SOCKETS_QUIET,
	.tally = "kind",
	.check = check,
	.members = members,
	.columns = columns,
	.totals = &totals,
	.recording = &recording,
	.proof = proof,
	.apart = apart,
};
