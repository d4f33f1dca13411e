/* SPDX-License-Identifier: GPL-2.0-or-later */
/* tcpretrans.c: retransmitted TCP segments, with the cause. */
#include "core/model/expectation.h"
#include "core/model/options.h"
#include "core/names/tcp.h"
#include "core/tool.h"
#include "probes/tcpretrans.h"

#define OWN(member) AT(struct tcpretrans_event, member)

static const char *const kinds[] = { "R", "L", "S" };
static const char *const causes[] = { "OTHER",   "RTO",       "FAST", "TLP",     "SYN",
				      "SYN-ACK", "SLOWSTART", "PMTU", "ZEROWIN", "TFO" };

static const struct member members[] = {
	{ "kind", F_NAME, OWN(kind), NAMES(kinds),
	  .help = "R: retransmission, L: tail loss probe (with -l), S: SYN-ACK" },
	{ "state", F_NAME, OWN(state), TCP_STATES, .help = "TCP state of the sender" },
	{ "err", F_ERRNO, OWN(err), .help = "errno if the kernel failed to send it (Linux 6.16 and later)" },
	{ "cause", F_NAME, OWN(cause), NAMES(causes),
	  .help = "RTO: time-out; SLOWSTART: the rest after a time-out; FAST: fast recovery; TLP: tail loss probe; "
		  "PMTU: smaller path MTU; ZEROWIN: probe of a closed window; SYN, SYN-ACK: handshake; TFO: data of a "
		  "Fast Open SYN that the server did not accept" },
	{ "segments", F_UINT, OWN(segments), .help = "segments in the packet; 0: the kernel failed to send it" },
	{ "seq", F_UINT, OWN(seq), .help = "sequence number of the segment" },
	{},
};

static const struct column columns[] = {
	{ "time" },
	{ "pid" },
	{ "comm", .where = IN_WIDE },
	{ "family" },
	{ "laddr", .where = IN_CSV },
	{ "lport", .where = IN_CSV },
	{ "local", "LADDR:LPORT", "laddr", F_ENDPOINT, IN_TABLE | IN_WIDE, .width = 20, .wide = 45 },
	{ "kind", "T", .width = 1, .after = ">" },
	{ "raddr", .where = IN_CSV },
	{ "rport", .where = IN_CSV },
	{ "remote", "RADDR:RPORT", "raddr", F_ENDPOINT, IN_TABLE | IN_WIDE, .width = 20, .wide = 45 },
	{ "state", "STATE", .width = 12 },
	{ "err", "", .where = IN_TABLE | IN_WIDE, .suffix = true },
	{ "err", "ERR", .where = IN_CSV },
	{ "cause", "CAUSE", .width = 9, .flag = TCPRETRANS_CAUSE },
	{ "seq", "SEQ", .width = 10, .flag = TCPRETRANS_SEQUENCE },
	{},
};

static const struct member summary_members[] = {
	{ "laddr" },
	{ "lport" },
	{ "raddr" },
	{ "rport" },
	{ "count", F_COUNT, OWN(segments), .help = "retransmitted segments" },
	{},
};

static const struct live live = { .keys = { { 'c', LIVE_GROUP, 0, "connection" } } };

static const struct column summary_columns[] = {
	{ "laddr", .where = IN_CSV },
	{ "lport", .where = IN_CSV },
	{ "local", "LADDR:LPORT", "laddr", F_ADDR_HASH_PORT, IN_TABLE | IN_WIDE, .width = 20, .wide = 48 },
	{ "raddr", .where = IN_CSV },
	{ "rport", .where = IN_CSV },
	{ "remote", "RADDR:RPORT", "raddr", F_ADDR_HASH_PORT, IN_TABLE | IN_WIDE, .width = 20, .wide = 48,
	  .before = "<-> " },
	{ "count", "RETRANSMITS", .width = -10 },
	{},
};

static const struct totals totals = {
	.members = summary_members,
	.columns = summary_columns,
	.live = &live,
	.flag = TCPRETRANS_SUMMARY,
};

static const struct opt opts[] = {
	{ "sequence", 's', O_FLAG, .flag = TCPRETRANS_SEQUENCE, .help = "add the sequence number" },
	{ "lossprobe", 'l', O_FLAG, .flag = TCPRETRANS_LOSSPROBE, .help = "mark tail loss probes L instead of R" },
	{ "count", 'c', O_ALIAS, .alias_of = "summary", .help = "count per flow, on exit and every --interval" },
	{ "extended", 'x', O_FLAG, .flag = TCPRETRANS_CAUSE, .help = "add the cause" },
	{},
};

static const struct apart apart[] = {
	{ "extended,lossprobe,sequence", "summary,by", "which counts segments" },
	{ "extended,sequence", "columns", "which names all columns" },
	{},
};

static const struct hook hooks[] = {
	{ "tcp_retransmit_skb", { "retransmit" } },
	{ "tcp_retransmit_synack", { "retransmit_synack" } },
	{},
};

static const char *const examples[] = {
	"tcpretrans",
	"retransmissions, as they happen",
	"tcpretrans -lx --raddr 10.0.0.0/8",
	"retransmissions to hosts in 10.0.0.0/8, with cause",
	"tcpretrans -c --interval 5",
	"counts per flow, every five seconds",
	NULL,
};

static const char *const again[] = {
	"retransmitted",           "retransmitted (RTO)",   "retransmitted (FAST)",      "retransmitted (TLP)",
	"SYN retransmitted",       "SYN-ACK retransmitted", "retransmitted (SLOWSTART)", "retransmitted (PMTU)",
	"retransmitted (ZEROWIN)", "retransmitted (TFO)",
};

static const struct column words[] = {
	{ "cause", NAMES(again), .bad = true },
	{ "state", .before = " in " },
	{ "err", .before = ": " },
	{},
};

static const struct story story = { .words = words };

static bool derive(const struct options *options, struct event *event, size_t size)
{
	struct tcpretrans_event *e = (void *)event;

	(void)size;
	if (e->kind == KIND_LOSS_PROBE && !(options->settings.flags & TCPRETRANS_LOSSPROBE))
		e->kind = KIND_RETRANSMIT;
	return e->segments || !(options->settings.flags & TCPRETRANS_SUMMARY); /* counts include sent segments only */
}

static const struct expectation proof[] = {
	/* AT_LEAST: the reports include retransmissions before a close only, and none of connections that are never
	 * accepted. */
	{ "client", "pid=@client_pid", "retransmits_client", .how = AT_LEAST },
	{ "server", "pid=@server_pid", "retransmits_server", .how = AT_LEAST },
	{ "SYN-ACK", "cause=SYN-ACK kind=S pid=@server_pid", "synack", .how = AT_LEAST },
	{ "SYN", "cause=SYN state=SYN_SENT pid=@client_pid", "syn", .how = AT_LEAST },
	{ "FAST", "cause=FAST", "fast", .how = AT_LEAST },
	{ "RTO", "cause=RTO", "retransmit", .how = AT_LEAST },
	{ "TLP", "cause=TLP", "retransmit", .how = AT_LEAST },
	{ "all rows", "", "retransmits_client+retransmits_server", .how = AT_LEAST },
	{ "RetransSegs", "", "RetransSegs-TCPRetransFail", .sum = "segments", .family = BY_KERNEL },
	{ "TCPTimeouts", "cause=RTO|SYN|SYN-ACK", "TCPTimeouts", .family = BY_KERNEL },
	{ "TCPLossProbes", "cause=TLP", "TCPLossProbes", .family = BY_KERNEL },
	{ "TCPFastRetrans", "cause=FAST", "TCPFastRetrans", .sum = "segments", .family = BY_KERNEL },
	{ "TCPSlowStartRetrans", "cause=SLOWSTART|PMTU|TFO", "TCPSlowStartRetrans", .sum = "segments",
	  .family = BY_KERNEL },
	{},
};

OBJECT(tcpretrans);

const struct tool tcpretrans = {
	.name = "tcpretrans",
	.summary = "TCP retransmissions with process, peer, state and cause",
	.first = { "extended", "summary", "raddr" },
	.examples = examples,
	OBJECT_OF(tcpretrans),
	.hooks = hooks,
	.opts = opts,
	.apart = apart,
	.members = members,
	.columns = columns,
	.totals = &totals,
	.story = &story,
	.derive = derive,
	.proof = proof,
};
