/* SPDX-License-Identifier: GPL-2.0-or-later */
/* tcprst.c: resets of TCP, sent and received, with the originator and the cause. */
#include "core/model/expectation.h"
#include "core/model/options.h"
#include "core/names/enums.h"
#include "core/names/tcp.h"
#include "core/tool.h"
#include "probes/filter.h"
#include "probes/tcprst.h"

#define REASONS     "sk_rst_reason"
#define OWN(member) AT(struct tcprst_event, member)

static const char *const directions[] = { "sent", "got" };
static const char *const parties[] = { "anybody", "us", "firewall", "peer", "between", NULL };
static const char *const sources[] = { NULL, "kernel", "derived" };
static const char *const marks[] = { NULL, NULL, "derived" };

static const char *const whom[] = {
	[BY_UNREAD] = "us: closed with unread data",
	[BY_LINGER] = "us: closed with linger 0",
	[BY_KILLED] = "us: process killed",
	[BY_DISCONNECT] = "us: disconnected",
	[BY_ABORTED] = "us: aborted by another process",
	[BY_LISTENER] = "us: never accepted",
	[BY_NOBODY] = "us: nobody listens",
	[BY_NO_CONNECTION] = "us: no such connection",
	[BY_AFTER_CLOSE] = "us: data after close",
	[BY_KEEPALIVE] = "us: keepalive time-out",
	[BY_TIMEOUT] = "us: time-out",
	[BY_MEMORY] = "us: out of memory",
	[BY_TIME_WAIT] = "us: connection is over",
	[BY_UNACCEPTABLE] = "us: unacceptable packet",
	[BY_MPTCP] = "us: MPTCP",
	[BY_US_OTHER] = "us",
	[BY_FIREWALL] = "firewall here",
	[BY_REFUSED] = "peer: nobody listens",
	[BY_PEER] = "peer",
	[BY_BETWEEN] = "somebody between",
};

/* The same in JSON: the originator and the cause. */
static const char *const keys[] = {
	[BY_UNKNOWN] = NULL,       [BY_UNREAD] = "us",         [BY_LINGER] = "us",       [BY_KILLED] = "us",
	[BY_DISCONNECT] = "us",    [BY_ABORTED] = "us",        [BY_LISTENER] = "us",     [BY_NOBODY] = "us",
	[BY_NO_CONNECTION] = "us", [BY_AFTER_CLOSE] = "us",    [BY_KEEPALIVE] = "us",    [BY_TIMEOUT] = "us",
	[BY_MEMORY] = "us",        [BY_TIME_WAIT] = "us",      [BY_UNACCEPTABLE] = "us", [BY_MPTCP] = "us",
	[BY_US_OTHER] = "us",      [BY_FIREWALL] = "firewall", [BY_REFUSED] = "peer",    [BY_PEER] = "peer",
	[BY_BETWEEN] = "between",
};

static const char *const causes[] = {
	[BY_UNREAD] = "unread",
	[BY_LINGER] = "linger",
	[BY_KILLED] = "killed",
	[BY_DISCONNECT] = "disconnected",
	[BY_ABORTED] = "aborted",
	[BY_LISTENER] = "never_accepted",
	[BY_NOBODY] = "nobody_listens",
	[BY_NO_CONNECTION] = "no_connection",
	[BY_AFTER_CLOSE] = "data_after_close",
	[BY_KEEPALIVE] = "keepalive",
	[BY_TIMEOUT] = "time_out",
	[BY_MEMORY] = "memory",
	[BY_TIME_WAIT] = "time_wait",
	[BY_UNACCEPTABLE] = "unacceptable",
	[BY_MPTCP] = "mptcp",
	[BY_US_OTHER] = NULL,
	[BY_FIREWALL] = "reject",
	[BY_REFUSED] = "nobody_listens",
	[BY_PEER] = NULL,
	[BY_BETWEEN] = "hop_limit",
};

/* --explain: the meaning, the common cause, and where to look. */
static const char *const explanations[] = {
	[BY_UNREAD] = "The process closed the socket before it read all that the peer had sent; the peer may lose data "
		      "that it had not read either. Often: a server that answers an error without reading the request. "
		      "unread_bytes has how much; read to the end, or shutdown(SHUT_WR) and read, before close().",
	[BY_LINGER] =
		"The process set SO_LINGER with a time of 0, so close() drops unsent data and resets; or TCP_LINGER2 "
		"below 0. Often: health checks and load balancers that save TIME_WAIT.",
	[BY_KILLED] = "A signal ended the process with the connection open and data unread, or with SO_LINGER 0. See "
		      "dmesg (oom-kill, segfault), coredumpctl(1), and the sender of the signal.",
	[BY_DISCONNECT] = "The process called connect() with AF_UNSPEC on a connection.",
	[BY_ABORTED] = "Another process ended the connection: ss -K, or a BPF program that destroys sockets.",
	[BY_LISTENER] = "The listener was closed with this connection in its accept queue: the process stopped, or "
			"restarted, without accepting it. See sockets -l for queues.",
	[BY_NOBODY] = "A SYN came for a port where no socket listens: the service is down, or listens at another "
		      "address or in another network namespace. See ss -ltn.",
	[BY_NO_CONNECTION] =
		"A packet came for a connection that is unknown here: after a restart of this machine or of "
		"its NAT or load balancer state (nf_conntrack_tcp_timeout_established), or after the end.",
	[BY_AFTER_CLOSE] =
		"The peer sent data after the process here had closed the socket. Often: the process gave up "
		"first (its own time-out).",
	[BY_KEEPALIVE] = "The peer answered no keepalive probe: net.ipv4.tcp_keepalive_time, _intvl and _probes, or "
			 "TCP_KEEPIDLE ... of the socket. The path or the peer is gone.",
	[BY_TIMEOUT] = "The peer did not close its end in time: net.ipv4.tcp_fin_timeout, or TCP_LINGER2.",
	[BY_MEMORY] =
		"Too many orphaned sockets or too much memory: net.ipv4.tcp_max_orphans, net.ipv4.tcp_mem against "
		"/proc/net/sockstat.",
	[BY_TIME_WAIT] = "A packet came for a connection in TIME_WAIT that does not fit it. Often: a peer that reuses "
			 "ports faster than net.ipv4.tcp_tw_reuse expects.",
	[BY_UNACCEPTABLE] =
		"The packet does not fit the state of the connection: the other end has another one in mind, "
		"or something on the path changes packets.",
	[BY_MPTCP] = "MPTCP resets a subflow; the connection may continue. See nstat MPTcpExt*.",
	[BY_US_OTHER] = "The kernel here reset the connection.",
	[BY_FIREWALL] =
		"Netfilter of this machine dropped the packet and answered in the peer's name: a rule with REJECT "
		"--reject-with tcp-reset. See nft list ruleset, iptables-save.",
	[BY_REFUSED] = "Nobody listens at the peer's port, or a firewall at its end answers so.",
	[BY_PEER] = "The peer's end reset it; tcprst there has the cause.",
	[BY_BETWEEN] =
		"The reset has another hop limit than the peer's segments: a firewall, proxy or load balancer on "
		"the path sent it in the peer's name. ttl and peer_ttl have the numbers.",
};

static const struct member members[] = {
	{ "direction", F_NAME, OWN(direction), NAMES(directions), .help = "sent or got" },
	{ "state", F_NAME, OWN(state), TCP_STATES, .help = "state before the reset; unknown: no socket" },
	{ "age_ns", F_MSEC, OWN(age),
	  .help = "time since the socket's first state change; unknown: no socket, or older than "
		  "the trace" },
	{ "reason", F_ENUM, OWN(reason), .btf_enum = REASONS,
	  .help = "the kernel's reason for a reset that is sent (enum sk_rst_reason); before Linux 6.10 derived" },
	{ "reason_code", F_UINT, OWN(reason_code), .help = "number of the reason in the running kernel" },
	{ "reason_source", F_NAME, OWN(source), NAMES(sources), .help = "who gives the reason: kernel or derived" },
	{ "by", F_NAME, OWN(by), NAMES(whom), .keys = keys,
	  .help = "who reset: us, firewall (of this machine), peer, between (somebody on the path)" },
	{ "cause", F_NAME, OWN(by), NAMES(causes), .help = "why, as far as this machine can know" },
	{ "tx_bytes", F_UINT, OWN(tx_bytes), .help = "payload sent before" },
	{ "rx_bytes", F_UINT, OWN(rx_bytes), .help = "payload received before" },
	{ "unread_bytes", F_UINT, OWN(unread), .help = "payload received that no process has read" },
	{ "flags", F_TCPFLAGS, OWN(flags), .help = "TCP flags of the packet that the reset answers; unknown: none" },
	{ "port", F_PORT, OWN(port),
	  .help = "port of the end that listens; unknown: the connection is older than the trace" },
	{ "ttl", F_ID, OWN(ttl), .help = "hop limit of a received reset; unknown: the connection was not established" },
	{ "peer_ttl", F_ID, OWN(peer_ttl), .help = "hop limit of the peer's segments before it" },
	{ "explanation", F_NAME, OWN(by), NAMES(explanations), .hidden = true,
	  .help = "what it means, and where to look" },
	{},
};

static const struct column columns[] = {
	{ "time" },
	{ "pid" },
	{ "comm", .width = 12, .wide = 16 },
	{ "direction", "DIR", .width = 4 },
	{ "laddr", .where = IN_CSV },
	{ "lport", .where = IN_CSV },
	{ "local", "LADDR:LPORT", "laddr", F_ENDPOINT, IN_TABLE | IN_WIDE, .width = 21, .wide = 45 },
	{ "raddr", .where = IN_CSV },
	{ "rport", .where = IN_CSV },
	{ "remote", "RADDR:RPORT", "raddr", F_ENDPOINT, IN_TABLE | IN_WIDE, .width = 21, .wide = 45 },
	{ "state", "STATE", .width = 11 },
	{ "age_ns", "AGE(ms)", .width = -10, .decimals = 2 },
	{ "by", "BY", .width = 27 },
	{ "reason", "REASON", .width = 18 },
	{ "mark", "", "reason_source", .where = IN_TABLE | IN_WIDE, .suffix = true, NAMES(marks) },
	{ "reason_source", "REASON_SOURCE", .where = IN_CSV },
	{ "explanation", "EXPLANATION", .flag = TCPRST_EXPLAIN },
	{},
};

enum { CAUSE, COMM, WHO };

static const struct member summary_members[] = {
	{ "comm", .groups = 1 << COMM },
	{ "direction", .groups = 1 << WHO },
	{ "raddr" },
	{ "port" },
	{ "by", .groups = 1 << WHO },
	{ "cause" },
	{ "reason" },
	{ "count", F_COUNT, .help = "resets" },
	{ "explanation", .hidden = true },
	{},
};

static const struct live live = {
	.keys = { { 'r', LIVE_GROUP, CAUSE, "reason" },
		  { 'm', LIVE_GROUP, COMM, "comm" },
		  { 'y', LIVE_GROUP, WHO, "by" } },
};

static const struct column summary_columns[] = {
	{ "count", "RESETS", .width = -7 },
	{ "direction", "DIR", .width = 4 },
	{ "comm", .width = 12, .wide = 16 },
	{ "raddr", .width = 15, .wide = 39 },
	{ "port", "PORT", .width = 5 },
	{ "by", "BY", .width = 27 },
	{ "reason", "REASON", .width = 18 },
	{ "explanation", "EXPLANATION", .once = true, .flag = TCPRST_EXPLAIN,
	  .help = "what it means, and where to look; once for each cause" },
	{},
};

static const struct totals totals = {
	.members = summary_members,
	.columns = summary_columns,
	.live = &live,
	.flag = TCPRST_SUMMARY,
};

static const struct opt opts[] = {
	{ "sent", 0, O_FLAG, .flag = TCPRST_SENT, .help = "only resets that this machine sent" },
	{ "got", 0, O_FLAG, .flag = TCPRST_GOT, .help = "only resets that it received" },
	{ "reason", 0, O_ENUM, "REASONS", .off = offsetof(struct tcprst_options, reasons), .btf_enum = REASONS,
	  .help = "only these reasons, by name, pattern or number: TCP_ABORT_ON_CLOSE,NO_SOCKET; help lists "
		  "them" },
	{ "by", 0, O_CHOICE, "WHO", .off = offsetof(struct tcprst_options, party), .names = parties,
	  .help = "only resets by us, firewall (of this machine), peer, between (somebody on the path)" },
	{ "explain", 0, O_FLAG, .flag = TCPRST_EXPLAIN, .help = "add what each means and where to look" },
	{ "summary", 'c', O_ALIAS, .alias_of = "summary",
	  .help = "count by process, peer, port and cause; print on exit and every --interval" },
	{},
};

static const struct apart apart[] = {
	{ "explain", "columns", "which names all columns" },
	{},
};

static const struct hook hooks[] = {
	{ "tcp_send_reset",
	  { "sent_cast", "sent_helper", "sent_socket" },
	  .lacks[2] = "resets in answer to packets without a socket" },
	{ "tcp_receive_reset",
	  { "got_cast", "got_helper", "got_socket" },
	  .lacks[2] = "the difference between a reset and data for a closed socket" },
	{ "inet_sock_set_state", { "reset_state" } },
	{ "kfree_skb",
	  { "freed_cast", "freed_helper" },
	  "resets of a firewall on this machine, and before Linux 6.10 those in answer to packets without a socket" },
	{ "tcp_probe", { "hop_limit_cast", "hop_limit_helper" }, "hop limits: who on the path sent a reset" },
	{},
};

static const struct enum_extra own_reasons[] = {
#define EXTRA(name) { REASONS, #name, RST_REASON(name) },
	TCPRST_REASONS(EXTRA)
#undef EXTRA
		{},
};

static const char *const examples[] = {
	"tcprst",
	"resets, as they happen",
	"tcprst --sent --lport 443 --explain",
	"resets that servers of port 443 send, each explained",
	"tcprst -c --interval 10",
	"counts by process, peer and cause, every ten seconds",
	NULL,
};

static const char *const told[] = { "sent a reset", "was reset" };

static const struct column words[] = {
	{ "direction", NAMES(told), .bad = true },
	{ "state", .before = " in " },
	{ "by", .before = ": by " },
	{ "reason", .before = " (", .after = ")" },
	{},
};

static const struct story story = { .words = words };

static enum replayed filter_recorded(const struct options *options, struct event *event, size_t *size)
{
	const struct tcprst_options *own = options->own;
	const struct tcprst_event *e = (const void *)event;
	uint32_t which = options->settings.flags & (TCPRST_SENT | TCPRST_GOT);

	(void)size;
	if (which && !(which & (e->direction == RESET_SENT ? TCPRST_SENT : TCPRST_GOT)))
		return REPLAY_EXCLUDED;
	if (!list_has(&own->reasons, e->reason) || (own->party != PARTY_ANY && reset_party_of(e->by) != own->party))
		return REPLAY_EXCLUDED;
	return REPLAY_FILTERED;
}

static const struct replay_rules recording = { .filter = filter_recorded };

#define VALUE(name) [RST_INDEX_##name] = { REASONS, "SK_RST_REASON_" #name },
#define DROPS       "skb_drop_reason"

_Static_assert(VALUE_DROP_NO_SOCKET < VALUE_ITEMS && PLACE_TCP_V6_RCV < SYMBOL_ITEMS, "there is room");

static const struct lookup lookup = {
	.symbols = { [PLACE_NF_HOOK_SLOW] = "nf_hook_slow",
		     [PLACE_TCP_V4_RCV] = "tcp_v4_rcv",
		     [PLACE_TCP_V6_RCV] = "tcp_v6_rcv" },
	.values = { TCPRST_REASONS(VALUE)[VALUE_OUT_RSTS] = { "TCP_MIB_", "TCP_MIB_OUTRSTS" },
		    [VALUE_ABORT_ON_DATA] = { "LINUX_MIB_", "LINUX_MIB_TCPABORTONDATA" },
		    [VALUE_NETFILTER_DROP] = { DROPS, "SKB_DROP_REASON_NETFILTER_DROP" },
		    [VALUE_DROP_NO_SOCKET] = { DROPS, "SKB_DROP_REASON_NO_SOCKET" } },
	.extra_names = own_reasons,
	.derives_enums = true,
};

/* Alternatives of programs; one of each is needed. */
#define READS_PACKETS "sent_cast|sent_helper"

/* The overflowing listener closes with its two fillers in the queue. */
static const struct expectation proof[] = {
	{ "linger 0", "direction=sent cause=linger pid=@client_pid rport=@server_port", "reset" },
	{ "got", "direction=got by=peer pid=@server_pid lport=@server_port", "reset" },
	{ "never accepted", "direction=sent cause=never_accepted pid=@server_pid lport=@overflow_port", "2" },
	{ "got, unaccepted", "direction=got by=peer pid=@client_pid rport=@overflow_port", "2" },
	{ "nobody listens", "direction=sent cause=nobody_listens reason=NO_SOCKET pid=null lport=@refused_port",
	  "refuse", .needs = READS_PACKETS, .by_place = true },
	{ "refused", "direction=got cause=nobody_listens pid=@client_pid rport=@refused_port", "refuse" },
	{ "all rows", "", "2*reset+4+2*refuse", .needs = READS_PACKETS, .by_place = true },
	{ "OutRsts", "direction=sent", "OutRsts", .family = BY_KERNEL, .needs = READS_PACKETS, .by_place = true },
	{ "EstabResets", "state=ESTABLISHED|CLOSE_WAIT", "EstabResets", .family = BY_KERNEL },
	{},
};

OBJECT(tcprst);

const struct tool tcprst = {
	.name = "tcprst",
	.summary = "TCP resets sent and received, by whom and why",
	.examples = examples,
	OBJECT_OF(tcprst),
	.hooks = hooks,
	.opts = opts,
	.apart = apart,
	.options_size = sizeof(struct tcprst_options),
	.members = members,
	.columns = columns,
	.totals = &totals,
	.story = &story,
	.recording = &recording,
	.lookup = &lookup,
	.proof = proof,
};
