/* SPDX-License-Identifier: GPL-2.0-or-later */
/* sockets.c: every socket as it is now, with owner, queues, memory and limits. */
#include "core/base/error.h"
#include "core/model/expectation.h"
#include "core/model/options.h"
#include "core/names/enums.h"
#include "core/names/tcp.h"
#include "core/tool.h"
#include "probes/filter.h"
#include "probes/sockets.h"

#define STATES      "TCP_" /* not of the kernel: own_names has all */
#define OWN(member) AT(struct sockets_event, member)
#define BY(sort)    (1U << (sort))

/* In the order of the names of --sort. */
enum { UNSORTED, RECV, SEND, IDLE, RTT, RETRANS, BYTES, BUSY };

static const char *const sorts[] = { "none", "recv", "send", "idle", "rtt", "retrans", "bytes", "busy", NULL };
/* enum limit */
static const char *const limit_words[] = { NULL, "network", "peer", "sndbuf", "reader", "idle", "mixed" };
static const char *const kinds[] = { "process", "orphan", "unaccepted", "kernel", "time_wait", "request" };
static const char *const nobody[] = { NULL, "(orphan)", "(not accepted)", "(kernel)", "(TIME_WAIT)", "(half open)" };

static const struct member members[] = {
	{ "skaddr", F_HEX, OWN(skaddr), .hidden = true, .help = "address of the socket" },
	{ "state", F_NAME, OWN(state), TCP_STATES, .help = "state; of UDP: ESTABLISHED (connected) or CLOSE" },
	{ "kind", F_NAME, OWN(kind), NAMES(kinds),
	  .help = "process: processes hold it; orphan: none any more; unaccepted: none yet; kernel: its "
		  "own, or a subflow of MPTCP; time_wait; request: half open" },
	{ "nobody", F_NAME, OWN(kind), NAMES(nobody), .hidden = true, .help = "why it has no process" },
	{ "recv_queue", F_UINT, OWN(recv_queue),
	  .help = "received bytes that no process has read; of a listener: connections to accept" },
	{ "send_queue", F_UINT, OWN(send_queue),
	  .help = "bytes that the peer has not acknowledged; of a listener: how many connections it queues" },
	{ "syn_queue", F_UINT, OWN(syn_queue), .help = "half-open connections of a listener" },
	{ "drops", F_UINT, OWN(drops), .help = "packets that the socket dropped; of a listener: connections, too" },
	{ "rmem", F_UINT, OWN(rmem), .help = "memory of received packets in bytes" },
	{ "rcvbuf", F_UINT, OWN(rcvbuf), .help = "limit of it" },
	{ "wmem", F_UINT, OWN(wmem), .help = "memory of packets to send in bytes" },
	{ "sndbuf", F_UINT, OWN(sndbuf), .help = "limit of it" },
	{ "forward", F_UINT, OWN(forward), .help = "memory that is reserved for it" },
	{ "backlog", F_UINT, OWN(backlog),
	  .help = "memory of packets that wait while a process has the socket locked" },
	{ "idle_ns", F_MSEC, OWN(idle), .help = "time since data was sent or received" },
	{ "tx_bytes", F_UINT, OWN(tx_bytes), .help = "payload sent" },
	{ "rx_bytes", F_UINT, OWN(rx_bytes), .help = "payload received" },
	{ "srtt_us", F_ID, OWN(srtt_us), .help = "smoothed round-trip time" },
	{ "cwnd", F_ID, OWN(cwnd), .help = "congestion window in segments" },
	{ "mss", F_ID, OWN(mss), .help = "payload of a segment in bytes" },
	{ "retrans", F_UINT, OWN(retrans), .help = "retransmitted segments" },
	{ "busy_ns", F_MSEC, OWN(limits.busy), .help = "time in which data was on its way, or waited to be sent" },
	{ "rwnd_limited_ns", F_MSEC, OWN(limits.rwnd), .help = "part of it: held up by the peer's receive window" },
	{ "sndbuf_limited_ns", F_MSEC, OWN(limits.sndbuf), .help = "part of it: held up by the own send buffer" },
	{ "limit", F_NAME, OWN(limits.word), NAMES(limit_words),
	  .help = "what took more than half of the time: network, peer, sndbuf, reader, idle, or mixed" },
	{ "min_rtt_us", F_UINT, OWN(limits.min_rtt_us), .help = "least round-trip time" },
	{ "delivery_rate", F_ID, OWN(limits.delivery_rate), .help = "bytes per second, last measured" },
	{ "app_limited", F_BOOL, OWN(limits.app_limited), .help = "the process limited that rate, not the path" },
	{ "lost_segs", F_UINT, OWN(limits.lost), .help = "segments that TCP takes for lost now" },
	{ "dsacks", F_UINT, OWN(limits.dsacks), .help = "duplicate segments that the peer reported" },
	{ "reordered", F_UINT, OWN(limits.reordered), .help = "times that segments were reordered" },
	{ "out_of_order", F_UINT, OWN(limits.out_of_order), .help = "segments received out of order" },
	{ "ce", F_UINT, OWN(limits.ce), .help = "delivered segments that a router marked (ECN)" },
	{ "time_outs", F_UINT, OWN(limits.time_outs), .help = "retransmission time-outs; unknown before Linux 6.7" },
	{ "time_outs_ns", F_MSEC, OWN(limits.time_outs_ns), .help = "time spent in them" },
	{ "unread_bytes", F_UINT, OWN(limits.unread), .help = "received payload that no process has read" },
	{ "window_closed", F_BOOL, OWN(limits.window_closed), .help = "the own receive window is closed" },
	{ "cc", F_TEXT, OWN(limits.cc), .help = "congestion control" },
	{},
};

#define COLUMNS                                                                                                        \
	{ "protocol", "PROTO", .width = 5 }, { "state", "STATE", .width = 11 },                                        \
		{ "recv_queue", "RECVQ", .width = -7 }, { "send_queue", "SENDQ", .width = -7 },                        \
		{ "laddr", .where = IN_CSV }, { "lport", .where = IN_CSV }, { "raddr", .where = IN_CSV },              \
		{ "rport", .where = IN_CSV },                                                                          \
		{ "local", "LADDR:LPORT", "laddr", F_ENDPOINT, IN_TABLE | IN_WIDE, .width = 21, .wide = 45 },          \
		{ "remote", "RADDR:RPORT", "raddr", F_ENDPOINT, IN_TABLE | IN_WIDE, .width = 21, .wide = 45 },         \
		{ "syn_queue", "SYNQ", .width = -5, .flag = SOCKETS_LISTEN },                                          \
		{ "drops", "DROPS", .width = -6, .flag = SOCKETS_LISTEN | SOCKETS_MEMORY },                            \
		{ "rmem", "RMEM", .width = -7, .flag = SOCKETS_MEMORY },                                               \
		{ "rcvbuf", "RCVBUF", .width = -7, .flag = SOCKETS_MEMORY },                                           \
		{ "wmem", "WMEM", .width = -7, .flag = SOCKETS_MEMORY },                                               \
		{ "sndbuf", "SNDBUF", .width = -7, .flag = SOCKETS_MEMORY },                                           \
		{ "forward", "FWD", .width = -6, .flag = SOCKETS_MEMORY },                                             \
		{ "limit", "LIMIT", .width = 7, .flag = SOCKETS_LIMITS },                                              \
		{ "busy_ns", "BUSY(ms)", .width = -9, .flag = SOCKETS_LIMITS },                                        \
		{ "rwnd_limited_ns", "PEER(ms)", .width = -9, .flag = SOCKETS_LIMITS },                                \
		{ "sndbuf_limited_ns", "SNDB(ms)", .width = -9, .flag = SOCKETS_LIMITS },                              \
		{ "idle_ns", "IDLE(ms)", .width = -9, .flag = SOCKETS_LIMITS },                                        \
		{ "srtt_us", "RTT_us", .width = -7, .flag = SOCKETS_LIMITS },                                          \
		{ "min_rtt_us", "MIN_us", .width = -7, .flag = SOCKETS_LIMITS },                                       \
		{ "cwnd", "CWND", .width = -5, .flag = SOCKETS_LIMITS },                                               \
		{ "retrans", "RETR", .width = -5, .flag = SOCKETS_LIMITS },                                            \
		{ "cc", "CC", .width = 6, .flag = SOCKETS_LIMITS }, { "pid" },                                         \
	{                                                                                                              \
		"comm", .width = 16, .fallback = "nobody"                                                              \
	}

static const struct column columns[] = { COLUMNS, {} };

/* Sorted, or watched: one socket is one row. */
static const struct member sorted_members[] = {
	{ "protocol" },
	{ "netns" },
	{ "laddr" },
	{ "lport" },
	{ "raddr" },
	{ "rport" },
	{ "skaddr" },
	{ "pid", .merge = LATEST },
	{ "comm", .merge = LATEST },
	{ "owner", .merge = LATEST },
	{ "state", .merge = LATEST },
	{ "kind", .merge = LATEST },
	{ "nobody", .merge = LATEST },
	{ "recv_queue", .merge = LATEST, .sorts = BY(RECV) },
	{ "send_queue", .merge = LATEST, .sorts = BY(SEND) },
	{ "syn_queue", .merge = LATEST },
	{ "drops", .merge = LATEST },
	{ "rmem", .merge = LATEST },
	{ "rcvbuf", .merge = LATEST },
	{ "wmem", .merge = LATEST },
	{ "sndbuf", .merge = LATEST },
	{ "forward", .merge = LATEST },
	{ "idle_ns", .merge = LATEST, .sorts = BY(IDLE) },
	{ "tx_bytes", .merge = LATEST, .sorts = BY(BYTES) },
	{ "rx_bytes", .merge = LATEST, .sorts = BY(BYTES) },
	{ "srtt_us", .merge = LATEST, .sorts = BY(RTT) },
	{ "cwnd", .merge = LATEST },
	{ "retrans", .merge = LATEST, .sorts = BY(RETRANS) },
	{ "limit", .merge = LATEST },
	{ "busy_ns", .merge = LATEST, .sorts = BY(BUSY) },
	{ "rwnd_limited_ns", .merge = LATEST },
	{ "sndbuf_limited_ns", .merge = LATEST },
	{ "min_rtt_us", .merge = LATEST },
	{ "cc", .merge = LATEST },
	{},
};

static const struct column sorted_columns[] = { COLUMNS, {} };

static const struct block block = { .stamp = NULL };

static const struct totals totals = {
	.members = sorted_members,
	.columns = sorted_columns,
	.flag = SOCKETS_SORTED,
	.block = &block,
};

struct own_options {
	struct sockets_options kernel;
	uint64_t rows; /* 0: all */
	uint32_t sort;
};

#define IN(member) .off = offsetof(struct own_options, member)

static const struct opt opts[] = {
	{ "memory", 'm', O_FLAG, .flag = SOCKETS_MEMORY, .help = "add memory, its limits, and drops" },
	{ "listen", 'l', O_FLAG, .flag = SOCKETS_LISTEN,
	  .help = "listeners only: RECVQ is their queue, SENDQ its limit; add half-open connections and drops" },
	{ "info", 'i', O_FLAG, .flag = SOCKETS_LIMITS, .help = "add what limits each connection" },
	{ "state", 0, O_ENUM, "STATES", IN(kernel.states), .btf_enum = STATES,
	  .help = "only these states: close-wait,fin-wait-2" },
	{ "unread", 0, O_NUMBER, "BYTES", IN(kernel.unread), .min = 1, .max = UINT32_MAX,
	  .help = "only sockets with at least so much unread" },
	{ "unsent", 0, O_NUMBER, "BYTES", IN(kernel.unsent), .min = 1, .max = UINT32_MAX,
	  .help = "only sockets with at least so much unacknowledged" },
	{ "idle", 0, O_NUMBER, "SECONDS", IN(kernel.idle), .min = 1, .max = UINT32_MAX,
	  .help = "only connections without data for so long" },
	{ "sort", 0, O_CHOICE, "KEY", IN(sort), .names = sorts,
	  .help = "largest first: recv, send, idle, rtt, retrans, bytes, busy" },
	{ "rows", 'r', O_NUMBER, "N", IN(rows), .min = 1, .max = UINT32_MAX, .help = "with --sort: the first N only" },
	{ "watch", 'w', O_ALIAS, .alias_of = "interval", .help = "again every SECONDS, with --sort or -c" },
	{ "quiet", 'q', O_FLAG, .flag = SOCKETS_QUIET,
	  .help = "print nothing; exit status 0 if there is such a socket, 1 if not" },
	{},
};

static bool check(struct options *options, struct error *error)
{
	const struct own_options *own = options->own;

	if (own->sort || own->rows)
		options->settings.flags |= SOCKETS_SORTED;
	options->sort = own->sort;
	options->rows = own->rows;
	if ((options->settings.flags & SOCKETS_QUIET) && options_totals(options))
		return error_set(error, EXIT_USAGE, "-q: prints nothing that could be sorted or repeated");
	options->no_header |= options->settings.flags & SOCKETS_QUIET;
	options->keep_caps = true; /* to enter other network namespaces */
	if (!options->interval && !options->duration && !options->command && !options->recorded)
		options->duration = 1; /* at once */
	return true;
}

static const struct hook hooks[] = {
	{ "open sockets",
	  { "held_by", "held_by_helper" },
	  "the owners of sockets",
	  RUN_AT_START,
	  .rerun_each_interval = true },
	{ "TCP sockets", { "tcp_sockets" }, NULL, RUN_AT_END, .unless = SOCKETS_SORTED, .each_netns = true },
	{ "UDP sockets", { "udp_sockets" }, NULL, RUN_AT_END, .unless = SOCKETS_SORTED, .each_netns = true },
	{ "TCP sockets", { "tcp_sockets" }, NULL, RUN_AT_INTERVAL, SOCKETS_SORTED, .each_netns = true },
	{ "UDP sockets", { "udp_sockets" }, NULL, RUN_AT_INTERVAL, SOCKETS_SORTED, .each_netns = true },
	{},
};

/* As tables have them, and as ss(8) has them. */
static const struct enum_extra own_names[] = {
	{ STATES, "ESTABLISHED", 1 }, { STATES, "SYN_SENT", 2 },   { STATES, "SYN_RECV", 3 },
	{ STATES, "FIN_WAIT1", 4 },   { STATES, "FIN_WAIT2", 5 },  { STATES, "TIME_WAIT", 6 },
	{ STATES, "CLOSE", 7 },       { STATES, "CLOSE_WAIT", 8 }, { STATES, "LAST_ACK", 9 },
	{ STATES, "LISTEN", 10 },     { STATES, "CLOSING", 11 },   { STATES, "SYN-SENT", 2 },
	{ STATES, "SYN-RECV", 3 },    { STATES, "FIN-WAIT-1", 4 }, { STATES, "FIN-WAIT-2", 5 },
	{ STATES, "TIME-WAIT", 6 },   { STATES, "CLOSED", 7 },     { STATES, "CLOSE-WAIT", 8 },
	{ STATES, "LAST-ACK", 9 },    { STATES, "LISTENING", 10 }, {},
};

static const struct lookup lookup = { .extra_names = own_names, .derives_enums = true };

static const char *const examples[] = {
	"sockets",
	"every socket in every network namespace",
	"sockets -l",
	"listeners with their queues",
	"sockets -i --sort busy --rows 10",
	"the ten connections that were busy longest, with what limits them",
	"sockets --state close-wait --idle 600 -q",
	"exit status 0 if a process has forgotten to close connections",
	NULL,
};

static enum replayed filter_recorded(const struct options *options, struct event *event, size_t *size)
{
	const struct own_options *own = options->own;
	const struct sockets_event *e = (const void *)event;
	bool queues = e->state != TCP_STATE_LISTEN;

	(void)size;
	if (!list_has(&own->kernel.states, e->state) ||
	    ((options->settings.flags & SOCKETS_LISTEN) && (queues || event->protocol != 6)) ||
	    (own->kernel.unread && (!queues || e->recv_queue < own->kernel.unread)) ||
	    (own->kernel.unsent && (!queues || e->send_queue < own->kernel.unsent)) ||
	    (own->kernel.idle && (e->idle == NOT_KNOWN || e->idle / 1000000000 < own->kernel.idle)))
		return REPLAY_EXCLUDED;
	return REPLAY_FILTERED;
}

static const struct replay_rules recording = { .filter = filter_recorded };

/* The traffic ends with no socket but those in TIME_WAIT: of those that were closed in order, where they closed first.
 */
static const struct expectation proof[] = {
	{ "TIME_WAIT of clients", "state=TIME_WAIT kind=time_wait rport=@server_port", "connect", .how = AT_LEAST,
	  .options = "--summary --interval 3600" },
	{ "TIME_WAIT of servers", "state=TIME_WAIT kind=time_wait lport=@server_port", "server_first",
	  .how = AT_LEAST },
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
	.check = check,
	.members = members,
	.columns = columns,
	.totals = &totals,
	.recording = &recording,
	.lookup = &lookup,
	.proof = proof,
};
